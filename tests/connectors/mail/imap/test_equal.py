"""Whatever another program does to a mailbox: reading on at any moment, or being stopped there, ends where reading
everything anew does. Blocks and commands are made small, so that a few mails meet all borders.
"""

import imaplib
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.mail import imap
from connectors.mail.imap import block, session, texts, update
from tests.connectors.mail.imap.conftest import NOW, Box, letter, named, new_box
from tests.connectors.store import Store
from tests.servers.dovecot import TIERS, Dovecot
from tests.servers.gimap import ALL_MAIL, gmail, label

pytestmark = pytest.mark.row("N2", "N11", "T7")
FEW = "STEWARD_EXAMPLES" not in os.environ
EXAMPLES = int(os.environ.get("STEWARD_EXAMPLES", "12"))
PHASES = (Phase.generate,) if FEW else tuple(Phase)  # to make a failure small takes minutes
BEGIN = (("create", 1, 0, 0), *(("put", at % 2, at, at % 3) for at in range(5)), ("sync", 0, 0, 0))
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "work", "$Label1")
LABELS = ("\\Seen", "\\Flagged", label("Größe"), "\\Deleted", label("\\Draft"), label("\\Inbox"))
FOLDERS = ("INBOX", "A", "A/B", "Ä ö", ALL_MAIL)
small = st.integers(0, 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), small, small, small),
        st.tuples(st.just("put"), small, small, small),
        st.tuples(st.just("mark"), small, small, small),
        st.tuples(st.just("unmark"), small, small, small),
        st.tuples(st.just("expunge"), small, small, small),
        st.tuples(st.sampled_from(("copy", "move")), small, small, small),
        st.tuples(st.sampled_from(("create", "rename", "delete", "renumber")), small, small, small),
        st.tuples(st.just("sync"), small, small, small),
        st.tuples(st.just("stopped"), st.integers(0, 12), small, small),
    ),
    min_size=8,
    max_size=30,
)
_validity = count(10_000)


class Hand:
    """Another mail program, which does what a step says as far as that is possible."""

    def __init__(self, box: Box, flags: Sequence[str] = FLAGS) -> None:
        self.box, self.do, self.flags = box, box.do, flags

    def folders(self) -> list[str]:
        return [name for name in FOLDERS if self.do.status(named(name), "(MESSAGES)")[0] == "OK"]

    def pick(self, number: int) -> str:
        found = self.folders()
        return found[number % len(found)]

    def open(self, number: int, nth: int) -> str | None:
        """Open a folder, and return the UID of one of its mails."""
        self.box.at(self.pick(number))
        uids = self.do.uid("SEARCH", "ALL")[1][0].split()
        return uids[nth % len(uids)].decode() if uids else None

    def step(self, what: str, a: int, b: int, c: int) -> None:
        getattr(self, what)(a, b, c)
        if self.do.state == "SELECTED":
            self.do.unselect()

    def put(self, a: int, b: int, c: int) -> None:
        head = "X-Keywords: own\r\n" if c == 5 else ""
        data = b"\r\n" if b == 5 else letter(str(b % 3) if b != 4 else None, f"text {c % 3}", head)
        time = imaplib.Time2Internaldate(NOW.timestamp() + 1000 * c)
        self.box.ok(self.do.append(named(self.pick(a)), f"({self.flags[c]})" if c % 2 else None, time, data))

    def mark(self, a: int, b: int, c: int, how: str = "+FLAGS") -> None:
        if uid := self.open(a, b):
            self.box.ok(self.do.uid("STORE", uid, how, f"({self.flags[c]})"))

    def unmark(self, a: int, b: int, c: int) -> None:
        self.mark(a, b, c, "-FLAGS")

    def expunge(self, a: int, b: int, c: int) -> None:
        if uid := self.open(a, b):
            self.do.uid("STORE", uid, "+FLAGS", "(\\Deleted)")
            self.box.ok(self.do.expunge())

    def copy(self, a: int, b: int, c: int, how: str = "COPY") -> None:
        if uid := self.open(a, b):
            self.box.ok(self.do.uid(how, uid, named(self.pick(c))))

    def move(self, a: int, b: int, c: int) -> None:
        self.copy(a, b, c, "MOVE")

    def create(self, a: int, b: int, c: int) -> None:
        self.do.create(named(FOLDERS[a % len(FOLDERS)]))

    def rename(self, a: int, b: int, c: int) -> None:
        if (old := self.pick(a)) != "INBOX":
            self.do.rename(named(old), named(FOLDERS[c % len(FOLDERS)]))

    def delete(self, a: int, b: int, c: int) -> None:
        if (old := self.pick(a)) != "INBOX":
            self.do.delete(named(old))

    def renumber(self, a: int, b: int, c: int) -> None:
        number = str(next(_validity))
        self.box.doveadm("mailbox", "update", "--uid-validity", number, "-u", self.box.user, self.pick(a))

    def sync(self, *_: int) -> None:
        self.box.store.sync(imap, self.box.handle(), NOW)

    def stopped(self, most: int, *_: int) -> None:
        known = self.box.store.known(NOW)
        self.box.store.take(imap.read(self.box.handle(), known), known.cursors, most)


@pytest.fixture
def borders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "SIZE", 3)
    monkeypatch.setattr(texts, "COUNT", 2)
    monkeypatch.setattr(session, "SET", 2)
    monkeypatch.setattr(update, "SEAL", 50)


@pytest.mark.parametrize("tier", [*TIERS, "gmail"])
@pytest.mark.usefixtures("borders")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=PHASES,
    suppress_health_check=list(HealthCheck),
    derandomize=FEW,
)
@given(plan=steps)
def test_reading_on_ends_where_reading_anew_does(
    servers: Callable[[str], Dovecot], tier: str, plan: list[tuple[Any, ...]]
) -> None:
    box = new_box(servers, "condstore" if tier == "gmail" else tier)
    with gmail(box.server.port) as proxy, closing(box):
        hand = Hand(box)
        if tier == "gmail":
            hand = Hand(box, LABELS)
            box.port = proxy.port
            box.do.create(named(ALL_MAIL))
        for one in (*BEGIN, *plan):
            hand.step(*one)
        hand.sync()
        anew = Store(imap.TABLES)
        anew.sync(imap, box.handle(), NOW)
        assert box.store.differences(anew) == {}
        assert all(row["reason"] == "empty" for row in anew.rejects.values())
        before = box.store.contents()
        box.store.sync(imap, box.handle(), NOW, full=True)
        assert box.store.contents() == before
