"""Windows: recurring stretches of wall-clock time ("MON,WED 16:15-18:00"), and what they are on a given date.

The grammar, in words that a person would write; parts are separated by `;`:

    MON,WED 16:15-18:00          these weekdays, between these times
    MON-FRI 09:00-12:00,13:00-17:30   a range of weekdays, two stretches
    DAILY 22:00-06:00            over midnight: the second half belongs to the evening it began on
    SUN                          the whole day
    2026-12-24..2027-01-02       dates, inclusive; times may follow

Times are the owner's wall clock. On the days when clocks change a window is the instants at which the wall clock reads
inside it: a time that is skipped counts as the moment of the jump, a time that comes twice begins at the first and ends
at the second, so a limit may grow by an hour but never shrinks or moves.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
EXPECTED = 'a schedule like "MON,WED 16:15-18:00", "DAILY 22:00-06:00" or "2026-12-24..2027-01-02"'
MIDNIGHT = 24 * 60
WEEK = 7 * MIDNIGHT
_TIMES = re.compile(r"(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)")
_DATES = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch on some days: minutes since midnight; `closes` over 1440 reaches into the next day.

    Either `weekdays` (1 = Monday … 7 = Sunday, as ISO 8601 counts) or the dates `first`..`last` inclusive are set.
    """

    opens: int
    closes: int
    weekdays: tuple[int, ...] = ()
    first: date | None = None
    last: date | None = None

    def falls(self, day: date) -> bool:
        """Return whether this stretch begins on `day`."""
        if self.first is not None and self.last is not None:
            return self.first <= day <= self.last
        return day.isoweekday() in self.weekdays

    @property
    def minutes(self) -> int:
        return self.closes - self.opens


@dataclass(frozen=True, slots=True)
class Windows:
    """A parsed schedule; `text` is as its owner wrote it."""

    text: str
    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return self.text

    def starting(self, day: date, zone: tzinfo) -> list[Interval]:
        """Return the stretches that begin on `day`, as UTC instants, in order."""
        found = (_interval(day, span, zone) for span in self.spans if span.falls(day))
        return sorted(interval for interval in found if interval[0] < interval[1])

    def on(self, day: date, zone: tzinfo) -> list[Interval]:
        """Return what of this schedule lies within the local date `day`, merged, as UTC instants."""
        begins, ends = bounds(day, zone)
        near = [*self.starting(day - timedelta(days=1), zone), *self.starting(day, zone)]
        return merged((max(a, begins), min(b, ends)) for a, b in near)

    def week(self) -> int:
        """Return the minutes of an ordinary week; stretches by date do not count."""
        return sum(span.minutes * len(span.weekdays) for span in self.spans)

    def weekly(self) -> list[tuple[int, int]]:
        """Return the stretches of an ordinary week as minutes since its Monday began; dates do not count."""
        found: list[tuple[int, int]] = []
        for span in self.spans:
            for weekday in span.weekdays:
                begins = (weekday - 1) * MIDNIGHT + span.opens
                ends = begins + span.minutes
                found.append((begins, min(ends, WEEK)))
                if ends > WEEK:
                    found.append((0, ends - WEEK))
        return sorted(found)


def overlap(first: Windows, second: Windows) -> int:
    """Return how many minutes of an ordinary week two schedules share."""
    return sum(max(0, min(b, d) - max(a, c)) for a, b in first.weekly() for c, d in second.weekly())


def parse(text: str) -> Windows:
    """Return the schedule that `text` says. Raises ValueError that names the part it cannot read."""
    parts = [part.strip() for part in text.split(";")]
    spans = tuple(span for part in parts if part for span in _part(part))
    if not spans:
        raise ValueError(f"expected {EXPECTED}")
    return Windows(text.strip(), spans)


def hours(days: dict[str, str]) -> Windows:
    """Return working hours given as {days: times}, like {"MON-THU": "09:30-18:00"}."""
    return parse("; ".join(f"{day} {times}" for day, times in days.items()))


def bounds(day: date, zone: tzinfo) -> Interval:
    """Return the instants at which the local date begins and ends (23 to 25 hours apart)."""
    return instant(day, 0, zone), instant(day, MIDNIGHT, zone)


def free(day: date, zone: tzinfo, available: Windows, busy: Iterable[Interval]) -> list[Interval]:
    """Return what is left of `available` on `day` once every `busy` stretch is taken out."""
    left = available.on(day, zone)
    for taken_from, taken_until in merged(busy):
        left = [
            piece
            for a, b in left
            for piece in ((a, min(b, taken_from)), (max(a, taken_until), b))
            if piece[0] < piece[1]
        ]
    return left


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union of intervals in order; empty ones vanish and touching ones join."""
    result: list[Interval] = []
    for begins, ends in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if result and begins <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], ends))
        else:
            result.append((begins, ends))
    return result


def instant(day: date, minute: int, zone: tzinfo, *, last: bool = False) -> datetime:
    """Return the UTC instant of a wall-clock minute; `last` takes the second of two, where clocks are set back."""
    whole, rest = divmod(minute, MIDNIGHT)
    wall = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), zone)
    early, late = wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if early <= late:  # an ordinary time (both are one) or a repeated one
        return late if last else early
    return _jump(late, early, zone)  # a skipped one: the folds are swapped around the jump (PEP 495)


def clock(minute: int) -> str:
    """Return a minute of the day as the owner would write it: 975 is "16:15", and 1440 "24:00"."""
    minute = minute if minute <= MIDNIGHT else minute - MIDNIGHT
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the instant between two at which the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _interval(day: date, span: Span, zone: tzinfo) -> Interval:
    return instant(day, span.opens, zone), instant(day, span.closes, zone, last=span.closes % MIDNIGHT != 0)


def _part(part: str) -> Iterator[Span]:
    days, _, times = part.partition(" ")
    stretches = list(_times(times)) if times.strip() else [(0, MIDNIGHT)]
    if found := _DATES.fullmatch(days):
        first = _date(found[1])
        last = _date(found[2]) if found[2] else first
        if last < first:
            raise ValueError(f"the dates {days} run backwards")
        yield from (Span(a, b, first=first, last=last) for a, b in stretches)
    else:
        weekdays = tuple(sorted(set(_weekdays(days))))
        yield from (Span(a, b, weekdays) for a, b in stretches)


def _weekdays(text: str) -> Iterator[int]:
    if text.upper() == "DAILY":
        yield from range(1, 8)
        return
    for piece in text.upper().replace("–", "-").split(","):
        begins, dash, ends = piece.partition("-")
        if begins not in DAYS or (dash and ends not in DAYS):
            raise ValueError(f"{piece!r} is no weekday; expected {EXPECTED}")
        first, last = DAYS.index(begins), DAYS.index(ends if dash else begins)
        yield from (1 + (first + step) % 7 for step in range((last - first) % 7 + 1))


def _times(text: str) -> Iterator[tuple[int, int]]:
    for piece in text.split(","):
        found = _TIMES.fullmatch(piece.strip())
        if not found:
            raise ValueError(f"{piece.strip()!r} is no stretch of time; expected one like 16:15-18:00")
        opens, closes = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        if opens >= MIDNIGHT or closes > MIDNIGHT or int(found[2]) > 59 or int(found[4]) > 59:
            raise ValueError(f"{piece.strip()!r} is no stretch of time; expected one like 16:15-18:00")
        if opens == closes:
            raise ValueError(f"{piece.strip()!r} is empty; for a whole day write the days alone")
        yield opens, closes if closes > opens else closes + MIDNIGHT


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no date of the calendar") from None
