"""Events and to-dos as rows; what is wrong with one costs no other."""

from datetime import UTC, date, datetime

import pytest

from connectors.calendar.ical import NoCalendarError
from tests.connectors.calendar.conftest import Make, event, read

pytestmark = pytest.mark.row("N1", "N10")


def test_an_invitation(make: Make) -> None:
    made = make(
        event(
            "DTEND:20260325T100000Z",
            "SUMMARY:Budget\\, again",
            "LOCATION:Room 4",
            "DESCRIPTION:Join https://meet.google.com/abc-defg-hij now.",
            "STATUS:TENTATIVE",
            "TRANSP:TRANSPARENT",
            "SEQUENCE:3",
            "CATEGORIES:Work,Money",
            "CREATED:20260301T080000Z",
            "LAST-MODIFIED:20260302T080000Z",
            "DTSTAMP:20260325T000000Z",
            "ORGANIZER;CN=Ana Ruiz:MAILTO:Ana@Example.org",
            "ATTENDEE;CN=Bo;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:bo@example.org",
            "ATTENDEE;CUTYPE=ROOM;CN=Room 4:mailto:room4@example.org",
            "ATTENDEE:urn:uuid:1",
        ),
        head="X-WR-CALNAME:Work\\, mostly",
    )
    row = made.events["u"]
    assert row["calendar"] == "Work, mostly"
    assert row["summary"] == "Budget, again"
    assert (row["status"], row["transparent"], row["sequence"]) == ("tentative", True, 3)
    assert (row["organizer_address"], row["organizer_name"]) == ("ana@example.org", "Ana Ruiz")
    assert row["conference_url"] == "https://meet.google.com/abc-defg-hij"
    assert row["categories"] == ["Work", "Money"]
    assert row["updated_at"] == datetime(2026, 3, 2, 8, tzinfo=UTC), "DTSTAMP is the time of export for many providers"
    assert row["attendees"] == [
        {"address": "bo@example.org", "name": "Bo", "partstat": "accepted", "role": "chair", "kind": "individual"},
        {
            "address": "room4@example.org",
            "name": "Room 4",
            "partstat": "needs-action",
            "role": "req-participant",
            "kind": "room",
        },
        {"address": None, "name": None, "partstat": "needs-action", "role": "req-participant", "kind": "individual"},
    ]


@pytest.mark.parametrize(
    ("line", "visibility"),
    [
        ("", None),
        ("CLASS:PUBLIC", "public"),
        ("CLASS:private", "private"),
        ("CLASS:CONFIDENTIAL", "confidential"),
        ("CLASS:X-TEAM", "private"),
    ],
)
def test_who_may_see_it(make: Make, line: str, visibility: str | None) -> None:
    """A class that is not known is a private one (RFC 5545, 3.8.1.3)."""
    assert make(event(*([line] if line else []))).events["u"]["visibility"] == visibility


def test_todos_are_tasks(make: Make) -> None:
    made = make(
        "BEGIN:VTODO\nUID:1\nSUMMARY:Pay\nDUE;VALUE=DATE:20260401\nPRIORITY:1\nEND:VTODO",
        "BEGIN:VTODO\nUID:2\nSUMMARY:Call\nDUE;TZID=Europe/Berlin:20260401T120000\nPERCENT-COMPLETE:100\nEND:VTODO",
        "BEGIN:VTODO\nUID:3\nSUMMARY:Go\nDTSTART:20260401T120000Z\nDURATION:P2D\nSTATUS:CANCELLED\nPRIORITY:0\nEND:VTODO",
        head="NAME:Errands",
    )
    told = {key: (row["status"], row["due_date"], row["due_at"], row["priority"]) for key, row in made.tasks.items()}
    assert told == {
        "1": ("open", date(2026, 4, 1), None, 1),
        "2": ("done", date(2026, 4, 1), datetime(2026, 4, 1, 10, tzinfo=UTC), None),
        "3": ("cancelled", date(2026, 4, 3), datetime(2026, 4, 3, 12, tzinfo=UTC), None),
    }
    assert {row["list"] for row in made.tasks.values()} == {"Errands"}


def test_one_bad_event_costs_no_other(make: Make) -> None:
    made = make(
        event(uid="good"),
        event(uid="none", start="SUMMARY:No start"),
        event(uid="bad", start="DTSTART:SOON"),
        event("RECURRENCE-ID:20010229T000000Z", uid="odd"),
        event(uid="last"),
    )
    assert {"good", "last"} <= set(made.events)
    assert made.reasons[:2] == ["no-start", "no-start"]
    assert "SOON" in made.rejects[1].error
    assert made.rejects[1].raw.startswith(b"BEGIN:VEVENT")
    assert made.rejects[0].position == "line 8"


def test_a_missing_end_and_a_cut_file() -> None:
    made = read(
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260325T090000Z\nBEGIN:VEVENT\nUID:2\nDTSTART:20260325T0"
    )
    assert set(made.events) == {"1"}
    assert made.reasons == ["no-start"]


def test_of_two_revisions_the_newer_stands(make: Make) -> None:
    old, new = event("SEQUENCE:1", "SUMMARY:Old"), event("SEQUENCE:2", "SUMMARY:New")
    for order in ((old, new), (new, old)):
        made = make(*order)
        assert [row["summary"] for row in made.events.values()] == ["New"]
        assert len(made.instances) == 1


def test_answers_to_invitations_are_no_events(make: Make) -> None:
    assert make(event(), head="METHOD:REPLY").reasons == ["itip-reply"]


def test_an_event_without_a_uid_keeps_one_of_its_own(make: Make) -> None:
    text = "BEGIN:VEVENT\nDTSTART:20260325T090000Z\nSUMMARY:Lone\nEND:VEVENT"
    assert list(make(text).events) == list(make(text).events)
    assert next(iter(make(text).events)).startswith("sha256:")


@pytest.mark.parametrize(
    "data",
    [
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260325T090000Z\r\nSUMMARY:Zü\r\n rich\r\nEND:VEVENT",
        "begin:vcalendar\nbegin:vevent\nuid:1\ndtstart:20260325T090000Z\nsummary:Zü\n\trich\nend:vevent\nend:vcalendar",
        "BEGIN:VCALENDAR\rBEGIN:VEVENT\rUID:1\rDTSTART:20260325T090000Z\rSUMMARY:Zürich\rEND:VEVENT\rEND:VCALENDAR\r",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_line_ends_and_encodings(data: str, encoding: str) -> None:
    assert read(data.encode(encoding)).events["1"]["summary"] == "Zürich"


@pytest.mark.parametrize("data", [b"", b"<html><body>Log in</body></html>", b"\0" * 100, b"NOTE:nothing"])
def test_what_is_no_calendar(data: bytes) -> None:
    with pytest.raises(NoCalendarError):
        read(data)
