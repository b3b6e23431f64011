"""Mails that are here already are not fetched again where no cursor tells of them, and nothing is taken for another."""

import imaplib
from datetime import timedelta

import pytest

from connectors.mail import imap, mime
from connectors.mail.imap.session import Session
from context.home import Home
from tests.connectors.mail.imap.conftest import NOW, Box, letter, named
from tests.connectors.mail.imap.test_loaded import connected

pytestmark = pytest.mark.row("N2", "N8")
RECEIVED = "Received: from a by b; Mon, 2 Mar 2026 08:00:00 +0000\r\n"


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The UIDs whose whole text was asked for."""
    found: list[int] = []
    bodies = Session.bodies

    def noting(self: Session, uids: list[int], first: int = 0, section: bytes = b"") -> object:
        found.extend([] if section else uids)
        return bodies(self, uids, first, section)

    monkeypatch.setattr(Session, "bodies", noting)
    return found


def full(box: Box, fetched: list[int]) -> list[int]:
    """Read all anew; return what was fetched for that."""
    fetched.clear()
    box.store.sync(imap, box.handle(), NOW, full=True)
    found = sorted(fetched)
    box.equal()
    return found


def test_a_full_reading_fetches_what_is_not_known(box: Box, fetched: list[int]) -> None:
    for ident in ("1", "2"):
        box.put(letter(ident, head=RECEIVED), flags="\\Seen")
    box.put(letter("3"))
    box.put(letter(None))
    box.put(letter("5", "one"))
    box.put(letter("5", "two"))
    box.put(letter("7", head="X-Keywords: mine\r\n"))
    box.sync()
    before = box.store.contents()
    assert full(box, fetched) == [4, 5, 6, 7], "no Message-ID, two contents with one, labels of its own"
    assert box.store.contents() == before
    box.mark(1, "\\Flagged work")
    box.mark(2, "\\Seen", how="-FLAGS")
    box.put(letter("8"))
    box.drop(3)
    assert full(box, fetched) == [4, 5, 6, 7, 8]
    assert [row["flagged"] for row in box.rows().values() if row["message_id"] == "1@x"] == [True]


def test_a_folder_that_counts_anew_costs_no_mail(box: Box, fetched: list[int]) -> None:
    for number in range(5):
        box.put(letter(str(number)))
    box.sync()
    fetched.clear()
    box.doveadm("mailbox", "update", "--uid-validity", "99999", "-u", box.user, "INBOX")
    box.store.sync(imap, box.handle(), NOW)
    assert fetched == []
    box.equal()


@pytest.mark.parametrize("holes", [0, 2])
def test_and_none_where_its_mails_have_other_numbers(
    box: Box, fetched: list[int], holes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a move to another server: all copied, once in other blocks than before, once with higher numbers."""
    monkeypatch.setattr("connectors.mail.imap.block.SIZE", 3)
    box.do.create("old")
    for number in range(12):
        box.put(letter(str(number)), "old")
    for uid in range(1, 10, 2):
        box.drop(uid, "old")
    box.sync()
    box.do.unselect()
    box.do.rename("old", "kept")
    box.do.create("old")
    for _ in range(holes * 10):
        box.put(letter("hole"), "old")
    box.at("kept")
    box.ok(box.do.uid("COPY", "1:*", "old"))
    box.at("old")
    for uid in range(1, holes * 10 + 1):
        box.do.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)")
    box.do.expunge()
    box.do.unselect()
    box.do.delete("kept")
    box.put(letter("new"), "old")
    fetched.clear()
    box.store.sync(imap, box.handle(), NOW)
    assert len(fetched) == 1, "the new one"
    box.equal()


@pytest.mark.parametrize(
    ("other", "later"),
    [(letter("1", "Text"), 1), (letter("1", "texts"), 0), (letter("1").replace(b"Subject: S", b"Subject: T"), 0)],
)
def test_another_mail_is_not_taken_for_it(box: Box, fetched: list[int], other: bytes, later: int) -> None:
    """The Message-ID is the same, and nearly all else."""
    box.do.create("old")
    box.put(letter("1"), "old")
    box.sync()
    box.do.delete("old")
    box.do.create("old")
    when = imaplib.Time2Internaldate(NOW + timedelta(seconds=later))
    box.ok(box.do.append(named("old"), None, when, other))
    fetched.clear()
    box.store.sync(imap, box.handle(), NOW)
    assert fetched == [1]
    box.equal()


def test_the_loader_finds_nothing_new_in_it(
    home: Home, one_box: Box, fetched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = connected(home, one_box, monkeypatch)
    people = 'To: "B, b" <B@x.example>, c@x.example\r\nCc: Zoë <z@x.example>\r\nReply-To: r@x.example\r\n'
    more = "References: <0@x>\r\n <9@x>\r\nList-Id: All <all.x.example>\r\nDate: Sun, 1 Mar 2026 23:59:59 -0100\r\n"
    for number, head in enumerate(("", people + more, RECEIVED + people)):
        one_box.put(letter(str(number), head=head), flags="(\\Seen work later)")
    assert run(publish=False).changed == 3
    for again in ({"full": True}, {}):
        fetched.clear()
        result = run(publish=False, **again)
        assert (result.error, result.rows, result.changed, result.deleted, fetched) == (None, 3, 0, 0, [])
        one_box.doveadm("mailbox", "update", "--uid-validity", "88888", "-u", one_box.user, "INBOX")


def test_what_an_older_reader_made_is_read_again(
    one_box: Box, fetched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_box.put(letter("1"))
    one_box.sync()
    monkeypatch.setattr(mime, "VERSION", "next")
    assert full(one_box, fetched) == [1]


def test_a_server_that_gives_no_header_gives_the_mail(
    one_box: Box, fetched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    one_box.put(letter("1"))
    one_box.sync()
    monkeypatch.setattr("connectors.mail.imap.adopted.HEADER", b"HEADER.NONE")
    assert full(one_box, fetched) == [1]
