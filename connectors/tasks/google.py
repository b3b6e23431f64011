"""Google Tasks: all lists of an account. Table: tasks. Handle: a Google account (blocks/google.py).

One file a list. Between two readings only what changed is asked for (`updatedMin`, deleted and hidden tasks included);
once a week, and when a list has another name, it is read whole: Google does not say how long it tells of deleted tasks.
A subtask is a task like any other. A task has a day on which it is due, never a time.
https://developers.google.com/workspace/tasks/reference/rest/v1/tasks/list
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.google.api import WAIT, AnswerError, Api, part, patient
from connectors.shape import Cursor, Gone, Item, Known, Preview, Reject, Rows
from connectors.tasks.tables import TABLES as TABLES
from connectors.tasks.tables import TASKS

ZONED = False
VERSION = 1  # raised when rows change in meaning: every list is then read anew
PAGE = 100  # tasks in one answer, the most that Google gives
LISTS = 1000
WHOLE = timedelta(days=7)  # between whole readings
NEVER = "1970-01-01T00:00:00.000Z"
NOT_FOUND = 404
STATUS = {"needsAction": "open", "completed": "done"}


def preview(handle: Any) -> Preview:
    """Try the account; count its lists and the open tasks on them. Raises GrantError, SourceError."""
    with Api(handle, "tasks", datetime.now(UTC)) as api:
        lists = list(_lists(api))
        open_ = [sum(map(_says, _told(api, listed["id"], showCompleted=False))) for listed in lists]
    notes = [f"{listed.get('title', '')}: {number} open" for listed, number in zip(lists, open_, strict=True)]
    return Preview({"lists": len(lists), "open tasks": sum(open_)}, notes=notes)


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed on each list, and which lists went. Raises GrantError, SourceError."""
    return patient(handle, known, _items(handle, known))


def _items(handle: Any, known: Known) -> Iterator[Item]:
    with Api(handle, "tasks", known.now) as api:
        lists = {listed["id"]: str(listed.get("title", "")) for listed in _lists(api)}
        for file in sorted(known.cursors.keys() - lists.keys() - {WAIT}):
            yield Gone(file)
        for file, title in lists.items():
            try:
                yield from _list(api, known, file, title)
            except AnswerError as error:
                if error.status != NOT_FOUND:
                    raise
                # The list went since they were listed; the next sync finds it missing.


def _list(api: Api, known: Known, file: str, title: str) -> Iterator[Item]:
    """Yield one list: what changed since its cursor, or all of it."""
    before = known.cursors.get(file, {})
    part_only = (before.get("version"), before.get("title")) == (VERSION, title)
    part_only = part_only and known.now < datetime.fromisoformat(before["whole"]) + WHOLE
    since = before["updated"] if part_only else None
    rows, told_of, latest = list[dict[str, Any]](), list[str](), since or NEVER
    for told in _told(api, file, updatedMin=since, showCompleted=True, showHidden=True, showDeleted=True):
        # Text is compared: Google writes all its times alike, in UTC with milliseconds.
        latest = max(latest, str(told.get("updated", "")))
        told_of.append(told.get("id", ""))
        try:
            row = None if told.get("deleted") else _row(told, title)
        except (TypeError, ValueError, AttributeError) as error:
            yield Reject(file, told_of[-1], "bad-task", str(error), json.dumps(told).encode())
            continue
        rows += [row] if row else []
    if rows:
        yield Rows(TASKS.name, file, rows)
    if part_only and told_of:  # what is given beside stays; what gives no row any more goes, as does an earlier reject
        yield Gone(file, told_of)
    whole = before["whole"] if part_only else known.now.isoformat()
    cursor = {"version": VERSION, "title": title, "updated": latest, "whole": whole}
    if told_of or cursor != before:
        yield Cursor(file, cursor, whole=not part_only)


def _lists(api: Api) -> Iterator[Mapping[str, Any]]:
    for page in api.pages("users/@me/lists", {"maxResults": LISTS}):
        yield from page.get("items", ())


def _told(api: Api, file: str, **which: Any) -> Iterable[Mapping[str, Any]]:
    for page in api.pages(f"lists/{part(file)}/tasks", {"maxResults": PAGE, "showAssigned": True, **which}):
        yield from page.get("items", ())


def _says(told: Mapping[str, Any]) -> bool:
    return bool(told.get("title", "").strip() or told.get("notes", "").strip())


def _row(told: Mapping[str, Any], title: str) -> dict[str, Any] | None:
    """Return a task's row; None for one that says nothing, as the web page leaves them. Raises ValueError."""
    if not _says(told):
        return None
    due = told.get("due")
    return {
        "key": told["id"],
        "list": title,
        "title": " ".join(told.get("title", "").split()) or told["notes"].strip().partition("\n")[0],
        "notes": told.get("notes") or None,
        "status": STATUS[told["status"]] if told.get("status") in STATUS else "open",
        "due_date": date.fromisoformat(due[:10]) if due else None,
        "completed_at": _moment(told.get("completed")),
        "updated_at": _moment(told.get("updated")),
    }


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told).astimezone(UTC) if told else None
