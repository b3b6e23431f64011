"""The arithmetic of a day: what is busy, what is free, and what is wrong with it. Ordinary functions over intervals.

All instants are UTC. A meeting has somebody else in it; a block of the owner's own is busy time, not a meeting.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from context.profile import Constraint
from context.windows import Interval, Windows, free, merged

BREATH = timedelta(minutes=10)  # less than this between two meetings is no break
STRETCH = timedelta(hours=4)  # longer without a break is told
CHAIN = 3  # so many meetings without a gap are told; two in a row are a normal day

Kind = Literal["clash", "limit", "stretch", "chain", "agenda"]


@dataclass(frozen=True)
class Slot:
    """A timed event of the day, clipped to it. `others` are the names of the people that the owner meets."""

    key: str
    title: str
    begins: datetime
    ends: datetime
    meeting: bool
    others: tuple[str, ...] = ()
    count: int = 0
    agenda: bool = True
    mine: bool = False
    accepted: bool = True
    fact: str = ""
    tied: str = field(default="", compare=False)


@dataclass(frozen=True)
class Problem:
    """Something wrong with the day: which events it is about, and when."""

    kind: Kind
    slots: tuple[Slot, ...]
    begins: datetime
    ends: datetime
    limit: Constraint | None = None

    @property
    def key(self) -> str:
        about = self.limit.id if self.limit else ""
        return f"{self.kind}:{about}:{'+'.join(slot.key for slot in self.slots)}"


def busy(slots: Sequence[Slot]) -> list[Interval]:
    """Return the union of the slots: time that two share counts once."""
    return merged((slot.begins, slot.ends) for slot in slots)


def minutes(intervals: Sequence[Interval]) -> int:
    return int(sum((ends - begins for begins, ends in intervals), timedelta()).total_seconds() // 60)


def longest_free(
    day: date, zone: ZoneInfo, hours: Windows | None, slots: Sequence[Slot], limits: Sequence[Constraint]
) -> Interval | None:
    """Return the longest stretch of working time that no event and no hard limit takes; the earliest of equals."""
    if hours is None:
        return None
    taken = [*busy(slots), *(window for limit in limits if limit.when for window in limit.when.on(day, zone))]
    return max(free(day, zone, hours, taken), key=lambda gap: gap[1] - gap[0], default=None)


def problems(day: date, zone: ZoneInfo, slots: Sequence[Slot], limits: Sequence[Constraint]) -> list[Problem]:
    """Return what is wrong with the day, the gravest first."""
    meetings = [slot for slot in slots if slot.meeting]
    found = [*clashes(slots), *broken(day, zone, slots, limits), *stretches(meetings), *chains(meetings)]
    bare = tuple(slot for slot in meetings if not slot.agenda)
    if bare:
        found.append(Problem("agenda", bare, bare[0].begins, bare[-1].ends))
    return found


def clashes(slots: Sequence[Slot]) -> list[Problem]:
    """Return each pair of events that overlap, at least one of which is a meeting."""
    pairs = []
    for number, first in enumerate(slots):
        for second in slots[number + 1 :]:
            if second.begins >= first.ends:
                break  # in order of begin: nothing later can overlap `first`
            if first.meeting or second.meeting:
                pairs.append(Problem("clash", (first, second), second.begins, min(first.ends, second.ends)))
    return pairs


def broken(day: date, zone: ZoneInfo, slots: Sequence[Slot], limits: Sequence[Constraint]) -> list[Problem]:
    """Return each meeting that runs into a hard limit of the owner's."""
    found = []
    for limit in limits:
        for begins, ends in limit.when.on(day, zone) if limit.when else []:
            for slot in slots:
                if slot.meeting and slot.begins < ends and begins < slot.ends:
                    found.append(Problem("limit", (slot,), max(begins, slot.begins), min(ends, slot.ends), limit))
    return found


def runs(meetings: Sequence[Slot], breath: timedelta) -> list[list[Slot]]:
    """Return meetings grouped so that less than `breath` lies between one and the next."""
    groups: list[list[Slot]] = []
    reached: datetime | None = None
    for slot in meetings:
        if reached is not None and slot.begins - reached < breath:
            groups[-1].append(slot)
            reached = max(reached, slot.ends)
        else:
            groups.append([slot])
            reached = slot.ends
    return groups


def stretches(meetings: Sequence[Slot]) -> list[Problem]:
    """Return each run of meetings that goes on for over four hours without a break."""
    found = []
    for group in runs(meetings, BREATH):
        begins, ends = group[0].begins, max(slot.ends for slot in group)
        if ends - begins > STRETCH:
            found.append(Problem("stretch", tuple(group), begins, ends))
    return found


def chains(meetings: Sequence[Slot]) -> list[Problem]:
    """Return each run of three meetings or more without a gap that is not told as a stretch already."""
    found = []
    for group in runs(meetings, BREATH):
        begins, ends = group[0].begins, max(slot.ends for slot in group)
        if len(group) >= CHAIN and ends - begins <= STRETCH:
            found.append(Problem("chain", tuple(group), begins, ends))
    return found
