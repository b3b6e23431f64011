"""`steward connect caldav` and `carddav` as the owner types them, against a real server and through the real loader."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from click.testing import CliRunner

from blocks import engine
from blocks.dav import CalDav
from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors import load, reach
from context.errors import InputError
from context.home import Home
from deployments.connect import caldav, dav
from tests.connectors.dav.conftest import event, ics, vcard
from tests.servers.dav import PASSWORD, Account, radicale
from tests.servers.forward import forward

pytestmark = pytest.mark.row("N1", "N5", "N6", "N8")
ROOT = Path(__file__).resolve().parents[2]
TODAY = f"DTSTART:{datetime.now(UTC):%Y%m%d}T090000Z"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with radicale(tmp_path_factory.mktemp("connect") / "radicale") as account:
        work = account.calendar("work", "Work")
        account.put(work + "a.ics", ics(event("a", start=TODAY)))
        account.calendar("private", "Private")
        account.put(account.book("friends") + "a.vcf", vcard("a", "Ada"))
        bob = Account("radicale", account.url, "bob", "/bob/", "/bob/", account.folder)
        bob.put(bob.calendar("club", "Club") + "b.ics", ics(event("b", "RRULE:FREQ=WEEKLY;COUNT=3")))
        yield account


def steward(*words: str, given: str = PASSWORD, code: int = 0, **more: str) -> str:
    """Run the command line; return all that it said, which must not be the password."""
    kept = {name: value for name, value in os.environ.items() if name != dav.PASSWORD}
    done = subprocess.run(
        [sys.executable, "-m", "deployments.cli", *words],
        input=f"{given}\n",
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": str(ROOT), **more},
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    assert PASSWORD not in said
    return said


def published(home: Home, sql: str) -> list[tuple[object, ...]]:
    with Warehouse(home).read() as con:
        return con.execute(sql).fetchall()


@pytest.mark.row("N12", "T10")
def test_two_accounts_from_connecting_to_a_changed_password(home: Home, server: Account) -> None:
    steward("init", "--name", "Ana", "--timezone", "Europe/Berlin")
    said = steward("connect", "caldav", server.url, "--user", "ana", "--name", "mine")
    assert "will read 2 calendars" in said
    assert "Work" in said
    steward("connect", "caldav", server.url, "--user", "bob", "--name", "bobs", "--account", "club")
    said = steward("connect", "carddav", server.url, "--user", "ana", given="", STEWARD_PASSWORD=PASSWORD)
    assert "1 address book" in said
    steward("sync")
    assert published(home, "SELECT source, summary, calendar FROM events ORDER BY 1") == [
        ("bobs", "b", "Club"),
        ("mine", "a", "Work"),
    ]
    assert published(home, "SELECT name FROM contacts") == [("Ada",)]
    assert {result.state for result in load.sync(home)} == {"unchanged"}
    again = {result.name: (result.state, result.changed) for result in load.sync(home, full=True)}
    assert set(again.values()) == {("unchanged", 0)}

    users = server.folder / "users"
    before = users.read_text()
    users.write_text(before.replace(f"ana:{PASSWORD}", "ana:another-9K"))
    try:
        steward("sync", "mine", code=5)
        with Ledger.open(home) as ledger:
            source = ledger.sources.get("mine")
        assert source is not None
        assert source.state == "needs_reauth"
        assert "steward connect caldav 127.0.0.1" in (source.mend or "")
        said = steward("connect", "caldav", "127.0.0.1", given="another-9K", code=2)
        assert "--user or --name" in said, "two accounts of this host are known"
        said = steward("connect", "caldav", "127.0.0.1", "--user", "ana", given="another-9K")
        assert "Connected again as mine" in said
        steward("sync", "mine")
    finally:
        users.write_text(before)
    assert published(home, "SELECT count(*) FROM events") == [(2,)]
    leaks = [path for path in home.root.rglob("*") if path.is_file() and _holds(path, PASSWORD, "another-9K")]
    assert leaks == []


def _holds(path: Path, *secrets: str) -> bool:
    data = path.read_bytes()
    return any(secret.encode() in data for secret in secrets)


def test_what_is_deleted_there_goes_here(home: Home, server: Account) -> None:
    path = server.calendar("short", "Short")
    for name in "xyz":
        server.put(f"{path}{name}.ics", ics(event(name, start=TODAY)))
    steward("init", "--name", "Ana", "--timezone", "Europe/Berlin")
    with forward(server.url) as front:
        steward("connect", "caldav", front.url, "--user", "ana", "--calendar", "Short", "--name", "cal")
        assert load.sync(home)[0].rows == 6
        server.delete(path + "x.ics")
        front.faults[:] = ["", "short"]
        assert load.sync(home)[0].state == "failed"
        [result] = load.sync(home)
        assert (result.state, result.deleted > 0) == ("loaded", True)
        assert [row[0] for row in _raw(home, "SELECT uid FROM raw.events ORDER BY 1")] == ["y", "z"]
        server.delete(path)
        [result] = load.sync(home)
        assert (result.state, result.rows) == ("loaded", 0)
        assert _raw(home, "SELECT count(*) FROM raw.changes WHERE change = 'deleted'") == [(3,)]
        assert [row[0] for row in _raw(home, "SELECT file FROM raw.cursors")] == ["account"]


@pytest.fixture
def connect(home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`steward connect caldav` in this process, without a Prefect server: blocks are kept as every sync finds them."""
    monkeypatch.setattr(reach, "sys", SimpleNamespace(modules={}))
    monkeypatch.setattr(engine, "session", lambda _home: nullcontext())
    monkeypatch.setattr(CalDav, "save", lambda *_given, **_more: None)

    def connected(*words: str, given: str = "") -> str:
        done = CliRunner().invoke(caldav.command, words, input=f"{given}\n")
        if done.exception is not None:
            raise done.exception
        assert PASSWORD not in done.output
        return done.output

    return connected


