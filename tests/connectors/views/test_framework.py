"""How views are read, ordered, made and documented."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from blocks.ledger import Ledger
from connectors.shape import Table
from connectors.views.graph import order, personal, uses
from connectors.views.install import frame, install
from connectors.views.page import View, parse
from context.home import Home
from context.sql import ContextTable

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
MAIL = Table("messages", "Mails.", {"subject": ("text", "Subject"), "labels": ("json", "Labels")})
NOTES = {"text": ("VARCHAR", "What it says."), "tier": ("VARCHAR", "Who may see it.")}


def notes(*texts: str) -> dict[str, ContextTable]:
    rows = tuple({"text": text, "tier": "work"} for text in texts)
    return {"context_notes": ContextTable("The owner's notes.", NOTES, rows)}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def put(con: duckdb.DuckDBPyConnection, *views: View, ledger: Path | None = None) -> None:
    context = {"main": notes("open"), "mine": notes("open", "private")}
    install(con, context=context, ledger=ledger, now=NOW, declared=[MAIL], views=views)


def test_a_header_is_read() -> None:
    view = parse("mails", "-- @stored\n-- mails: One row.\n--   Per mail.\n-- key: Its key.\nSELECT 1 AS key\n")
    assert view == View("mails", "One row. Per mail.", "SELECT 1 AS key", True, {"key": "Its key."})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT 1 AS key", "first line"),
        ("-- other: One row.\nSELECT 1 AS key", "first line"),
        ("-- mails: One.\n-- key: a\n-- key: b\nSELECT 1 AS key", "twice"),
        ("-- mails: One.\n-- a comment without a colon\nSELECT 1 AS key", "header line"),
    ],
)
def test_a_wrong_header_is_an_error(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse("mails", text)


@pytest.mark.parametrize(
    ("body", "columns", "says"),
    [
        ("SELECT 1 AS key, 2 AS size", {"key": "k"}, "size"),
        ("SELECT 1 AS key", {"key": "k", "size": "s"}, "size"),
        ("SELECT 1 AS key, 2 AS size", {"size": "s", "key": "k"}, "order"),
        ("SELECT nothing AS key", {"key": "k"}, "nothing"),
        ("SELECT 1 AS key; SELECT 2", {"key": "k"}, "not one SELECT"),
        ("DROP TABLE raw.messages", {"key": "k"}, "not one SELECT"),
    ],
)
def test_nothing_undocumented_or_wrong_is_published(
    con: duckdb.DuckDBPyConnection, body: str, columns: dict[str, str], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        put(con, View("mails", "Mails.", body, columns=columns))


def test_names_that_a_body_uses(con: duckdb.DuckDBPyConnection) -> None:
    body = """WITH mine AS (SELECT * FROM a) SELECT (SELECT max(x) FROM B) FROM mine JOIN raw.c USING (x)
        WHERE x IN (SELECT x FROM d) OR 'it''s' = x"""
    assert uses(con, View("v", "", body)) == {"a", "b", "d"}
    with pytest.raises(ValueError, match="called like a view: mine"):
        uses(con, View("v", "", body), {"mine", "theirs"})


def test_order_and_circles() -> None:
    assert order({"a": {"b"}, "b": {"c", "raw_thing"}, "c": set()}) == ["c", "b", "a"]
    with pytest.raises(ValueError, match="circle"):
        order({"a": {"b"}, "b": {"a"}})


def test_what_reads_the_profile_through_others() -> None:
    needs = {"a": {"b"}, "b": {"context_people"}, "c": {"d"}, "d": set[str]()}
    assert personal(needs, {"context_people"}) == {"a", "b"}


@pytest.mark.row("N7")
def test_views_come_in_order_and_twice_where_they_are_personal(con: duckdb.DuckDBPyConnection) -> None:
    put(
        con,
        View("alpha", "First by name, last by need.", "SELECT text FROM beta", columns={"text": "What."}),
        View("beta", "Notes.", "SELECT text FROM context_notes", stored=True, columns={"text": "What."}),
        View("gamma", "Mails.", "SELECT subject FROM raw.messages", columns={"subject": "Subject."}),
    )
    for path in ("main", "mine,main"):
        con.execute(f"SET search_path = '{path}'")
        assert con.execute("FROM main.alpha ORDER BY text").fetchall() == [("open",)]
        assert con.execute("FROM mine.alpha ORDER BY text").fetchall() == [("open",), ("private",)]
        assert con.execute("FROM gamma").fetchall() == []
    assert con.execute("SELECT comment FROM duckdb_columns() WHERE table_name = 'alpha'").fetchall() == [
        ("What.",),
        ("What.",),
    ]
    kinds = con.execute("SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL").fetchall()
    assert kinds == [("main", "alpha"), ("main", "gamma"), ("mine", "alpha")]


def test_missing_raw_tables_and_columns_are_made(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE SCHEMA raw; CREATE TABLE raw.messages AS SELECT 'a' AS key, 'b' AS subject")
    put(
        con,
        View("mails", "Mails.", "SELECT subject, labels FROM raw.messages", columns={"subject": "S", "labels": "L"}),
    )
    assert con.execute("FROM mails").fetchall() == [("b", None)]


@pytest.mark.row("N8")
def test_the_ledger_is_copied(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    with Ledger.open(home) as ledger:
        ledger.sources.connect("work", "ics", "calendar", "me", {"path": "/a"})
        ledger.sources.succeed("work", NOW, 3, 3, 3, 0, 0, "f")
        ledger.outputs.record("r1", "brief", "2026-03-25", NOW, "v", "p", True)
        put(con, ledger=home.ledger)
    row = con.execute("SELECT name, settings->>'path', last_success_at, rows FROM ledger_sources").fetchone()
    assert row == ("work", "/a", NOW, 3)
    assert con.execute("SELECT made_at, dry FROM ledger_outputs").fetchone() == (NOW, True)
    assert con.execute("SELECT count(*) FROM ledger_calls").fetchone() == (0,)
    assert con.execute("SELECT as_of FROM publication").fetchone() == (NOW,)


def test_the_frame_is_kept_until_it_differs(con: duckdb.DuckDBPyConnection) -> None:
    context = {"main": notes("open"), "mine": notes("open", "private")}
    mails = View("mails", "Mails.", "SELECT subject FROM raw.messages", columns={"subject": "Subject."})
    texts = View("texts", "Notes.", "SELECT text FROM context_notes", stored=True, columns={"text": "What."})
    frame(con, context, [MAIL], [mails, texts])
    assert con.execute("SELECT count(*) FROM mine.context_notes").fetchone() == (0,), "what is private is not kept"
    con.execute("COMMENT ON VIEW main.mails IS 'as it was'")
    frame(con, {"main": notes(), "mine": notes("other")}, [MAIL], [mails, texts])
    told = "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
    assert con.execute(told).fetchall() == [("mails", "as it was")]
    put(con, mails, texts)
    assert con.execute(told).fetchall() == [("mails", "as it was")]
    assert con.execute("FROM mine.texts ORDER BY text").fetchall() == [("open",), ("private",)]
    assert not con.execute("SELECT 1 FROM duckdb_schemas() WHERE schema_name = 'frame'").fetchall()


def test_another_frame_takes_the_place_of_the_first(con: duckdb.DuckDBPyConnection) -> None:
    context = {"main": notes("open"), "mine": notes("private")}
    old = View("letters", "Letters.", "SELECT text FROM context_notes", columns={"text": "What."})
    frame(con, context, [MAIL], [old])
    con.execute("INSERT INTO raw.messages (key, subject) VALUES ('a', 'kept')")
    put(con, View("mails", "Mails.", "SELECT subject FROM raw.messages", columns={"subject": "Subject."}))
    assert con.execute("FROM mails").fetchall() == [("kept",)]
    assert con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == [("mails",)]
