"""A wait that a server asked for is kept, and ends, whatever the clock does."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.waiting import waits

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.row("T7")
@pytest.mark.parametrize(
    ("clock", "waiting"),
    [
        (timedelta(), True),
        (timedelta(minutes=59, seconds=59), True),
        (timedelta(hours=1), False),
        (timedelta(days=400), False),  # the clock went ahead
        (timedelta(hours=-3), True),  # it was set back a little
        (timedelta(days=-400), False),  # or by more than any server asks for
    ],
)
def test_a_wait_of_an_hour(clock: timedelta, waiting: bool) -> None:
    assert waits((NOW + timedelta(hours=1)).isoformat(), NOW + clock) is waiting


def test_without_a_wait_there_is_none() -> None:
    assert not waits(None, NOW)
