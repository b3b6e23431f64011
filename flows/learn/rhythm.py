"""When the owner works, and what they do again and again: percentiles over twelve weeks, on the owner's wall clock."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from context.profile import Profile
from context.proposals import Seen
from context.windows import DAYS, clock, overlap, parse
from flows.common.wording import count
from flows.facts import Moment, Row
from flows.learn.names import clean

WEEKS = 12
HALF = 30  # minutes to which hours are rounded
APART = 60  # minutes by which hours may differ from what the owner said
BUSY = {"busy", "belegt", "beschäftigt", "occupé", "occupied", "private", "privat", "privé", "ocupado", "no title"}
OFTEN = 4  # times that a block must have come


def percentile(values: Sequence[int], share: float) -> int:
    """Return the value below which `share` of the values lie: the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * (len(ordered) - 1))))]


def hours(moment: Moment, profile: Profile, rows: Iterable[Row]) -> list[Seen]:
    """Return the working hours that mails and meetings show, where the profile says none, or others.

    A weekday is worked on where half of its weeks have two mails or meetings or more. It begins when half of these
    days had begun, and ends when half had ended, each to the half hour around.
    """
    begun: dict[date, list[int]] = defaultdict(list)
    ended: dict[date, list[int]] = defaultdict(list)
    mails = meetings = 0
    for row in rows:
        start, end = (row[name].astimezone(moment.zone) for name in ("begins_at", "ends_at"))
        mails, meetings = mails + (row["kind"] == "mail"), meetings + (row["kind"] == "meeting")
        begun[start.date()].append(start.hour * 60 + start.minute)
        ended[start.date()].append(end.hour * 60 + end.minute if end.date() == start.date() else 24 * 60)
    found: list[tuple[int, int] | None] = []
    for weekday in range(7):
        days = [day for day in begun if day.weekday() == weekday and len(begun[day]) >= 2]
        if len(days) < WEEKS / 2:
            found.append(None)
            continue
        first = percentile([min(begun[day]) for day in days], 0.5) // HALF * HALF
        last = -(-percentile([max(ended[day]) for day in days], 0.5) // HALF) * HALF
        found.append((first, max(last, first + HALF)))
    if not any(found) or _as_said(profile, found):
        return []
    evidence = f"{count(mails, 'mail')} sent, {count(meetings, 'meeting')} in {WEEKS} weeks"
    return [Seen("hours", "working_hours", _ranges(found), evidence)]


def _as_said(profile: Profile, found: Sequence[tuple[int, int] | None]) -> bool:
    """Return whether the owner's own hours are these, within an hour."""
    stated = profile.hours
    if stated is None:
        return False
    said: list[tuple[int, int] | None] = [None] * 7
    for opens, closes in stated.weekly():
        day = opens // (24 * 60)
        low, high = opens - day * 24 * 60, closes - day * 24 * 60
        before = said[day]
        said[day] = (min(before[0], low), max(before[1], high)) if before else (low, high)
    return all(
        (one is None) == (two is None)
        and (one is None or two is None or max(abs(one[0] - two[0]), abs(one[1] - two[1])) <= APART)
        for one, two in zip(said, found, strict=True)
    )


def _ranges(found: Sequence[tuple[int, int] | None]) -> dict[str, str]:
    """Return the hours as profile.yaml has them: {"MON-THU": "09:00-18:00", "FRI": …}."""
    ranges: list[tuple[int, int, tuple[int, int]]] = []
    for day, each in enumerate(found):
        if each is None:
            continue
        if ranges and ranges[-1][1] == day - 1 and ranges[-1][2] == each:
            ranges[-1] = (ranges[-1][0], day, each)
        else:
            ranges.append((day, day, each))
    return {
        DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}": f"{clock(low)}-{clock(high)}"
        for first, last, (low, high) in ranges
    }


def routines(moment: Moment, profile: Profile, rows: Iterable[Row]) -> list[Seen]:
    """Return the owner's own recurring blocks that neither a routine nor a limit of the profile stands for."""
    slots: Counter[tuple[str, int, int, int]] = Counter()
    for row in rows:
        start, end = (row[name].astimezone(moment.zone) for name in ("starts_at", "ends_at"))
        name = clean(row["summary"])
        if (
            name
            and name.casefold() not in BUSY
            and end.date() == start.date()
            and timedelta(minutes=15) <= end - start <= timedelta(hours=6)
        ):
            slots[name, start.hour * 60 + start.minute, end.hour * 60 + end.minute, start.weekday()] += 1
    grouped: dict[tuple[str, int, int], dict[int, int]] = defaultdict(dict)
    for (name, low, high, weekday), times in slots.items():
        if times >= OFTEN:
            grouped[name, low, high][weekday] = times
    found = []
    known = [entry.when for entry in profile.routines]
    known += [limit.when for limit in profile.constraints if limit.when]
    for (name, low, high), days in grouped.items():
        when = f"{','.join(DAYS[day] for day in sorted(days))} {clock(low)}-{clock(high)}"
        windows = parse(when)
        if any(overlap(windows, stated) * 2 >= windows.week() for stated in known):
            continue
        evidence = f"{count(sum(days.values()), 'time')} in {WEEKS} weeks"
        found.append((sum(days.values()), Seen("routine", f"{name} {when}", {"name": name, "when": when}, evidence)))
    return [seen for _, seen in sorted(found, key=lambda each: (-each[0], each[1].key))]
