"""Events as Google's interface gives them, and short looks at what they became."""

from typing import Any

from tests.connectors.store import Store

ME = "ana@example.org"
ZONE = "Europe/Berlin"


def at(text: str, zone: str | None = ZONE) -> dict[str, str]:
    return {"dateTime": text, **({"timeZone": zone} if zone else {})}


def times(start: str, end: str, zone: str | None = ZONE) -> dict[str, Any]:
    return {"start": at(start, zone), "end": at(end, zone)}


HOUR = times("2026-03-26T09:00:00+01:00", "2026-03-26T10:00:00+01:00")
WEEKLY = {
    **times("2026-03-23T09:00:00+01:00", "2026-03-23T09:15:00+01:00"),
    "summary": "Standup",
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=6"],
}
SECOND, THIRD = at("2026-03-30T09:00:00+02:00"), at("2026-04-06T09:00:00+02:00")  # the clocks change in between


def events(store: Store) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in store.rows("events")}


def starts(store: Store) -> list[str]:
    found = sorted(store.rows("event_instances"), key=lambda row: row["starts_at"])
    return [f"{row['starts_at']:%m-%d %H:%M}" + (" cancelled" if row["cancelled"] else "") for row in found]
