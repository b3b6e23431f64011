"""An ISO week (ISO 8601) as the owner lived it: from Monday 00:00 to Monday 00:00 on the clock of where they were."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from context import store
from context.errors import InputError
from context.home import Home
from context.windows import bounds
from flows.shape import Ask

WRITTEN = re.compile(r"(\d{4})-?[Ww](\d{1,2})")


@dataclass(frozen=True)
class Week:
    """A week: 167 to 169 hours long where clocks change. `ends` is where the next one begins."""

    first: date
    zone: ZoneInfo

    @property
    def name(self) -> str:
        year, number, _ = self.first.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def begins(self) -> datetime:
        return bounds(self.first, self.zone)[0].astimezone(UTC)

    @property
    def ends(self) -> datetime:
        return bounds(self.first + timedelta(days=7), self.zone)[0].astimezone(UTC)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    def before(self, number: int) -> "Week":
        """Return the week that was `number` weeks before."""
        return Week(self.first - timedelta(days=7 * number), self.zone)

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def week(text: str | None, day: date, zone: ZoneInfo) -> Week:
    """Return the week that `text` names ("2026-W12"), else that of `day`. Raises InputError."""
    if text is None:
        return Week(day - timedelta(days=day.weekday()), zone)
    found = WRITTEN.fullmatch(text.strip())
    try:
        return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1), zone) if found else _bad(text)
    except ValueError:
        return _bad(text)


def _bad(text: str) -> Week:
    raise InputError(f"{text[:40]} is no week", "write it like 2026-W12") from None


def asked(home: Home, text: str | None, ask: Ask) -> Ask:
    """Return what is asked of the review: a week that is over is seen as of its end, whenever that is asked.

    So the same week gives the same review. Raises InputError for what is no week, and for one that has not begun.
    """
    zone = ask.place(store.load(home))
    moment = ask.moment(zone)
    now = moment or home.now()
    chosen = week(text, ask.day or now.astimezone(zone).date(), zone)
    if chosen.begins > now:
        raise InputError(f"{chosen.name} has not begun", "choose a week that has")
    as_of = moment or (chosen.ends if chosen.ends <= now else None)
    return Ask(
        day=min(chosen.last, now.astimezone(zone).date()),
        as_of=as_of,
        zone=ask.zone,
        about=chosen.name,
        dry_run=ask.dry_run,
        scheduled=ask.scheduled,
        notes=ask.notes,
    )
