"""Starting and stopping everything on this machine, from the outside: what `steward up` and `steward down` do."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Any

from blocks import engine, process
from context import store
from context.errors import BusyError, ServerError, StewardError
from context.home import Home
from deployments import supervise

SETTLING = 20.0  # seconds for a supervisor that failed to end what it had started
READY = 180.0  # seconds until server, worker and deployments stand; a first start takes most of it on a slow disk


class StartError(ServerError):
    """A start that failed; the supervisor's own code says how."""

    def __init__(self, said: dict[str, Any]) -> None:
        super().__init__(str(said.get("what", "Steward did not start")), said.get("mend"))
        self.exit_code = int(said.get("code", ServerError.exit_code))


def check(home: Home, port: int) -> None:
    """Raise what would keep Steward from starting, before anything is started."""
    if found := supervise.running(home):
        raise BusyError(
            f"Steward is already running at http://{engine.HOST}:{found['port']} (process {found['pid']})",
            "run `steward status`, or `steward down` to stop it",
        )
    store.load(home)
    supervise.clean(home)
    if not supervise.free(port):
        raise supervise.taken(port)


def start(home: Home, port: int) -> dict[str, Any]:
    """Start the supervisor apart from this terminal and wait until all stands; return its state.

    Raises BusyError where it runs, ServerError where it cannot start, ConfigError for an invalid profile.
    """
    check(home, port)
    log = home.logs / "up.log"
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", "deployments.supervise", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=home.root,
        )
    finally:
        os.close(descriptor)
    until = time.monotonic() + READY
    while time.monotonic() < until:
        said = supervise.state(home)
        if said and said["pid"] == child.pid and said["state"] != "starting":
            if said["state"] == "ready":
                return said
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(SETTLING)
            raise StartError(said)
        if child.poll() is not None:
            raise StartError(supervise.state(home) or {"mend": f"see {log}"})
        time.sleep(0.1)
    stop(home)
    raise ServerError("Steward did not start in time", f"see the logs in {home.logs}")


def stop(home: Home, patience: float = 60.0) -> bool:
    """Stop everything of this home; False where nothing ran. Raises ServerError where it does not stop."""
    found = supervise.running(home)
    if found is None:
        ended = supervise.clean(home)
        (home.run / "up.json").unlink(missing_ok=True)
        return ended > 0
    os.kill(int(found["pid"]), signal.SIGTERM)
    until = time.monotonic() + patience
    while process.alive(int(found["pid"]), str(found["mark"])):
        if time.monotonic() > until:
            raise ServerError(f"process {found['pid']} does not stop", f"run `kill -9 {found['pid']}; steward down`")
        time.sleep(0.1)
    return True


def foreground(home: Home, port: int) -> None:
    """Run the supervisor in this process until a signal ends it (systemd, launchd, a terminal)."""
    check(home, port)
    code = supervise.main(port)
    if code:
        said = supervise.state(home) or {}
        raise StartError(said) if said else StewardError("Steward did not start", f"see the logs in {home.logs}")
