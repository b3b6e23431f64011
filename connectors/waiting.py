"""Waiting as a server asked to, by a clock that may have been set back since."""

from datetime import datetime, timedelta

LONGEST = timedelta(days=1)  # asked to wait longer, a server is asked again once a day


def waits(until: str | None, now: datetime) -> bool:
    """Whether `until` (a moment that a cursor remembers) is still to be waited for.

    A moment further off than LONGEST is not believed: where the clock had run ahead, it would be waited for for years.
    """
    return until is not None and now < datetime.fromisoformat(until) <= now + LONGEST
