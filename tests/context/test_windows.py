"""Schedules: what they say, and what they are on the days when clocks change."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.windows import bounds, free, hours, instant, merged, overlap, parse

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # 02:00 → 03:00, and 03:00 → 02:00


def walls(text: str, day: date, zone: ZoneInfo = BERLIN) -> list[tuple[str, str, float]]:
    """The stretches of a day by the wall clock, with their true length in minutes."""
    return [
        (a.astimezone(zone).strftime("%d %H:%M"), b.astimezone(zone).strftime("%d %H:%M"), (b - a).total_seconds() / 60)
        for a, b in parse(text).on(day, zone)
    ]


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("MON,WED 16:15-18:00", date(2026, 11, 23), [("23 16:15", "23 18:00", 105)]),
        ("MON,WED 16:15-18:00", date(2026, 11, 24), []),
        (
            "mon-fri 09:00-12:00, 13:00-17:30",
            date(2026, 11, 27),
            [("27 09:00", "27 12:00", 180), ("27 13:00", "27 17:30", 270)],
        ),
        ("FRI-MON 10:00-11:00", date(2026, 11, 22), [("22 10:00", "22 11:00", 60)]),
        ("SUN", date(2026, 11, 22), [("22 00:00", "23 00:00", 1440)]),
        ("DAILY 22:00-06:00", date(2026, 11, 23), [("23 00:00", "23 06:00", 360), ("23 22:00", "24 00:00", 120)]),
        ("SUN 22:00-24:00", date(2026, 11, 22), [("22 22:00", "23 00:00", 120)]),
        ("2026-12-24..2027-01-02", date(2027, 1, 2), [("02 00:00", "03 00:00", 1440)]),
        ("2026-12-24..2027-01-02", date(2027, 1, 3), []),
        ("2026-12-24 12:00-18:00; THU 17:00-19:00", date(2026, 12, 24), [("24 12:00", "24 19:00", 420)]),
        # the day on which 02:00 becomes 03:00 has 23 hours
        ("SUN", SPRING, [("29 00:00", "30 00:00", 23 * 60)]),
        ("SUN 01:30-04:00", SPRING, [("29 01:30", "29 04:00", 90)]),
        ("SUN 01:30-02:30", SPRING, [("29 01:30", "29 03:00", 30)]),
        ("SUN 02:30-04:00", SPRING, [("29 03:00", "29 04:00", 60)]),
        ("SUN 02:15-02:45", SPRING, []),
        ("SAT 22:00-06:00", SPRING, [("29 00:00", "29 06:00", 300)]),
        # the day on which 02:00 comes twice has 25
        ("SUN", AUTUMN, [("25 00:00", "26 00:00", 25 * 60)]),
        ("SUN 01:30-04:00", AUTUMN, [("25 01:30", "25 04:00", 210)]),
        ("SUN 02:15-02:45", AUTUMN, [("25 02:15", "25 02:45", 90)]),
        ("SUN 09:00-10:00", AUTUMN, [("25 09:00", "25 10:00", 60)]),
    ],
)
def test_a_schedule_on_a_day(text: str, day: date, expected: list[tuple[str, str, float]]) -> None:
    assert walls(text, day) == expected


def test_a_midnight_that_is_skipped() -> None:
    """In Santiago clocks jump from 00:00 to 01:00: the day begins at one."""
    zone = ZoneInfo("America/Santiago")
    begins, ends = bounds(date(2026, 9, 6), zone)
    assert begins.astimezone(zone).strftime("%H:%M") == "01:00"
    assert ends - begins == timedelta(hours=23)
    assert walls("SUN", date(2026, 9, 6), zone) == [("06 01:00", "07 00:00", 23 * 60)]


def test_a_day_that_is_skipped_has_no_time() -> None:
    """Samoa crossed the date line: 30 December 2011 did not happen there."""
    zone = ZoneInfo("Pacific/Apia")
    assert parse("DAILY").on(date(2011, 12, 30), zone) == []
    assert walls("DAILY", date(2011, 12, 31), zone) == [("31 00:00", "01 00:00", 1440)]


def test_what_is_free_is_what_is_not_taken() -> None:
    day = date(2026, 11, 23)
    at = lambda hour: instant(day, hour * 60, BERLIN)  # noqa: E731
    left = free(
        day, BERLIN, parse("MON 09:00-18:00"), [(at(8), at(10)), (at(12), at(13)), (at(12), at(14)), (at(17), at(20))]
    )
    assert left == [(at(10), at(12)), (at(14), at(17))]
    assert free(day, BERLIN, parse("TUE 09:00-18:00"), []) == []


def test_working_hours_sum_to_a_week() -> None:
    assert hours({"MON-THU": "09:30-18:00", "FRI": "09:30-16:00"}).week() == 4 * 510 + 390


def test_what_two_schedules_share() -> None:
    assert overlap(parse("SUN 22:00-06:00"), parse("MON 05:00-07:00")) == 60
    assert overlap(parse("MON 09:00-10:00"), parse("MON 10:00-11:00")) == 0


NONSENSE = """
;
MON 9-10
MON 25:00-26:00
MON 10:60-11:00
MUN
MON-
2026-02-30
2026-02-02..2026-02-01
16:15-18:00
MON 10:00
"""


@pytest.mark.parametrize("text", ["", *NONSENSE.split("\n")])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|calendar|backwards"):
        parse(text)


ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Asia/Kathmandu",
        "Africa/Casablanca",
    ]
)


@given(
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    ZONES,
    st.integers(0, 1439),
    st.integers(1, 1439),
)
def test_an_instant_is_inside_a_window_whenever_its_wall_clock_is(
    day: date, name: str, opens: int, minutes: int
) -> None:
    """A limit never shrinks: every minute of the day whose wall clock reads inside the window is covered by it."""
    zone, closes = ZoneInfo(name), (opens + minutes) % 1440
    found = parse(f"DAILY {opens // 60}:{opens % 60:02d}-{closes // 60:02d}:{closes % 60:02d}").on(day, zone)
    assert found == merged(found)
    moment, ends = bounds(day, zone)
    while moment < ends:
        wall = moment.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        inside = opens <= minute < closes if opens < closes else minute >= opens or minute < closes
        if inside:
            assert any(a <= moment < b for a, b in found), (wall, found)
        moment += timedelta(minutes=7)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), ZONES)
def test_days_follow_one_another_without_gap(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    assert bounds(day, zone)[1] == bounds(day + timedelta(days=1), zone)[0]
    assert bounds(day, zone)[0].tzinfo is UTC
