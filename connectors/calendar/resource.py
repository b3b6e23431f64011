"""An event as Google's interface gives it, to the text of a VEVENT: one reader for all calendars (RFC 5545).

Fields: https://developers.google.com/workspace/calendar/api/v3/reference/events#resource
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.calendar.zones import iana, zone

Event = Mapping[str, Any]

TYPES = {
    "outOfOffice": "Out of office",
    "focusTime": "Focus time",
    "workingLocation": "Working location",
    "birthday": "Birthday",
    "fromGmail": "From Gmail",
}
FREE = ("workingLocation", "birthday")  # they say something of a day and take none of its time
ANSWERS = {"needsAction": "NEEDS-ACTION", "declined": "DECLINED", "tentative": "TENTATIVE", "accepted": "ACCEPTED"}
RULE = re.compile(r"(?:RRULE|EXRULE|RDATE|EXDATE)[;:][^\r\n]*")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


def text(events: Sequence[Event], tz: str, label: str = "") -> bytes:
    """Return a VCALENDAR of one series (its master first, where it is there) or of one single event.

    `tz` (IANA) is the calendar's zone; `label` marks all its events with a category, as free time. Raises ValueError
    and the like where an event is not as the interface describes it.
    """
    master = next((event for event in events if "recurringEventId" not in event), None)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"X-WR-TIMEZONE:{_line(tz)}"]
    for event in events:
        whole = event if event is master else _inherited(event, master)
        if whole is not None:
            lines += ["BEGIN:VEVENT", *_event(whole, tz, label), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode("utf-8", "replace")


def _inherited(event: Event, master: Event | None) -> Event | None:
    """Return an exception with what it leaves out.

    A cancelled one is given with its id and its original start alone: the rest is the series' own. None where neither
    says when it would have been.
    """
    if "start" in event:
        return {"iCalUID": master.get("iCalUID"), **event} if master else event
    original = event.get("originalStartTime")
    if master is None or not original:
        return None
    kept = ("iCalUID", "summary", "location", "organizer", "transparency", "eventType")
    given = {name: master[name] for name in kept if name in master}
    return {**given, **event, "start": original, "end": _shifted(master, original)}


def _shifted(master: Event, original: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the end of an instance that begins at `original`, as long as its series says."""
    start, end = master.get("start", {}), master.get("end", {})
    try:
        if "date" in original:
            length = date.fromisoformat(end["date"]) - date.fromisoformat(start["date"])
            return {"date": (date.fromisoformat(original["date"]) + length).isoformat()}
        until = _instant(original["dateTime"]) + (_instant(end["dateTime"]) - _instant(start["dateTime"]))
        return {**original, "dateTime": until.isoformat()}
    except (KeyError, ValueError, TypeError):
        return None


def _event(event: Event, tz: str, label: str) -> Iterator[str]:
    kind = str(event.get("eventType", "default"))
    yield f"UID:{_line(event.get('iCalUID') or event.get('id'))}"
    yield from _time("DTSTART", event.get("start"), tz)
    if not event.get("endTimeUnspecified"):
        yield from _time("DTEND", event.get("end"), tz)
    if "recurringEventId" in event:
        yield from _time("RECURRENCE-ID", event.get("originalStartTime"), tz)
    for rule in event.get("recurrence", ()):
        if RULE.fullmatch(rule := str(rule).strip()):
            yield rule
    place = event.get("location") or _workplace(event)
    for name, value in (
        ("SUMMARY", event.get("summary")),
        ("DESCRIPTION", event.get("description")),
        ("LOCATION", place),
    ):
        if value:
            yield f"{name}:{_text(value)}"
    yield f"STATUS:{_line(event.get('status', 'confirmed')).upper()}"
    free = label or kind in FREE or event.get("transparency") == "transparent"
    yield f"TRANSP:{'TRANSPARENT' if free else 'OPAQUE'}"
    if event.get("visibility") in ("public", "private", "confidential"):
        yield f"CLASS:{event['visibility'].upper()}"
    if marks := [mark for mark in (label, TYPES.get(kind)) if mark]:
        yield f"CATEGORIES:{','.join(dict.fromkeys(marks))}"
    yield from _people(event)
    yield from _marks(event)


def _people(event: Event) -> Iterator[str]:
    organizer = event.get("organizer", {})
    if organizer.get("email"):
        yield f"ORGANIZER{_name(organizer)}:mailto:{_line(organizer['email'])}"
    for guest in event.get("attendees", ()):
        role = "OPT-PARTICIPANT" if guest.get("optional") else "REQ-PARTICIPANT"
        kind = "RESOURCE" if guest.get("resource") else "INDIVIDUAL"
        answer = ANSWERS.get(str(guest.get("responseStatus")), "NEEDS-ACTION")
        address = f"mailto:{_line(guest['email'])}" if guest.get("email") else "invalid:nomail"
        yield f"ATTENDEE;CUTYPE={kind};ROLE={role};PARTSTAT={answer}{_name(guest)}:{address}"


def _marks(event: Event) -> Iterator[str]:
    for name, field in (("CREATED", "created"), ("LAST-MODIFIED", "updated")):
        if event.get(field):
            yield f"{name}:{_instant(event[field]):%Y%m%dT%H%M%SZ}"
    if isinstance(event.get("sequence"), int):
        yield f"SEQUENCE:{event['sequence']}"
    if event.get("htmlLink"):
        yield f"URL:{_line(event['htmlLink'])}"
    if link := _conference(event):
        yield f"X-GOOGLE-CONFERENCE:{_line(link)}"


def _conference(event: Event) -> str | None:
    """Return where to join by video."""
    if event.get("hangoutLink"):
        return str(event["hangoutLink"])
    ways = event.get("conferenceData", {}).get("entryPoints", ())
    return next((str(way["uri"]) for way in ways if way.get("entryPointType") == "video" and way.get("uri")), None)


def _workplace(event: Event) -> str | None:
    given = event.get("workingLocationProperties", {})
    places = (given.get("officeLocation", {}), given.get("customLocation", {}))
    return next((str(place["label"]) for place in places if place.get("label")), None)


def _time(name: str, given: Mapping[str, Any] | None, tz: str) -> Iterator[str]:
    """Write a date, or a time in the zone that the event names; the offset it is given with may be another's."""
    if not given:
        return
    if "date" in given:
        yield f"{name};VALUE=DATE:{date.fromisoformat(given['date']):%Y%m%d}"
    elif "dateTime" in given:
        named = iana(str(given.get("timeZone") or tz)) or "UTC"
        local = _instant(given["dateTime"], named).astimezone(zone(named))
        yield f"{name}:{local:%Y%m%dT%H%M%SZ}" if named == "UTC" else f"{name};TZID={named}:{local:%Y%m%dT%H%M%S}"


def _instant(given: str, named: str = "UTC") -> datetime:
    """Return a time of RFC 3339 in UTC; one without an offset is in the zone named beside it."""
    found = datetime.fromisoformat(given)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(named))).astimezone(UTC)


def _name(person: Mapping[str, Any]) -> str:
    name = _line(person.get("displayName") or "").replace('"', "'")
    return f';CN="{name}"' if name else ""


def _text(value: Any) -> str:
    """Write a text value (RFC 5545, 3.3.11)."""
    plain = CONTROL.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, "\\" + sign)
    return plain.replace("\n", "\\n")


def _line(value: Any) -> str:
    """Write what may hold no line break, not even one that the reader would make of a backslash."""
    return CONTROL.sub("", str(value)).replace("\n", " ").replace("\\", "").strip()
