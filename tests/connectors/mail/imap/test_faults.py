"""Connections that break anywhere, servers that hang or talk nonsense: a clear word, and later the same rows."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from connectors.mail import imap
from connectors.mail.imap import block, source, texts, update, wire
from connectors.web import GrantError, PassingError
from context.errors import SourceError
from tests.connectors.mail.imap.conftest import NOW, Box, letter
from tests.connectors.store import Store
from tests.servers.cut import cutting

pytestmark = pytest.mark.row("N2", "N8", "T3")


def filled(box: Box) -> None:
    box.ok(box.do.create("Work"))
    for number in range(7):
        box.put(letter(str(number), "x" * 300), "Work" if number % 3 else "INBOX")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PAUSE", 0.0)
    monkeypatch.setattr(block, "SIZE", 3)
    monkeypatch.setattr(texts, "COUNT", 2)
    monkeypatch.setattr(update, "SEAL", 50)


@pytest.mark.usefixtures("quick")
def test_wherever_a_connection_breaks_the_rows_come_out_the_same(box: Box) -> None:
    filled(box)
    expected = Store(imap.TABLES)
    expected.sync(imap, box.handle(), NOW)
    broken = 0
    with cutting(box.server.port) as cut:
        for after in range(20, 6000, 137):
            cut.after, cut.breaks = after, 0
            store = Store(imap.TABLES)
            store.sync(imap, box.handle(port=cut.port), NOW)  # goes on by itself after one break
            assert store.differences(expected) == {}
            broken += cut.breaks
    assert broken > 20


@pytest.mark.usefixtures("quick")
def test_a_server_that_always_breaks_is_a_passing_fault_and_keeps_what_came(
    one_box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_box.put(letter("large", "y" * 9000))  # never fits in what the relay lets pass
    filled(one_box)
    store = Store(imap.TABLES)
    with cutting(one_box.server.port) as cut:
        connect = wire.socket.create_connection

        def breaking(*given: object, **more: object) -> socket.socket:
            cut.after = 4000
            return connect(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(wire.socket, "create_connection", breaking)
        with pytest.raises(PassingError, match=r"127\.0\.0\.1 "):
            store.sync(imap, one_box.handle(port=cut.port), NOW)
        assert 0 < len(store.rows("messages")) < 8
        monkeypatch.undo()
        cut.after = None
        store.sync(imap, one_box.handle(port=cut.port), NOW)
    expected = Store(imap.TABLES)
    expected.sync(imap, one_box.handle(), NOW)
    assert store.differences(expected) == {}


def test_a_server_that_hangs_is_left(one_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.3)
    monkeypatch.setattr(source, "PAUSE", 0.0)
    filled(one_box)
    with cutting(one_box.server.port) as cut:
        cut.after, cut.silent = 1500, True
        store = Store(imap.TABLES)
        store.sync(imap, one_box.handle(port=cut.port), NOW)
        assert (cut.breaks, cut.connections) == (1, 2)
    assert len(store.rows("messages")) == 7


def test_a_wrong_password_wants_another(one_box: Box) -> None:
    from pydantic import SecretStr

    with pytest.raises(GrantError) as caught:
        imap.preview(one_box.handle(password=SecretStr("planted-wrong")))
    assert "steward connect imap --host 127.0.0.1" in str(caught.value)
    assert "planted" not in str(caught.value)


def test_tls_is_the_rule_and_its_faults_are_told_apart(one_box: Box) -> None:
    server = one_box.server
    good = one_box.handle(host="localhost", port=server.tls_port, security="tls", authority=str(server.certificate))
    assert imap.preview(good).counts["mails"] == 0
    upgraded = one_box.handle(host="localhost", security="starttls", authority=str(server.certificate))
    assert imap.preview(upgraded).counts["mails"] == 0
    for settings, says in (
        ({"port": server.tls_port, "security": "tls", "host": "localhost"}, "no certificate that can be trusted"),
        ({"port": server.tls_port, "security": "tls", "authority": str(server.certificate)}, "no certificate"),
        ({"security": "tls", "host": "localhost"}, "does not speak TLS"),
        ({"security": "starttls", "host": "localhost"}, "no certificate"),
        ({"security": "tls", "authority": "/nowhere.pem"}, "holds no certificate"),
    ):
        with pytest.raises(SourceError, match=says):
            imap.preview(one_box.handle(**settings))


def test_nothing_listens_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(PassingError, match="does not answer on port"):
            imap.preview(handle(free.getsockname()[1]))


def handle(port: int, **more: object) -> object:
    from types import SimpleNamespace

    from pydantic import SecretStr

    told = {"account": "me", "host": "127.0.0.1", "port": port, "user": "ana", "security": "none", **more}
    return SimpleNamespace(**{"password": SecretStr("planted-word"), **told})


@contextmanager
def scripted(*answers: bytes | Sequence[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Run a server that says its answers one by one, each after a line of the client's; `@` stands for its tag."""
    said: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, client.makefile("rb") as lines:
                    waiting = list(answers)
                    client.sendall(waiting.pop(0))  # type: ignore[arg-type]
                    for line in lines if waiting else ():
                        said.append(line)
                        if not waiting:
                            break
                        client.sendall(waiting.pop(0).replace(b"@ ", line.split(b" ")[0] + b" "))  # type: ignore[union-attr]

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], said
    finally:
        listener.close()