def test_another_choice_is_read_without_the_password_again(
    home: Home, server: Account, connect: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("red", "blue"):
        path = server.calendar(name, name.title())
        server.put(f"{path}{name}.ics", ics(event(name, "RRULE:FREQ=WEEKLY;COUNT=3", start=TODAY)))
    connect(server.url, "--user", "ana", "--calendar", "Red", "--name", "cal", given=PASSWORD)
    with pytest.raises(InputError, match="there is no calendar called Green") as raised:
        connect("127.0.0.1", "--calendar", "Green")
    assert "Blue, " in str(raised.value.mend)
    assert load.sync(home, publish=False)[0].rows == 4

    said = connect("127.0.0.1", "--calendar", "Blue")
    assert "Connected again as cal" in said
    assert "Calendars: Blue." in said
    [result] = load.sync(home, publish=False)
    assert (result.changed, result.deleted) == (4, 4)
    assert _raw(home, "SELECT uid, count(*) FROM raw.event_instances GROUP BY 1") == [("blue", 3)]
    assert _raw(home, "SELECT change, \"before\"->>'uid' FROM raw.changes") == [("deleted", "red")]
    assert load.sync(home, publish=False)[0].state == "unchanged"

    monkeypatch.setattr(dav, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    assert "Password (empty: as before):" in connect("127.0.0.1", "--calendar", "*")
    load.sync(home, publish=False)
    assert {"blue", "red"} <= {uid for (uid,) in _raw(home, "SELECT uid FROM raw.events")}
    server.delete(server.calendars + "red/")
    server.delete(server.calendars + "blue/")


def _raw(home: Home, sql: str) -> list[tuple[object, ...]]:
    con = duckdb.connect(home.build, read_only=True)
    try:
        return con.execute(sql).fetchall()
    finally:
        con.close()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "needs an address"),
        (("gmail.com",), "steward connect google"),
        (("ana@gmail.com",), "steward connect google"),
        (("not an address",), "that is no address"),
        (("http://example.org", "--user", "a"), "begins with https://"),
        (("https://ana:secret@example.org", "--user", "a"), "neither a user name nor a password"),
        (("https://example.org",), "a user name is needed"),
        (("https://example.org", "--user", "a", "--authority", "/nowhere.pem"), "there is no certificate"),
    ],
)
def test_what_cannot_be_connected_says_why(home: Home, words: tuple[str, ...], says: str) -> None:
    assert says in steward("connect", "caldav", *words, code=2)


def test_the_wrong_password_and_no_server(home: Home, server: Account) -> None:
    assert "refuses the user name or the password" in steward(
        *("connect", "caldav", server.url, "--user", "ana"), given="wrong", code=5
    )
    said = steward("connect", "carddav", "http://127.0.0.1:1", "--user", "ana", code=5)
    assert "cannot be reached" in said
    assert "run `steward connect carddav …` again" in said
    assert "steward sync" not in said, "there is nothing yet to sync"
    with Ledger.open(home) as ledger:
        assert ledger.sources.all() == []


@pytest.mark.parametrize(
    ("kind", "where", "url", "user"),
    [
        ("caldav", "ana@icloud.com", "https://caldav.icloud.com", "ana@icloud.com"),
        ("carddav", "iCloud.com", "https://contacts.icloud.com", None),
        ("caldav", "fastmail.com", "https://caldav.fastmail.com", None),
        ("carddav", "ana@posteo.de", "https://posteo.de:8843", "ana@posteo.de"),
        ("caldav", "cloud.example.org", "https://cloud.example.org", None),
        ("caldav", "https://cloud.example.org/remote.php/dav", "https://cloud.example.org/remote.php/dav", None),
    ],
)
def test_providers_are_found_by_their_domain(kind: str, where: str, url: str, user: str | None) -> None:
    assert dav._target(kind, where)[:2] == (url, user)
