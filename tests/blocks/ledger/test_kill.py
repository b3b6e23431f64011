"""The ledger under kill -9 and under many processes at once."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from context.home import Home

ROOT = Path(__file__).resolve().parents[3]

CLAIMER = """
import sys
from datetime import UTC, datetime, timedelta
from blocks.ledger import Ledger
from context.home import Home
start = datetime(2026, 1, 1, tzinfo=UTC)
with Ledger.open(Home.find()) as ledger:
    for number in range(int(sys.argv[2])):
        if ledger.slots.claim("sync", start + timedelta(minutes=number), sys.argv[1]):
            print(number, flush=True)
"""


def claimer(name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CLAIMER, name, str(count)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_a_slot_goes_to_one_of_many_processes(home: Home) -> None:
    processes = [claimer(f"p{number}", 100) for number in range(4)]
    claimed = [int(line) for process in processes for line in process.communicate()[0].split()]
    assert sorted(claimed) == list(range(100))


@pytest.mark.kill
@pytest.mark.row("T7")
def test_what_was_claimed_before_a_kill_stays_claimed(home: Home) -> None:
    chance = random.Random(1)
    said: set[int] = set()
    for attempt in range(8):
        process = claimer(f"p{attempt}", 100_000)
        assert process.stdout is not None
        said.add(int(process.stdout.readline()))
        time.sleep(chance.random() / 10)
        process.kill()
        said.update(int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n"))
        process.wait()
        with Ledger.open(home) as ledger:
            assert ledger.store.rows("PRAGMA integrity_check")[0][0] == "ok"
            rows = ledger.slots.open("sync")
            assert {int((row.slot - rows[0].slot).total_seconds() // 60) for row in rows} >= said
