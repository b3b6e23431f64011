"""Connections that break anywhere, and servers that hang: a clear word, and later the same rows."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connectors.mail import imap
from connectors.mail.imap import block, source, texts, update, wire
from connectors.web import GrantError, PassingError
from context.errors import SourceError
from tests.connectors.mail.imap.conftest import NOW, Box, letter
from tests.connectors.mail.imap.script import IN, handle, scripted
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
def test_what_changes_while_a_connection_is_made_anew(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was half said when it broke must not outlive the mail that it was said of."""
    filled(box)
    changes = iter(range(1000))

    def change(_: float) -> None:
        at = next(changes)
        box.put(letter(str(at % 9), f"another {at}"), "Work" if at % 2 else "INBOX")
        box.at("INBOX")
        uids = box.do.uid("SEARCH", "ALL")[1][0].split()
        box.mark(int(uids[at % len(uids)]), "\\Deleted" if at % 3 else "\\Seen")
        if at % 3 == 1:
            box.ok(box.do.expunge())
        box.ok(box.do.unselect())

    monkeypatch.setattr(source.time, "sleep", change)
    with cutting(box.server.port) as cut:
        for after in range(1500, 6500, 261):
            cut.after = after
            store = Store(imap.TABLES)
            store.sync(imap, box.handle(port=cut.port), NOW)
            store.sync(imap, box.handle(), NOW)
            expected = Store(imap.TABLES)
            expected.sync(imap, box.handle(), NOW)
            assert store.differences(expected) == {}
    assert next(changes) > 5


def test_a_mail_that_goes_while_its_row_waits_for_the_cursor(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "COUNT", 1)
    for number in range(6):
        box.put(letter(str(number), "x" * 500))
    monkeypatch.setattr(source.time, "sleep", lambda _: box.drop(6))  # the newest was read before the break
    broken = 0
    with cutting(box.server.port) as cut:
        for after in range(3000, 7000, 800):
            cut.after, cut.breaks = after, 0
            store = Store(imap.TABLES)
            store.sync(imap, box.handle(port=cut.port), NOW)
            broken += cut.breaks
            expected = Store(imap.TABLES)
            expected.sync(imap, box.handle(), NOW)
            assert store.differences(expected) == {}
    assert broken


@contextmanager
def breaking(box: Box, after: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Run a relay that lets so many bytes through each connection, and give its port."""
    connect = socket.create_connection
    with cutting(box.server.port) as cut, monkeypatch.context() as patch:

        def limited(address: tuple[str, int], **more: Any) -> socket.socket:
            if address[1] == cut.port:
                cut.after = after
            return connect(address, **more)

        patch.setattr(socket, "create_connection", limited)
        yield cut.port


@pytest.mark.usefixtures("quick")
def test_a_server_that_always_breaks_is_a_passing_fault(one_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(one_box)
    one_box.sync()
    with (
        breaking(one_box, 900, monkeypatch) as port,
        pytest.raises(PassingError, match=r"127\.0\.0\.1 ended the connection"),
    ):
        one_box.store.sync(imap, one_box.handle(port=port), NOW)
    one_box.equal()


@pytest.mark.usefixtures("quick")
def test_a_mail_that_breaks_every_connection_is_set_aside(one_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(one_box)
    one_box.put(letter("large", "y" * 9000))  # does not fit into what the relay lets pass
    one_box.put(letter("last"))
    with breaking(one_box, 5000, monkeypatch) as port:
        one_box.store.sync(imap, one_box.handle(port=port), NOW)
    assert [(row["position"], row["reason"]) for row in one_box.store.rejects.values()] == [("4", "breaks")]
    assert len(one_box.keys()) == 8
    one_box.store.sync(imap, one_box.handle(), NOW, full=True)
    assert not one_box.store.rejects
    one_box.equal()


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
