"""Documents, issues and pull requests that a meeting is about: named in its invitation, or of its project."""

import re
from datetime import timedelta

from context.profile import Project
from flows.common.items import Item
from flows.common.parts import readable
from flows.common.ties import Ties
from flows.common.wording import on, title
from flows.facts import Row, Value
from flows.prep.events import Meeting
from flows.shape import View

LATELY = timedelta(days=21)  # what is only of the project must have changed since then
ID = 12  # characters: a shorter key could stand in an invitation by chance
WORDS = 2  # of a title that counts as named in an invitation


def read(view: View, meeting: Meeting, ties: Ties, project: Project | None) -> list[Item]:
    """Return what the meeting is about: what the invitation names, then notes of last times, then the project's."""
    said = f"{meeting.row['summary'] or ''}\n{meeting.row['description'] or ''}\n{meeting.row['location'] or ''}"
    found: list[Item] = []
    if readable(view, "docs"):
        found += [item for row in view.rows("papers") if (item := _document(view, row, meeting, said, ties, project))]
    if readable(view, "repos"):
        found += [item for row in view.rows("pulls") if (item := _pull(view, row, said, ties, project))]
    return sorted(found, key=lambda item: item.rank)


def _document(view: View, row: Row, meeting: Meeting, said: str, ties: Ties, project: Project | None) -> Item | None:
    path, called = str(row["path"] or ""), str(row["title"] or "")
    file = path.rpartition("/")[2]
    tie = ties.of(called, path).project
    linked = len(row["document_key"]) >= ID and row["document_key"] in said
    if linked or _in(path, said) or _in(file, said) or (len(called.split()) >= WORDS and _in(called, said)):
        order, why = 0, "named in the invitation"
    elif called.casefold().startswith(str(meeting.row["summary"] or "\0").casefold()):
        order, why = 1, "named like this meeting"
    elif project is not None and tie is not None and tie.id == project.id and _lately(view, row["modified_at"]):
        order, why = 2, f"part of {project.name}"
    else:
        return None
    name, day = title(called or file), view.moment.local(row["modified_at"])
    line = f"“{name}”, changed {on(day, view.moment.today)}, {why}"
    values: dict[str, Value] = {"title": name, "path": path, "changed": day.isoformat()}
    values |= {"project": project.name} if order == 2 and project else {}
    fact = view.book.add("o", "documents", row["document_key"], line, values)
    rank = (order, -row["modified_at"].timestamp(), row["document_key"])
    return Item(f"documents:{row['document_key']}", name, line, (fact,), rank)


def _pull(view: View, row: Row, said: str, ties: Ties, project: Project | None) -> Item | None:
    tie = ties.of(repo=str(row["repo"]).rpartition("/")[2]).project
    if _in(str(row["issue_key"]), said) or (row["url"] and _in(str(row["url"]), said)):
        order, why = 0, "named in the invitation"
    elif (
        project is not None
        and tie is not None
        and tie.id == project.id
        and (row["kind"], row["state"]) == ("pull", "open")
        and _lately(view, row["updated_at"])
    ):
        order, why = 2, f"part of {project.name}"
    else:
        return None
    name = title(row["title"])
    kind = "Pull request" if row["kind"] == "pull" else "Issue"
    state = "merged" if row["merged_at"] is not None else str(row["state"])
    line = f"{kind} {title(row['issue_key'])} “{name}”, {state}, {why}"
    values: dict[str, Value] = {"key": row["issue_key"], "number": row["number"], "title": name, "state": state}
    values["updated"] = view.moment.local(row["updated_at"]).isoformat()
    values |= {"project": project.name} if order == 2 and project else {}
    fact = view.book.add("i", "issues", row["issue_key"], line, values)
    return Item(
        f"issues:{row['issue_key']}", "", line, (fact,), (order, -row["updated_at"].timestamp(), row["issue_key"])
    )


def _in(name: str, said: str) -> bool:
    """Return whether a name of some length stands in the text as a whole."""
    if len(name) <= 5 or name.casefold() not in said.casefold():  # most: no pattern is made for them
        return False
    return re.search(rf"(?i)(?<![\w-]){re.escape(name)}(?![\w-])", said) is not None


def _lately(view: View, moment: object) -> bool:
    return bool(moment > view.moment.as_of - LATELY)  # type: ignore[operator]
