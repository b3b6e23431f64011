"""What a sentence claims, in digits and words, in several languages and ways of writing."""

from datetime import date

import pytest

from flows.claims import read
from flows.facts import written
from flows.verify import _covers

DAY = date(2026, 3, 25)


def readings(text: str) -> set[object]:
    return {reading for claim in read(text, DAY).found for reading in claim.readings}


@pytest.mark.parametrize(
    "text",
    [
        "09:30", "9:30", "9.30", "09h30", "9:30 am", "9.30 a.m.", "half past nine", "nine thirty", "halb zehn",
        "9 Uhr 30", "at 9:30,", "(09:30)", "from 09:30–10:00", "０９:３０",
    ],
)  # fmt: skip
def test_half_past_nine_is_one_time_however_it_is_written(text: str) -> None:
    assert ("time", 570) in readings(text)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("9 pm", 1260), ("12 am", 0), ("12 pm", 720), ("noon", 720), ("midnight", 0), ("viertel vor neun", 525),
        ("quarter to ten", 585), ("twenty past eight", 500), ("nine o'clock", 540), ("at nine", 540), ("until 16", 960),
        ("21:30", 1290), ("24:00", 0), ("minuit", 0),
    ],
)  # fmt: skip
def test_times_are_read(text: str, minute: int) -> None:
    assert ("time", minute) in readings(text)


def test_an_unambiguous_time_is_not_its_twin_of_the_evening() -> None:
    assert ("time", 1290) not in readings("09:30")
    assert ("time", 570) not in readings("21:30")
    assert ("time", 540) not in readings("9 pm")


@pytest.mark.parametrize(
    "text",
    ["25 March", "March 25th", "25th of March", "Wed 25 Mar", "Wednesday, March 25", "25.03.2026", "25/3", "3/25/2026",
     "2026-03-25", "25. März", "25 mars", "today", "Wednesday", "le 25 mars 2026"],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    dates = [value for kind, value in readings(text) if kind == "date"]
    assert any(_covers((2026, 3, 25, 2), value) for value in dates)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["Thu 25 Mar", "26 March", "25 April", "25 March 2027", "Tuesday", "tomorrow", "2026-03-26"]
)
def test_another_day_is_another_day(text: str) -> None:
    dates = [value for kind, value in readings(text) if kind == "date"]
    assert dates
    assert not any(_covers((2026, 3, 25, 2), value) for value in dates)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("3 h 30 min", 210), ("3h30", 210), ("3½ hours", 210), ("three and a half hours", 210), ("210 minutes", 210),
     ("half an hour", 30), ("an hour", 60), ("two hours", 120), ("45 min", 45), ("1.5 hours", 90), ("2 Stunden", 120)],
)  # fmt: skip
def test_lengths_are_read(text: str, minutes: int) -> None:
    assert ("length", float(minutes)) in readings(text)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("€1,500", ("money", (1500.0, "EUR"))), ("1.500 €", ("money", (1500.0, "EUR"))),
        ("$2k", ("money", (2000.0, "USD"))),
        ("12 million euros", ("money", (12e6, "EUR"))), ("20 %", ("share", 20.0)), ("twenty percent", ("share", 20.0)),
        ("1,500", ("number", 1500.0)), ("1’500", ("number", 1500.0)), ("3,5", ("number", 3.5)),
        ("twenty-five", ("number", 25.0)), ("three hundred", ("number", 300.0)), ("a dozen", ("number", 12.0)),
        ("drei", ("number", 3.0)), ("quinze", ("number", 15.0)),
    ],
)  # fmt: skip
def test_amounts_are_read(text: str, reading: object) -> None:
    assert reading in readings(text)


def test_a_number_in_a_name_is_left_to_the_names() -> None:
    assert not read("p95 of INV-2231 in Q3", DAY).found
    assert "INV-2231" in read("p95 of INV-2231 in Q3", DAY).rest


def test_a_statement_is_written_with_its_parameters() -> None:
    sql = "-- a comment\nSELECT $day AS d, '$x' AS t\nFROM e WHERE a > $day_begins;"
    parameters = {"day": DAY, "day_begins": "it's"}
    assert written(sql, parameters) == "SELECT DATE '2026-03-25' AS d, '$x' AS t FROM e WHERE a > 'it''s'"


def test_a_value_in_a_statement_names_no_parameter() -> None:
    parameters = {"about": "a $day's", "day": DAY, "keys": ["b", "c$about"], "none": None}
    sql = "SELECT $about, $none, $daylight WHERE k IN (SELECT unnest($keys))"
    assert written(sql, parameters) == (
        "SELECT 'a $day''s', NULL, $daylight WHERE k IN (SELECT unnest(['b', 'c$about']))"
    )
