"""A mailbox through the whole loader: rows, history and search in the published file; real mail by the thousand."""

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from blocks.ledger import Ledger
from blocks.search import Index
from blocks.warehouse import Warehouse
from connectors.load import sync
from connectors.mail import split
from connectors.mail.imap import block, update
from connectors.outcome import Result
from context.home import Home
from tests.connectors.mail.imap.conftest import Box, letter
from tests.connectors.mail.test_torture import torture
from tests.servers.dovecot import PASSWORD

Run = Callable[..., Result]


def connected(home: Home, box: Box, monkeypatch: pytest.MonkeyPatch, handle: Any = None) -> Run:
    """Connect a mailbox in the ledger; return what syncs it."""
    with Ledger.open(home) as ledger:
        ledger.sources.connect("post", "imap", "mail", "work", {"host": "127.0.0.1"})
    monkeypatch.setattr("connectors.reach.handle_of", lambda *_: handle or box.handle())

    def run(**how: Any) -> Result:
        (result,) = sync(home, **how)
        return result

    return run


def ask(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with Warehouse(home).read() as con:
        return list(con.execute(sql).fetchall())


@pytest.mark.row("N2", "N7", "N8")
def test_a_mailbox_is_in_the_published_file_and_its_changes_follow(
    home: Home, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = connected(home, box, monkeypatch)
    for number in range(4):
        box.put(letter(str(number), f"a quokka {number}"), flags="(\\Seen)" if number else None)
    result = run()
    assert (result.error, result.rows, result.changed, result.rejects) == (None, 4, 4, 0)
    assert len(Index(home).search("quokka")) == 4
    assert run().state == "unchanged"
    box.mark(1, "\\Seen work")
    box.drop(2)
    box.put(letter("9", "a numbat"))
    result = run()
    assert (result.rows, result.rows_in, result.changed, result.deleted) == (4, 2, 2, 1)
    found = ask(home, "SELECT message_key, seen, labels FROM messages WHERE message_key IN ('0@x', '9@x') ORDER BY 1")
    assert found == [("0@x", True, '["work"]'), ("9@x", False, None)]
    history = ask(home, "SELECT row_key, change, before->>'seen' FROM raw.changes ORDER BY row_key")
    assert history == [("0@x", "updated", "false"), ("1@x", "deleted", "true")]
    result = run(full=True)
    assert (result.rows, result.changed, result.deleted) == (4, 0, 0)
    assert [hit.key for hit in Index(home).search("numbat")] == ["9@x"]


def test_another_zone_is_no_reason_to_fetch_every_mail_again(
    home: Home, one_box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_box.put(letter("1"))
    run = connected(home, one_box, monkeypatch)
    profile = "schema: steward/profile@1\nidentity: {id: p_owner, name: Bo, emails: [bo@x.example], timezone: %s}\n"
    (home.context / "profile.yaml").write_text(profile % "UTC", "utf-8")
    assert run().rows_in == 1
    (home.context / "profile.yaml").write_text(profile % "Asia/Tokyo", "utf-8")
    assert run().rows_in == 0


@pytest.mark.row("N10")
def test_bad_mails_are_tried_again(home: Home, one_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.mail import mime

    run = connected(home, one_box, monkeypatch)
    for number in range(3):
        one_box.put(letter(str(number)))
    with monkeypatch.context() as patch:
        rows = mime.rows
        patch.setattr(
            "connectors.mail.imap.texts.mime.rows",
            lambda mails: (row if row[0] != "1@x" else mime.Failed(mime.Raw(b"x", "", ""), "unreadable", "no")
                           for row in rows(mails)),
        )  # fmt: skip
        assert (run().rows, run().rejects) == (2, 1)
    assert run().rejects == 1
    result = run(replay=True)
    assert (result.rows, result.rejects, result.deleted) == (3, 0, 0)


@pytest.mark.row("N8")
def test_a_refused_password_is_a_state_and_nothing_is_lost(
    home: Home, one_box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_box.put(letter("1"))
    assert connected(home, one_box, monkeypatch)().rows == 1
    result = connected(home, one_box, monkeypatch, one_box.handle(password=SecretStr("planted-other")))()
    assert (result.state, result.rows) == ("failed", 1)
    assert result.mend == "run `steward connect imap --host 127.0.0.1`"
    with Ledger.open(home) as ledger:
        source = ledger.sources.get("post")
    assert source is not None
    assert source.state == "needs_reauth"
    for file in home.root.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert PASSWORD.encode() not in data, file
            assert b"planted-other" not in data, file


@pytest.mark.corpora
@pytest.mark.row("N2", "N10")
def test_real_mail_goes_through(
    home: Home, one_box: Box, corpora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [data for _, data in torture(corpora)]
    archive = tmp_path / "ham.mbox"
    archive.write_bytes(gzip.decompress((corpora / "mail" / "spamassassin-6046.mbox.gz").read_bytes()))
    usual = [bytes(raw.data) for raw in split.mails(archive, 0, archive.stat().st_size, "ham")]
    for data, folder in ((odd, "Odd"), (usual, "Usual")):
        one_box.ok(one_box.do.create(folder))
        lay(one_box, folder, data)
    monkeypatch.setattr(update, "SEAL", 4 << 20)
    run = connected(home, one_box, monkeypatch)
    result = run()
    assert result.error is None
    with duckdb.connect(home.build, read_only=True) as con:
        cursors = con.execute("SELECT file, value FROM raw.cursors").fetchall()
    kept = {file: block.load(json.loads(value)) for file, value in cursors if not file.endswith("/state")}
    mails = sum(map(len, kept.values()))
    rows = sum(len(block.rows(entries)) for entries in kept.values())
    reasons = Counter(reason for (reason,) in ask(home, "SELECT reason FROM raw.rejects"))
    print(f"\nIMAP: {len(odd):,} odd and {len(usual):,} usual mails, {result.rows:,} rows, set aside {dict(reasons)}")
    assert mails == len(odd) + len(usual)
    assert result.rows == rows
    assert len(usual) == 6046
    assert reasons.total() == sum(len(block.rejected(entries)) for entries in kept.values())
    assert reasons.keys() <= {"empty", "missing"}
    assert reasons.total() <= 20
    textless = ask(home, "SELECT count(*) FROM raw.messages WHERE folder = 'Usual' AND coalesce(trim(body), '') = ''")
    assert textless[0][0] < 60
    again = run()
    assert (again.state, again.rows_in) == ("unchanged", 0)


def lay(box: Box, folder: str, mails: list[bytes]) -> None:
    """Put mails into a folder's files, as a delivery does: thousands of APPENDs take minutes."""
    place = box.server.folder / "mail" / box.user / folder / "cur"
    owner = place.stat()
    for number, data in enumerate(mails):
        file = place / f"17724{number:05}.M1P1.box:2,S"
        file.write_bytes(data)
        os.chown(file, owner.st_uid, owner.st_gid)
