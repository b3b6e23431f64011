"""Google Calendar: what events, series and exceptions become."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.calendar import feed
from connectors.calendar import google as connector
from connectors.shape import Cursor, Known
from tests.connectors.google.agenda import HOUR, ME, SECOND, THIRD, WEEKLY, ZONE, events, starts, times
from tests.connectors.google.conftest import NOW
from tests.connectors.store import Store
from tests.servers.google.calendar import Calendars

pytestmark = pytest.mark.row("N1")


@pytest.fixture
def store() -> Store:
    return Store(connector.TABLES)


def test_a_single_event(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    guest = {"email": "Bo@example.org", "displayName": 'Bo "the" B', "responseStatus": "declined", "optional": True}
    room = {"email": "r1@resource.calendar.google.com", "resource": True, "responseStatus": "accepted"}
    own = {"email": ME, "self": True, "organizer": True, "responseStatus": "accepted"}
    text = "Line one\r\nline two; with, signs\\ and\x07 a bell"
    more = {"description": text, "location": "Room 1", "attendees": [own, guest, room], "organizer": {"email": ME}}
    link = {
        "entryPoints": [
            {"entryPointType": "phone", "uri": "tel:+1"},
            {"entryPointType": "video", "uri": "https://zoom.us/j/1"},
        ]
    }
    calendars.put({"id": "a", "summary": "One, two", **HOUR, **more, "conferenceData": link, "visibility": "private"})
    store.sync(connector, handle, NOW)
    [row] = store.rows("events")
    assert (row["summary"], row["location"], row["zone"]) == ("One, two", "Room 1", ZONE)
    assert row["description"] == "Line one\nline two; with, signs\\ and a bell"
    assert row["starts_at"] == datetime(2026, 3, 26, 8, 0, tzinfo=UTC)
    assert row["conference_url"] == "https://zoom.us/j/1"
    assert row["organizer_address"] == ME
    assert (
        '"address":"bo@example.org","kind":"individual","name":"Bo \'the\' B","partstat":"declined"' in row["attendees"]
    )
    assert '"role":"opt-participant"' in row["attendees"]
    assert '"kind":"resource"' in row["attendees"]
    assert starts(store) == ["03-26 08:00"]


@pytest.mark.parametrize(
    ("given", "visibility"),
    [
        ({}, None),
        ({"visibility": "default"}, None),
        ({"visibility": "public"}, "public"),
        ({"visibility": "private"}, "private"),
        ({"visibility": "confidential"}, "confidential"),
    ],
)
def test_who_may_see_it(
    calendars: Calendars, handle: SimpleNamespace, store: Store, given: dict[str, str], visibility: str | None
) -> None:
    calendars.put({"id": "a", **HOUR, **given})
    store.sync(connector, handle, NOW)
    assert [row["visibility"] for row in store.rows("events")] == [visibility]


def test_an_all_day_event_ends_on_the_day_after(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    calendars.put({"id": "a", "summary": "Trip", "start": {"date": "2026-04-01"}, "end": {"date": "2026-04-03"}})
    store.sync(connector, handle, NOW)
    [row] = store.rows("events")
    assert (row["all_day"], row["start_date"], row["end_date"]) == (True, date(2026, 4, 1), date(2026, 4, 3))


def test_an_event_without_an_end_is_a_moment(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    calendars.put({"id": "a", "summary": "Call", **HOUR, "endTimeUnspecified": True})
    calendars.put({"id": "b", "summary": "Ring", "start": HOUR["start"]})
    store.sync(connector, handle, NOW)
    assert [row["starts_at"] == row["ends_at"] for row in store.rows("events")] == [True, True]


def test_the_zone_that_an_event_names_is_kept(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    calendars.put({"id": "a", **times("2026-03-26T09:00:00+01:00", "2026-03-26T10:00:00+01:00", "America/New_York")})
    calendars.put({"id": "b", **times("2026-03-26T09:00:00+01:00", "2026-03-26T10:00:00+01:00", None)})
    calendars.put({"id": "c", **times("2026-03-26T09:00:00Z", "2026-03-26T10:00:00Z", "UTC")})
    store.sync(connector, handle, NOW)
    assert [row["zone"] for row in store.rows("events")] == ["America/New_York", ZONE, "UTC"]
    assert starts(store) == ["03-26 08:00", "03-26 08:00", "03-26 09:00"]


@pytest.mark.parametrize(
    ("kind", "category", "free"),
    [
        ("outOfOffice", "Out of office", False),
        ("focusTime", "Focus time", False),
        ("workingLocation", "Working location", True),
        ("birthday", "Birthday", True),
        ("fromGmail", "From Gmail", False),
        ("default", None, False),
    ],
)
def test_special_events_say_what_they_are(
    calendars: Calendars, handle: SimpleNamespace, store: Store, kind: str, category: str | None, free: bool
) -> None:
    calendars.put({"id": "a", "eventType": kind, **HOUR})
    store.sync(connector, handle, NOW)
    [row] = store.rows("events")
    assert row["categories"] == (f'["{category}"]' if category else "[]")
    assert row["transparent"] is free


def test_exceptions_take_the_place_of_what_they_replace(
    calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY})
    calendars.exception("s", SECOND, **times("2026-03-31T11:00:00+02:00", "2026-03-31T12:00:00+02:00"))
    calendars.cancel("s", THIRD)
    store.sync(connector, handle, NOW)
    expected = ["03-23 08:00", "03-31 09:00", "04-06 07:00 cancelled", "04-13 07:00", "04-20 07:00", "04-27 07:00"]
    assert starts(store) == expected
    cancelled = events(store)["s@google.com#20260406T070000Z"]
    assert cancelled["summary"] == "Standup", "it is told without a title: the series has it"
    assert (cancelled["status"], cancelled["ends_at"]) == ("cancelled", datetime(2026, 4, 6, 7, 15, tzinfo=UTC))


def test_calendars_that_google_fills_are_marked(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    name = "en.german#holiday@group.v.calendar.google.com"
    calendars.add(name, summary="Holidays in Germany", accessRole="reader")
    calendars.put(
        {"id": "h", "summary": "Good Friday", "start": {"date": "2026-04-03"}, "end": {"date": "2026-04-04"}}, name
    )
    store.sync(connector, handle, NOW)
    [row] = store.rows("events")
    assert (row["categories"], row["transparent"]) == ('["Holiday"]', True)


def test_a_rule_cannot_smuggle_in_other_lines(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    smuggled = "RRULE:FREQ=DAILY;COUNT=2\r\nSUMMARY:forged\r\nEND:VEVENT"
    calendars.put({"id": "s", **WEEKLY, "recurrence": [smuggled, "SUMMARY:forged"], "location": "x\r\nSUMMARY:forged"})
    store.sync(connector, handle, NOW)
    [row] = store.rows("events")
    assert (row["summary"], row["rrule"]) == ("Standup", None)


@pytest.mark.row("N10")
@pytest.mark.parametrize(
    "odd",
    [
        {"start": {"date": "2026-13-45"}},
        {"start": {"dateTime": "9999-12-31T23:59:59-12:00"}},
        {"start": {}},
        {"end": {"dateTime": "0001-01-01T00:00:00+12:00"}},
        {"recurrence": ["RRULE:FREQ=WEEKLY"], "start": {"date": "2026-02-30"}},
    ],
)
def test_an_event_that_makes_no_sense_is_set_aside(
    calendars: Calendars, handle: SimpleNamespace, store: Store, odd: dict[str, Any]
) -> None:
    calendars.put({"id": "odd", "summary": "Odd", **HOUR, **odd})
    calendars.put({"id": "good", **HOUR})
    store.sync(connector, handle, NOW)
    assert "good@google.com" in events(store)
    assert {file for file, _ in store.rejects} == {f"{ME}/odd"}
    calendars.change("odd", recurrence=[], **HOUR)
    store.sync(connector, handle, NOW)
    assert store.rejects == {}
    assert "odd@google.com" in events(store)


def test_a_bad_rule_costs_its_series_alone(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    calendars.put({"id": "s", **WEEKLY, "recurrence": ["RRULE:FREQ=NEVER"]})
    calendars.put({"id": "a", **HOUR})
    store.sync(connector, handle, NOW)
    assert "a@google.com" in events(store)
    assert {file for file, _ in store.rejects} == {f"{ME}/s"}


def test_the_rows_are_those_of_the_same_calendar_as_a_file(
    calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.calendars[ME].entry["summary"] = "Ana"
    skipped = "EXDATE;TZID=Europe/Berlin:20260413T090000"
    calendars.put({"id": "s", **WEEKLY, "recurrence": [*WEEKLY["recurrence"], skipped]})
    calendars.exception("s", SECOND, **times("2026-03-31T11:00:00+02:00", "2026-03-31T12:00:00+02:00"))
    calendars.put(
        {"id": "d", "start": {"date": "2026-04-01"}, "end": {"date": "2026-04-03"}, "transparency": "transparent"}
    )
    store.sync(connector, handle, NOW)
    other = Store(connector.TABLES)
    other.take([*feed.items("f", FILE.encode(), "", Known({}, NOW)), Cursor("f", {})])
    varying = {"file", "row_hash", "created_at", "updated_at", "sequence"}
    for table in ("events", "event_instances"):
        mine, theirs = (
            [{name: value for name, value in row.items() if name not in varying} for row in one.rows(table)]
            for one in (store, other)
        )
        assert len(mine) > 1
        assert sorted(map(repr, mine)) == sorted(map(repr, theirs))


FILE = """BEGIN:VCALENDAR
X-WR-CALNAME:Ana
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
UID:s@google.com
DTSTART;TZID=Europe/Berlin:20260323T090000
DTEND;TZID=Europe/Berlin:20260323T091500
RRULE:FREQ=WEEKLY;COUNT=6
EXDATE;TZID=Europe/Berlin:20260413T090000
SUMMARY:Standup
END:VEVENT
BEGIN:VEVENT
UID:s@google.com
RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000
DTSTART;TZID=Europe/Berlin:20260331T110000
DTEND;TZID=Europe/Berlin:20260331T120000
SUMMARY:Standup
END:VEVENT
BEGIN:VEVENT
UID:d@google.com
DTSTART;VALUE=DATE:20260401
DTEND;VALUE=DATE:20260403
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""
