"""VEVENT to a row of `events`."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.calendar.ical import Calendar
from connectors.calendar.moments import Span, moment

VISIBILITIES = {"PUBLIC": "public", "PRIVATE": "private", "CONFIDENTIAL": "confidential"}
STATUSES = {"CONFIRMED": "confirmed", "TENTATIVE": "tentative", "CANCELLED": "cancelled"}
CONFERENCE = (
    "CONFERENCE",
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
)
MEETING_LINK = re.compile(
    r"https://(?:meet\.google\.com/[a-z-]+|[\w.-]*zoom\.us/j/[^\s<>\"]+|teams\.(?:microsoft|live)\.com/[^\s<>\"]+"
    r"|[\w.-]*webex\.com/[^\s<>\"]+|meet\.jit\.si/[^\s<>\"]+|whereby\.com/[^\s<>\"]+)"
)
LONGEST_TEXT = 100_000  # characters of a description: some calendars carry whole pages


def uid_of(component: Any, written: str) -> str:
    """Return the UID; for a component without one, a digest of its text, which at least stays the same."""
    given = str(component.get("UID", "")).strip()
    return given or "sha256:" + hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def key_of(uid: str, recurrence_id: str | None) -> str:
    return f"{uid}#{recurrence_id}" if recurrence_id else uid


def recurrence_of(component: Any, calendar: Calendar) -> str | None:
    """Return the instance that an exception replaces, as `Moment.text`."""
    found = moment(_first(component.get("RECURRENCE-ID")), calendar)
    return found.text() if found else None


def event(component: Any, calendar: Calendar, span: Span, uid: str, recurrence_id: str | None) -> dict[str, Any]:
    """Return the row of an event. Times in UTC; texts as written, links and HTML included: it is data of strangers."""
    description, location = text(component, "DESCRIPTION"), text(component, "LOCATION")
    address, name = _person(_first(component.get("ORGANIZER")))
    status = STATUSES.get((text(component, "STATUS") or "").upper(), "confirmed")
    return {
        "key": key_of(uid, recurrence_id),
        "calendar": calendar.name,
        "uid": uid,
        "recurrence_id": recurrence_id,
        **span.columns(),
        "summary": text(component, "SUMMARY"),
        "description": description,
        "location": location,
        "url": text(component, "URL"),
        "status": "cancelled" if calendar.method == "CANCEL" else status,
        "transparent": (text(component, "TRANSP") or "").upper() == "TRANSPARENT",
        "visibility": _visibility(component),
        "organizer_address": address,
        "organizer_name": name,
        "attendees": _attendees(component.get("ATTENDEE")),
        "rrule": _rules(component),
        "sequence": number(component, "SEQUENCE"),
        "created_at": stamp(component, "CREATED", calendar),
        # DTSTAMP is no time of change: providers that make the file on demand write the present there.
        "updated_at": stamp(component, "LAST-MODIFIED", calendar),
        "categories": labels(component),
        "conference_url": _conference(component, (location, description)),
    }


def _visibility(component: Any) -> str | None:
    """Return the class; one that we do not know counts as private, as RFC 5545 (3.8.1.3) has it."""
    given = text(component, "CLASS")
    return VISIBILITIES.get(given.upper(), "private") if given else None


def labels(component: Any) -> list[str]:
    """Return the categories of a component, each once, in their order."""
    given = component.get("CATEGORIES", [])
    lists = given if isinstance(given, list) else [given]
    names = [str(name).strip() for entry in lists for name in getattr(entry, "cats", [entry])]
    return list(dict.fromkeys(name for name in names if name))


def _attendees(given: Any) -> list[dict[str, str | None]]:
    found = []
    for attendee in given if isinstance(given, list) else [given] if given is not None else []:
        address, name = _person(attendee)
        said = {key: str(attendee.params.get(key, "")).lower() or None for key in ("PARTSTAT", "ROLE", "CUTYPE")}
        found.append(
            {
                "address": address,
                "name": name,
                "partstat": said["PARTSTAT"] or "needs-action",  # the defaults of RFC 5545, 3.2.12, 3.2.16, 3.2.3
                "role": said["ROLE"] or "req-participant",
                "kind": said["CUTYPE"] or "individual",
            }
        )
    return found


def _person(given: Any) -> tuple[str | None, str | None]:
    """Return address (lower case, without mailto:) and name. The EMAIL parameter (RFC 7986, 6.2) wins over a URN."""
    if given is None:
        return None, None
    params = getattr(given, "params", {})
    text = str(params.get("EMAIL") or given).strip()
    address = text[7:] if text.lower().startswith("mailto:") else text
    name = str(params.get("CN", "")).strip().strip('"')
    return (address.strip().lower() if "@" in address else None), name or None


def _rules(component: Any) -> str | None:
    """Return what makes a series, one property a line, as written."""
    lines = []
    for name in ("RRULE", "RDATE", "EXRULE", "EXDATE"):
        given = component.get(name)
        for entry in given if isinstance(given, list) else [given] if given is not None else []:
            text = entry.to_ical().decode("utf-8", "replace")
            lines.append(text if name == "RRULE" else f"{name}:{text}")
    return "\n".join(lines) or None


def _conference(component: Any, texts: Iterable[str | None]) -> str | None:
    for name in CONFERENCE:
        if link := text(component, name):
            return link
    found = (MEETING_LINK.search(text) for text in texts if text)
    return next((match[0].rstrip(".,;)>]") for match in found if match), None)


def text(component: Any, name: str) -> str | None:
    """Return a text property; of several the first. Empty is none."""
    given = _first(component.get(name))
    return str(given).strip()[:LONGEST_TEXT] or None if given is not None else None


def number(component: Any, name: str) -> int | None:
    """Return an integer property, or None where it is none."""
    try:
        return int(_first(component.get(name)))
    except (TypeError, ValueError):
        return None


def stamp(component: Any, name: str, calendar: Calendar) -> datetime | None:
    """Return a time property in UTC."""
    found = moment(_first(component.get(name)), calendar)
    return found.utc if found else None


def _first(given: Any) -> Any:
    return given[0] if isinstance(given, list) and given else given
