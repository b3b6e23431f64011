"""Google's mail, documents, tasks and contacts from the server to SQL: through the loader, two accounts at once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors import kinds, load, reach
from connectors.gather import shape
from connectors.outcome import Result
from context.home import Home
from tests.connectors.google.side import NOW
from tests.connectors.google.test_drive import a_doc
from tests.connectors.google.test_gmail import mail
from tests.connectors.google.test_people import named
from tests.servers.google.core import FakeGoogle
from tests.servers.google.drive import Drive
from tests.servers.google.fixture import settings
from tests.servers.google.gmail import Gmail
from tests.servers.google.people import People
from tests.servers.google.tasks import Tasks

SCOPES = ("gmail.readonly", "drive.readonly", "tasks.readonly", "contacts.readonly")
KINDS = {
    "mail": ("google-mail", "messages"),
    "drive": ("google-drive", "documents"),
    "tasks": ("google-tasks", "tasks"),
    "contacts": ("google-contacts", "contacts"),
}
TABLES = ("messages", "documents", "passages", "tasks", "contacts", "rejects")
PEOPLE = ("ana", "bo")


@pytest.fixture(autouse=True)
def no_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let secrets be found where every sync finds them that did not import Prefect."""
    monkeypatch.setattr(reach, "sys", SimpleNamespace(modules={}))


def connect(home: Home, google: FakeGoogle, who: str) -> None:
    """Connect all of an account, as `steward connect google` does."""
    given = settings(google, *SCOPES, address=f"{who}@example.org")
    secrets = {name: value.get_secret_value() for name, value in given.items() if isinstance(value, SecretStr)}
    shown = {name: value for name, value in given.items() if name not in secrets}
    with Ledger.open(home) as ledger:
        for word, (kind, _) in KINDS.items():
            family = kinds.KINDS[kind].family
            ledger.sources.connect(f"{who}-{word}", kind, family, who, {**shown, "through": who})
    reach.keep(home, who, secrets)


def fill(google: FakeGoogle, who: str) -> None:
    account = google.account(f"{who}@example.org")
    for number in range(4):
        account.of(Gmail).deliver(mail(number, f"To {who} {number}"))
    account.of(Gmail).deliver(b"")
    disk = account.of(Drive)
    disk.own("Minutes", "document", a_doc(f"Said by {who}."), disk.folder("Board"))
    disk.file("bad.pdf", b"no PDF at all", "application/pdf")
    tasks = account.of(Tasks)
    tasks.add(tasks.list("Home"), f"Call {who}", due="2026-03-05T00:00:00.000Z")
    account.of(People).add(**named(f"Friend of {who}"), emailAddresses=[{"value": "F@Example.org"}])


def change(google: FakeGoogle, who: str) -> None:
    account = google.account(f"{who}@example.org")
    box, disk, tasks, people = account.of(Gmail), account.of(Drive), account.of(Tasks), account.of(People)
    first, second, *_ = sorted(box.mails)
    box.relabel(first, ("STARRED",), ("UNREAD",))
    box.trash(second)
    box.deliver(mail(9, f"To {who} 9"))
    folder, doc, _ = disk.nodes
    disk.rename(folder, "Bored")
    disk.own("New", "document", a_doc("New words."), folder)
    tasks.done("list1", "task2")
    people.change("people/c1", **named("A friend"))
    assert doc


def sync(home: Home, now: Any = NOW) -> dict[str, Result]:
    return {result.name: result for result in load.sync(home, now=now)}


def raw(home: Home) -> dict[str, list[Any]]:
    with duckdb.connect(home.build, read_only=True) as con:
        return {
            table: con.execute(
                f"SELECT * EXCLUDE (_dlt_load_id, _dlt_id) FROM raw.{table} ORDER BY source, file, key"
            ).fetchall()
            for table in TABLES
        }


def seen(home: Home, sql: str) -> list[tuple[Any, ...]]:
    """Return what `steward sql` shows."""
    warehouse = Warehouse(home)
    try:
        return [tuple(row) for row in warehouse.query(sql).rows]
    finally:
        warehouse.close()


