"""Calendar files to components, each parsed alone, so that what is wrong with one costs no other.

The text is split before it is parsed: icalendar refuses a whole file for one odd VTIMEZONE or line, and every fourth
real file has one. RFC 5545: folding 3.1, VTIMEZONE 3.6.5; names of calendars: RFC 7986, and Apple's X-WR-CALNAME.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import cast

import icalendar
from icalendar.timezone import tzp

from connectors.calendar.zones import iana

LARGEST_COMPONENT = 4 << 20  # bytes of one event; attachments may be inlined as BASE64
LOADED = ("VEVENT", "VTODO")
REPLIES = ("REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER")  # RFC 5546: they speak of events, they are none
TZID_LINE = re.compile(r"^TZID(?:;[^:]*)?:(.*)$", re.IGNORECASE | re.MULTILINE)
INLINE = re.compile(r"^ATTACH[^:]*;ENCODING=BASE64[^:]*:.*$", re.IGNORECASE | re.MULTILINE)


@dataclass
class Calendar:
    """What holds for all components of one VCALENDAR. `zone` is where its floating times are at home."""

    name: str
    zone: str
    method: str = ""
    custom: dict[str, tzinfo] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A component of the file: its text, and its parse or the parser's complaint."""

    calendar: Calendar
    kind: str
    position: str
    text: str
    component: icalendar.Component | None
    error: str = ""
    reason: str = ""


class NoCalendarError(ValueError):
    """The text holds no calendar at all."""


def parse(data: bytes, name: str, zone: str) -> Iterator[Part]:
    """Yield the VEVENTs and VTODOs of a file, in its order. `name` and `zone` serve where the file has none of its own.

    Raises NoCalendarError where there is neither a calendar nor a component.
    """
    text = decode(data)
    calendars = list(_calendars(text, name, zone))
    if not calendars:
        raise NoCalendarError("the text has no BEGIN:VCALENDAR")
    for calendar, components in calendars:
        tzp.use_zoneinfo()  # forgets the zones of the calendar before, which may bear the same names
        for kind, body, _ in components:
            if kind == "VTIMEZONE":
                _define(calendar, body)
        for kind, body, line in components:
            if kind in LOADED:
                yield _part(calendar, kind, body, f"line {line}")


def decode(data: bytes) -> str:
    """Return the text of a file: UTF-8 (RFC 5545, 3.1.4), or what a byte order mark says, or else Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _calendars(text: str, name: str, zone: str) -> Iterator[tuple[Calendar, list[tuple[str, str, int]]]]:
    """Split a text into calendars and their components (kind, text, line). A missing END is forgiven."""
    calendar, components = Calendar(name, zone), list[tuple[str, str, int]]()
    stack: list[str] = []
    body: list[str] = []
    begun, seen = 0, False
    for number, line in _lines(text):
        word, _, value = line.partition(":")
        word, value = word.strip().upper(), value.strip().upper()
        if word == "BEGIN" and value == "VCALENDAR":
            if seen and (components or not stack):
                yield calendar, components
            calendar, components, stack, body, seen = Calendar(name, zone), [], [], [], True
        elif word == "BEGIN":
            if stack and value in LOADED:  # an event inside an event: the END of the first is missing
                components.append((stack[0], _closed(body, stack), begun))
                stack, body = [], []
            if not stack:
                begun, seen = number, True
            stack.append(value)
            body.append(line)
        elif word == "END" and value in stack:
            while stack.pop() != value:
                pass
            body.append(line)
            if not stack:
                components.append((body[0].partition(":")[2].strip().upper(), "\r\n".join(body) + "\r\n", begun))
                body = []
        elif stack:
            body.append(line)
        elif word != "END":
            _property(calendar, line)
    if stack:
        components.append((stack[0], _closed(body, stack), begun))
    if seen:
        yield calendar, components


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the unfolded lines and the number of the first line of each. Empty ones are dropped."""
    held, begun = "", 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line[:1] in (" ", "\t") and held:
            held += line[1:]
            continue
        if held:
            yield begun, held
        held, begun = line if line.strip() else "", number
    if held:
        yield begun, held


def _closed(body: list[str], stack: list[str]) -> str:
    return "\r\n".join([*body, *(f"END:{kind}" for kind in reversed(stack))]) + "\r\n"


def _property(calendar: Calendar, line: str) -> None:
    """Take the calendar's own properties. X-WR-CALNAME wins over NAME only where NAME is absent (RFC 7986, 5.1)."""
    word, _, value = line.partition(":")
    word, value = word.partition(";")[0].strip().upper(), value.strip()
    if word in ("NAME", "X-WR-CALNAME") and value:
        calendar.name = value.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    elif word == "METHOD":
        calendar.method = value.upper()
    elif word in ("X-WR-TIMEZONE", "TIMEZONE-ID"):
        calendar.zone = iana(value) or calendar.zone


def _define(calendar: Calendar, body: str) -> None:
    """Read a VTIMEZONE whose name means nothing by itself; one that cannot be read leaves its times floating."""
    match = TZID_LINE.search(body)
    if match is None or iana(match[1]) is not None:
        return
    with suppress(Exception), warnings.catch_warnings():  # whatever is wrong with it: its events still have times
        warnings.simplefilter("ignore")
        component = cast(icalendar.Timezone, icalendar.Timezone.from_ical(body))
        calendar.custom[match[1].strip()] = component.to_tz(lookup_tzid=False)
        tzp.cache_timezone_component(component)


def _part(calendar: Calendar, kind: str, body: str, position: str) -> Part:
    if calendar.method in REPLIES:
        return Part(calendar, kind, position, body, None, f"METHOD:{calendar.method}", "itip-reply")
    if len(body) > LARGEST_COMPONENT:
        body = INLINE.sub("", body)
    if len(body) > LARGEST_COMPONENT:
        return Part(calendar, kind, position, body, None, f"{len(body)} characters", "too-large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of guessed zones; zones are resolved here
            component = icalendar.Component.from_ical(body)
    except Exception as error:  # noqa: BLE001 - any fault of the parser is this one component's
        return Part(calendar, kind, position, body, None, str(error), "unparsable")
    return Part(calendar, kind, position, body, component)
