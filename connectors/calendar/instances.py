"""Events to instances: each time that something takes place within a window, exceptions in place of what they replace.

Single events are placed directly; series go through recurring-ical-events, one UID at a time, as lean copies that hold
nothing but what decides the times, under a cap and a time limit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events

from connectors.calendar.events import key_of
from connectors.calendar.ical import Calendar
from connectors.calendar.limit import OutOfTimeError, limited
from connectors.calendar.moments import Moment, Span, moments
from connectors.calendar.window import Window

MOST = 1_000  # instances of one series within the window: one every twelve hours
SERIES_SECONDS = 2.0
SECONDS = 60.0  # for all series of a file
KEY = "X-STEWARD-KEY"
REPEATING = ("RRULE", "RDATE", "EXRULE")


@dataclass(frozen=True)
class Event:
    """One VEVENT: its component, when it takes place, and for an exception the moment that it replaces."""

    component: Any
    calendar: Calendar
    span: Span
    uid: str
    recurrence: Moment | None
    cancelled: bool
    revision: tuple[int, str]

    @property
    def key(self) -> str:
        return key_of(self.uid, self.recurrence.text() if self.recurrence else None)

    @property
    def repeats(self) -> bool:
        return any(name in self.component for name in REPEATING)


class UnusableError(ValueError):
    """What cannot be worked out; `reason` in constant words, `rows` what can be said all the same."""

    def __init__(self, reason: str, error: str, rows: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(error)
        self.reason, self.rows = reason, rows


def series(events: Sequence[Event], within: Window, now: datetime, seconds: float) -> list[dict[str, Any]]:
    """Return the instances of all events of one UID.

    Raises UnusableError where the rule cannot be worked out: with the times that are written out, or with the instances
    nearest to `now` where there are too many.
    """
    plain = [_row(event, event.span) for event in events if _holds(within, event.span)]
    if not any(event.repeats for event in events):
        return plain
    by_key = {event.key: event for event in events}
    try:
        found = limited(lambda: _expand(by_key.values(), within), min(seconds, SERIES_SECONDS))
    except OutOfTimeError as error:
        raise UnusableError("too-slow", str(error), plain) from error
    except Exception as error:
        raise UnusableError("bad-recurrence", str(error), plain) from error
    rows = {row["key"]: row for instance in found if (row := _instance(instance, by_key, within)) is not None}
    if len(rows) > MOST:
        nearest = sorted(rows.values(), key=lambda row: abs(row["starts_at"] - now))[:MOST]
        raise UnusableError("too-many-instances", f"{len(rows)} in {(within.last - within.first).days} days", nearest)
    return list(rows.values())


def _holds(within: Window, span: Span) -> bool:
    """Whether a span touches the window; a moment without length belongs to the window that it is in."""
    return span.start.utc < within.last and (span.end.utc > within.first or span.start.utc >= within.first)


def _expand(events: Iterable[Event], within: Window) -> list[Any]:
    calendar = icalendar.Calendar()
    for event in events:
        calendar.add_component(_lean(event))
    # A day more on both sides: it compares whole days as if they were in UTC.
    found: list[Any] = recurring_ical_events.of(calendar).between(
        within.first - timedelta(days=1), within.last + timedelta(days=1)
    )
    return found


def _lean(event: Event) -> icalendar.Event:
    """Return a copy with its times resolved and nothing else, so that nothing else can disturb the expansion."""
    made = icalendar.Event()
    made.add("UID", event.uid)
    made.add(KEY, event.key)
    made.add("DTSTART", event.span.start.value)
    made.add("DTEND", event.span.end.value)
    made.add("SEQUENCE", max(0, event.revision[0]))
    if event.recurrence is not None:
        made.add("RECURRENCE-ID", event.recurrence.value)
        if "THISANDFUTURE" in str(event.component["RECURRENCE-ID"].params.get("RANGE", "")).upper():
            made["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
    for name in ("RRULE", "EXRULE"):
        if name in event.component:
            made[name] = event.component[name]
    for name in ("RDATE", "EXDATE"):
        for item, length in moments(event.component.get(name, []), event.calendar):
            start = _as(item, event.span.start)
            made.add(name, [(start, start + length) if length and isinstance(start, datetime) else start])
    return made


def _as(item: Moment, start: Moment) -> date | datetime:
    """Return a moment in the start's zone: where both are times, a list and its series must agree on it."""
    if isinstance(item.value, datetime) and isinstance(start.value, datetime):
        return item.value.astimezone(start.value.tzinfo)
    if isinstance(item.value, datetime):
        return item.value.date()
    return item.value


def _instance(found: Any, by_key: dict[str, Event], within: Window) -> dict[str, Any] | None:
    event = by_key[str(found[KEY])]
    name = event.span.start.zone
    span = Span(Moment(found["DTSTART"].dt, name), Moment(found["DTEND"].dt, name))
    return _row(event, span) if _holds(within, span) else None


def _row(event: Event, span: Span) -> dict[str, Any]:
    return {
        "key": f"{event.key}@{span.start.text()}",
        "event_key": event.key,
        "uid": event.uid,
        **span.columns(),
        "is_exception": event.recurrence is not None,
        "cancelled": event.cancelled,
    }
