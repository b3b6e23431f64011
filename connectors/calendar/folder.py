"""A folder of .ics files, at any depth. Tables: events, event_instances, tasks (their VTODOs). Handle: `path`.

Each file is a unit of its own, newest first; its cursor also holds size, time and inode, by which it is skipped. A file
that cannot be read, is empty or is no calendar is rejected and keeps the rows of its last good reading.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.calendar import local
from connectors.calendar.tables import TABLES as TABLES
from connectors.calendar.window import stamp
from connectors.shape import Gone, Item, Known, Preview, Reject
from connectors.walk import Entry, Tree, digest, open_beneath, root_of, walk
from context.errors import InputError, SourceError, StewardError

CONNECT = "steward connect ics"
FILES = (".ics", ".ical", ".ifb", ".icalendar")


def _tree(handle: Any, error: type[StewardError]) -> tuple[Path, Tree]:
    root = root_of(handle.path, error, CONNECT)
    return root, walk(root, lambda name: name.endswith(FILES))


def preview(handle: Any) -> Preview:
    """Count the files and what they hold. Raises InputError where there is no such folder or no calendar in it."""
    from connectors.calendar.ical import NoCalendarError

    root, tree = _tree(handle, InputError)
    if not tree.entries:
        raise InputError(f"there are no .ics files in {root}", f"check the path, then run `{CONNECT} PATH`")
    total, unread = {"events": 0, "tasks": 0, "rejects": 0}, 0
    for entry in tree.entries:
        try:
            found = local.count(_bytes(root, entry))
            total = {name: total[name] + found[name] for name in total}
        except (OSError, NoCalendarError):
            unread += 1
    made = local.preview(total, sum(entry.size for entry in tree.entries))
    notes = [*made.notes, f"{unread:,} files cannot be read or are no calendars."] if unread else made.notes
    return Preview({"files": len(tree.entries), **made.counts}, made.size, tuple(notes))


def fingerprint(handle: Any, now: datetime) -> str | None:
    """Return a digest of the names, sizes and times in the folder, and of the week."""
    root, tree = _tree(handle, SourceError)
    return digest(root, tree, stamp(now))


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the items of new and changed files, newest first, then what is gone. Raises SourceError for the folder."""
    from connectors.calendar.ical import NoCalendarError

    root, tree = _tree(handle, SourceError)
    fixed = stamp(known.now)
    for entry in tree.entries:
        before = known.cursors.get(entry.key, {})
        if before.get("stamp") == entry.stamp and all(before.get(part) == value for part, value in fixed.items()):
            continue
        data = b""
        try:
            data = _bytes(root, entry)
            if not data.strip():
                yield Reject(entry.key, "file", "empty", "the file holds nothing", b"")
                continue
            yield from local.whole(entry.key, data, Path(entry.key).stem, known, {"stamp": entry.stamp})
        except NoCalendarError as error:
            yield Reject(entry.key, "file", "not-a-calendar", str(error), data)
        except OSError as error:
            yield Reject(entry.key, "file", "unreadable", error.strerror or type(error).__name__, b"")
    here = {entry.key for entry in tree.entries}
    for file in sorted(known.cursors.keys() - here):
        if not tree.hides(file):
            yield Gone(file)


def _bytes(root: Path, entry: Entry) -> bytes:
    if entry.size > local.LARGEST:
        raise OSError(27, "larger than a calendar may be")
    with open_beneath(root, entry.name) as file:
        return file.read()
