"""The quarter through the loader: what stands in the warehouse equals the known answers."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors import connections, kinds, load
from connectors.demo import quarter
from connectors.demo.install import install
from context.home import Home
from flows import capability
from flows.brief import compose
from flows.render import html, markdown, slack, terminal
from flows.shape import Ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GOLDEN: dict[str, Any] = json.loads((Path(quarter.__file__).parent / "golden.json").read_text("utf-8"))
COUNTS = GOLDEN["counts"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A demo home, connected by its ledger alone (no source of the quarter has a secret) and synced once."""
    home = Home(tmp_path_factory.mktemp("loaded") / "demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEWARD_HOME", str(home.root))
        layout = install(home)
        with Ledger.open(home) as ledger:
            for one in layout.connections:
                path = str(layout.root / one.path)
                kind = connections.kind_of(one.kind, path)
                ledger.sources.connect(one.name, kind, kinds.kind(kind).family, one.account, {"path": path})
        results = load.sync(home)
        assert {result.state for result in results} == {"loaded"}, results
        yield home


@pytest.fixture(scope="module")
def con(loaded: Home) -> "Iterator[DuckDBPyConnection]":
    with Warehouse(loaded).read() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def one(con: "DuckDBPyConnection", sql: str, *values: Any) -> Any:
    row = con.execute(sql, list(values)).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def pairs(con: "DuckDBPyConnection", sql: str) -> dict[Any, Any]:
    return dict(con.execute(sql).fetchall())


@pytest.mark.row("N9")
def test_everything_that_was_written_is_loaded(con: "DuckDBPyConnection") -> None:
    mails = pairs(con, "SELECT source, count(*) FROM messages GROUP BY ALL")
    names = {one.path: one.name for one in quarter.connections()}
    assert mails == {names[path]: number for path, number in COUNTS["mails"].items()}
    events = pairs(con, "SELECT source, count(*) FROM events GROUP BY ALL")
    assert events == {f"{name}-calendar": number for name, number in COUNTS["events"].items() if number}
    assert one(con, "SELECT count(*) FROM tasks") == GOLDEN["tasks"]["all"]
    assert one(con, "SELECT count(*) FROM documents") == COUNTS["documents"]
    assert pairs(con, "SELECT source, count(*) FROM commits GROUP BY ALL") == COUNTS["commits"]
    assert one(con, "SELECT count(*) FROM contacts") == COUNTS["contacts"]
    assert one(con, "SELECT count(*) FROM rejects") == 0
    tips = con.execute("SELECT source, name, tip FROM branches").fetchall()
    assert {(source, name): tip for source, name, tip in tips} == {
        (source, name): tip for source, branches in COUNTS["branches"].items() for name, tip in branches.items()
    }


def test_a_second_sync_finds_nothing_new(loaded: Home, con: "DuckDBPyConnection") -> None:
    generation = Warehouse(loaded).generation()
    install(loaded)
    results = load.sync(loaded)
    assert {result.state for result in results} == {"unchanged"}
    assert Warehouse(loaded).generation() == generation


def test_mail_says_who_wrote_and_what_was_read(con: "DuckDBPyConnection") -> None:
    assert one(con, "SELECT count(*) FROM messages WHERE from_me") == COUNTS["mails_from_owner"]
    assert pairs(con, "SELECT folder, count(*) FROM messages WHERE from_me GROUP BY ALL").keys() == {"Sent"}
    known = one(con, "SELECT count(*) FILTER (WHERE NOT seen), count(*) FILTER (WHERE flagged) FROM messages")
    raw = sum(mail.kind == "odd" for mail in quarter.mails() if not mail.seen)
    assert known == (COUNTS["mails_unread"] - raw, COUNTS["mails_flagged"])
    subjects = {mail.message_id: mail.subject for mail in quarter.mails() if mail.kind != "odd"}
    found = pairs(con, "SELECT message_id, subject FROM messages WHERE message_id NOT LIKE '%faxe.example'")
    assert {key: found[key] for key in subjects} == {key: " ".join(said.split()) for key, said in subjects.items()}


def test_every_mail_is_loaded_as_it_was_written(con: "DuckDBPyConnection") -> None:
    """In every language, charset and transfer encoding: text, moment and sender, but for blanks."""
    rows = con.execute("SELECT message_id, body, sent_at, from_name, from_address FROM messages").fetchall()
    found = {row[0]: row[1:] for row in rows}
    for mail in quarter.mails():
        if mail.kind == "odd":
            continue
        body, sent, name, address = found[mail.message_id]
        assert (sent, address) == (mail.sent, mail.sender[1])
        if mail.kind != "hostile":
            assert name == mail.sender[0]
        if mail.text is not None:
            assert body.split() == mail.text.encode(mail.charset, "replace").decode(mail.charset).split(), mail.key


