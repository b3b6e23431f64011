"""No connection leaves the machine: every socket of a whole demo is watched, the server's and the runs' included."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

AUDIT = Path(__file__).resolve().parents[1] / "audit"
LOOPBACK = {"127.0.0.1", "::1", "localhost", "", None}


def steward(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deployments.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)


def test_the_watch_sees_an_outgoing_connection(tmp_path: Path) -> None:
    log = tmp_path / "sockets"
    environment = {**os.environ, "PYTHONPATH": str(AUDIT), "STEWARD_SOCKETS": str(log)}
    program = (
        "import socket\ns = socket.socket()\ns.settimeout(0.01)\ntry: s.connect(('192.0.2.1', 9))\nexcept OSError: pass"
    )
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert foreign(log) == ["192.0.2.1"]


@pytest.mark.engine
@pytest.mark.row("T10", "T13", "N9")
def test_a_whole_demo_speaks_to_nobody_outside(tmp_path: Path) -> None:
    log = tmp_path / "sockets"
    environment = {
        **os.environ,
        "PYTHONPATH": str(AUDIT),
        "STEWARD_SOCKETS": str(log),
        "STEWARD_HOME": str(tmp_path / "demo"),
    }
    try:
        done = steward(environment, "demo")
        assert done.returncode == 0, done.stderr
        time.sleep(5)  # what a server does by itself once it is up: telemetry, version checks, schedules
    finally:
        stopped = steward(environment, "down")
    assert stopped.returncode == 0, stopped.stderr
    assert "socket.connect" in log.read_text("utf-8")  # the runs did speak to the server
    assert foreign(log) == []


def foreign(log: Path) -> list[str]:
    """Return the hosts outside this machine that were looked up or spoken to."""
    found = []
    for line in log.read_text("utf-8").splitlines():
        event, _, said = line.partition(" ")
        try:
            arguments = ast.literal_eval(said)
        except (SyntaxError, ValueError):
            arguments = (said,)
        address = arguments[0] if event != "socket.sendto" else arguments[-1]
        host = address[0] if isinstance(address, tuple) else address
        unix = event == "socket.connect" and isinstance(address, (str, bytes))
        if not unix and host not in LOOPBACK:
            found.append(str(host))
    return found
