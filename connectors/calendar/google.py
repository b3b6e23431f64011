"""Google Calendar: the calendars of the account's list. Tables: events, event_instances. Handle: blocks.google, and
`calendars` (ids of those that the owner chose; all by default).

The list of calendars is read whole at each sync: that is one request, as its changes would be, and a change of a
calendar's name or zone is not among those (calendarList.list, syncToken). Each calendar is then read by its own sync
token. What is told of a series is told in pieces, an exception without its series among them; so a series of which
anything changed is asked for as a whole, by the UID that all its parts share. A new week makes new instances: it begins
with a whole reading, as does a token that has expired (410).

Files: "<calendar>/<series or event>", and "<calendar>", whose cursor holds the token.
https://developers.google.com/workspace/calendar/api/guides/sync
"""

import json
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connectors.calendar.resource import text
from connectors.calendar.tables import EVENTS
from connectors.calendar.tables import TABLES as TABLES
from connectors.calendar.window import stamp
from connectors.shape import Cursor, Gone, Item, Known, Preview, Reject

if TYPE_CHECKING:
    from connectors.google.api import Api

PAGE = 500  # events in an answer: with hundreds of guests each they stay within what an answer may have
MANY = 50  # changed series from which a whole reading is cheaper than asking for each
LOST = (403, 404)  # of one calendar: it went since it was listed, or may not be read any more
EXPIRED = (400, 410)  # a token that is too old, or none of theirs
# Calendars that Google itself fills: the end of their ids → the category that their events get. They take no time.
MARKS = {
    "#holiday@group.v.calendar.google.com": "Holiday",
    "#contacts@group.v.calendar.google.com": "Birthday",
    "#weeknum@group.v.calendar.google.com": "Week number",
}
Event = dict[str, Any]


@dataclass(frozen=True)
class _Calendar:
    """A calendar of the list."""

    id: str
    name: str
    zone: str
    primary: bool

    @property
    def label(self) -> str:
        return next((mark for end, mark in MARKS.items() if self.id.endswith(end)), "")

    def file(self, series: str) -> str:
        return f"{self.id}/{series}"


def preview(handle: Any) -> Preview:
    """List the calendars that will be read. Raises SourceError where the account cannot be read."""
    chosen, there = getattr(handle, "calendars", None), listed(handle)
    found = [name for id, name in there.items() if chosen is None or id in chosen]
    notes = [f"Calendars: {', '.join(found)}."] if found else []
    if gone := set(chosen or ()) - there.keys():
        notes.append(f"{len(gone)} of those that you chose {'is' if len(gone) == 1 else 'are'} there no more.")
    return Preview({"calendars": len(found)}, notes=notes)


def listed(handle: Any) -> dict[str, str]:
    """Return the account's calendars, id → name, the owner's first. Raises SourceError."""
    from connectors.google.api import Api

    with Api(handle, "calendar", datetime.now(UTC)) as api:
        return {calendar.id: calendar.name for calendar in _calendars(api, "UTC")}


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed in every calendar, and what went. Raises SourceError."""
    from connectors.google.api import patient

    yield from patient(handle, known, _read(handle, known))


def _read(handle: Any, known: Known) -> Iterator[Item]:
    from connectors.google.api import WAIT, AnswerError, Api

    with Api(handle, "calendar", known.now) as api:
        chosen = getattr(handle, "calendars", None)
        calendars = [one for one in _calendars(api, known.zone) if chosen is None or one.id in chosen]
        held: dict[str, list[str]] = defaultdict(list)  # calendar → the files of its events
        for file in known.cursors:
            name, _, series = file.rpartition("/")
            held[name or series] += [file] if name else []
        for name in held.keys() - {calendar.id for calendar in calendars} - {WAIT}:
            yield from _dropped(name, held[name])
        for calendar in calendars:
            try:
                yield from _calendar(api, known, calendar, held[calendar.id])
            except AnswerError as error:
                if error.status not in LOST:
                    raise
                yield from _dropped(calendar.id, held[calendar.id])


def _calendars(api: "Api", zone: str) -> list[_Calendar]:
    """Return the calendars that are not hidden, the owner's first."""
    pages = api.pages("users/me/calendarList", {"maxResults": 250})
    found = [entry for page in pages for entry in page.get("items", ())]
    calendars = [
        _Calendar(
            str(entry["id"]),
            str(entry.get("summaryOverride") or entry.get("summary") or entry["id"]),
            str(entry.get("timeZone") or zone),
            bool(entry.get("primary")),
        )
        for entry in found
        if not entry.get("deleted") and not entry.get("hidden")
    ]
    return sorted(calendars, key=lambda calendar: (not calendar.primary, calendar.id))


def _dropped(name: str, files: list[str]) -> Iterator[Item]:
    for file in sorted(files):
        yield Gone(file)
    yield Gone(name)


