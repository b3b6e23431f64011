"""Series: exceptions, moved and cancelled days, RANGE, further and excluded dates, limits."""

from datetime import UTC, datetime

import pytest

from connectors.calendar import instances
from connectors.calendar.limit import OutOfTimeError, limited
from tests.connectors.calendar.conftest import NOW, Make, event

pytestmark = pytest.mark.row("N1")
WEEKLY = event(
    "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Weekly", start="DTSTART;TZID=Europe/Berlin:20260309T100000"
)


def test_a_moved_day_replaces_its_own(make: Make) -> None:
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260316T100000",
        *("DURATION:PT1H", "SUMMARY:Moved", "SEQUENCE:1"),
        start="DTSTART;TZID=Europe/Berlin:20260317T150000",
    )
    made = make(WEEKLY, moved)
    assert made.starts() == ["2026-03-09 09:00", "2026-03-17 14:00", "2026-03-23 09:00", "2026-03-30 08:00"]
    assert set(made.events) == {"u", "u#20260316T090000Z"}
    changed = [row for row in made.instances if row["is_exception"]]
    assert [row["event_key"] for row in changed] == ["u#20260316T090000Z"]
    assert changed[0]["key"] == "u#20260316T090000Z@20260317T140000Z"


def test_the_same_exception_in_another_zone_has_the_same_key(make: Make) -> None:
    first = make(event("RECURRENCE-ID:20260316T090000Z", start="DTSTART:20260316T120000Z"))
    second = make(event("RECURRENCE-ID;TZID=Europe/Berlin:20260316T100000", start="DTSTART:20260316T120000Z"))
    assert set(first.events) == set(second.events) == {"u#20260316T090000Z"}
    assert len(first.instances) == 1, "an exception whose series is elsewhere still takes place"


def test_this_and_all_that_follow(make: Make) -> None:
    later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260323T100000",
        *("DURATION:PT2H", "SUMMARY:Longer"),
        start="DTSTART;TZID=Europe/Berlin:20260323T130000",
    )
    made = make(WEEKLY, later)
    assert made.starts() == ["2026-03-09 09:00", "2026-03-16 09:00", "2026-03-23 12:00", "2026-03-30 11:00"]
    long = [row for row in made.instances if (row["ends_at"] - row["starts_at"]).seconds == 7200]
    assert len(long) == 2
    assert {row["event_key"] for row in long} == {"u#20260323T090000Z"}


def test_cancelled_days_and_series_are_kept_as_such(make: Make) -> None:
    cancelled = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260316T100000",
        "STATUS:CANCELLED",
        start="DTSTART;TZID=Europe/Berlin:20260316T100000",
    )
    made = make(WEEKLY, cancelled)
    assert len(made.instances) == 4
    assert [row["starts_at"].day for row in made.instances if row["cancelled"]] == [16]
    assert {row["cancelled"] for row in make(WEEKLY.replace("SUMMARY", "STATUS:CANCELLED\nSUMMARY")).instances} == {
        True
    }
    assert {row["cancelled"] for row in make(WEEKLY, head="METHOD:CANCEL").instances} == {True}


def test_further_and_excluded_dates(make: Make) -> None:
    made = make(
        event(
            "DURATION:PT1H",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "EXDATE;TZID=Europe/Berlin:20260316T100000",
            "RDATE;TZID=Europe/Berlin:20260318T100000",
            "RDATE;VALUE=PERIOD:20260320T090000Z/PT3H",
            start="DTSTART;TZID=Europe/Berlin:20260309T100000",
        )
    )
    assert made.starts() == ["2026-03-09 09:00", "2026-03-18 09:00", "2026-03-20 09:00", "2026-03-23 09:00"]
    assert [
        (row["ends_at"] - row["starts_at"]).seconds for row in sorted(made.instances, key=lambda row: row["starts_at"])
    ] == [*(3600, 3600, 10800, 3600)]
    assert made.events["u"]["rrule"].splitlines()[0] == "FREQ=WEEKLY;COUNT=3"


def test_only_the_window_is_worked_out(make: Make) -> None:
    made = make(event("RRULE:FREQ=DAILY", start="DTSTART:20000101T120000Z"))
    first, last = min(row["starts_at"] for row in made.instances), max(row["starts_at"] for row in made.instances)
    assert first == datetime(2025, 12, 23, 12, tzinfo=UTC)
    assert last == datetime(2027, 5, 3, 12, tzinfo=UTC)
    again = make(event("RRULE:FREQ=DAILY", start="DTSTART:20000101T120000Z"), now=NOW.replace(day=27))
    assert again.starts() == made.starts(), "within a week nothing is worked out anew"


def test_too_many_instances_keep_those_around_now(make: Make) -> None:
    made = make(event("RRULE:FREQ=HOURLY", start="DTSTART:20260101T000000Z"))
    assert made.reasons == ["too-many-instances"]
    assert len(made.instances) == instances.MOST
    assert min(row["starts_at"] for row in made.instances) < NOW < max(row["starts_at"] for row in made.instances)


@pytest.mark.row("N10")
@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=SOMETIMES", "RSCALE=CHINESE;FREQ=YEARLY", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"]
)
def test_a_rule_that_cannot_be_worked_out_costs_no_other_event(
    make: Make, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instances, "SERIES_SECONDS", 0.3)
    made = make(event(f"RRULE:{rule}"), event(uid="other"))
    assert set(made.events) == {"u", "other"}
    assert {row["event_key"] for row in made.instances} == {"u", "other"}, "its written time stands"
    assert set(made.reasons) & {"too-slow", "bad-recurrence", "too-many-instances"}


def test_a_limit_interrupts_and_passes_on() -> None:
    def forever() -> None:
        while True:
            pass

    with pytest.raises(OutOfTimeError):
        limited(forever, 0.05)
    assert limited(lambda: 7, 5) == 7
    with pytest.raises(KeyError):
        limited(lambda: {}["x"], 5)
