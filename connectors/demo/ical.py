"""A small iCalendar writer (RFC 5545), with time zones written by their yearly rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from connectors.demo.cast import Person

EUROPE = ("BEGIN:DAYLIGHT", "DTSTART:19810329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
EUROPE_BACK = ("BEGIN:STANDARD", "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
AMERICA = ("BEGIN:DAYLIGHT", "DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU")
AMERICA_BACK = ("BEGIN:STANDARD", "DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
ZONES: dict[str, tuple[tuple[str, ...], ...]] = {
    "Europe/Berlin": (
        (*EUROPE, "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT"),
        (*EUROPE_BACK, "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "END:STANDARD"),
    ),
    "America/New_York": (
        (*AMERICA, "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "TZNAME:EDT", "END:DAYLIGHT"),
        (*AMERICA_BACK, "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "TZNAME:EST", "END:STANDARD"),
    ),
    "Asia/Dubai": (
        (
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0400",
            "TZOFFSETTO:+0400",
            "TZNAME:+04",
            "END:STANDARD",
        ),
    ),
}
ZONES["W. Europe Standard Time"] = ZONES["Europe/Berlin"]  # as Outlook names it


@dataclass(frozen=True)
class Event:
    """One VEVENT: a single meeting, a series, or an exception of one (`replaces` is then its original start).

    `start` and `end` are aware moments, or dates for all-day events (the end exclusive). `written` is the zone's name
    as the file writes it; empty for UTC or floating times.
    """

    id: str
    uid: str
    calendar: str
    summary: str
    start: datetime | date
    end: datetime | date
    written: str
    organizer: Person
    others: tuple[Person, ...]
    mine: str
    created: datetime
    updated: datetime
    rule: str = ""
    skipped: tuple[datetime, ...] = ()
    replaces: datetime | date | None = None
    status: str = "CONFIRMED"
    free: bool = False
    room: str = ""
    url: str = ""
    text: str = ""
    sequence: int = 0
    floating: bool = False
    splits: str = ""
    private: bool = False

    @property
    def all_day(self) -> bool:
        return not isinstance(self.start, datetime)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a content line folded at 75 octets, never inside a character (RFC 5545, 3.1)."""
    lines, current = [], ""
    for letter in line:
        if len((current + letter).encode()) > 74:
            lines.append(current)
            current = " "
        current += letter
    return "\r\n".join([*lines, current])


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def timed(name: str, moment: datetime | date, written: str, floating: bool = False) -> str:
    if not isinstance(moment, datetime):
        return f"{name};VALUE=DATE:{moment:%Y%m%d}"
    if floating:
        return f"{name}:{moment:%Y%m%dT%H%M%S}"
    return f"{name};TZID={written}:{moment:%Y%m%dT%H%M%S}" if written else f"{name}:{utc(moment)}"


def attendee(person: Person, address: str, status: str) -> str:
    name = '"' + person.name + '"' if not person.name.replace(" ", "").isalnum() else person.name
    return f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={status};CN={name}:mailto:{address}"


def event_lines(event: Event, me: Person, address: str) -> list[str]:
    """Return the lines of a VEVENT. People appear only in meetings; `address` is the owner's in that calendar."""
    end_zone = event.written
    if isinstance(event.end, datetime) and event.written and event.end.tzinfo is not None:
        key = str(event.end.tzinfo)
        end_zone = key if key in ZONES and key != str(getattr(event.start, "tzinfo", "")) else event.written
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{utc(event.updated)}",
        timed("DTSTART", event.start, event.written, event.floating),
        timed("DTEND", event.end, end_zone, event.floating),
        f"SUMMARY:{escaped(event.summary)}",
        f"CREATED:{utc(event.created)}",
        f"LAST-MODIFIED:{utc(event.updated)}",
        f"SEQUENCE:{event.sequence}",
        f"STATUS:{event.status}",
        f"TRANSP:{'TRANSPARENT' if event.free else 'OPAQUE'}",
    ]
    if event.replaces is not None:
        lines.append(timed("RECURRENCE-ID", event.replaces, event.written))
    if event.rule:
        lines.append(f"RRULE:{event.rule}")
    lines += [timed("EXDATE", skipped, event.written) for skipped in event.skipped]
    if event.splits:
        lines.append(f"RELATED-TO;RELTYPE=SIBLING:{event.splits}")
    if event.private:
        lines.append("CLASS:PRIVATE")
    if event.text:
        lines.append(f"DESCRIPTION:{escaped(event.text)}")
    if event.room:
        lines.append(f"LOCATION:{escaped(event.room)}")
    if event.url:
        lines += [f"URL:{event.url}", f"CONFERENCE;VALUE=URI;FEATURE=VIDEO:{event.url}"]
    if event.others:
        mine = event.organizer.id == me.id
        lines.append(f"ORGANIZER;CN={event.organizer.name}:mailto:{address if mine else event.organizer.address}")
        for person in (event.organizer, *event.others):
            if person.id == me.id:
                lines.append(attendee(person, address, event.mine))
            else:
                lines.append(attendee(person, person.address, "ACCEPTED"))
    if event.room and event.others:
        lines.append(
            f"ATTENDEE;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;PARTSTAT=ACCEPTED;CN={event.room}:"
            f"mailto:{event.room.lower().replace(' ', '-')}@rooms.fernhafen.example"
        )
    return [*lines, "END:VEVENT"]


def zone_lines(name: str) -> list[str]:
    return ["BEGIN:VTIMEZONE", f"TZID:{name}", *(line for part in ZONES[name] for line in part), "END:VTIMEZONE"]


def calendar(name: str, zones: Iterable[str], parts: Sequence[list[str]], method: str = "") -> str:
    """Return a whole iCalendar file with CRLF line ends."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fernhafen//Calendar 4.2//EN", "CALSCALE:GREGORIAN"]
    if method:
        lines.append(f"METHOD:{method}")
    if name:
        lines.append(f"X-WR-CALNAME:{escaped(name)}")
    for zone in zones:
        lines += zone_lines(zone)
    for part in parts:
        lines += part
    return "\r\n".join(folded(line) for line in [*lines, "END:VCALENDAR"]) + "\r\n"