HELLO = b"* OK hello\r\n"
ABLE = b"* CAPABILITY IMAP4rev1\r\n@ OK done\r\n"
IN = (HELLO, ABLE, b"@ OK in\r\n", ABLE)
LIST = b'* LIST () "/" INBOX\r\n@ OK\r\n'
LISTED = b'* LIST () "/" {5}\r\nINBOX\r\n@ OK\r\n'
STATUS = b"* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7)\r\n@ OK\r\n"
OPEN = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n@ OK [READ-ONLY] done\r\n"
FLAGS = b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n@ OK\r\n"
SIZES = b'* 1 FETCH (UID 1 RFC822.SIZE 20 INTERNALDATE "02-Mar-2026 08:00:00 +0000")\r\n@ OK\r\n'
BODY = b"* 1 FETCH (UID 1 BODY[] {22}\r\nSubject: hi\r\n\r\nthere\r\n)\r\n@ OK\r\n"
ALL = (*IN, LIST, STATUS, OPEN, FLAGS, SIZES, BODY)


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
        ((*ALL[:-1], BODY.replace(b"{22}", b"{500}")), "is silent", PassingError),
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
    import base64

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


def test_a_folder_that_cannot_be_opened_costs_itself_alone(box: Box) -> None:
    filled(box)
    work = box.server.folder / "mail" / box.user / "Work"
    box.sync()
    for part in ("cur", "new", "tmp"):
        (work / part).chmod(0)
    box.put(letter("new"))
    (work / "dovecot-uidlist").unlink(missing_ok=True)
    for file in work.glob("dovecot.index*"):
        file.unlink()
    box.store.sync(imap, box.handle(), NOW)
    assert [(row["position"], row["reason"]) for row in box.store.rejects.values()] == [("folder", "no-access")]
    assert len(box.keys()) == 8, "what is known of the closed folder stays"
    with pytest.raises(SourceError, match="cannot be opened"):
        box.store.sync(imap, box.handle(), NOW, full=True)
    assert len(box.keys()) == 8
    for part in ("cur", "new", "tmp"):
        (work / part).chmod(0o700)
    box.sync()
    assert not box.store.rejects
    assert len(box.keys()) == 8


def test_a_server_that_lost_its_folders_deletes_nothing(one_box: Box) -> None:
    filled(one_box)
    one_box.sync()
    with scripted(*IN, b"@ OK\r\n") as (port, _), pytest.raises(SourceError, match="lists the folders no more"):
        one_box.store.sync(imap, one_box.handle(port=port), NOW)
    assert len(one_box.keys()) == 7
