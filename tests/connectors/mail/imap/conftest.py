"""A real Dovecot in three tiers, and mailboxes on it that another mail program changes."""

import imaplib
import itertools
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.mail import imap
from connectors.mail.imap.grammar import folder_code, quoted
from tests.conftest import absent
from tests.connectors.store import Store
from tests.servers import dovecot
from tests.servers.dovecot import PASSWORD, TIERS, Dovecot

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_numbers = itertools.count()


def letter(ident: str | None = "1", body: str = "text", head: str = "") -> bytes:
    """Return a mail as bytes."""
    named = f"Message-ID: <{ident}@x>\r\n" if ident is not None else ""
    return f"{named}From: Ana <ana@x.example>\r\nSubject: S\r\n{head}\r\n{body}\r\n".encode()


@dataclass
class Box:
    """A mailbox: what another program does there (`do`), and a store that follows it."""

    server: Dovecot
    user: str
    store: Store = field(default_factory=lambda: Store(imap.TABLES))
    port: int = 0  # where it is read, if not at the server itself

    def __post_init__(self) -> None:
        self.do = self.server.connect(self.user)

    def close(self) -> None:
        self.do.logout()

    def handle(self, **more: Any) -> SimpleNamespace:
        return SimpleNamespace(
            **{
                "account": "me",
                "host": "127.0.0.1",
                "port": self.port or self.server.port,
                "user": self.user,
                "password": SecretStr(PASSWORD),
                "security": "none",
                **more,
            }
        )

    def put(self, data: bytes, folder: str = "INBOX", flags: str | None = None) -> None:
        """Add a mail, at a fixed time."""
        self.ok(self.do.append(named(folder), flags, imaplib.Time2Internaldate(NOW), data))

    def mark(self, uid: int, flags: str, folder: str = "INBOX", how: str = "+FLAGS") -> None:
        self.at(folder)
        self.ok(self.do.uid("STORE", str(uid), how, f"({flags})"))

    def drop(self, uid: int, folder: str = "INBOX") -> None:
        self.mark(uid, "\\Deleted", folder)
        self.ok(self.do.expunge())

    def at(self, folder: str) -> None:
        self.ok(self.do.select(named(folder)))

    def doveadm(self, *words: str) -> None:
        done = subprocess.run(
            ["doveadm", "-c", str(self.server.config), *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    @staticmethod
    def ok(answer: tuple[str, Any]) -> None:
        assert answer[0] == "OK", answer

    def sync(self, **more: Any) -> int:
        """Follow the mailbox; return how many rows were given. What follows must equal what is read anew."""
        given = self.store.sync(imap, self.handle(**more), NOW)
        self.equal(**more)
        return given

    def equal(self, **more: Any) -> None:
        anew = Store(imap.TABLES)
        anew.sync(imap, self.handle(**more), NOW)
        assert self.store.differences(anew) == {}
        assert all(row["reason"] != "bad-row" for row in self.store.rejects.values())

    def rows(self) -> dict[str, dict[str, Any]]:
        return {f"{row['folder']}:{row['key']}": row for row in self.store.rows("messages")}

    def keys(self) -> list[str]:
        return sorted(self.rows())


def named(folder: str) -> str:
    return quoted(folder_code(folder)).decode()


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[str], Dovecot]]:
    """A running server of each tier, started when first asked for."""
    if what := dovecot.missing():
        absent(what)
    with ExitStack() as stack:
        started: dict[str, Dovecot] = {}

        def server(tier: str) -> Dovecot:
            if tier not in started:
                started[tier] = stack.enter_context(dovecot.running(TIERS[tier]))
            return started[tier]

        yield server


@pytest.fixture(params=TIERS)
def box(request: pytest.FixtureRequest, servers: Callable[[str], Dovecot]) -> Iterator[Box]:
    """An empty mailbox of its own, in each tier."""
    made = new_box(servers, request.param)
    yield made
    made.do.logout()


@pytest.fixture
def one_box(servers: Callable[[str], Dovecot]) -> Iterator[Box]:
    """An empty mailbox of its own, where the tier is not the point."""
    made = new_box(servers, "qresync")
    yield made
    made.do.logout()


def new_box(servers: Callable[[str], Dovecot], tier: str) -> Box:
    return Box(servers(tier), f"{tier}{next(_numbers)}")
