"""What every test gets: a home of its own, loopback sockets only, and corpora where they stand beside the checkout."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from context.home import Home

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
CONTRACTS = Path(__file__).resolve().parents[2] / "shared" / "contracts"
ATTACKS = Path(__file__).resolve().parents[2] / "shared" / "attacks"
NO_SKIP = "STEWARD_NO_SKIP"  # set where everything is installed: a skipped test is then a failed one


def absent(what: str) -> None:
    """Skip the calling test because `what` is not here; where nothing may be skipped, fail it."""
    if os.environ.get(NO_SKIP):
        pytest.fail(f"{what} is absent, and {NO_SKIP} is set")
    pytest.skip(f"ABSENT: {what}")


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    """Give back what a test may change for its whole process, so that no test depends on which ran before it."""
    folder, before = Path.cwd(), dict(os.environ)
    mask = os.umask(0o022)
    yield
    os.umask(mask)
    os.chdir(folder)
    for name in before.keys() | os.environ.keys():
        if os.environ.get(name) != before.get(name):
            if name in before:
                os.environ[name] = before[name]
            else:
                del os.environ[name]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A created, empty home, which STEWARD_HOME names."""
    home = Home(tmp_path / "home")
    home.create()
    monkeypatch.setenv("STEWARD_HOME", str(home.root))
    return home


@pytest.fixture
def corpora() -> Path:
    """The folder of real mail, calendars and documents."""
    if not CORPORA.is_dir():
        absent("the corpora (a folder `shared/corpora` beside the checkout)")
    return CORPORA


@pytest.fixture
def attacks() -> Path:
    """The folder of attack cases."""
    if not ATTACKS.is_dir():
        absent("the attack cases (a folder `shared/attacks` beside the checkout)")
    return ATTACKS


@pytest.fixture
def contracts() -> Path:
    """The folder of what vendors publish about their interfaces."""
    if not CONTRACTS.is_dir():
        absent("the vendors' contracts (a folder `shared/contracts` beside the checkout)")
    return CONTRACTS


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"a test tried to connect to {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