@pytest.mark.row("N2", "N3", "N5", "N6", "N7", "N8", "T10")
def test_two_accounts_from_the_server_to_sql(home: Home, google: FakeGoogle, tmp_path: Path) -> None:
    for who in PEOPLE:
        fill(google, who)
        connect(home, google, who)
    results = sync(home)
    assert {result.state for result in results.values()} == {"loaded"}, results
    assert (results["ana-mail"].rows, results["ana-mail"].rejects) == (4, 1)
    assert (results["bo-drive"].rejects, results["bo-tasks"].rows, results["bo-contacts"].rows) == (1, 1, 1)
    asked = "SELECT account, subject FROM messages WHERE folder = 'INBOX' AND NOT seen ORDER BY ALL LIMIT 2"
    assert seen(home, asked) == [("ana", "To ana 0"), ("ana", "To ana 1")]
    assert seen(home, "SELECT account, path, state FROM documents ORDER BY ALL") == [
        ("ana", "Board/Minutes", "ok"),
        ("bo", "Board/Minutes", "ok"),
    ]
    assert seen(home, "SELECT list, title, due_date::VARCHAR FROM tasks WHERE account = 'bo'") == [
        ("Home", "Call bo", "2026-03-05")
    ]
    assert seen(home, "SELECT name FROM contacts ORDER BY name") == [("Friend of ana",), ("Friend of bo",)]
    assert {result.state for result in sync(home).values()} == {"unchanged"}
    for who in PEOPLE:
        change(google, who)
    results = sync(home)
    assert (results["ana-mail"].changed, results["ana-mail"].deleted) == (2, 1)
    assert (results["ana-drive"].changed, results["ana-tasks"].changed, results["bo-contacts"].changed) == (3, 1, 1)
    other = Home(tmp_path / "other")
    other.create()
    for who in PEOPLE:
        connect(other, google, who)
    sync(other)
    assert raw(home) == raw(other)
    planted = [path for path in home.root.rglob("*") if path.is_file() and b"planted" in path.read_bytes()]
    assert not planted, "no token and no secret lies open"


@pytest.mark.row("N6", "N12")
def test_a_revoked_grant_is_a_state_of_its_own_sources_alone(home: Home, google: FakeGoogle) -> None:
    for who in PEOPLE:
        fill(google, who)
        connect(home, google, who)
    google.grants.revoke("bo@example.org")
    results = sync(home)
    assert {name for name, result in results.items() if result.state == "failed"} == {f"bo-{word}" for word in KINDS}
    with Ledger.open(home) as ledger:
        states = {source.name: source.state for source in ledger.sources.all()}
    assert states["bo-mail"] == states["bo-contacts"] == "needs_reauth"
    assert states["ana-mail"] == "ok"


def test_another_zone_is_no_reason_to_download_everything() -> None:
    for kind, _ in KINDS.values():
        assert shape(kinds.connector(kind), "UTC") == shape(kinds.connector(kind), "Asia/Tokyo")
    calendar = kinds.connector("google-calendar")
    assert shape(calendar, "UTC") != shape(calendar, "Asia/Tokyo")


@pytest.mark.row("N10")
def test_records_in_quarantine_are_tried_again(home: Home, google: FakeGoogle) -> None:
    fill(google, "ana")
    connect(home, google, "ana")
    sync(home)
    account = google.account("ana@example.org")
    bad = next(name for name, one in account.of(Gmail).mails.items() if not one.raw)
    account.of(Gmail).mails[bad].raw = mail(5, "Mended")  # as if a later Steward could read it
    paper = next(node for node in account.of(Drive).nodes.values() if node.name == "bad.pdf")
    paper.name, paper.mime, paper.body = "good.txt", "text/plain", b"Good words.\n"
    results = {result.name: result for result in load.sync(home, now=NOW, replay=True)}
    assert (results["ana-mail"].rejects, results["ana-drive"].rejects) == (0, 0), results
    assert seen(home, "SELECT count(*) FROM messages WHERE subject = 'Mended'") == [(1,)]
    assert seen(home, "SELECT count(*) FROM documents WHERE path = 'good.txt'") == [(1,)]
    full = {result.name: result for result in load.sync(home, now=NOW, full=True)}
    assert {(result.changed, result.deleted) for result in full.values()} == {(0, 0)}, full
