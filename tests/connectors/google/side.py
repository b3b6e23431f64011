"""What the tests of Google's connectors share: a source with its store, and what may go wrong at every call."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import web
from context.errors import SourceError
from tests.connectors.store import Store
from tests.servers.google.core import FakeGoogle

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
EXAMPLES = int(os.environ.get("STEWARD_EXAMPLES", "0"))  # of each property; by default few, so that CI is quick

# What may go wrong: Fault's `what`, and how.
FAULTS: list[tuple[int | str, dict[str, Any]]] = [
    (401, {"reason": "authError"}),
    (403, {"reason": "rateLimitExceeded"}),
    (429, {"reason": "rateLimitExceeded"}),
    (429, {"reason": "rateLimitExceeded", "headers": {"Retry-After": "0"}}),
    (429, {"reason": "rateLimitExceeded", "headers": {"Retry-After": "3000"}}),
    (503, {"times": 9}),
    (500, {"times": 2}),
    (404, {"reason": "notFound"}),
    (410, {"reason": "gone"}),
    ("empty", {}),
    ("truncated", {}),
    ("html", {}),
    ("cut", {}),
    ("reset", {"times": 9}),
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(web, "PAUSES", (0.0, 0.0))


@dataclass
class Side:
    """A connector, the handle it reads through, and the store that takes what it gives."""

    module: Any
    handle: Any
    store: Store = field(init=False)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.store = Store(self.module.TABLES)

    def sync(self, **how: Any) -> int:
        """Read; the clock goes on by an hour. Return how many rows were given."""
        self.now += timedelta(hours=1)
        return self.store.sync(self.module, self.handle, self.now, "Europe/Berlin", **how)

    def tried(self) -> bool:
        """Read; return whether it succeeded. What needs a new grant does not pass, and is raised."""
        try:
            self.sync()
        except web.GrantError:
            raise
        except SourceError:
            self.now += timedelta(hours=3)  # longer than any server asks to wait here
            return False
        return True

    def settle(self) -> None:
        """Read until what passes has passed."""
        for _ in range(4):
            if self.tried():
                return
        raise AssertionError("it does not converge")

    def new(self) -> "Side":
        """Return another reading of the same account, into a new store."""
        made = Side(self.module, self.handle, self.now)
        made.sync()
        return made

    def walk(self, steps: list[tuple[str, int]], change: Callable[[str, int], None]) -> None:
        """Take random steps: read on, read all, break off in the midst of either, or `change` what the server has."""
        for what, which in steps:
            match what:
                case "sync":
                    self.sync()
                case "full":
                    self.sync(full=True)
                case "killed" | "halted":
                    known = self.store.known(self.now, full=what == "halted")
                    self.store.take(self.module.read(self.handle, known), known.cursors, most=which + 1)
                case _:
                    change(what, which)
        self.sync()
        self.same()

    def same(self, ignoring: tuple[str, ...] = ()) -> None:
        """Check that what was read in steps is what a new reading of everything finds."""
        assert self.store.differences(self.new().store, ignoring) == {}


def weather(google: FakeGoogle, name: str, make: Callable[[], Side], act: Callable[[], None], most: int = 40) -> int:
    """Let each fault strike at each call (of an interface: "gmail") of a first sync and of one after `act`; check that
    all converge.

    `make` gives a new side of an account in its first state, `act` changes that account. Return the faults that struck.
    """
    struck = 0
    for what, how in FAULTS:
        for after in range(most):
            side = make()
            first = google.fail(what, method=name, after=after, **how)
            side_struck = _survives(google, side, first)
            act()
            second = google.fail(what, method=name, after=after, **how)
            side_struck += _survives(google, side, second)
            side.settle()
            side.same()
            struck += side_struck
            if not side_struck:
                break
    return struck


def _survives(google: FakeGoogle, side: Side, fault: Any) -> int:
    """Sync under a fault, and again without it. Return whether it struck."""
    before = fault.times
    side.tried()
    google.faults.clear()
    side.settle()
    return int(fault.times < before)
