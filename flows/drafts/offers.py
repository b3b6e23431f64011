"""Times to offer: free stretches of the owner's working hours in the coming days, under every limit of theirs.

A time is offered only where the calendar was read lately and the profile gives working hours. Taken is what stands in
the calendar, a day with an all-day event that is busy, every constraint with a schedule (hard or not), every routine
that is protected, and what a scheduling preference rules out. A preference that cannot be read is handed back: the
draft then asks for the owner's look.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from context.windows import Interval, Windows, bounds, free, merged, parse
from flows.language import WEEKDAYS
from flows.shape import View

DAYS, MOST = 10, 3  # calendar days ahead that are looked at; times offered, one a day
STEP = timedelta(minutes=30)
ABBREVIATED = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
HALVES = (
    (re.compile(r"(?i)\b(?:afternoons?|nachmittags?|après-midis?)\b"), "12:00-24:00"),
    (re.compile(r"(?i)\b(?:mornings?|vormittags?|matins?|matinées?)\b"), "00:00-12:00"),
    (re.compile(r"(?i)\b(?:evenings?|abends?|soirs?|soirées?)\b"), "17:00-24:00"),
)
EDGE = re.compile(
    r"(?i)\b(?:(?P<before>before|vor|avant)|after|nach|ab|après) (?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d))?"
)
LENGTH = re.compile(
    r"(?i)\b(?P<minutes>\d{2,3}) ?min\w*|\b(?P<hour>an hour|1 hour|one hour|eine stunde|une heure|1 ?h)\b"
)


@dataclass(frozen=True)
class Offers:
    """The stretches to offer (UTC), and the preferences that could not be read."""

    times: tuple[Interval, ...] = ()
    unread: tuple[str, ...] = ()


def length(text: str) -> timedelta:
    """Return how long a meeting a mail asks for, 15 to 120 minutes; half an hour where it does not say."""
    found = LENGTH.search(text)
    minutes = 60 if found and found["hour"] else int(found["minutes"]) if found else 30
    return timedelta(minutes=min(max(minutes, 15), 120))


def offers(view: View, wanted: timedelta) -> Offers | None:
    """Return times of that length from tomorrow on; None where the calendar or the working hours are not known."""
    hours, moment = view.profile.hours, view.moment
    if hours is None or not view.health["calendar"].sound:
        return None
    days = [moment.today + timedelta(days=number) for number in range(1, DAYS + 1)]
    span = {"day_begins": bounds(days[0], moment.zone)[0], "day_ends": bounds(days[-1], moment.zone)[1]}
    taken = [(row["starts_at"], row["ends_at"]) for row in view.rows("meetings", **span)]
    whole = [(row["start_date"], row["end_date"]) for row in view.rows("taken_days", **span)]
    ruled, unread = rules(view)
    found: list[Interval] = []
    for day in days:
        if any(first <= day < last for first, last in whole) or len(found) == MOST:
            continue
        limits = [window for each in ruled for window in each.on(day, moment.zone)]
        gaps = free(day, moment.zone, hours, merged([*taken, *limits]))
        if (start := _start(gaps, wanted)) is not None:
            found.append((start, start + wanted))
    return Offers(tuple(found), unread)


def _start(gaps: list[Interval], wanted: timedelta) -> datetime | None:
    """Return the first half hour of a day from which `wanted` is free."""
    for begins, ends in gaps:
        past = (begins - begins.replace(minute=0, second=0, microsecond=0)) % STEP
        start = begins + (STEP - past if past else timedelta())
        if start + wanted <= ends:
            return start
    return None


def rules(view: View) -> tuple[list[Windows], tuple[str, ...]]:
    """Return when the owner cannot or does not want to be asked for, and the preferences that no rule can read."""
    profile = view.profile
    found = [each.when for each in profile.constraints if each.when is not None]
    found += [each.when for each in profile.routines if each.protect]
    unread = []
    for each in profile.preferences:
        if each.status != "active" or each.scope.kind != "scheduling":
            continue
        if each.strength not in ("never", "avoid"):
            unread.append(each.rule)
        elif (window := ruled_out(each.rule)) is not None:
            found.append(window)
        else:
            unread.append(each.rule)
    return found, tuple(unread)


def ruled_out(rule: str) -> Windows | None:
    """Return the schedule that a preference in words rules out ("no calls on Fridays"); None where unreadable."""
    try:
        return parse(rule)
    except ValueError:
        pass
    words = [word.rstrip("s") for word in re.findall(r"[^\W\d_]+", rule.casefold())]
    names = {name.rstrip("s"): number for name, number in WEEKDAYS.items()}
    days = ",".join(dict.fromkeys(ABBREVIATED[names[word]] for word in words if word in names))
    times = next((text for pattern, text in HALVES if pattern.search(rule)), "")
    if (edge := EDGE.search(rule)) is not None and int(edge["hour"]) < 24:
        clock = f"{int(edge['hour']):02d}:{edge['minute'] or '00'}"
        times = f"00:00-{clock}" if edge["before"] else f"{clock}-24:00"
    if not days and not times:
        return None
    try:
        return parse(f"{days or 'DAILY'} {times}".strip())
    except ValueError:
        return None
