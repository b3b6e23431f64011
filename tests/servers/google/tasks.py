"""The Tasks interface: lists and tasks, deleted and hidden ones among them.

https://developers.google.com/workspace/tasks/reference/rest/v1/tasks
"""

from typing import Any

from tests.servers.google.core import Account, Call, GoogleError, Service, on


class Tasks(Service):
    """The lists of an account. Tests change them by the public methods."""

    document = "tasks.v1"

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.titles: dict[str, str] = {}
        self.tasks: dict[str, dict[str, dict[str, Any]]] = {}
        self.made = 0

    # What tests do.

    def list(self, title: str) -> str:
        self.made += 1
        name = f"list{self.made}"
        self.titles[name], self.tasks[name] = title, {}
        return name

    def rename(self, list: str, title: str) -> None:
        self.titles[list] = title

    def drop(self, list: str) -> None:
        del self.titles[list], self.tasks[list]

    def add(self, list: str, title: str, **more: Any) -> str:
        self.made += 1
        name = f"task{self.made}"
        self.tasks[list][name] = {
            "kind": "tasks#task",
            "id": name,
            "title": title,
            "status": "needsAction",
            "position": f"{self.made:020}",
            "updated": self._now(),
            **more,
        }
        return name

    def change(self, list: str, name: str, **more: Any) -> None:
        self.tasks[list][name] |= {**more, "updated": self._now()}

    def done(self, list: str, name: str) -> None:
        self.change(list, name, status="completed", completed=self._now())

    def clear(self, list: str) -> None:
        """Hide what is done, as “Delete all completed tasks” does."""
        for name, task in self.tasks[list].items():
            if task["status"] == "completed" and not task.get("hidden"):
                self.change(list, name, hidden=True)

    def delete(self, list: str, name: str) -> None:
        self.change(list, name, deleted=True)

    def purge(self) -> None:
        """Tell no more of deleted tasks."""
        for list, tasks in self.tasks.items():
            self.tasks[list] = {name: task for name, task in tasks.items() if not task.get("deleted")}

    def _now(self) -> str:
        return self.fake.tick().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    # What it answers.

    @on("tasks.tasklists.list")
    def lists(self, call: Call) -> dict[str, Any]:
        found = [{"kind": "tasks#taskList", "id": name, "title": title} for name, title in self.titles.items()]
        page, more = self._page(call, found, 1000, 1000)
        return {"kind": "tasks#taskLists", **({"items": page} if page else {}), **more}

    @on("tasks.tasks.list")
    def listed(self, call: Call) -> dict[str, Any]:
        tasks = self.tasks.get(call.path["tasklist"])
        if tasks is None:
            raise GoogleError(404, "notFound", "Task list not found.")
        found = [
            task
            for task in tasks.values()
            if task["updated"] >= call.get("updatedMin")
            and (call.flag("showDeleted") or not task.get("deleted"))
            and (call.flag("showHidden") or not task.get("hidden"))
            and (call.flag("showCompleted", True) or task["status"] != "completed")
        ]
        page, more = self._page(call, found, 100, 20)
        return {"kind": "tasks#tasks", **({"items": page} if page else {}), **more}

    def _page(self, call: Call, found: Any, largest: int, default: int) -> tuple[Any, dict[str, str]]:
        begin = int(call.get("pageToken", "0"))
        end = begin + self.fake.sized(call.get("maxResults"), largest, default)
        return found[begin:end], {"nextPageToken": str(end)} if end < len(found) else {}
