"""The supervisor: `python -m deployments.supervise PORT`. Starts server and worker, restarts what dies, stops cleanly.

It imports nothing heavy, so that it costs next to nothing while it watches. What it started is written down in
`run/up.json` with each process's start mark; so the next start finds and ends what a killed supervisor left behind.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Literal

from blocks import engine, process
from context.errors import BusyError, ServerError, StewardError
from context.home import Home, write_private
from deployments.children import Child, end_orphan, end_runs, scratch
from deployments.worker import READY

State = Literal["starting", "ready", "failed"]
STARTING = 120.0  # seconds for the server to answer; the first start of a home makes its database
TICK = 0.25
HIGHEST = 65_535  # the last port
WRITTEN = {"pid": int, "mark": str, "port": int, "state": str, "children": dict}  # run/up.json


def state(home: Home) -> dict[str, Any] | None:
    """Return what run/up.json says, or None where it says nothing that can be used."""
    try:
        said = json.loads((home.run / "up.json").read_text("utf-8"))
        whole = all(isinstance(said[key], kind) for key, kind in WRITTEN.items())
        marks = [(child["pid"], child["mark"]) for child in said["children"].values()]
        whole = whole and all(isinstance(pid, int) and isinstance(mark, str) for pid, mark in marks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return said if whole else None


def running(home: Home) -> dict[str, Any] | None:
    """Return the state of this home's supervisor, where it runs."""
    said = state(home)
    return said if said and process.alive(said["pid"], said["mark"]) else None


def free(port: int) -> bool:
    """Tell whether `port` can be listened on. What waits to be closed (TIME_WAIT) does not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((engine.HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def taken(port: int) -> ServerError:
    """Return the error that names the port beside `port`."""
    beside = port + 1 if port < HIGHEST else port - 1
    return ServerError(f"port {port} is taken", f"run `steward up --port {beside}`")


def answers(home: Home, port: int) -> bool:
    """Tell whether the server on `port` answers and takes this home's password."""
    word = b64encode(engine.password(home).encode()).decode()
    request = urllib.request.Request(
        f"http://{engine.HOST}:{port}/api/admin/version", headers={"Authorization": f"Basic {word}"}
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@dataclass
class Supervisor:
    """Server and worker of one home, and the signals that end them."""

    home: Home
    port: int
    stopping: bool = False
    children: dict[str, Child] = field(default_factory=dict)

    def run(self) -> None:
        """Supervise until a signal comes. Raises BusyError, ServerError; whatever was started is ended."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        os.umask(0o077)
        (self.home.run / READY).unlink(missing_ok=True)
        self.children = {
            "server": Child(self.home, "server", ("deployments.server", str(self.port))),
            "worker": Child(self.home, "worker", ("deployments.worker",)),
        }
        try:
            self._begin()
            while not self.stopping:
                self._watch()
                time.sleep(TICK)
        finally:
            self._end()

    def _begin(self) -> None:
        self.write("starting")
        self._server()
        if not self.stopping:
            self.children["worker"].start()
            self.write("starting")

    def _server(self) -> None:
        """Start the server and wait until it answers."""
        server = self.children["server"]
        server.start()
        self.write("starting")
        until = time.monotonic() + STARTING
        while not self.stopping and not answers(self.home, self.port):
            if not server.alive or time.monotonic() > until:
                raise ServerError("the server did not start", f"see {self.home.logs / 'server.log'}")
            time.sleep(TICK)
        said = {"pid": server.pid, "port": self.port, "started": server.mark}
        write_private(self.home.run / "server.json", json.dumps(said) + "\n")

    def _watch(self) -> None:
        """Restart what died, after a pause that grows; say when all is ready."""
        for child in self.children.values():
            if child.alive:
                continue
            if child.running is not None:
                wait = child.rest()
                print(f"{child.name} ended; starting it again in {wait:.0f} s", flush=True)  # noqa: T201 - its log
                if child.name == "worker":  # its successor says again when the deployments stand
                    (self.home.run / READY).unlink(missing_ok=True)
            if time.monotonic() >= child.due:
                if child.name == "server":
                    with contextlib.suppress(ServerError):
                        self._server()
                elif answers(self.home, self.port):
                    child.start()
                self.write(self._state())
        if (said := self._state()) != (state(self.home) or {}).get("state"):
            self.write(said)

    def _state(self) -> State:
        return "ready" if (self.home.run / READY).is_file() else "starting"

    def write(self, said: State, error: StewardError | None = None) -> None:
        """Write down how things stand, and every process with its mark."""
        document = {
            "pid": os.getpid(),
            "mark": process.started(os.getpid()),
            "port": self.port,
            "state": said,
            "children": {
                child.name: {"pid": child.pid, "mark": child.mark, "failures": child.failures}
                for child in self.children.values()
                if child.running
            },
            **({"what": error.what, "mend": error.mend, "code": error.exit_code} if error else {}),
        }
        write_private(self.home.run / "up.json", json.dumps(document, indent=1) + "\n")

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        """End the worker and its runs first, also those of a worker that was killed: they report to the server."""
        self.children["worker"].end()
        end_runs(self.home, but=self.children["server"].pid)
        self.children["server"].end()
        for name in ("server.json", READY):
            (self.home.run / name).unlink(missing_ok=True)


def clean(home: Home) -> int:
    """End what a killed supervisor left behind and remove its marks; return how many processes that were."""
    said = state(home) or {}
    ended = sum(end_orphan(child["pid"], child["mark"]) for child in said.get("children", {}).values())
    ended += end_runs(home)
    shutil.rmtree(scratch(home), ignore_errors=True)
    for name in ("server.json", READY):
        (home.run / name).unlink(missing_ok=True)
    return ended


def main(port: int) -> int:
    """Run the supervisor under the home's lock; return its exit code."""
    from filelock import FileLock, Timeout

    home = Home.open()
    supervisor = Supervisor(home, port)
    lock = FileLock(home.run / "up.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return BusyError.exit_code
    with lock:
        clean(home)
        try:
            if not free(port):
                raise taken(port)
            supervisor.run()
        except StewardError as error:
            supervisor.write("failed", error)
            return error.exit_code
        (home.run / "up.json").unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
