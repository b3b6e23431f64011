"""The days of an agenda: events from the warehouse, and the owner's limits from the profile."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from context.profile import Profile
from context.windows import Windows, bounds, merged
from flows.render.clean import INVISIBLE

Answer = dict[str, Any]
AGENDA = """
SELECT instance_key, source, calendar, starts_at, ends_at, start_date, end_date, all_day, summary, location,
       conference_url, status, my_status, organizer_name, attendees, other_people, transparent
FROM event_instances
WHERE duplicate_of IS NULL AND NOT cancelled
  AND CASE WHEN all_day THEN start_date < $last AND end_date > $first
           ELSE starts_at < $until AND (ends_at > $since OR starts_at >= $since) END
ORDER BY all_day DESC, starts_at, instance_key
"""


def events(con: Any, profile: Profile, first: date, days: int) -> dict[date, list[Answer]]:
    """Return the events of each of `days` days from `first`, in the owner's zone; an event of two days is in both."""
    last = first + timedelta(days=days)
    since, until = bounds(first, profile.zone)[0], bounds(last, profile.zone)[0]
    result = con.execute(AGENDA, {"first": first, "last": last, "since": since, "until": until})
    names = [column[0] for column in result.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    found: dict[date, list[Answer]] = {}
    for day in (first + timedelta(days=step) for step in range(days)):
        begins, ends = bounds(day, profile.zone)
        found[day] = [_event(row, profile) for row in rows if _touches(row, day, begins, ends)]
    return found


def _touches(row: Mapping[str, Any], day: date, begins: datetime, ends: datetime) -> bool:
    if row["all_day"]:
        return bool(row["start_date"] <= day < row["end_date"])
    return bool(row["starts_at"] < ends and (row["ends_at"] > begins or row["starts_at"] >= begins))


def _event(row: Mapping[str, Any], profile: Profile) -> Answer:
    guests = json.loads(row["attendees"]) if isinstance(row["attendees"], str) else row["attendees"] or []
    names = [guest.get("name") or guest.get("address") for guest in guests if isinstance(guest, dict)]
    event = {
        "from": None if row["all_day"] else row["starts_at"].astimezone(profile.zone).strftime("%Y-%m-%d %H:%M"),
        "until": None if row["all_day"] else row["ends_at"].astimezone(profile.zone).strftime("%Y-%m-%d %H:%M"),
        "all_day": row["all_day"] or None,
        "title": row["summary"],
        "where": row["location"] or row["conference_url"],
        "people": names[:8],
        "others": row["other_people"] or None,
        "my_answer": None if row["my_status"] in (None, "none") else row["my_status"],
        "tentative": row["status"] == "tentative" or None,
        "leaves_time_free": row["transparent"] or None,
        "calendar": row["calendar"],
        "source": row["source"],
        "key": row["instance_key"],
    }
    return {key: clean(value) for key, value in event.items() if value not in (None, [], "")}


def laid_out(visible: Profile, day: date, events: list[Answer]) -> Answer:
    """One day: its events, and the owner's limits, without reasons that this door may not know."""
    limits = [
        {"times": times, "rule": limit.rule}
        for limit in visible.limits()
        if limit.when and (times := _times(limit.when, day, visible))
    ]
    limits += [
        {"times": times, "rule": f"keep free: {routine.name}"}
        for routine in visible.routines
        if routine.protect and (times := _times(routine.when, day, visible))
    ]
    working = _times(visible.hours, day, visible) if visible.hours else None
    answer = {"date": day.isoformat(), "weekday": day.strftime("%a"), "working_hours": working}
    return answer | {"limits": limits, "events": events}


def _times(windows: Windows, day: date, profile: Profile) -> list[str]:
    stretches = merged(windows.on(day, profile.zone))
    ends = bounds(day, profile.zone)[1]
    return [
        f"{a.astimezone(profile.zone):%H:%M}-{'24:00' if b == ends else b.astimezone(profile.zone).strftime('%H:%M')}"
        for a, b in stretches
    ]


def clean(value: Any) -> Any:
    """Return a value without characters that nobody sees: controls, zero-width, bidirectional marks, tags."""
    if isinstance(value, str):
        return INVISIBLE.sub("", value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    return value