def _calendar(api: "Api", known: Known, calendar: _Calendar, held: list[str]) -> Iterator[Item]:
    """Yield a calendar's changes since its token, or where there is none or it expired all that it holds."""
    from connectors.google.api import AnswerError

    marks = {"name": calendar.name, "zone": calendar.zone, **stamp(known.now)}
    before = known.cursors.get(calendar.id, {})
    reading = _Reading(api, known, calendar, set(held))
    # Fewer files than were counted: of some the cursor is not told, so that they are read again.
    steady = before.get("files") == len(held) and all(before.get(name) == value for name, value in marks.items())
    if before.get("token") and steady:
        try:
            if not (yield from reading.changes(before["token"])):
                return  # the old token stays good: nothing is written where nothing changed
        except AnswerError as error:
            if error.status not in EXPIRED:
                raise
            yield from reading.all()
    else:
        yield from reading.all()
    yield Cursor(calendar.id, {"token": reading.token, "files": len(reading.files), **marks})


@dataclass
class _Reading:
    """One reading of one calendar. `files` are those that its events have, as far as it is read."""

    api: "Api"
    known: Known
    calendar: _Calendar
    files: set[str]
    token: str | None = None
    _seen: set[str] = field(default_factory=set)

    def changes(self, token: str) -> Generator[Item, None, bool]:
        """Yield what changed since a token; return whether anything did. Raises AnswerError where it has expired."""
        changed = {str(event["id"]): event for event in self._listed({"syncToken": token})}
        series = {name: event for event in changed.values() if (name := _series_of(event)) not in changed}
        series |= {name: event for name, event in changed.items() if _repeats(event)}
        if len(series) > MANY:
            yield from self.all()
            return True
        for name, event in changed.items():
            if name == _series_of(event) and name not in series:
                yield from self._given(name, [event])
        for name, event in series.items():
            yield from self._given(name, self._whole(name, event))
        return bool(changed)

    def all(self) -> Iterator[Item]:
        """Yield all that the calendar holds, and what it holds no more."""
        self._seen.clear()
        series: dict[str, list[Event]] = defaultdict(list)
        for event in self._listed({}):
            name = _series_of(event)
            if _repeats(event) or name != event["id"]:
                series[name].append(event)
            else:
                yield from self._given(name, [event])
        for name, events in series.items():
            if self.calendar.file(name) not in self._seen:
                yield from self._given(name, events)
        for file in sorted(self.files - self._seen):
            self.files.discard(file)
            yield Gone(file)

    def _listed(self, params: dict[str, Any]) -> Iterator[Event]:
        """Yield the events of a list; the token comes with its last page alone."""
        path = f"calendars/{quote(self.calendar.id, safe='')}/events"
        for page in self.api.pages(path, {"maxResults": PAGE, **params}):
            yield from (event for event in page.get("items", ()) if event.get("id"))
            self.token = page.get("nextSyncToken")

    def _whole(self, name: str, event: Event) -> list[Event]:
        """Return all parts of a series of which one is known. A cancelled one may tell its series and nothing else."""
        uid = event.get("iCalUID") or self._uid(name)
        if uid is None:
            return []
        kept, found = self.token, list(self._listed({"iCalUID": uid}))
        self.token = kept
        return [event for event in found if _series_of(event) == name]

    def _uid(self, name: str) -> str | None:
        from connectors.google.api import AnswerError

        for row in self.known.loaded(EVENTS.name, self.calendar.file(name)):
            return str(row["uid"])
        path = f"calendars/{quote(self.calendar.id, safe='')}/events/{quote(name, safe='')}"
        try:
            return str(self.api.get(path)["iCalUID"])
        except (AnswerError, KeyError):
            return None

    def _given(self, name: str, events: list[Event]) -> Iterator[Item]:
        """Yield a series, or a single event, with all its instances; or that it went."""
        from connectors.calendar import feed

        file, master = self.calendar.file(name), next((event for event in events if event["id"] == name), None)
        if master is not None and not _repeats(master):
            events = [master]
        if master is None or master.get("status") == "cancelled":  # what is left are days of somebody else's series
            events = [event for event in events if event.get("status") != "cancelled" and event is not master]
        self._seen.add(file)
        if not events:
            self.files.discard(file)
            yield Gone(file)
            return
        self.files.add(file)
        try:
            written = text(sorted(events, key=_order), self.calendar.zone, self.calendar.label)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raw = json.dumps(events, ensure_ascii=False).encode("utf-8", "replace")
            yield Reject(file, name, "unusable", f"{type(error).__name__}: {error}", raw)
        else:
            yield from feed.items(file, written, self.calendar.name, self.known)
        yield Cursor(file, {})


def _series_of(event: Event) -> str:
    return str(event.get("recurringEventId") or event["id"])


def _repeats(event: Event) -> bool:
    return bool(event.get("recurrence"))


def _order(event: Mapping[str, Any]) -> tuple[bool, str]:
    return "recurringEventId" in event, str(event["id"])
