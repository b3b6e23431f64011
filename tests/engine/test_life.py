"""Starting, dying and stopping: what is killed comes back, what is stopped leaves nothing behind."""

import os
import signal

import pytest

from deployments import supervise
from tests.engine.conftest import Engine, processes, wait

pytestmark = [pytest.mark.engine, pytest.mark.row("K8")]


def test_a_second_start_is_refused_in_one_line(up: Engine) -> None:
    done = up.steward("up", "--port", str(up.port + 1))
    assert done.returncode == 6
    said = [line for line in done.stderr.splitlines() if line != "Starting …"]
    assert len(said) == 1
    assert "already running" in said[0]
    assert "steward status" in said[0]
    assert up.ready()


@pytest.mark.parametrize("name", ["server", "worker"])
def test_a_killed_child_comes_back_and_works(up: Engine, name: str) -> None:
    others = {other: up.child(other) for other in ("server", "worker") if other != name}
    killed = up.child(name)
    os.kill(killed, signal.SIGKILL)
    wait(f"another {name}", lambda: up.replaced(name, killed))
    assert {other: up.child(other) for other in others} == others, "the other one lived on"
    up.complete("housekeeping")
    assert killed not in processes(up.home)


def test_children_of_a_killed_supervisor_end_and_the_next_start_is_clean(up: Engine) -> None:
    before = processes(up.home)
    supervisor = int((supervise.running(up.home) or {})["pid"])
    assert {supervisor, up.child("server"), up.child("worker")} <= set(before)
    os.kill(supervisor, signal.SIGKILL)
    wait("the orphans' end, by themselves", lambda: not set(before) & set(processes(up.home)), 60)
    up.up()
    assert up.ready()
    assert not set(before) & set(processes(up.home))
    up.complete("housekeeping")


def test_a_start_ends_orphans_that_do_not_end_by_themselves(up: Engine) -> None:
    """Elsewhere than on Linux no signal reaches them; here they are stopped, so that none is obeyed."""
    before = processes(up.home)
    server, supervisor = up.child("server"), int((supervise.running(up.home) or {})["pid"])
    os.kill(supervisor, signal.SIGSTOP)
    os.kill(server, signal.SIGSTOP)
    os.kill(supervisor, signal.SIGKILL)
    wait("the supervisor's end", lambda: supervisor not in processes(up.home), 30)
    assert server in processes(up.home)
    up.up()
    assert not set(before) & set(processes(up.home))


def test_sigterm_stops_everything_and_down_may_be_said_twice(up: Engine) -> None:
    os.kill(int((supervise.running(up.home) or {})["pid"]), signal.SIGTERM)
    wait("the end of every process", lambda: not processes(up.home), 60)
    assert sorted(path.name for path in up.home.run.iterdir() if path.suffix == ".json") == []
    first, second = up.steward("down"), up.steward("down")
    assert (first.returncode, first.stdout) == (0, "Steward was not running.\n")
    assert (second.returncode, second.stdout) == (0, "Steward was not running.\n")
