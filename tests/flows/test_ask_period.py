"""What time a question means, in English and German, around both changes of the clock."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ask import question
from flows.ask.fold import fold, nearest
from flows.ask.names import Names
from flows.ask.period import Period, read

TODAY = date(2026, 3, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-03-25", "2026-03-25"),
        ("gestern", "2026-03-24", "2026-03-24"),
        ("the day before yesterday", "2026-03-23", "2026-03-23"),
        ("übermorgen", "2026-03-27", "2026-03-27"),
        ("last week", "2026-03-16", "2026-03-22"),
        ("letzte Woche", "2026-03-16", "2026-03-22"),
        ("in der vorletzten Woche", "2026-03-09", "2026-03-15"),
        ("the week before last", "2026-03-09", "2026-03-15"),
        ("this week", "2026-03-23", "2026-03-29"),
        ("next month", "2026-04-01", "2026-04-30"),
        ("im letzten Quartal", "2025-10-01", "2025-12-31"),
        ("in Q1", "2026-01-01", "2026-03-31"),
        ("in February", "2026-02-01", "2026-02-28"),
        ("im Februar 2024", "2024-02-01", "2024-02-29"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("on Monday", "2026-03-23", "2026-03-23"),
        ("last Wednesday", "2026-03-18", "2026-03-18"),
        ("am Freitag", "2026-03-20", "2026-03-20"),
        ("next Friday", "2026-03-27", "2026-03-27"),
        ("on 12 March", "2026-03-12", "2026-03-12"),
        ("am 12. März", "2026-03-12", "2026-03-12"),
        ("March 12th", "2026-03-12", "2026-03-12"),
        ("am 12.3.", "2026-03-12", "2026-03-12"),
        ("on 2026-03-29", "2026-03-29", "2026-03-29"),
        ("in KW 12", "2026-03-16", "2026-03-22"),
        ("the last 30 days", "2026-02-24", "2026-03-25"),
        ("in den letzten zwei Wochen", "2026-03-12", "2026-03-25"),
        ("three days ago", "2026-03-22", "2026-03-22"),
        ("vor 3 Tagen", "2026-03-22", "2026-03-22"),
        ("since Monday", "2026-03-23", "2026-03-25"),
        ("seit Februar", "2026-02-01", "2026-03-25"),
        ("since 1 March", "2026-03-01", "2026-03-25"),
        ("between 1 March and 12 March", "2026-03-01", "2026-03-12"),
        ("last weekend", "2026-03-21", "2026-03-22"),
        ("in 2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_words_for_a_time_are_its_days(text: str, first: str, last: str) -> None:
    period, rest = read(fold(text), TODAY, -1)
    assert period is not None, rest
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert rest.replace("the", "").strip() == ""


@pytest.mark.parametrize(("text", "day"), [("on Friday", "2026-03-27"), ("on 12 March", "2027-03-12")])
def test_a_question_about_what_comes_looks_ahead(text: str, day: str) -> None:
    period, _ = read(text.lower(), TODAY, 1)
    assert period is not None
    assert period.first.isoformat() == day


@pytest.mark.parametrize("text", ["may i ask", "a march in the park", "version 2.5", "meetings"])
def test_what_is_no_time_is_left_alone(text: str) -> None:
    assert read(text, TODAY, -1)[0] is None


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["last", "this", "next"]),
    st.sampled_from(["week", "month", "quarter", "year"]),
)
def test_periods_of_one_kind_lie_side_by_side(today: date, way: str, unit: str) -> None:
    here, _ = read(f"{way} {unit}", today)
    assert here is not None
    days = {"week": (7, 7), "month": (28, 31), "quarter": (90, 92), "year": (365, 366)}[unit]
    assert days[0] <= (here.until - here.first).days <= days[1]
    order = [read(f"{each} {unit}", today)[0] for each in ("last", "this", "next")]
    assert all(one and other and one.until == other.first for one, other in pairwise(order))
    assert order[1] is not None
    assert order[1].first <= today < order[1].until


def test_a_day_that_does_not_exist_is_left_over() -> None:
    assert read("on the 31 of february", TODAY, -1)[1].split() == ["on", "the", "31"]


@given(st.text(max_size=80), st.sampled_from(["", "last week", "mails from", "“", "how many", "-x: since"]))
def test_whatever_is_typed_is_read(text: str, words: str) -> None:
    found = question.read(f"{words} {text}", Names([], [], []), TODAY)
    assert found.text == f"{words} {text}"
    assert all(found.meanings)


def test_a_month_before_a_month_is_a_month() -> None:
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    assert march.shifted(-1) == Period(date(2026, 2, 1), date(2026, 3, 1))
    week = Period(TODAY, TODAY + timedelta(days=7))
    assert week.shifted(-1).until == TODAY


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("meetigns", "meetings"), ("unraed", "unread"), ("febuary", "february"), ("steps", None), ("walk", None)],
)
def test_a_slip_of_the_finger_is_read_as_the_one_near_word(typed: str, meant: str | None) -> None:
    assert nearest(typed, {"meetings", "unread", "february", "mails", "week", "sleeps"}) == meant
