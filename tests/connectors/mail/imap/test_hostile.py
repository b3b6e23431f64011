"""Servers that refuse, lie, or talk nonsense: a clear word, and no mail lost."""

import base64

import pytest

from connectors.mail import imap
from connectors.mail.imap import source, wire
from connectors.web import GrantError, PassingError
from context.errors import SourceError
from tests.connectors.mail.imap.conftest import NOW
from tests.connectors.mail.imap.script import (
    ABLE,
    ALL,
    BODY,
    FLAGS,
    HELLO,
    IN,
    LIST,
    LISTED,
    OPEN,
    SIZES,
    STATUS,
    handle,
    scripted,
)
from tests.connectors.store import Store

pytestmark = pytest.mark.row("N2", "N8")


@pytest.mark.parametrize(
    ("answers", "says", "kind"),
    [
        ((b"220 mail.example.org ESMTP\r\n",), "is not an IMAP server", SourceError),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "is not an IMAP server", SourceError),
        ((b"* BYE too busy\r\n",), "takes no connections now", PassingError),
        ((b"",), "ended the connection", PassingError),
        ((HELLO, ABLE, b"* BYE shutting down\r\n"), "ended the session", PassingError),
        ((HELLO, ABLE, b"@ NO [AUTHENTICATIONFAILED] no\r\n"), "refuses the user or the password", GrantError),
        ((HELLO, ABLE, b"@ NO [ALERT] Application-specific password required: https://x\r\n"), "app pass", GrantError),
        ((HELLO, ABLE, b"@ NO [UNAVAILABLE] later\r\n"), "takes no login now", PassingError),
        ((HELLO, ABLE, b"@ NO Too many simultaneous connections\r\n"), "takes no login now", PassingError),
        ((HELLO, ABLE, b"@ NO [EXPIRED] old\r\n"), "has expired", GrantError),
        ((HELLO, b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n@ OK\r\n"), "takes no password this way", SourceError),
        ((HELLO, b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n@ BAD what\r\n"), "refuses", GrantError),
        ((*IN, b"@ NO no\r\n", b"@ NO no\r\n"), "refuses to list", SourceError),
        ((*IN, b"* LIST (((\r\n@ OK\r\n"), "not IMAP", SourceError),
        ((*IN, LISTED, b"* STATUS INBOX (MESSAGES x)\r\n@ OK\r\n"), "not IMAP", SourceError),
        ((*IN, b"@ OK\r\n"), "has no folder", SourceError),
        ((*IN, b"\x00\xff\x00 garbage\r\n"), "not IMAP", SourceError),
        ((*IN, LIST, STATUS, OPEN, b"* 1 FETCH (UID 1 FLAGS {999999999999}\r\n"), "announces", SourceError),
        ((*IN, LIST, STATUS, OPEN, b"* 1 FETCH (UID one FLAGS ())\r\n@ OK\r\n"), "not IMAP", SourceError),
        ((*IN, LIST, b"@ NO [UNAVAILABLE] oops\r\n"), "opens no folder", PassingError),
        ((*IN, LIST, STATUS, OPEN, FLAGS, SIZES, b"@ NO [LIMIT] slow down\r\n"), "gives no mail now", PassingError),
        ((*ALL[:-1], BODY.replace(b"{22}", b"{9}")), "not IMAP", SourceError),
        ((*ALL[:5], b"* 1 EXISTS\r\n"), "is silent", PassingError),
    ],
)  # fmt: skip
def test_what_a_server_says_becomes_a_clear_word(
    answers: tuple[bytes, ...], says: str, kind: type[SourceError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.2)
    monkeypatch.setattr(source, "PAUSE", 0.0)
    with scripted(*answers) as (port, _), pytest.raises(kind, match=says) as caught:
        Store(imap.TABLES).sync(imap, handle(port), NOW)
    assert "planted-word" not in str(caught.value)
    assert caught.value.mend


def test_the_script_is_right() -> None:
    store = Store(imap.TABLES)
    with scripted(*ALL) as (port, said):
        store.sync(imap, handle(port), NOW)
    assert [row["body"].strip() for row in store.rows("messages")] == ["there"]
    assert said[1].split(b" ", 1)[1] == b'LOGIN "ana" "planted-word"\r\n'


@pytest.mark.parametrize("lines", [False, True])
def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, lines: bool) -> None:
    monkeypatch.setattr(wire, "LINE", 1 << 16)
    monkeypatch.setattr(wire, "ANSWERS", 2000)
    flood = b"* 1 EXISTS\r\n" * 10_000 if lines else b"x" * (1 << 18)
    with (
        scripted(*IN, b"* LIST " + flood) as (port, _),
        pytest.raises(SourceError, match="without end"),
    ):
        Store(imap.TABLES).sync(imap, handle(port), NOW)


def test_an_access_token_is_shown_and_its_refusal_ends_in_a_word() -> None:
    able = b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n@ OK done\r\n"
    problem = base64.b64encode(b'{"status":"400"}')
    asked = scripted(HELLO, able, b"+ \r\n", b"+ " + problem + b"\r\n", b"S2 NO no\r\n")
    with asked as (port, said), pytest.raises(GrantError, match="refuses the access token"):
        imap.preview(handle(port, token=lambda: "planted-token"))
    assert base64.b64decode(said[2]) == b"user=ana\x01auth=Bearer planted-token\x01\x01"
    assert said[3] == b"\r\n"
    with scripted(HELLO, ABLE) as (port, _), pytest.raises(SourceError, match="takes no access tokens"):
        imap.preview(handle(port, oauth=True))


def test_what_a_server_sends_before_the_encryption_is_not_believed() -> None:
    """STARTTLS: an answer smuggled in behind the OK must not be read as if it had come encrypted (CVE-2011-0411)."""
    asked = scripted(HELLO, b"@ OK go\r\n* CAPABILITY IMAP4rev1\r\nS2 OK in\r\n", b"")
    with asked as (port, said), pytest.raises(SourceError):
        imap.preview(handle(port, security="starttls"))
    assert not any(b"planted-word" in line for line in said)


QRESYNC = b"* CAPABILITY IMAP4rev1 ENABLE CONDSTORE QRESYNC\r\n@ OK\r\n"
COUNTED = b"* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7 HIGHESTMODSEQ %d)\r\n@ OK\r\n"
OPENED = OPEN.replace(b"@ OK", b"* OK [HIGHESTMODSEQ %d] x\r\n@ OK")
UNSEEN = FLAGS.replace(b"\\Seen", b"")


def test_a_server_that_cannot_what_it_says_is_read_all_the_same() -> None:
    store = Store(imap.TABLES)
    refused = b"@ BAD what\r\n"
    known = (HELLO, QRESYNC, b"@ OK in\r\n", QRESYNC)
    with scripted(*known, refused, LIST, refused, STATUS, OPEN, FLAGS, SIZES, BODY) as (port, said):
        store.sync(imap, handle(port), NOW)
    assert [row["seen"] for row in store.rows("messages")] == [True]
    assert b"CONDSTORE" not in b"".join(said)
    with scripted(*known, refused, LIST, COUNTED % 5, refused, OPEN, UNSEEN) as (port, said):
        store.sync(imap, handle(port), NOW)
    assert [row["seen"] for row in store.rows("messages")] == [False]


def test_a_server_that_says_that_something_changed_and_not_what_is_asked_for_all() -> None:
    store = Store(imap.TABLES)
    enabled = b"* ENABLED QRESYNC\r\n@ OK\r\n"
    known = (HELLO, QRESYNC, b"@ OK in\r\n", QRESYNC, enabled, LIST)
    with scripted(*known, COUNTED % 5, OPENED % 5, FLAGS, SIZES, BODY) as (port, said):
        store.sync(imap, handle(port), NOW)
    with scripted(*known, COUNTED % 9, OPENED % 9, UNSEEN) as (port, said):
        store.sync(imap, handle(port), NOW)
    assert b"(QRESYNC (7 5))" in said[6]
    assert [row["seen"] for row in store.rows("messages")] == [False]
    with scripted(*known, COUNTED % 9) as (port, said):
        assert store.sync(imap, handle(port), NOW) == 0
    assert not any(b"EXAMINE" in line for line in said)


def test_a_server_that_hides_what_went_is_counted_out() -> None:
    store = Store(imap.TABLES)
    known = (HELLO, QRESYNC, b"@ OK in\r\n", QRESYNC, b"* ENABLED QRESYNC\r\n@ OK\r\n", LIST)
    two = [part.replace(b"UIDNEXT 2", b"UIDNEXT 3") for part in (COUNTED, OPENED)]
    status, opened = two[0].replace(b"MESSAGES 1", b"MESSAGES 2"), two[1].replace(b"1 EXISTS", b"2 EXISTS")
    flags = b"* 1 FETCH (UID 1 FLAGS ())\r\n* 2 FETCH (UID 2 FLAGS ())\r\n@ OK\r\n"
    sizes = b"* 1 FETCH (UID 1 RFC822.SIZE 22)\r\n* 2 FETCH (UID 2 RFC822.SIZE 22)\r\n@ OK\r\n"
    other = b"* 2 FETCH (BODY[] {23}\r\nSubject: hi\r\n\r\nsecond\r\n UID 2)\r\n"
    with scripted(*known, status % 5, opened % 5, flags, sizes, other + BODY) as (port, _):
        store.sync(imap, handle(port), NOW)
    assert len(store.rows("messages")) == 2
    told = (two[1] % 6).replace(b"@ OK", b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n@ OK")  # and not that UID 2 went
    with scripted(*known, two[0] % 6, told, FLAGS) as (port, _):
        store.sync(imap, handle(port), NOW)
    assert [(row["body"].strip(), row["seen"]) for row in store.rows("messages")] == [("there", True)]


def test_uids_that_went_backwards_are_not_believed() -> None:
    """A server restored from a backup gives old UIDs to new mails, under the same UIDVALIDITY."""
    store = Store(imap.TABLES)
    ahead = [part.replace(b"UIDNEXT 2", b"UIDNEXT 9") for part in (STATUS, OPEN)]
    with scripted(*IN, LIST, *ahead, FLAGS, SIZES, BODY) as (port, _):
        store.sync(imap, handle(port), NOW)
    with scripted(*IN, LIST, STATUS, OPEN, FLAGS, SIZES, BODY.replace(b"there", b"other")) as (port, _):
        store.sync(imap, handle(port), NOW)
    assert [row["body"].strip() for row in store.rows("messages")] == ["other"]
