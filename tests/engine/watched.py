"""A demo whose every socket is watched, and a browser that looks at it."""

import ast
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

AUDIT = Path(__file__).resolve().parents[1] / "audit"
LOOPBACK = {"127.0.0.1", "::1", "localhost", "", None}
CHROMIUM = os.environ.get("STEWARD_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True)
class Watched:
    """A home in use: how to call `steward` on it, where it listens, and where its sockets are written down."""

    home: Path
    port: int
    log: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        watch = {"PYTHONPATH": str(AUDIT), "STEWARD_SOCKETS": str(self.log)}
        return {**kept, **watch, "STEWARD_HOME": str(self.home)}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def steward(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "deployments.cli", *arguments)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], env=self.environment, capture_output=True, text=True, timeout=280
        )

    def foreign(self) -> list[str]:
        return foreign(self.log)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def page(watched: Watched, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """Give a page of a fresh browser, logged in to the user interface by its form."""
    word = watched.steward("status", "--password").stdout.strip()
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            view = browser.new_page(viewport={"width": width, "height": height})
            view.set_default_timeout(60_000)
            view.goto(f"{watched.address}/")
            view.fill("input[type=password]", word)
            view.keyboard.press("Enter")
            view.wait_for_url("**/dashboard*")
            yield view
        finally:
            browser.close()


def foreign(log: Path) -> list[str]:
    """Return the hosts outside this machine that were looked up or spoken to."""
    found = []
    for line in log.read_text("utf-8").splitlines():
        event, _, said = line.partition(" ")
        try:
            arguments = ast.literal_eval(said)
        except (SyntaxError, ValueError):
            arguments = (said,)
        address = arguments[-1] if event == "socket.sendto" else arguments[0]
        host = address[0] if isinstance(address, tuple) else address
        unix = event == "socket.connect" and isinstance(address, (str, bytes))
        if not unix and host not in LOOPBACK:
            found.append(str(host))
    return found
