"""Calendar views over real text: answers, company, duplicates; keys that name one row each."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from connectors.calendar.feed import items
from connectors.calendar.tables import TABLES
from connectors.columns import to_arrow
from connectors.quarantine import OWN
from connectors.shape import Known, Rows
from connectors.views import tables as framework
from connectors.views.install import install
from connectors.views.page import pages
from context.columns import TABLES as CONTEXT
from context.sql import ContextTable

pytestmark = pytest.mark.row("N1", "N7")
NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
WANTED = ("events", "event_instances", "tasks")
OWNER = {"person_id": "p_owner", "address": "Sam@Work.example", "kind": "email"}
Calendars = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def calendars() -> Calendars:
    """Publish calendars: (source, file) → the lines of its events."""

    def published(given: dict[tuple[str, str], list[str]]) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        con.execute("SET TimeZone = 'UTC'; CREATE SCHEMA raw")
        framework.raw(con, [*TABLES, *OWN])
        declared = {table.name: table for table in TABLES}
        for (source, file), events in given.items():
            text = "BEGIN:VCALENDAR\n" + "\n".join(events) + "\nEND:VCALENDAR\n"
            for item in items(file, text.encode(), "Work", Known({}, NOW, "Europe/Berlin")):
                assert isinstance(item, Rows)
                rows, bad = to_arrow(declared[item.table], source, "me", file, item.rows)
                assert not bad
                con.register("given", rows)
                con.execute(f"INSERT INTO raw.{item.table} BY NAME SELECT * FROM given")
                con.unregister("given")
        profile = {
            name: ContextTable(comment, columns, (OWNER,) if name == "context_addresses" else ())
            for name, (comment, columns) in CONTEXT.items()
        }
        views = [view for view in pages() if view.name in WANTED]
        install(
            con, context={"main": profile, "mine": profile}, ledger=None, now=NOW, declared=[*TABLES, *OWN], views=views
        )
        con.execute("SET search_path = 'mine,main'")
        return con

    return published


def event(uid: str, *lines: str, start: str = "DTSTART:20260325T090000Z") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", start, "DURATION:PT1H", *lines, "END:VEVENT"])


def column(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    return dict(con.execute(f"SELECT uid, {name} FROM event_instances ORDER BY uid").fetchall())


ME, ANA, BO = "sam@work.example", "ana@norte.example", "bo@norte.example"


def test_my_status(calendars: Calendars) -> None:
    con = calendars(
        {
            ("cal", "a.ics"): [
                event("alone"),
                event("mine", f"ORGANIZER:mailto:{ME}", f"ATTENDEE:mailto:{ANA}"),
                event("accepted", f"ORGANIZER:mailto:{ANA}", f"ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:{ME.upper()}"),
                event("asked", f"ORGANIZER:mailto:{ANA}", f"ATTENDEE:mailto:{ME}"),
                event("refused", f"ORGANIZER:mailto:{ANA}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ME}"),
                event("given up", f"ORGANIZER:mailto:{ME}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ME}"),
                event("passed on", f"ORGANIZER:mailto:{ANA}", f"ATTENDEE;PARTSTAT=DELEGATED:mailto:{ME}"),
                event("seen", f"ORGANIZER:mailto:{ANA}", f"ATTENDEE:mailto:{BO}"),
            ]
        }
    )
    assert column(con, "my_status") == {
        "alone": "none",
        "mine": "organizer",
        "accepted": "accepted",
        "asked": "needs-action",
        "refused": "declined",
        "given up": "declined",
        "passed on": "none",
        "seen": "none",
    }


def test_other_people(calendars: Calendars) -> None:
    room = "ATTENDEE;CUTYPE=ROOM:mailto:room4@work.example"
    google = "ATTENDEE:mailto:c_1@resource.calendar.google.com"
    con = calendars(
        {
            ("cal", "a.ics"): [
                event("alone"),
                event("self", f"ORGANIZER:mailto:{ME}", f"ATTENDEE:mailto:{ME}", room, google),
                event("two", f"ORGANIZER:mailto:{ME}", f"ATTENDEE:mailto:{ANA}", f"ATTENDEE:mailto:{BO}", room),
                event("refused", f"ORGANIZER:mailto:{ME}", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ANA}"),
                event("theirs", f"ORGANIZER:mailto:{ANA}", f"ATTENDEE:mailto:{ANA}", f"ATTENDEE:mailto:{ME}"),
                event("unlisted", f"ORGANIZER:mailto:{ANA}", f"ATTENDEE:mailto:{ME}"),
                event("twice", f"ATTENDEE:mailto:{BO}", f"ATTENDEE;CN=Bo:mailto:{BO}"),
                event("group", "ORGANIZER:mailto:x@group.calendar.google.com"),
                event("nameless", "ATTENDEE;CN=Guest:urn:uuid:1"),
            ]
        }
    )
    assert column(con, "other_people") == {
        **{"alone": 0, "self": 0, "two": 2, "refused": 0, "theirs": 1, "unlisted": 1, "twice": 1, "group": 0},
        "nameless": 1,
    }


def test_the_same_meeting_twice_counts_once(calendars: Calendars) -> None:
    moved = event("u", "RECURRENCE-ID:20260401T090000Z", start="DTSTART:20260401T120000Z")
    con = calendars(
        {
            ("b", "x.ics"): [event("u", "RRULE:FREQ=WEEKLY;COUNT=2"), moved],
            ("a", "x.ics"): [event("u", "RRULE:FREQ=WEEKLY;COUNT=2")],
            ("a", "y.ics"): [event("u", "STATUS:CANCELLED")],
        }
    )
    rows = con.execute(
        "SELECT instance_key, duplicate_of, cancelled, is_recurring, is_exception FROM event_instances ORDER BY 1"
    ).fetchall()
    assert rows == [
        ("a/u@20260325T090000Z", None, False, True, False),
        ("a/u@20260325T090000Z~2", "a/u@20260325T090000Z", True, False, False),
        ("a/u@20260401T090000Z", None, False, True, False),
        ("b/u#20260401T090000Z@20260401T120000Z", None, False, True, True),
        ("b/u@20260325T090000Z", "a/u@20260325T090000Z", False, True, False),
    ]


def test_what_an_exception_says_is_shown_for_its_day(calendars: Calendars) -> None:
    changed = event("u", "RECURRENCE-ID:20260401T090000Z", "SUMMARY:Other", start="DTSTART:20260401T120000Z")
    con = calendars({("a", "x.ics"): [event("u", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:Usual"), changed]})
    found = con.execute(
        "SELECT strftime(starts_at, '%d %H'), summary FROM event_instances ORDER BY starts_at"
    ).fetchall()
    assert found == [("25 09", "Usual"), ("01 12", "Other")]
    assert con.execute("SELECT count(*) FROM events").fetchone() == (2,)
