"""An account on each of two real servers, and stores in memory that are synced with it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from connectors import web
from connectors.calendar import caldav
from connectors.people import carddav
from context.errors import StewardError
from tests.connectors.store import Store
from tests.servers.dav import PASSWORD, Account, radicale, xandikos
from tests.servers.forward import Forward, forward

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)  # the week before the clocks change in Europe
EXAMPLES = int(os.environ.get("STEWARD_EXAMPLES", "6"))


@dataclass
class Mirror:
    """A store that is kept equal to an account."""

    module: Any
    account: Account
    url: str
    settings: dict[str, Any] = field(default_factory=dict)
    store: Store = field(init=False)
    now: datetime = NOW
    zone: str = "Europe/Berlin"

    def __post_init__(self) -> None:
        self.store = Store(self.module.TABLES)

    @property
    def handle(self) -> SimpleNamespace:
        told = {"url": self.url, "user": self.account.user, "password": SecretStr(PASSWORD), "account": "test"}
        return SimpleNamespace(**{**told, **self.settings})

    def sync(self, *, full: bool = False) -> int:
        """Sync; return how many rows the connector gave."""
        return self.store.sync(self.module, self.handle, self.now, self.zone, full=full)

    def fresh(self) -> Store:
        """Return what a first sync into a new store holds."""
        other = Mirror(self.module, self.account, self.account.url, self.settings, self.now, self.zone)
        other.sync()
        return other.store

    def column(self, name: str, table: str = "events") -> list[Any]:
        return sorted(row[name] for row in self.store.rows(table))

    def starts(self) -> list[str]:
        """The starts of all instances in UTC."""
        return sorted(f"{row['starts_at']:%m-%d %H:%M}" for row in self.store.rows("event_instances"))


@pytest.fixture(scope="session", params=["radicale", "xandikos"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    run = {"radicale": radicale, "xandikos": xandikos}[request.param]
    with run(tmp_path_factory.mktemp("dav") / request.param) as account:
        yield account


@pytest.fixture
def account(server: Account) -> Account:
    """An account without any collection."""
    server.clear()
    return server


@pytest.fixture
def front(account: Account) -> Iterator[Forward]:
    """A server in front of the account's, which can fail."""
    with forward(account.url) as made:
        yield made


@pytest.fixture
def calendars(account: Account) -> Mirror:
    return Mirror(caldav, account, account.url)


@pytest.fixture
def books(account: Account) -> Mirror:
    return Mirror(carddav, account, account.url)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not really wait between tries; return the pauses asked for."""
    pauses: list[float] = []
    monkeypatch.setattr(web, "time", SimpleNamespace(sleep=pauses.append, monotonic=web.time.monotonic))
    return pauses


@pytest.fixture
def mirror(account: Account, front: Forward) -> Mirror:
    return Mirror(caldav, account, front.url)


def tried(mirror: Mirror) -> StewardError | None:
    """Sync; return how it failed, which must be in our own words and without the password."""
    error: StewardError | None = None
    try:
        mirror.sync()
    except StewardError as fault:
        error = fault
    assert error is None or error.mend
    assert PASSWORD not in f"{error!r} {error}"
    return error


def settled(mirror: Mirror) -> None:
    """Sync until it succeeds, with time going on."""
    for _ in range(4):
        if tried(mirror) is None:
            return
        mirror.now += timedelta(hours=2)
    raise AssertionError("it does not come right")


def ics(*components: str) -> str:
    """Return the text of a calendar object, as clients write it."""
    body = "\r\n".join(line.strip() for part in components for line in part.strip().splitlines())
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{body}\r\nEND:VCALENDAR\r\n"


def event(uid: str, *lines: str, start: str = "DTSTART:20260325T090000Z", summary: str = "") -> str:
    """Return a VEVENT."""
    given = [f"UID:{uid}", "DTSTAMP:20260101T000000Z", start, f"SUMMARY:{summary or uid}", *lines]
    return "\n".join(["BEGIN:VEVENT", *given, "END:VEVENT"])


def vcard(uid: str, name: str, *lines: str) -> str:
    given = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", f"N:{name};;;;", *lines, "END:VCARD", ""]
    return "\r\n".join(given)
