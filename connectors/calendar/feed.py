"""One calendar text to items: what its file, folder and address connectors share."""

import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from connectors.calendar.events import event, key_of, recurrence_of, uid_of
from connectors.calendar.ical import Part, parse
from connectors.calendar.instances import SECONDS, Event, UnusableError, series
from connectors.calendar.moments import moment, span
from connectors.calendar.tables import EVENTS, INSTANCES
from connectors.calendar.todos import todo
from connectors.calendar.window import window
from connectors.shape import Known, Reject, Rows
from connectors.tasks.tables import TASKS

Events = dict[str, tuple[Event, dict[str, Any], Part]]  # key → the event, its row, its text
DECIDING = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "ATTENDEE")


def items(file: str, data: bytes, name: str, known: Known) -> Iterator[Rows | Reject]:
    """Yield the events, instances and tasks of a calendar's text, and what of it cannot be read.

    `name` is the calendar's where it bears none. Raises NoCalendarError where the text is none.
    """
    read = _Read(file)
    for part in parse(data, name, known.zone):
        read.take(part)
    yield from read.rejects
    if read.events:
        yield Rows(EVENTS.name, file, [row for _, row, _ in read.events.values()])
        yield from _instances(file, read.events, known)
    if read.tasks:
        yield Rows(TASKS.name, file, list(read.tasks.values()))


def count(data: bytes) -> dict[str, int]:
    """Return how many events, tasks and rejects a text holds. Raises NoCalendarError."""
    read = _Read("")
    for part in parse(data, "", "UTC"):
        read.take(part)
    return {"events": len(read.events), "tasks": len(read.tasks), "rejects": len(read.rejects)}


class _Read:
    """What was read of a calendar so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.events: Events = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.rejects: list[Reject] = []

    def take(self, part: Part) -> None:
        """Take a component: as an event or a task, or as a reject."""
        if part.component is None:
            self.rejects.append(_reject(self.file, part, part.reason, part.error))
            return
        try:
            if part.kind == "VTODO":
                key = key_of(uid_of(part.component, part.text), recurrence_of(part.component, part.calendar))
                self.tasks[key] = todo(part.component, part.calendar, key)
                return
            made, row = _event(part)
        except UnusableError as error:
            self.rejects.append(_reject(self.file, part, error.reason, str(error)))
        except (ValueError, TypeError, OverflowError, AttributeError, KeyError) as error:
            self.rejects.append(_reject(self.file, part, "unusable", f"{type(error).__name__}: {error}"))
        else:
            self._keep(made, row, part)
            if wrong := _wrong(part.component):
                self.rejects.append(_reject(self.file, part, "bad-property", wrong))

    def _keep(self, made: Event, row: dict[str, Any], part: Part) -> None:
        """Keep an event; of several with one key the newest revision, and of equal ones the last."""
        if made.key not in self.events or made.revision >= self.events[made.key][0].revision:
            self.events[made.key] = (made, row, part)


def _event(part: Part) -> tuple[Event, dict[str, Any]]:
    component, calendar = part.component, part.calendar
    assert component is not None
    when = span(component, calendar)
    if when is None:
        raise UnusableError("no-start", _wrong(component) or "the event has no DTSTART")
    uid = uid_of(component, part.text)
    row = event(component, calendar, when, uid, recurrence_of(component, calendar))
    given = component.get("RECURRENCE-ID")
    recurrence = moment(given[0] if isinstance(given, list) else given, calendar)
    revision = (row["sequence"] or 0, str(row["updated_at"] or ""))
    return Event(component, calendar, when, uid, recurrence, row["status"] == "cancelled", revision), row


def _wrong(component: Any) -> str:
    """Return what the parser says of lines that it could not read and that decide something."""
    return "; ".join(f"{name or 'a line'}: {error}" for name, error in component.errors if name in (None, *DECIDING))


def _instances(file: str, events: Events, known: Known) -> Iterator[Rows | Reject]:
    by_uid = defaultdict(list)
    for made, _, part in events.values():
        by_uid[made.uid].append((made, part))
    within, left = window(known.now), SECONDS
    rows: list[dict[str, Any]] = []
    for entries in by_uid.values():
        begun = time.monotonic()
        try:
            if left <= 0:
                raise UnusableError("too-slow", "the calendar's series took all the time there is")
            rows += series([made for made, _ in entries], within, known.now, left)
        except UnusableError as error:
            rows += error.rows
            yield _reject(file, entries[0][1], error.reason, str(error))
        left -= time.monotonic() - begun
    if rows:
        yield Rows(INSTANCES.name, file, rows)


def _reject(file: str, part: Part, reason: str, error: str) -> Reject:
    return Reject(file, part.position, reason, error, part.text.encode("utf-8", "surrogatepass"))
