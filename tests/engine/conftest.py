"""One home with a real `steward up`, shared by all tests of the engine: a start takes a good part of a minute."""

import os
import socket
import subprocess
import sys
import time
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from blocks import engine
from context.home import Home
from deployments import supervise

PATIENCE = 240.0  # seconds; a busy machine may take its time, what hangs must not


def wait(what: str, look: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Look until there is something to see, and return it; fail where there never is."""
    until = time.monotonic() + patience
    while not (seen := look()):
        if time.monotonic() > until:
            pytest.fail(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(0.2)
    return seen


def unused() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def processes(home: Home) -> dict[int, str]:
    """Return id and command line of every process that has this home in its environment (Linux)."""
    mark = f"STEWARD_HOME={home.root}\0".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            state = (entry / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[0]
            if state not in "ZX" and mark in (entry / "environ").read_bytes() + b"\0":
                found[int(entry.name)] = (entry / "cmdline").read_text("utf-8", errors="replace").replace("\0", " ")
        except OSError:
            continue  # it ended while we looked
    return found


@dataclass
class Engine:
    """A home, the port of its server, and what a person or a program can do with both."""

    home: Home
    port: int

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "STEWARD_HOME": str(self.home.root)}

    def steward(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deployments.cli", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE + 30)

    def python(self, program: str) -> str:
        """Run a program that finds Prefect set up for this home."""
        start = "from blocks import engine\nfrom context.home import Home\nengine.configure(Home.open())\n"
        done = subprocess.run(
            [sys.executable, "-c", start + program], env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def up(self) -> None:
        """Start it where it does not run; one that is starting, or mending itself, is left to get ready."""
        if supervise.running(self.home):
            return
        done = self.steward("up", "--port", str(self.port))
        assert done.returncode == 0, done.stderr

    def ready(self) -> bool:
        found = supervise.running(self.home)
        return bool(found and found["state"] == "ready" and supervise.answers(self.home, self.port))

    def child(self, name: str) -> int:
        """Return the process id of a child; 0 where it does not run just now."""
        children = (supervise.running(self.home) or {"children": {}})["children"]
        return int(children[name]["pid"]) if name in children else 0

    def replaced(self, name: str, pid: int) -> bool:
        """Whether another process has taken a child's place, and all is ready since. In this order: until the death is
        noticed, what is written down still says that all is ready.
        """
        return self.child(name) not in (0, pid) and self.ready()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def login(self) -> dict[str, str]:
        return {"Authorization": "Basic " + b64encode(engine.password(self.home).encode()).decode()}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API as the owner's browser does: with the password and a token against forged requests."""
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update(self.login())
            if method != "GET":
                client = str(uuid.uuid4())
                token = self._ask(session, "GET", f"/csrf-token?client={client}").json()["token"]
                session.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client})
            answer = self._ask(session, method, path, body)
        assert answer.ok, (answer.status_code, answer.text[:500])
        return answer.json() if answer.content else None

    def _ask(self, session: requests.Session, method: str, path: str, body: Any = None) -> requests.Response:
        """Ask again after a 503, as Prefect's own clients do: two wrote to the database at once; nothing was done."""
        for _ in range(30):
            answer = session.request(method, self.address + path, json=body, timeout=60)
            if answer.status_code != requests.codes.service_unavailable:
                break
            time.sleep(1)
        return answer

    def deployments(self) -> dict[str, dict[str, Any]]:
        return {found["name"]: found for found in self.call("POST", "/deployments/filter", {})}

    def start(self, name: str) -> str:
        """Start a run from its deployment, as the button in the user interface does; return the run's id."""
        made = self.deployments()[name]["id"]
        return str(self.call("POST", f"/deployments/{made}/create_flow_run", {})["id"])

    def state(self, run: str) -> str:
        return str(self.call("GET", f"/flow_runs/{run}")["state_type"])

    def ended(self, run: str) -> str:
        """Wait until the run has ended; return how."""
        final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        return str(wait(f"the end of run {run}", lambda: next(iter({self.state(run)} & final), None)))

    def complete(self, name: str) -> None:
        """Run a deployment to its end. While its scheduled run is at work Prefect cancels ours: then once more."""
        until = time.monotonic() + PATIENCE
        while (how := self.ended(self.start(name))) == "CANCELLED" and time.monotonic() < until:
            time.sleep(1)
        assert how == "COMPLETED", how


@pytest.fixture(scope="session")
def engine_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A home with the profile of somebody in Berlin, up on a port of its own."""
    made = Engine(Home(tmp_path_factory.mktemp("engine") / "home"), unused())
    who = ("--name", "Ana Brandt", "--email", "ana@example.org", "--timezone", "Europe/Berlin")
    assert made.steward("init", "--no-ask", *who).returncode == 0
    try:
        made.up()
        yield made
    finally:
        done = made.steward("down")
    assert done.returncode == 0, done.stderr
    assert processes(made.home) == {}


@pytest.fixture
def up(engine_home: Engine) -> Engine:
    """The shared engine, up and ready whatever the test before did to it."""
    engine_home.up()
    wait("server and worker ready", engine_home.ready)
    return engine_home
