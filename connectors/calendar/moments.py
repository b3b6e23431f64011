"""Moments of a calendar: whole days, times in a named zone, floating times; as a component writes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import icalendar

from connectors.calendar.ical import Calendar
from connectors.calendar.zones import iana, zone

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """`value` is a date (a whole day) or an aware datetime; `zone` an IANA name for showing it."""

    value: date | datetime
    zone: str

    @property
    def all_day(self) -> bool:
        return not isinstance(self.value, datetime)

    @property
    def utc(self) -> datetime:
        """Return the moment, or the start of the day in its zone, in UTC."""
        if isinstance(self.value, datetime):
            return self.value.astimezone(UTC)
        return datetime.combine(self.value, time(), zone(self.zone)).astimezone(UTC)

    def text(self) -> str:
        """Return the moment as a key: the same moment gives the same text in whatever zone it is written."""
        if isinstance(self.value, datetime):
            return self.utc.strftime("%Y%m%dT%H%M%SZ")
        return f"{self.value:%Y%m%d}"

    def plus(self, length: timedelta) -> "Moment":
        """Add a length: days keep the time of the clock, the rest is exact (RFC 5545, 3.3.6).

        The parser does not tell 24 hours from a day; both are taken as a day.
        """
        if not isinstance(self.value, datetime):
            return Moment(self.value + max(DAY, timedelta(days=length.days)), self.zone)
        later = self.value + timedelta(days=length.days)
        return Moment(_exact(later, length - timedelta(days=length.days)), self.zone)


def _exact(value: datetime, length: timedelta) -> datetime:
    return (value.astimezone(UTC) + length).astimezone(value.tzinfo) if length else value


@dataclass(frozen=True, slots=True)
class Span:
    """From start to end; for whole days the end is the day after the last (RFC 5545, 3.6.1)."""

    start: Moment
    end: Moment

    @property
    def length(self) -> timedelta:
        return self.end.utc - self.start.utc

    def columns(self) -> dict[str, Any]:
        """Return the columns that events and instances share."""
        days = self.start.all_day
        return {
            "starts_at": self.start.utc,
            "ends_at": self.end.utc,
            "start_date": self.start.value if days else None,
            "end_date": self.end.value if days else None,
            "all_day": days,
            "zone": self.start.zone,
        }


def moment(prop: Any, calendar: Calendar) -> Moment | None:
    """Return what a DATE or DATE-TIME property says, or None where it says nothing readable.

    The name of a zone decides before its definition; a floating time is at home in the calendar's zone.
    """
    value = None if broken(prop) else getattr(prop, "dt", None)
    return _moment(value, str(prop.params.get("TZID", "")), calendar) if value is not None else None


def broken(prop: Any) -> bool:
    """Whether the parser kept a property only as text because its value makes no sense."""
    return isinstance(prop, icalendar.vBroken)


def moments(prop: Any, calendar: Calendar) -> Iterator[tuple[Moment, timedelta | None]]:
    """Yield what an RDATE or EXDATE lists; a PERIOD gives its own length too."""
    for entry in prop if isinstance(prop, list) else [prop]:
        if broken(entry):
            continue
        tzid = str(entry.params.get("TZID", ""))
        for item in getattr(entry, "dts", ()):
            value = item.dt
            start, end = value if isinstance(value, tuple) else (value, None)
            if (found := _moment(start, tzid, calendar)) is not None:
                yield found, _length(found, end, tzid, calendar)


def _length(start: Moment, end: Any, tzid: str, calendar: Calendar) -> timedelta | None:
    if isinstance(end, timedelta) or end is None:
        return end
    stop = _moment(end, tzid, calendar)
    return stop.utc - start.utc if stop else None


def _moment(value: Any, tzid: str, calendar: Calendar) -> Moment | None:
    if isinstance(value, datetime):
        if name := iana(tzid) if tzid else None:
            if value.tzinfo is UTC or (value.tzinfo is not None and value.utcoffset() == timedelta() and name == "UTC"):
                return Moment(value.astimezone(UTC), "UTC")
            return Moment(value.replace(tzinfo=zone(name)), name)
        if custom := calendar.custom.get(tzid):
            return Moment(value.replace(tzinfo=custom), calendar.zone)
        if value.tzinfo is None:
            return Moment(value.replace(tzinfo=zone(calendar.zone)), calendar.zone)
        return Moment(value.astimezone(UTC), "UTC")
    return Moment(value, calendar.zone) if isinstance(value, date) else None


def span(component: Any, calendar: Calendar, stop: str = "DTEND") -> Span | None:
    """Return when a component takes place: DTSTART to DTEND, or by DURATION, or as RFC 5545, 3.6.1, presumes.

    None where there is no usable start. An end before the start counts as none.
    """
    start = moment(component.get("DTSTART"), calendar)
    if start is None:
        return None
    end, length = moment(component.get(stop), calendar), duration(component)
    if end is not None and end.all_day != start.all_day:
        end = _alike(end, start)
    if end is None and length is not None:
        end = start.plus(length)
    if end is None or end.utc <= start.utc:
        end = start.plus(timedelta(0))  # one day for a day; for a time, the moment itself
    return Span(start, end)


def duration(component: Any) -> timedelta | None:
    given = component.get("DURATION")
    length = None if broken(given) else getattr(given, "dt", None)
    return length if isinstance(length, timedelta) else None


def _alike(end: Moment, start: Moment) -> Moment:
    """Return an end of the start's kind: some programs write a day for the one and a time for the other."""
    if start.all_day:
        assert isinstance(end.value, datetime)
        return Moment(end.value.date() + (DAY if end.value.time() != time() else timedelta(0)), start.zone)
    return Moment(Moment(end.value, start.zone).utc, start.zone)
