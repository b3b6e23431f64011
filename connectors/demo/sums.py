"""What the calendars say, worked out from the story itself: occurrences of series, and the sums of a day.

This is the other side of the golden file. It shares no code with the product, and knows just the rules that the
quarter's series use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from connectors.demo.agenda import events
from connectors.demo.ical import Event
from connectors.demo.world import ZONE

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HOURS = {0: (9, 18), 1: (9, 18), 2: (9, 18), 3: (9, 18), 4: (9, 15)}  # as the profile says
EVERY = tuple(range(7))
LIMITS = (  # the profile's hard constraints, cut at midnight: id, weekdays, from, until
    ("c_pickup", (0, 2), time(16, 15), time(18)),
    ("c_physio", (3,), time(8), time(8, 45)),
    ("c_night", EVERY, time(0), time(6, 30)),
    ("c_night", EVERY, time(22), time.max),
)
BREATH = timedelta(minutes=10)  # a shorter pause is none


@dataclass(frozen=True)
class Slot:
    """One occurrence. Timed ones are moments in UTC; `event` is the exception where there is one."""

    event: Event
    begins: datetime
    ends: datetime
    day: date

    @property
    def cancelled(self) -> bool:
        return self.event.status == "CANCELLED"

    @property
    def meeting(self) -> bool:
        return bool(self.event.others)

    @property
    def busy(self) -> bool:
        """Whether it takes the owner's time: timed, not declined, cancelled or marked as free, and their own."""
        own = self.event.calendar != "dana"
        return own and not (self.event.all_day or self.event.free or self.cancelled or self.event.mine == "DECLINED")


def rules(event: Event) -> dict[str, str]:
    return dict(part.split("=", 1) for part in event.rule.split(";")) if event.rule else {}


def candidates(event: Event, until: date) -> Iterator[date]:
    """Yield the days of a series in order, from its start, without end but for `until`."""
    rule, start = rules(event), event.start.date() if isinstance(event.start, datetime) else event.start
    step = int(rule.get("INTERVAL", "1"))
    day = start
    while day <= until:
        week = (day - timedelta(days=day.weekday()) - (start - timedelta(days=start.weekday()))).days // 7
        match rule["FREQ"], rule:
            case "WEEKLY", _:
                hit = week % step == 0 and WEEKDAYS[day.weekday()] in rule["BYDAY"].split(",")
            case "MONTHLY", {"BYMONTHDAY": number}:
                hit = day.day == int(number)
            case "MONTHLY", _:
                nth, weekday = int(rule["BYDAY"][:-2]), WEEKDAYS.index(rule["BYDAY"][-2:])
                last = (day + timedelta(days=7)).month != day.month
                hit = day.weekday() == weekday and (last if nth == -1 else (day.day - 1) // 7 + 1 == nth)
            case "YEARLY", _:
                hit = (day.month, day.day) == (start.month, start.day)
            case _:
                raise ValueError(f"a rule that the quarter does not use: {event.rule}")
        if hit:
            yield day
        day += timedelta(days=1)


def slot(event: Event, shift: timedelta = timedelta()) -> Slot:
    """Return an occurrence, `shift` after the event's own start on the wall clock."""
    start, end = event.start + shift, event.end + shift
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Slot(event, start.astimezone(UTC), end.astimezone(UTC), start.astimezone(ZONE).date())
    begins, ends = (datetime.combine(each, time(), tzinfo=ZONE).astimezone(UTC) for each in (start, end))
    return Slot(event, begins, ends, start)


def occurrences(event: Event, until: date) -> list[Slot]:
    """Return a series' own occurrences (not its exceptions), or the one of an event that does not recur."""
    if not event.rule:
        return [slot(event)]
    rule = rules(event)
    base = event.start.date() if isinstance(event.start, datetime) else event.start
    last = datetime.strptime(rule["UNTIL"], "%Y%m%dT%H%M%S%z") if "UNTIL" in rule else None
    found: list[Slot] = []
    for number, day in enumerate(candidates(event, until)):
        one = slot(event, timedelta(days=(day - base).days))
        if ("COUNT" in rule and number >= int(rule["COUNT"])) or (last and one.begins > last):
            break
        found.append(one)
    return found


@cache
def instances(calendar: str, first: date, until: date) -> tuple[Slot, ...]:
    """Return a calendar's occurrences that begin on `first` or later and before `until`, cancelled ones included."""
    own = [event for event in events() if event.calendar == calendar]
    replaced = {
        (event.uid, slot(event).begins if event.replaces is None else moment(event.replaces))
        for event in own
        if event.replaces is not None
    }
    found = []
    for event in own:
        skipped = {moment(each) for each in event.skipped}
        for one in occurrences(event, until):
            gone = one.begins in skipped or (event.rule and (event.uid, one.begins) in replaced)
            if not gone and first <= one.day < until:
                found.append(one)
    return tuple(sorted(found, key=lambda one: (one.begins, one.ends, one.event.id)))


def moment(when: datetime | date) -> datetime:
    return (when if isinstance(when, datetime) else datetime.combine(when, time(), tzinfo=ZONE)).astimezone(UTC)


def busy(day: date) -> list[Slot]:
    """Return what takes the owner's time on a day, each thing once, in order."""
    week = (day - timedelta(days=3), day + timedelta(days=2))
    both = [one for name in ("work", "private") for one in instances(name, *week)]
    opens, closes = (datetime.combine(each, time(), tzinfo=ZONE) for each in (day, day + timedelta(days=1)))
    found = {(one.event.uid, one.begins): one for one in both if one.busy and one.begins < closes and one.ends > opens}
    return sorted(found.values(), key=lambda one: (one.begins, one.ends, one.event.id))


def islands(spans: list[tuple[datetime, datetime]], pause: timedelta = timedelta()) -> list[tuple[datetime, datetime]]:
    """Return the union of the spans; a pause shorter than `pause` is bridged."""
    found: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(spans):
        if found and (begins <= found[-1][1] or begins - found[-1][1] < pause):
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def limits(day: date) -> list[tuple[str, datetime, datetime]]:
    """Return the hard constraints of a day, each with its window on that day."""

    def utc(at: time) -> datetime:
        midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZONE)
        return (midnight if at == time.max else datetime.combine(day, at, tzinfo=ZONE)).astimezone(UTC)

    return [(name, utc(opens), utc(closes)) for name, on, opens, closes in LIMITS if day.weekday() in on]


def longest_free(day: date, taken: list[tuple[datetime, datetime]]) -> tuple[datetime, datetime] | None:
    """Return the longest stretch of working time that nothing takes; the earliest of equals."""
    if day.weekday() not in HOURS:
        return None
    opens, closes = (datetime.combine(day, time(hour), tzinfo=ZONE).astimezone(UTC) for hour in HOURS[day.weekday()])
    free, reached = [], opens
    for begins, ends in [*islands(taken), (closes, closes)]:
        if min(begins, closes) > reached:
            free.append((reached, min(begins, closes)))
        reached = max(reached, ends)
    return max(free, key=lambda gap: gap[1] - gap[0], default=None)
