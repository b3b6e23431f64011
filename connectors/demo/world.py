"""The constants of the fictional quarter, its dice, and how a file is laid down."""

import os
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
# A Wednesday. New York went to summer time on 8 March, Berlin goes on the 29th: the two are five hours apart, not six.
NOW = datetime(2026, 3, 25, 7, 0, tzinfo=ZONE)
SEED = "fernhafen-2026-q1"
HOLIDAYS = {date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)}  # Hamburg, first half of 2026
STORY = Path(__file__).with_name("story")

T = TypeVar("T")


class Dice:
    """A repeatable random source for one purpose: another purpose's throws never shift these.

    Only `random()` is used, whose sequence Python promises to keep for a given seed (documentation of `random`,
    "Notes on Reproducibility"); the other methods of that module may change between releases.
    """

    def __init__(self, *purpose: object) -> None:
        self._random = random.Random(":".join((SEED, *map(str, purpose))))

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return [item for _, item in sorted(((self._random.random(), item) for item in items), key=lambda pair: pair[0])]


def local(day: date, hour: int, minute: int = 0, zone: ZoneInfo = ZONE) -> datetime:
    """Return the wall-clock moment in `zone`."""
    return datetime.combine(day, time(hour, minute), tzinfo=zone)


def at(text: str, zone: ZoneInfo = ZONE) -> datetime:
    """Parse "2026-03-25 07:00" as a wall-clock moment in `zone`."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# The owner's journey: from landing in New York to landing in Hamburg, the clock on their mail is New York's.
AWAY = (at("2026-03-09 19:20"), at("2026-03-14 07:45"))


def working(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def workday(day: date, steps: int = 0) -> date:
    """Return the working day that lies `steps` working days after `day` (0: the same, or the next one)."""
    while not working(day):
        day += timedelta(days=1)
    while steps > 0:
        day += timedelta(days=1)
        steps -= working(day)
    return day


def days(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`, both included."""
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def private(folder: Path) -> None:
    """Make a folder and what is missing above it, each for its owner alone (`mkdir(parents=True)` would open those)."""
    if not folder.is_dir():
        private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def put(path: Path, content: str | bytes, when: datetime) -> None:
    """Write a private file with a fixed time of change; a file that is already so is left alone."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    stamp = when.astimezone(UTC).timestamp()
    if not path.is_file() or path.read_bytes() != data:
        private(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
    if path.stat().st_mtime != stamp:
        os.utime(path, (stamp, stamp))
