"""The cadence under a simulated clock: every slot is served once, caught up once, or visibly skipped."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from context.home import Home
from flows import slots
from flows.slots import Rhythm

BERLIN = "Europe/Berlin"
BRIEF = Rhythm("brief", (("0 7 * * MON-FRI", BERLIN),), timedelta(hours=6))
SYNC = Rhythm("sync", (("*/15 * * * *", BERLIN),), timedelta(hours=1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.row("K1")
@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-03-27 12:00", "2026-03-27 06:00"),  # Friday, winter time
        ("2026-03-29 12:00", "2026-03-27 06:00"),  # Sunday of the change
        ("2026-03-30 05:00", "2026-03-30 05:00"),  # Monday, summer time: the same wall clock, an hour sooner
        ("2026-03-30 04:59", "2026-03-27 06:00"),
        ("2026-10-23 05:00", "2026-10-23 05:00"),
        ("2026-10-26 05:30", "2026-10-23 05:00"),  # Monday after the autumn change: 06:30 on the wall
        ("2026-10-26 06:00", "2026-10-26 06:00"),
    ],
)
def test_seven_on_the_wall_is_seven_on_both_sides_of_a_change(now: str, slot: str) -> None:
    assert BRIEF.due(at(now)) == at(slot)


@pytest.mark.row("K1")
@pytest.mark.parametrize(
    "zone", [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
)
@pytest.mark.parametrize("cron", ["*/15 * * * *", "0 7 * * MON-FRI", "30 2 * * *", "15 1,2 * * *"])
@pytest.mark.parametrize("start", ["2026-03-05", "2026-03-26", "2026-10-01", "2026-10-23"])
def test_slots_are_the_moments_that_prefect_schedules(zone: str, cron: str, start: str) -> None:
    """A run's scheduled time must be its slot to the second, or the run would be taken for another's."""
    import asyncio

    from prefect.server.schemas.schedules import CronSchedule

    begin = at(start)
    end = begin + timedelta(days=6 if "/" in cron else 12)
    theirs = asyncio.run(CronSchedule(cron=cron, timezone=zone).get_dates(n=1000, start=begin, end=end))
    ours = Rhythm("x", ((cron, zone),), timedelta(hours=1)).between(begin - timedelta(seconds=1), end)
    assert ours
    assert ours == sorted({moment.astimezone(UTC) for moment in theirs})
    assert all(Rhythm("x", ((cron, zone),), timedelta(hours=1)).due(slot) == slot for slot in ours)


class Machine:
    """A machine and a Prefect server in one: late runs all start at its waking, in any order, beside each other."""

    def __init__(self, home: Home, asleep: list[tuple[datetime, datetime]], *, forgets: bool = False) -> None:
        self.ledger = Ledger.open(home)
        self.ledger.store.run("PRAGMA synchronous = OFF")  # a simulated month need not reach the disk
        self.asleep = asleep
        self.forgets = forgets  # the server had no runs for the time it was off
        self.served: Counter[tuple[str, datetime]] = Counter()

    def sleeps(self, now: datetime) -> bool:
        return any(start <= now < end for start, end in self.asleep)

    def live(self, rhythm: Rhythm, start: datetime, end: datetime) -> None:
        slots.missed(self.ledger, rhythm, start)
        tick, looked, waiting = timedelta(minutes=10), start, list[datetime]()
        coming = rhythm.between(start, end)
        now = start
        while now <= end:
            while coming and coming[0] <= now:
                waiting.append(coming.pop(0))
            if not self.sleeps(now):
                if self.forgets:
                    waiting = [slot for slot in waiting if not self.sleeps(slot)]
                self.wake(rhythm, waiting, now)
                waiting = []
                if now - looked >= timedelta(hours=6):
                    slots.missed(self.ledger, rhythm, now, looked - timedelta(days=1))
                    looked = now
            now += tick

    def wake(self, rhythm: Rhythm, waiting: list[datetime], now: datetime) -> None:
        for number, scheduled in enumerate(reversed(waiting)):  # the newest first: the worst order
            self.start(rhythm, scheduled, now, f"{scheduled}-{number}")
            self.start(rhythm, scheduled, now, f"{scheduled}-{number}-again")
        if behind := slots.overdue(self.ledger, rhythm, now):
            self.start(rhythm, behind[0], now, f"catch-up-{behind[0]}")

    def start(self, rhythm: Rhythm, scheduled: datetime, now: datetime, run: str) -> None:
        turn = slots.take(self.ledger, rhythm, scheduled, now, run)
        if turn.serve:
            assert turn.slot is not None
            self.served[rhythm.name, turn.slot] += 1
            slots.finish(self.ledger, turn, now + timedelta(minutes=1))


@pytest.mark.row("K3")
@pytest.mark.parametrize(
    ("rhythm", "start", "end", "forgets"),
    [
        (BRIEF, "2026-03-10", "2026-04-09", False),
        (BRIEF, "2026-10-06", "2026-11-05", False),
        (BRIEF, "2026-10-06", "2026-11-05", True),
        (SYNC, "2026-03-10", "2026-04-09", True),
        (SYNC, "2026-10-06", "2026-11-05", False),
    ],
)
def test_thirty_days_with_a_five_day_sleep(home: Home, rhythm: Rhythm, start: str, end: str, forgets: bool) -> None:
    begin, finish = at(start), at(end)
    asleep = [(begin + timedelta(days=8, hours=3), begin + timedelta(days=13, hours=8, minutes=20))]
    machine = Machine(home, asleep, forgets=forgets)
    machine.live(rhythm, begin, finish)
    rows = machine.ledger.slots.all(rhythm.name)
    expected = rhythm.between(begin, finish)
    assert {row.slot for row in rows} >= set(expected)
    assert all(row.outcome for row in rows)
    assert set(machine.served.values()) == {1}
    outcomes = {row.slot: row.outcome for row in rows}
    for slot in expected:
        if not machine.sleeps(slot):
            assert outcomes[slot] == "done", slot
    lost = [slot for slot in expected if machine.sleeps(slot)]
    assert len(lost) > 3
    assert [outcomes[slot] for slot in lost[:-1]].count("done") == 0
    assert outcomes[lost[-1]] == "caught_up" if rhythm is BRIEF else outcomes[lost[-1]] in ("done", "caught_up")
    assert all(outcomes[slot] in ("skipped", "superseded") for slot in lost[:-1])
    assert all(row.reason for row in rows if row.outcome in ("skipped", "superseded"))


@pytest.mark.row("K3")
def test_what_comes_too_late_is_skipped_and_said_so(home: Home) -> None:
    with Ledger.open(home) as ledger:
        slots.missed(ledger, BRIEF, at("2026-03-23 12:00"))
        turn = slots.take(ledger, BRIEF, at("2026-03-24 06:00"), at("2026-03-24 15:30"), "run-1")
        assert not turn.serve
        assert turn.why == "9 h late, and of use for 6 h"
        assert slots.said(ledger.slots.all("brief"), BERLIN) == (
            "brief of Tue 24 Mar 07:00 skipped: 9 h late, and of use for 6 h",
        )
        assert slots.take(ledger, BRIEF, at("2026-03-25 06:00"), at("2026-03-25 06:00"), "run-2").serve


def test_a_slot_is_served_once_also_when_the_clock_is_set_back(home: Home) -> None:
    with Ledger.open(home) as ledger:
        first = slots.take(ledger, BRIEF, at("2026-03-24 06:00"), at("2026-03-24 06:00"), "run-1")
        slots.finish(ledger, first, at("2026-03-24 06:01"))
        again = slots.take(ledger, BRIEF, at("2026-03-24 06:00"), at("2026-03-24 05:30"), "run-2")
        assert first.serve
        assert not again.serve
        assert again.why == "another run has served it or is at it"


def test_a_dead_run_gives_its_slot_to_the_one_that_stands_in(home: Home) -> None:
    scheduled = at("2026-03-24 06:00")
    with Ledger.open(home) as ledger:
        assert slots.take(ledger, BRIEF, scheduled, scheduled, "dead").serve
        later = scheduled + timedelta(minutes=30)
        assert slots.overdue(ledger, BRIEF, later) == (scheduled, "dead")
        assert not slots.take(ledger, BRIEF, scheduled, later, "stranger").serve
        turn = slots.take(ledger, BRIEF, scheduled, later, "stand-in", dead="dead")
        assert turn.serve
        assert not slots.take(ledger, BRIEF, scheduled, later, "second", dead="dead").serve
        slots.finish(ledger, turn, later)
        assert slots.overdue(ledger, BRIEF, later) is None
        assert [row.outcome for row in ledger.slots.all("brief")] == ["caught_up"]


def test_a_failed_turn_names_the_kind_of_error_and_no_text(home: Home) -> None:
    scheduled = at("2026-03-24 06:00")
    with Ledger.open(home) as ledger:
        turn = slots.take(ledger, BRIEF, scheduled, scheduled, "run")
        slots.finish(ledger, turn, scheduled, ValueError("a private text"))
        (row,) = ledger.slots.all("brief")
        assert (row.outcome, row.reason) == ("failed", "ValueError")


def test_the_first_start_catches_nothing_up(home: Home) -> None:
    with Ledger.open(home) as ledger:
        assert slots.missed(ledger, BRIEF, at("2026-03-24 08:00")) == []
        assert slots.overdue(ledger, BRIEF, at("2026-03-24 08:00")) is None
        assert slots.said(ledger.slots.all("brief"), BERLIN) == ()


def test_a_plain_call_always_serves(home: Home, tmp_path: Path) -> None:
    with slots.turn(home, "housekeeping", BERLIN) as turn:
        assert turn.serve
        assert turn.slot is None
    with Ledger.open(home) as ledger:
        assert ledger.slots.all("housekeeping") == []
