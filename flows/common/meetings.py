"""A day's event as every capability sees it: a slot with its fact, and the people who come."""

import json
from typing import Any

from flows.common import agenda as sums
from flows.common.agenda import Slot
from flows.common.wording import listed, name, title, told_at
from flows.facts import Row, Value
from flows.output import Line
from flows.shape import View


def slot(view: View, row: Row) -> Slot:
    """Return a row of `meetings.sql` as a slot, and write its fact down."""
    clock, said = view.moment.clock, title(row["summary"])
    coming = others(row, frozenset(view.profile.identity.emails))
    begins, ends = clock(row["began_at"]), clock(row["ended_at"])
    values: dict[str, Value] = {
        "title": said,
        "start": begins,
        "end": ends,
        "date": view.moment.day.isoformat(),
        "minutes": sums.minutes([(row["began_at"], row["ended_at"])]),
        "people": list(coming),
        "others": int(row["other_people"]),
        "organizer": name(row["organizer_name"], row["organizer_address"]) if row["organizer_address"] else None,
        "where": title(row["location"]) if row["location"] else None,
        "status": row["my_status"],
    }
    text = f"{begins}–{ends} “{said}”" + (f" with {listed(coming)}" if coming else "")
    return Slot(
        key=row["instance_key"],
        title=said,
        begins=row["starts_at"],
        ends=row["ends_at"],
        meeting=bool(row["meeting"]),
        others=coming,
        count=int(row["other_people"]),
        agenda=bool((row["description"] or "").strip()),
        mine=row["my_status"] == "organizer",
        fact=view.book.add("e", "event_instances", row["instance_key"], text, values),
    )


def others(row: Row, mine: frozenset[str]) -> tuple[str, ...]:
    """Return the names of the people who come: not the owner, nor rooms, nor who has declined."""
    guests = (guest for guest in coming(row) if str(guest.get("address") or "").lower() not in mine)
    return tuple(dict.fromkeys(name(guest.get("name"), guest.get("address")) for guest in guests))


def coming(row: Row) -> list[dict[str, Any]]:
    """Return the people of an event's list who come: no rooms or resources, nor who has declined."""
    people: list[dict[str, Any]] = json.loads(row["attendees"] or "[]")
    return [
        person
        for person in people
        if str(person.get("partstat") or "").lower() != "declined"
        and str(person.get("kind") or "individual").lower() in ("individual", "group")
    ]


def stale(view: View) -> Line | None:
    """Return the line that a calendar which was not read lately needs; None where it is fresh."""
    health = view.health["calendar"]
    if health.sound:
        return None
    if health.state == "absent":
        return Line(text="No calendar is connected")
    if health.read is None:
        return Line(text="The calendar was never read")
    return Line(text=f"Calendar not read since {told_at(view.moment, health.read)}; what it says of the day may be old")
