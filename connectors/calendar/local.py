"""What the file and folder connectors share: reading one .ics file, and knowing when nothing of it is new."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.calendar.window import stamp
from connectors.shape import Cursor, Item, Known, Preview
from context.errors import InputError, SourceError, StewardError

LARGEST = 200 << 20  # bytes of a calendar; a decade of a busy one is about 20 MB


def whole(file: str, data: bytes, name: str, known: Known, extra: Mapping[str, Any]) -> Iterator[Item]:
    """Yield all items of a calendar's text and its cursor; only the cursor's `extra` where nothing else is new."""
    digest = hashlib.sha256(data).hexdigest()
    cursor = {"sha256": digest, **stamp(known.now), **extra}
    before = known.cursors.get(file)
    if before == cursor:
        return
    if before is None or any(before.get(part) != cursor[part] for part in ("sha256", "window", "version")):
        from connectors.calendar import feed

        yield from feed.items(file, data, name, known)
        yield Cursor(file, cursor)
    else:
        yield Cursor(file, cursor, whole=False)


def content(path: Path, error: type[StewardError], connect: str = "steward connect ics") -> bytes:
    """Return a file's bytes. Raises `error` where it is missing, no file, not readable, empty or too large."""
    try:
        if path.is_dir():
            raise error(f"{path} is a folder, not a file", f"run `{connect} {path}`")
        if path.exists() and not path.is_file():
            raise error(f"{path} is not a regular file", f"run `{connect} PATH` with an .ics file")
        if (size := path.stat().st_size) > LARGEST:
            raise error(
                f"{path} has {size >> 20} MB, more than a calendar may", f"split it, then run `{connect} FOLDER`"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise error(f"there is no file {path}", f"check the path, then run `{connect} PATH`") from None
    except PermissionError:
        raise error(f"{path} cannot be read", f"run `chmod u+r {path}`") from None
    except OSError as fault:
        raise error(f"{path} cannot be read: {fault.strerror}", "check the disk, then try again") from fault
    if not data.strip():
        raise error(f"{path} is empty", f"export the calendar again, then run `{connect} {path}`")
    return data


def count(data: bytes) -> dict[str, int]:
    """Return how many events, tasks and rejects a text holds. Raises NoCalendarError."""
    from connectors.calendar import feed

    return feed.count(data)


def preview(counts: Mapping[str, int], size: int) -> Preview:
    notes = []
    if counts["events"]:
        notes.append("Series are worked out from 90 days ago to 400 days ahead.")
    if counts["rejects"]:
        notes.append(f"{counts['rejects']:,} entries cannot be read wholly; they are kept in quarantine.")
    return Preview({"events": counts["events"], "tasks": counts["tasks"]}, size, tuple(notes))


def not_a_calendar(what: str, error: type[InputError] | type[SourceError]) -> StewardError:
    return error(f"{what} is not a calendar (it has no BEGIN:VCALENDAR)", "export it as .ics, then connect that")
