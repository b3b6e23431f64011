"""By when a mail wants something: the day is read, also where a time of the day stands before it."""

from datetime import date

import pytest

from flows.common.asking import deadline

SENT = date(2026, 3, 25)  # a Wednesday


@pytest.mark.row("P1")
@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("by noon tomorrow", date(2026, 3, 26)),
        ("by noon", SENT),
        ("by 5pm today", SENT),
        ("by 3 pm tomorrow", date(2026, 3, 26)),
        ("before 12:00 on Friday", date(2026, 3, 27)),
        ("bis 12 Uhr am Freitag", date(2026, 3, 27)),
        ("before noon on 2026-03-30", date(2026, 3, 30)),
        ("by Wednesday 25 March, 12:00", SENT),
        ("by 28 March", date(2026, 3, 28)),
        ("bis 12. April", date(2026, 4, 12)),
        ("avant demain", date(2026, 3, 26)),
        ("by the 31st of February", None),
        ("one of these days", None),
    ],
)
def test_the_day_is_read(words: str, day: date | None) -> None:
    assert deadline(f"Can you send me the plan {words}?", SENT) == day
