"""One calendar file (.ics). Tables: events, event_instances, tasks (its VTODOs). Handle: `path`.

Cursor: digest of the text, week of the instances' window, version of the reader. The whole file is the unit: what it no
longer holds is deleted. An emptied or vanished file is a failed read, not an empty calendar.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.calendar import local
from connectors.calendar.tables import TABLES as TABLES
from connectors.calendar.window import stamp
from connectors.shape import Gone, Item, Known, Preview
from context.errors import InputError, SourceError


def preview(handle: Any) -> Preview:
    """Count what the file holds. Raises InputError where it cannot be used."""
    from connectors.calendar.ical import NoCalendarError

    path = Path(handle.path)
    data = local.content(path, InputError)
    try:
        return local.preview(local.count(data), len(data))
    except NoCalendarError:
        raise local.not_a_calendar(str(path), InputError) from None


def fingerprint(handle: Any, now: datetime) -> str | None:
    """Return a digest of the file's size, times and inode, and of the week."""
    path = Path(handle.path)
    try:
        status = path.stat()
    except OSError:
        local.content(path, SourceError)  # says what is wrong
        raise
    told = (str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, stamp(now))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the file's items. Raises SourceError where it cannot be read."""
    from connectors.calendar.ical import NoCalendarError

    path = Path(handle.path)
    data = local.content(path, SourceError)
    try:
        yield from local.whole(path.name, data, path.stem, known, {})
    except NoCalendarError:
        raise local.not_a_calendar(str(path), SourceError) from None
    for file in known.cursors.keys() - {path.name}:  # the connection was pointed at another file
        yield Gone(file)
