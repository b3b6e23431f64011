"""Putting work into a day: real free stretches, a cap on how much of them is planned, the most pressing work first.

Ordinary functions over intervals. All instants are UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from context.windows import Interval

LEAST = timedelta(minutes=25)  # a shorter block is no use
GRID = timedelta(minutes=5)
SHARE = 0.7  # of the free time; the rest is for what nobody foresees


@dataclass(frozen=True)
class Want:
    """A piece of work: how long it takes, until when it must be done, and whether it is due on the day.

    `within` are stretches kept for work of this kind (a protected routine): they are tried before all others.
    """

    key: str
    length: timedelta
    until: datetime | None = None
    must: bool = False
    within: tuple[Interval, ...] = ()


@dataclass(frozen=True)
class Block:
    key: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Packed:
    """What was placed, in order of time, and how much of each want found no room."""

    blocks: tuple[Block, ...]
    left: dict[str, timedelta]
    free: timedelta
    room: timedelta

    @property
    def planned(self) -> timedelta:
        return sum((block.ends - block.begins for block in self.blocks), timedelta())


def usable(gaps: Sequence[Interval], since: datetime) -> list[Interval]:
    """Return the gaps that are long enough, from `since` on, beginning on the grid of five minutes."""
    found = []
    for begins, ends in gaps:
        start = _snapped(max(begins, since))
        if ends - start >= LEAST:
            found.append((start, ends))
    return found


def room(gaps: Sequence[Interval]) -> timedelta:
    """Return how much of the gaps may be planned, in whole minutes of the grid."""
    free = sum((ends - begins for begins, ends in gaps), timedelta())
    return (free * SHARE) // GRID * GRID


def pack(gaps: Sequence[Interval], wants: Sequence[Want]) -> Packed:
    """Place the wants in their order, each as early as it fits, until the room is used up.

    Long work is split; no piece and no rest is shorter than `LEAST`. What must be done by a moment is placed before it.
    The order of `wants` decides who gets the room: the squeeze comes first.
    """
    open_, most = list(gaps), room(gaps)
    blocks: list[Block] = []
    left: dict[str, timedelta] = {}
    for want in wants:
        rest = max(want.length, LEAST)
        for begins, ends in _order(open_, want):
            available = most - sum((block.ends - block.begins for block in blocks), timedelta())
            piece = _piece(
                rest, (want.until or ends) - begins if want.until else ends - begins, ends - begins, available
            )
            if piece is None:
                continue
            blocks.append(Block(want.key, begins, begins + piece))
            open_ = _without(open_, (begins, begins + piece))
            rest -= piece
            if not rest:
                break
        if rest:
            left[want.key] = rest
    free = sum((ends - begins for begins, ends in gaps), timedelta())
    return Packed(tuple(sorted(blocks, key=lambda block: block.begins)), left, free, most)


def _order(gaps: Sequence[Interval], want: Want) -> list[Interval]:
    """Return the stretches to try: those kept for this work first, then all, in order of time."""
    kept = [
        (max(begins, start), min(ends, stop))
        for start, stop in want.within
        for begins, ends in gaps
        if min(ends, stop) - max(begins, start) >= LEAST
    ]
    return [*kept, *(gap for gap in gaps if not any(_meet(gap, one) for one in kept))]


def _piece(rest: timedelta, before: timedelta, gap: timedelta, available: timedelta) -> timedelta | None:
    """Return how much of the rest goes into a gap: all, or a part that leaves neither crumb nor remnant."""
    most = min(gap, before, available) // GRID * GRID
    if most < LEAST:
        return None
    if rest <= most:
        return rest
    piece = most if rest - most >= LEAST else rest - LEAST
    return piece if piece >= LEAST else None


def _without(gaps: Sequence[Interval], taken: Interval) -> list[Interval]:
    pieces = [
        piece
        for begins, ends in gaps
        for piece in ((begins, min(ends, taken[0])), (max(begins, taken[1]), ends))
        if piece[1] - piece[0] >= LEAST
    ]
    return sorted(set(pieces))


def _meet(first: Interval, second: Interval) -> bool:
    return first[0] < second[1] and second[0] < first[1]


def _snapped(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not over else moment - over + GRID
