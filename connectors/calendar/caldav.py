"""Calendars on a CalDAV server (RFC 4791). Tables: events, event_instances, tasks (their VTODOs).

Handle: `url`, `user`, `password` (secret), optionally `calendars` (names; all by default) and `authority` (path of a
certificate). One file per object of the server, which holds one series with its exceptions, or one to-do. Its cursor:
entity tag, the calendar's name, week of the instances' window, and for events that do not repeat when they are: so a
new week fetches only the series again, and what its window newly reaches. The rest is in `connectors/dav/mirror.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.calendar.tables import EVENTS
from connectors.calendar.tables import TABLES as TABLES
from connectors.calendar.window import Window, stamp, window
from connectors.dav.wire import Service, body, element, props
from connectors.shape import Item, Known, Preview, Reject, Rows

SERVICE = Service(
    word="caldav",
    name="CalDAV",
    noun="calendar",
    chosen="calendars",
    home="C:calendar-home-set",
    kind="C:calendar",
    multiget="C:calendar-multiget",
    data="C:calendar-data",
    end=b"END:VCALENDAR",
    components=("VEVENT", "VTODO"),
)
FEW = 8  # events of one object whose times its cursor may hold


def preview(handle: Any) -> Preview:
    """Log in and list the calendars. Raises SourceError or InputError where they cannot be used."""
    from connectors.dav.mirror import preview

    return preview(handle, SERVICE, datetime.now(UTC))


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed. Raises SourceError, after all that could be read, where something could not."""
    from connectors.dav.mirror import read

    return read(handle, SERVICE, known, _Objects(known))


class _Objects:
    """From a calendar object's text to rows."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.stamp = stamp(known.now)
        self.window = window(known.now)
        self.first = _first(self.window)

    def current(self, cursor: Mapping[str, Any], name: str) -> bool:
        if cursor.get("name") != name or cursor.get("version") != self.stamp["version"]:
            return False
        if cursor.get("window") == self.stamp["window"]:
            return True
        if (once := cursor.get("once")) is None:
            return False
        before = _window(cursor["window"])
        spans = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in once]
        return all(_holds(before, *span) == _holds(self.window, *span) for span in spans)

    def items(self, file: str, data: bytes, name: str) -> list[Rows | Reject]:
        from connectors.calendar import feed
        from connectors.calendar.ical import NoCalendarError

        try:
            return list(feed.items(file, data, name, self.known))
        except NoCalendarError as error:
            return [Reject(file, "object", "not-a-calendar", str(error), data)]

    def marks(self, items: Sequence[Any], name: str) -> dict[str, Any]:
        events = [row for item in items if isinstance(item, Rows) and item.table == EVENTS.name for row in item.rows]
        single = len(events) <= FEW and not any(row["rrule"] for row in events)
        spans = [[row["starts_at"].isoformat(), (row["ends_at"] or row["starts_at"]).isoformat()] for row in events]
        return {"name": name, **self.stamp, **({"once": spans} if single else {})}


def _window(first: str) -> Window:
    """Return the window of a cursor's week."""
    begun = datetime.fromisoformat(first).replace(tzinfo=UTC)
    one = window(begun)
    return Window(begun, begun + (one.last - one.first))


def _holds(within: Window, start: datetime, end: datetime) -> bool:
    """Whether an event that does not repeat has its instance in a window (as connectors/calendar/instances.py says)."""
    return start < within.last and (end > within.first or start >= within.first)


def _first(within: Window) -> bytes:
    """Return the report that names what lies in the window: it is read first (RFC 4791, 7.8)."""
    start, end = (f"{moment:%Y%m%dT%H%M%SZ}" for moment in (within.first, within.last))
    times = f'<C:time-range start="{start}" end="{end}"/>'
    events = f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{times}</C:comp-filter></C:comp-filter>'
    return body("C:calendar-query", props(["D:getetag"]), element("C:filter", events))
