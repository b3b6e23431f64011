"""Small calendars, written as text, and what the reader makes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.calendar.feed import items
from connectors.shape import Known, Reject, Rows

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)  # the week before the clocks change in Europe


@dataclass
class Made:
    events: dict[str, dict[str, Any]]
    instances: list[dict[str, Any]]
    tasks: dict[str, dict[str, Any]]
    rejects: list[Reject]

    @property
    def reasons(self) -> list[str]:
        return [reject.reason for reject in self.rejects]

    def starts(self) -> list[str]:
        """The starts of all instances in UTC, in order, as text that is easily read."""
        return [
            f"{row['starts_at']:%Y-%m-%d %H:%M}" for row in sorted(self.instances, key=lambda row: row["starts_at"])
        ]


Make = Callable[..., Made]


@pytest.fixture
def make() -> Make:
    def made(*components: str, zone: str = "Europe/Berlin", head: str = "", now: datetime = NOW) -> Made:
        body = "\n".join(part.strip() for part in components)
        text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}\n{body}\nEND:VCALENDAR\n"
        return read(text.encode(), zone, now)

    return made


def read(data: bytes, zone: str = "Europe/Berlin", now: datetime = NOW) -> Made:
    tables: dict[str, list[Any]] = {"events": [], "event_instances": [], "tasks": []}
    rejects: list[Reject] = []
    for item in items("a.ics", data, "a", Known({}, now, zone)):
        if isinstance(item, Rows):
            tables[item.table] += item.rows
        else:
            rejects.append(item)
    keyed = [{row["key"]: row for row in tables[name]} for name in ("events", "tasks")]
    return Made(keyed[0], tables["event_instances"], keyed[1], rejects)


def event(*lines: str, uid: str = "u", start: str = "DTSTART:20260325T090000Z") -> str:
    """Return a VEVENT of a UID, a start and further lines."""
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", start, *lines, "END:VEVENT"])