def test_a_thread_is_one_thread_over_all_folders(con: "DuckDBPyConnection") -> None:
    threads = pairs(con, "SELECT message_id, thread_id FROM messages")
    ours: dict[str, set[str]] = {}
    for mail in quarter.mails():
        if mail.kind in ("story", "routine"):
            ours.setdefault(mail.thread, set()).add(threads[mail.message_id])
    assert not {key: found for key, found in ours.items() if len(found) != 1}
    assert len(set.union(*ours.values())) == len(ours)


def test_occurrences_are_those_of_the_story(con: "DuckDBPyConnection") -> None:
    counted = pairs(
        con,
        """SELECT source, count(*) FROM event_instances
           WHERE coalesce(start_date, (starts_at AT TIME ZONE 'Europe/Berlin')::DATE) >= '2026-01-01'
             AND coalesce(start_date, (starts_at AT TIME ZONE 'Europe/Berlin')::DATE) < '2026-05-01'
             AND uid <> 'quick-sync@evil.example'
           GROUP BY ALL""",
    )
    assert counted == {f"{name}-calendar": number for name, number in COUNTS["instances"].items()}


def test_clocks_change_in_new_york_and_in_berlin(con: "DuckDBPyConnection") -> None:
    said = GOLDEN["clock_changes"]
    for name, first, last in (
        ("handover", "2026-03-01", "2026-04-09"),
        ("standup", "2026-03-27", "2026-03-31"),
        ("backup-window", "2026-03-22", "2026-04-06"),
    ):
        rows = con.execute(
            """SELECT starts_at FROM event_instances WHERE uid = ? AND source = 'work-calendar' AND NOT cancelled
               AND starts_at BETWEEN ? AND ? ORDER BY 1""",
            [f"{name}-2026@calendar.fernhafen.example", first, last],
        ).fetchall()
        assert [row[0].isoformat() for row in rows] == said[name.replace("-", "_")], name


def test_open_tasks_are_due_when_they_are(con: "DuckDBPyConnection") -> None:
    rows = con.execute(
        """SELECT coalesce(due_date, (due_at AT TIME ZONE 'Europe/Berlin')::DATE) AS due, title FROM tasks
           WHERE status = 'open'"""
    ).fetchall()
    today = date.fromisoformat(GOLDEN["today"])
    assert len(rows) == GOLDEN["tasks"]["open"]
    assert sorted([due.isoformat(), title] for due, title in rows if due and due < today) == GOLDEN["tasks"]["overdue"]
    assert sorted(title for due, title in rows if due == today) == GOLDEN["tasks"]["today"]


def test_people_are_told_apart_by_address_alone(con: "DuckDBPyConnection") -> None:
    rows = con.execute("SELECT person_id, addresses FROM people WHERE name = 'Felix Harms'").fetchall()
    found = sorted(address for _, addresses in rows for address in json.loads(addresses))
    assert found == sorted([*GOLDEN["people"]["homonyms"]["Felix Harms"], "felix.harms@evil.example"])
    assert len({person for person, _ in rows}) == 3  # the engineer, the lawyer, and who only claims to be one


def test_documents_have_their_text(con: "DuckDBPyConnection") -> None:
    states = Counter(row[0] for row in con.execute("SELECT state FROM documents").fetchall())
    assert states == {"ok": COUNTS["documents"] - 2, "needs_ocr": 1, "empty": 1}
    for path, words in (
        ("clients/renewal-draft.docx", "Clause 7"),
        ("hosting/comparison.xlsx", "84600"),
        ("board/board.pptx", "41,800 invoices"),
        ("handbook/on-call.epub", "smallest thing that helps"),
        ("clients/quote-kitano.pdf", "EUR 38,400"),
        ("lantern/report.html", "99.94 %"),
    ):
        text = one(con, "SELECT text FROM documents WHERE path = ?", path)
        assert words in " ".join(text.split()), path


@pytest.mark.row("T8")
def test_hostile_mails_leave_no_trace_in_any_rendering(loaded: Home) -> None:
    """What the brief itself says is held against the known answers beside the brief."""
    for day in ("2026-03-24", "2026-03-25"):
        ask = Ask(day=date.fromisoformat(day), dry_run=True)
        output = capability.gather(loaded, compose, ask).output
        shown = [markdown.render(output), html.render(output), terminal.render(output), str(slack.render(output))]
        for text in shown:
            for word in GOLDEN["hostile"]["never_shown"]:
                assert word not in text, (day, word)
