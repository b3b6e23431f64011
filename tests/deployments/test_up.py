"""What keeps `steward up` from starting: one line, a documented exit code, and nothing left running."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks import process
from context.errors import BusyError, ConfigError, ServerError
from context.home import Home
from deployments import supervise, up

pytestmark = pytest.mark.row("K8")


def steward(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deployments.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def failed(code: int, *words: str) -> str:
    """Run a command that must fail, and return its one line."""
    done = steward(*words)
    lines = [line for line in done.stderr.splitlines() if line != "Starting …"]
    assert done.returncode == code, done.stderr
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.mark.parametrize("how", [[], ["--foreground"]])
def test_a_taken_port_is_said_with_another(home: Home, taken: socket.socket, how: list[str]) -> None:
    port = taken.getsockname()[1]
    said = failed(7, "up", "--port", str(port), *how)
    assert f"port {port} is taken" in said
    assert "steward up --port" in said
    assert not (home.run / "up.json").exists()


@pytest.mark.parametrize("how", [[], ["--foreground"]])
def test_an_invalid_profile_is_said_with_file_and_key(home: Home, how: list[str]) -> None:
    (home.context / "profile.yaml").write_text("schema: steward/profile@1\nidentity:\n  nmae: Ana\n")
    said = failed(4, "up", *how)
    assert "profile.yaml:3" in said
    assert "nmae" in said
    assert not (home.run / "up.json").exists()


def test_no_home_is_said_with_the_way_to_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "none"))
    for words in (["up"], ["down"], ["status"]):
        assert "steward init" in failed(3, *words)


def test_a_privileged_or_impossible_port_is_a_wrong_use(home: Home) -> None:
    for port in ("0", "80", "70000", "x"):
        assert steward("up", "--port", port).returncode == 2


def test_the_last_port_is_not_followed_by_another(home: Home) -> None:
    assert "--port 4201" in str(supervise.taken(4200))
    assert "--port 65534" in str(supervise.taken(supervise.HIGHEST))


def test_a_running_one_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "running", lambda _home: {"pid": 7, "port": 4321})
    with pytest.raises(BusyError, match=r"already running at http://127\.0\.0\.1:4321 \(process 7\)"):
        up.check(home, 4200)


def test_checks_come_in_the_order_that_helps(home: Home, taken: socket.socket) -> None:
    """A profile that cannot be read is said even where the port is taken: it would be the next fault."""
    (home.context / "profile.yaml").write_text("[")
    with pytest.raises(ConfigError):
        up.check(home, taken.getsockname()[1])


def test_two_supervisors_of_one_home_exclude_each_other(home: Home) -> None:
    from filelock import FileLock

    with FileLock(home.run / "up.lock"):
        done = subprocess.run([sys.executable, "-m", "deployments.supervise", "4999"], capture_output=True, timeout=60)
    assert done.returncode == BusyError.exit_code
    assert not (home.run / "up.json").exists()


def test_down_without_up_is_no_fault(home: Home) -> None:
    done = steward("down")
    assert (done.returncode, done.stdout) == (0, "Steward was not running.\n")


def test_down_ends_what_a_killed_one_left_and_nothing_else(home: Home) -> None:
    """A process id that another program got meanwhile is not touched: its start mark is not the same."""
    orphan = subprocess.Popen(["sleep", "600"], start_new_session=True)
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        children = {
            "server": {"pid": orphan.pid, "mark": process.started(orphan.pid), "failures": 0},
            "worker": {"pid": stranger.pid, "mark": "another-boot:1", "failures": 0},
        }
        said = {"pid": os.getpid(), "mark": "another-boot:2", "port": 4999, "state": "ready", "children": children}
        (home.run / "up.json").write_text(json.dumps(said))
        assert up.stop(home)
        assert orphan.wait(10) != 0
        assert stranger.poll() is None
        assert not (home.run / "up.json").exists()
    finally:
        for each in (orphan, stranger):
            each.kill()
            each.wait()


def test_a_server_that_cannot_start_is_said_with_its_log(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.prefect / "prefect.db").mkdir()  # no database can be opened there
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ServerError, match="server did not start") as refused:
        up.start(home, port)
    assert "server.log" in (refused.value.mend or "")
    assert supervise.running(home) is None
