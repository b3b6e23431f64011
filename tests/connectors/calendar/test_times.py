"""Times: zones, both changes of the clock, days, floating times, durations."""

from datetime import UTC, date, datetime

import pytest

from connectors.calendar.zones import iana
from tests.connectors.calendar.conftest import Make, event

pytestmark = pytest.mark.row("N1")
BERLIN = "DTSTART;TZID=Europe/Berlin:"


def test_the_clock_of_a_series_stays_when_the_clocks_go_forward(make: Make) -> None:
    made = make(
        event("DTEND;TZID=Europe/Berlin:20260327T100000", "RRULE:FREQ=DAILY;COUNT=4", start=BERLIN + "20260327T090000")
    )
    assert made.starts() == ["2026-03-27 08:00", "2026-03-28 08:00", "2026-03-29 07:00", "2026-03-30 07:00"]
    assert all(row["ends_at"] - row["starts_at"] == (row["ends_at"] - row["starts_at"]) for row in made.instances)
    assert {(row["ends_at"] - row["starts_at"]).seconds for row in made.instances} == {3600}


def test_the_clock_of_a_series_stays_when_the_clocks_go_back(make: Make) -> None:
    made = make(event("DURATION:PT30M", "RRULE:FREQ=DAILY;COUNT=3", start=BERLIN + "20261024T090000"))
    assert made.starts() == ["2026-10-24 07:00", "2026-10-25 08:00", "2026-10-26 08:00"]


def test_two_zones_that_change_on_different_days(make: Make) -> None:
    made = make(event("RRULE:FREQ=WEEKLY;COUNT=4", start="DTSTART;TZID=America/New_York:20260304T100000"))
    assert made.starts() == ["2026-03-04 15:00", "2026-03-11 14:00", "2026-03-18 14:00", "2026-03-25 14:00"]
    assert {row["zone"] for row in made.instances} == {"America/New_York"}


def test_an_hour_that_does_not_exist_and_one_that_exists_twice(make: Make) -> None:
    """RFC 5545, 3.3.5: the offset before the gap; the first of the two."""
    made = make(
        event(uid="gap", start=BERLIN + "20260329T023000"), event(uid="twice", start=BERLIN + "20261025T023000")
    )
    assert made.starts() == ["2026-03-29 01:30", "2026-10-25 00:30"]


def test_all_day_and_several_days_end_exclusively(make: Make) -> None:
    made = make(
        event(uid="one", start="DTSTART;VALUE=DATE:20260329"),
        event("DTEND;VALUE=DATE:20260402", uid="three", start="DTSTART;VALUE=DATE:20260330"),
        event("DTEND;VALUE=DATE:20260405", uid="same", start="DTSTART;VALUE=DATE:20260405"),
        event("DURATION:P2D", uid="length", start="DTSTART;VALUE=DATE:20260410"),
    )
    days = {key: (row["start_date"], row["end_date"], row["all_day"]) for key, row in made.events.items()}
    assert days == {
        "one": (date(2026, 3, 29), date(2026, 3, 30), True),
        "three": (date(2026, 3, 30), date(2026, 4, 2), True),
        "same": (date(2026, 4, 5), date(2026, 4, 6), True),
        "length": (date(2026, 4, 10), date(2026, 4, 12), True),
    }
    # The day on which the clocks change has 23 hours in the owner's zone.
    assert made.events["one"]["starts_at"] == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert made.events["one"]["ends_at"] == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_series_of_days_has_whole_days(make: Make) -> None:
    made = make(event("RRULE:FREQ=WEEKLY;COUNT=2", start="DTSTART;VALUE=DATE:20260327"))
    assert [(row["start_date"], row["end_date"]) for row in made.instances] == [
        (date(2026, 3, 27), date(2026, 3, 28)),
        (date(2026, 4, 3), date(2026, 4, 4)),
    ]


def test_a_floating_time_is_at_home_in_the_calendar_or_else_with_the_owner(make: Make) -> None:
    floating = event(start="DTSTART:20260325T090000")
    assert make(floating).starts() == ["2026-03-25 08:00"]
    tokyo = make(floating, head="X-WR-TIMEZONE:Asia/Tokyo")
    assert tokyo.starts() == ["2026-03-25 00:00"]
    assert tokyo.instances[0]["zone"] == "Asia/Tokyo"


def test_a_duration_keeps_the_clock_for_days_and_is_exact_for_hours(make: Make) -> None:
    """RFC 5545, 3.3.6, across the night of the change."""
    made = make(
        event("DURATION:P1D", uid="day", start=BERLIN + "20260328T120000"),
        event("DURATION:P1DT2H", uid="hours", start=BERLIN + "20260328T120000"),
    )
    assert made.events["day"]["ends_at"] == datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert made.events["hours"]["ends_at"] == datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "lines",
    [
        ("DTEND:20260325T080000Z",),  # before its start
        ("DTEND;VALUE=DATE:20260325",),  # a day for a time, and not after it
        ("DURATION:P99999999999W",),  # not practical
        (),
    ],
)
def test_an_end_that_makes_no_sense_is_none(make: Make, lines: tuple[str, ...]) -> None:
    made = make(event(*lines))
    assert made.events["u"]["ends_at"] == made.events["u"]["starts_at"]
    assert len(made.instances) == 1


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ('"Europe/Paris"', "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("/mozilla.org/20070129_1/America/New_York", "America/New_York"),
        ("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("UTC", "UTC"),
        ("GMT+0100", "Etc/GMT-1"),
        ("UTC-5", "Etc/GMT+5"),
        ("Customized Time Zone", None),
        ("", None),
        ("localtime", None),
    ],
)
def test_names_of_zones(tzid: str, name: str | None) -> None:
    assert iana(tzid) == name


def test_a_windows_zone_is_not_what_its_definition_wrongly_says(make: Make) -> None:
    odd = """BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+5744
TZOFFSETTO:+9999
END:STANDARD
END:VTIMEZONE"""
    made = make(odd, event(start="DTSTART;TZID=W. Europe Standard Time:20260701T090000"))
    assert made.starts() == ["2026-07-01 07:00"]
    assert made.events["u"]["zone"] == "Europe/Berlin"


def test_a_zone_that_only_its_definition_knows(make: Make) -> None:
    own = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0330
TZOFFSETTO:+0330
END:STANDARD
END:VTIMEZONE"""
    one = event("RRULE:FREQ=DAILY;COUNT=2", start="DTSTART;TZID=Customized Time Zone:20260325T090000")
    assert make(own, one).starts() == ["2026-03-25 05:30", "2026-03-26 05:30"]
    assert make(one).starts() == ["2026-03-25 08:00", "2026-03-26 08:00"], "the definition must not outlive its file"
    assert make(own, one).events["u"]["zone"] == "Europe/Berlin", "a name that only this file knows is of no use"
