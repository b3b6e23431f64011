"""The sync flow in Prefect: a task a source, tried again where time mends, one failure costs one task."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from context.home import Home
from flows.sources import COLUMNS

pytestmark = [pytest.mark.engine, pytest.mark.row("T3")]
ROOT = Path(__file__).resolve().parents[2]
EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260325T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"
RUN = """
import json
from blocks.engine import session
from context.home import Home
home = Home.open()
with session(home):
    from connectors import load
    from connectors.calendar import file
    from flows.sync import flow
    reads, calls = file.read, []
    def flaky(handle, known):
        calls.append(handle.path)
        if handle.path.endswith("flaky.ics") and calls.count(handle.path) == 1:
            raise TimeoutError
        yield from reads(handle, known)
    file.read = flaky
    syncs, attempts = load.sync, {}
    def counted(home, names=None, **how):
        attempts[",".join(names)] = attempts.get(",".join(names), 0) + 1
        return syncs(home, names, **how)
    load.sync = counted
    flow.read.retry_delay_seconds = [0.1, 0.1]
    first = flow.sync(return_state=True)
    tried, seen = len(calls), dict(attempts)
    second = flow.sync(return_state=True)
    alone = flow.sync(["gone"], return_state=True)
    from prefect.client.orchestration import get_client
    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts()
    print(json.dumps({
        "states": [(s.type.value, s.message) for s in (first, second, alone)],
        "tried": tried, "again": len(calls) - tried,
        "tables": [json.loads(a.data) for a in sorted(artifacts, key=lambda a: a.created)],
        "attempts": seen,
    }))
"""


def test_a_task_a_source(home: Home, tmp_path: Path) -> None:
    for name in ("good", "flaky"):
        (tmp_path / f"{name}.ics").write_text(EVENT)
    with Ledger.open(home) as ledger:
        for name in ("good", "flaky", "gone"):
            account = "![x](https://evil.example/a.png)" if name == "gone" else "me"
            ledger.sources.connect(name, "ics", "calendar", account, {"path": str(tmp_path / f"{name}.ics")})
    done = subprocess.run([sys.executable, "-c", RUN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["states"] == [
        ["COMPLETED", "2 read, 1 failed: gone"],
        ["COMPLETED", "2 read, 1 failed: gone"],
        ["FAILED", "0 read, 1 failed: gone"],
    ]
    assert (told["tried"], told["again"]) == (3, 0), "the timeout was tried again; what is done is not done again"
    counts = {row["source"]: (row["state"], row["rows"]) for row in told["tables"][0]}
    assert counts["good"][0] == counts["flaky"][0] == "ok"
    assert counts["gone"] == ("failed", 0)
    assert [row["source"] for row in told["tables"][0]] == ["flaky", "gone", "good"]
    assert all(tuple(row)[: len(COLUMNS)] == COLUMNS for row in told["tables"][0]), "as `steward status` has them"
    gone = next(row for row in told["tables"][0] if row["source"] == "gone")
    assert "![" not in gone["account"]
    assert gone["account"] == r"\!\[x\]\(\[link removed\]\)", "the UI draws a cell as Markdown"
    assert "there is no file" in gone["note"]
    assert re.fullmatch(r"\w{3} \d\d:\d\d", gone["next"])
    assert told["attempts"] == {"flaky": 2, "gone": 1, "good": 1, "": 1}, "a missing file is not waited for"
    with Warehouse(home).read() as con:
        assert con.execute("SELECT count(*) FROM events").fetchone() == (2,)
    assert Warehouse(home).generation() == 1, "published once, for all sources together"
