"""The window in which instances are worked out; light, because a scan asks for it."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

VERSION = 2  # of the reader: raised when the same text would give other rows
BEFORE, AFTER = timedelta(days=90), timedelta(days=400)


@dataclass(frozen=True)
class Window:
    first: datetime
    last: datetime


def window(now: datetime) -> Window:
    """Return the window around the week of `now`: the same all week, so that only a new week makes new instances."""
    today = now.astimezone(UTC).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), UTC)
    return Window(monday - BEFORE, monday + timedelta(days=7) + AFTER)


def stamp(now: datetime) -> dict[str, Any]:
    """Return what besides its text decides a calendar's rows; part of every fingerprint and cursor."""
    return {"window": window(now).first.date().isoformat(), "version": VERSION}
