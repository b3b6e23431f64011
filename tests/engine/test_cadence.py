"""The cadence on a real server: what nobody began is caught up; what died with its worker is known to have crashed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from blocks import engine, process
from blocks.ledger import Ledger
from context.home import Home
from deployments import supervise, up
from deployments.children import MARK

pytestmark = [pytest.mark.engine, pytest.mark.row("K3"), pytest.mark.timeout(600)]
HERE = Path(__file__).parent
TOOL = """
import asyncio, json, sys
from blocks import engine
from context.home import Home
engine.configure(Home.open())
from prefect.client.orchestration import get_client

async def main():
    async with get_client() as client:
        if sys.argv[1] == "start":
            made = await client.create_deployment(
                flow_id=await client.create_flow_from_name("sleeper"), name="sleeper",
                entrypoint="sleeper.sleeper", work_pool_name="steward", pull_steps=[],
            )
            run = await client.create_flow_run_from_deployment(made)
            print(json.dumps(str(run.id)))
        elif sys.argv[1] == "state":
            state = (await client.read_flow_run(sys.argv[2])).state
            print(json.dumps([state.name, state.message]))
        elif sys.argv[1] == "runs":
            runs = await client.read_flow_runs()
            names = {d.id: d.name for d in await client.read_deployments()}
            print(json.dumps([[names.get(r.deployment_id), list(r.tags), r.state.name] for r in runs]))

asyncio.run(main())
"""


def ask(*arguments: str) -> Any:
    """Ask the server through Prefect's own client, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", TOOL, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def until(look: Callable[[], Any], what: str, seconds: float = 240) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


@pytest.fixture
def running(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A started Steward whose housekeeping was last done two days ago, and whose last one died in the middle."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    now = datetime.now(UTC)
    with Ledger.open(home) as ledger:
        ledger.slots.finish("housekeeping", now - timedelta(days=2), "done", None, now - timedelta(days=2))
    with socket.create_server((engine.HOST, 0)) as free:
        port = free.getsockname()[1]
    up.start(home, port)
    try:
        yield home
    finally:
        up.stop(home)


@pytest.mark.kill
def test_missed_is_caught_up_and_dead_is_crashed(running: Home) -> None:
    home = running
    run = ask("start")
    until(lambda: ask("state", run)[0] == "Running", "the sleeper runs")

    def caught_up() -> list[Any]:
        with Ledger.open(home) as ledger:
            return [row for row in ledger.slots.all("housekeeping") if row.outcome in ("caught_up", "done")][1:]

    (row,) = until(caught_up, "yesterday's housekeeping is caught up")
    assert row.slot < datetime.now(UTC)
    stand_ins = [state for name, tags, state in ask("runs") if name == "housekeeping" and "catch-up" in tags]
    assert stand_ins == ["Completed"], "once, though the watch looks every minute"

    worker = supervise.running(home)["children"]["worker"]["pid"]  # type: ignore[index]
    engines = [pid for pid in process.marked(MARK, str(home.root)) if b"prefect.engine" in command(pid)]
    assert engines
    os.killpg(worker, signal.SIGKILL)  # the worker and the run together: nobody is left to tell
    for pid in engines:
        os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    until(lambda: ask("state", run)[0] == "Crashed", "the run is known to have crashed")
    assert "Silent" in (ask("state", run)[1] or "")
    print(f"crashed after {time.monotonic() - began:.0f} s")
    until(lambda: (supervise.running(home) or {}).get("state") == "ready", "the worker is back")


def test_a_claim_of_an_unknown_run_is_taken_over(home: Home) -> None:
    """Without a server of its own: the API of `session` answers as the real one does."""
    code = f"""
import asyncio
from datetime import UTC, datetime, timedelta
from blocks import engine
from blocks.ledger import Ledger
from context.home import Home
home = Home.open()
with engine.session(home):
    from deployments import watch
    from deployments.register import register
    from flows import slots
    rhythm = slots.rhythm("housekeeping", "UTC")
    now = datetime.now(UTC)
    slot = rhythm.due(now - timedelta(hours=1))
    now = slot + timedelta(minutes=30)
    with Ledger.open(home) as ledger:
        ledger.slots.finish("sync", now - timedelta(minutes=1), "done", None, now)
        ledger.slots.finish("brief", now - timedelta(minutes=1), "done", None, now)
        assert slots.take(ledger, rhythm, slot, slot, "{uuid4()}").serve
    asyncio.run(register(home))
    for expected in (["housekeeping"], [], []):
        found = [name for name in asyncio.run(watch.look(home, "UTC", now)) if name == "housekeeping"]
        assert found == expected, (found, expected)
    from prefect.client.orchestration import get_client
    with get_client(sync_client=True) as client:
        (made,) = [found.id for found in client.read_deployments() if found.name == "housekeeping"]
        (run,) = [run for run in client.read_flow_runs() if slots.CATCH_UP in run.tags and run.deployment_id == made]
        assert run.expected_start_time == slot, (run.expected_start_time, slot)
        assert any(tag.startswith(slots.AFTER) for tag in run.tags)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
