"""How often the owner and somebody have to do with each other, and whether it was silent for too long. Plain sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median

FEWEST = 4  # days of contact: with fewer there is no rhythm to speak of
PATIENCE = 1.5  # times the cadence
COMMON = 14  # days: without a stated cadence, nobody is silent for too long sooner than by this cadence


@dataclass(frozen=True)
class Rhythm:
    """`gap` is the usual number of days between contacts; `most` is the silence from which somebody is overdue.

    Both are None where there is too little history.
    """

    days: int
    last: date
    silent: int
    stated: int | None
    gap: int | None
    most: float | None

    @property
    def overdue(self) -> bool:
        return self.most is not None and self.silent > self.most

    @property
    def times(self) -> int:
        """Return how many times the longest fitting silence has passed: overdue is told again when this grows."""
        return int(self.silent / self.most) if self.most else 0


def rhythm(days: Sequence[date], today: date, stated: int | None) -> Rhythm | None:
    """Return the rhythm of days of contact; None where there were none. Days after `today` do not count."""
    known = sorted({day for day in days if day <= today})
    if not known:
        return None
    silent = (today - known[-1]).days
    if len(known) < FEWEST:
        return Rhythm(len(known), known[-1], silent, stated, None, None)
    gap = round(median((later - earlier).days for earlier, later in pairwise(known)))
    return Rhythm(len(known), known[-1], silent, stated, gap, PATIENCE * max(stated or COMMON, gap))
