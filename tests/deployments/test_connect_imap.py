"""`steward connect imap`, as the owner types it, against a real server."""

from collections.abc import Iterator

import pytest

from connectors.mail.imap.login import Login
from context.errors import InputError
from context.home import Home
from deployments.connect import imap
from tests.conftest import absent
from tests.deployments.test_connect import steward
from tests.servers import dovecot
from tests.servers.dovecot import PASSWORD, Dovecot

pytestmark = pytest.mark.row("N2", "N8")


@pytest.fixture
def server() -> Iterator[Dovecot]:
    if what := dovecot.missing():
        absent(what)
    with dovecot.running() as running:
        yield running


def test_a_new_owner_connects_a_mailbox(home: Home, server: Dovecot) -> None:
    box = server.connect("ana")
    for number in range(2):
        box.append("INBOX", None, None, f"Message-ID: <{number}@x>\r\n\r\na quokka".encode())
    there = ("ana", "--host", "localhost", "--port", str(server.tls_port), "--authority", str(server.certificate))
    assert "refuses the user or the password" in steward("connect", "imap", *there, given="no-7f3\n", code=5).stderr
    told = steward("connect", "imap", *there, given=f"{PASSWORD}\n").stdout
    assert "will read 2 mails, 2 folders" in told
    assert "Not read: Trash (trash)" in told
    assert "steward sync mail-localhost" in told
    assert "2        0        0" in steward("sync").stdout
    again = steward("connect", "imap", "--host", "localhost", given=f"{PASSWORD}\n").stdout
    assert "Connected again as mail-localhost" in again
    assert "unchanged" in steward("sync").stdout
    for file in home.root.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert PASSWORD.encode() not in data, file
            assert b"no-7f3" not in data, file


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "a mail address is needed"),
        (("ana",), "that is no mail address"),
        (("ana@outlook.com",), "no passwords by IMAP"),
        (("ana", "--host", "imap.example.org", "--security", "none"), "could be read on its way"),
        (("ana", "--host", "a b"), "a server's name is needed"),
        (("ana", "--host", "localhost", "--authority", "/nowhere"), "no certificate at that path"),
    ],
)
def test_bad_input_is_one_line_that_names_the_next_step(home: Home, words: tuple[str, ...], says: str) -> None:
    done = steward("connect", "imap", *words, given="planted\n", code=2)
    assert says in done.stderr
    assert " — " in done.stderr
    assert "planted" not in done.stderr


def test_a_provider_is_known_by_the_address(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Login] = []

    def connect(login: Login) -> None:
        tried.append(login)
        raise InputError("stop")

    monkeypatch.setattr("connectors.mail.imap.session.connect", connect)
    monkeypatch.setenv(imap.PASSWORD, "secret")
    nothing = dict.fromkeys(("host", "port", "user", "security", "authority"), None)
    for address, more, host, port in (
        ("ana@fastmail.com", {}, "imap.fastmail.com", 993),
        ("ana@GMX.de", {}, "imap.gmx.net", 993),
        ("ana@me.com", {"security": "starttls"}, "imap.mail.me.com", 143),
        ("ana@firm.example", {}, "imap.firm.example", 993),
        ("ana@firm.example", {"host": "post.firm.example", "port": 1993}, "post.firm.example", 1993),
        ("ana@outlook.com", {"token": True}, "outlook.office365.com", 993),
    ):
        given = {**nothing, "folders": (), "token": False, "insecure": False, **more}
        with pytest.raises(InputError, match="stop"):
            imap.connect(home, address, None, None, given)
        login = tried.pop()
        assert (login.host, login.port, login.user, login.oauth) == (host, port, address, bool(more.get("token")))
