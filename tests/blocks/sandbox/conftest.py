"""A published file with something to steal in it, and files beside it that nobody may read or change."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from blocks.sandbox import Sandbox

MARKER = "PLANTED-7f3a"  # what no query may bring back


@dataclass(frozen=True)
class Ground:
    """`folder` holds the planted files, `file` is the published one, `home` the user's home."""

    folder: Path
    file: Path
    home: Path

    def fill(self, statement: str, own_file: bool = False) -> str:
        work = self.file if own_file else self.folder
        return statement.replace("{WORK}", str(work)).replace("{HOME}", str(self.home))

    def state(self) -> dict[str, str]:
        """Return every file below the ground with the digest of its bytes."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for top in (self.folder, self.home, self.file.parent)
            for path in top.rglob("*")
            if path.is_file()
        }


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    top = tmp_path_factory.mktemp("ground")
    ground = Ground(top / "work", top / "data" / "warehouse-1.duckdb", top / "home")
    for folder in (ground.folder, ground.home, ground.file.parent):
        folder.mkdir()
    (ground.folder / "secret.csv").write_text(f"token\n{MARKER}\n")
    (ground.folder / "secret.txt").write_text(MARKER)
    (ground.home / ".netrc").write_text(MARKER)
    with sqlite3.connect(ground.folder / "sq.sqlite") as lite:
        lite.execute(f"CREATE TABLE t AS SELECT '{MARKER}' AS token")
    with duckdb.connect(ground.folder / "other.duckdb") as con:
        con.execute(f"CREATE TABLE t AS SELECT '{MARKER}' AS token")
        con.execute(f"COPY t TO '{ground.folder}/secret.parquet'")
    with duckdb.connect(ground.file) as con:
        con.execute(f"""
            CREATE SCHEMA mine; CREATE SCHEMA raw;
            CREATE TABLE main.messages AS
                SELECT range AS id, 'p' || range % 7 || '@example.com' AS sender, 'subject ' || range AS subject,
                       repeat('body ', 20) AS body,
                       TIMESTAMPTZ '2026-03-01 08:00:00+00' + INTERVAL 7 MINUTES * range AS ts,
                       ['inbox', 'l' || range % 3] AS labels, json_object('n', range % 5) AS extra
                FROM range(20000);
            CREATE VIEW main.recent AS SELECT * FROM messages ORDER BY ts DESC LIMIT 100;
            CREATE TABLE mine.notes AS SELECT 'the owner''s own' AS note;
            CREATE TABLE mine.messages AS SELECT 'mine' AS whose;
            CREATE TABLE raw.tokens AS SELECT 'gmail' AS name, '{MARKER}' AS token;
            CREATE SEQUENCE raw.s""")
    ground.file.chmod(0o400)
    return ground


@pytest.fixture(scope="session")
def cases() -> list[dict[str, str]]:
    """The attack cases, in this database's names, the shortened ones written out again in their shape."""
    path = Path(__file__).resolve().parents[4] / "shared" / "attacks" / "sql_attacks.jsonl"
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    for case in found:
        statement = case["statement"]
        if "chars>" in statement:
            statement = next(long for start, long in LONG.items() if statement.startswith(start))
        for theirs, ours in (("mail.", "main."), ("vault", "raw"), ("VAULT.", "RAW.")):
            statement = statement.replace(theirs, ours)
        case["statement"] = statement
    return found


LONG = {
    "SELECT (((": "SELECT " + "(" * 900 + "1" + ")" * 900,
    "SELECT - -": "SELECT " + "- " * 5000 + "1",
    "SELECT 1+1": "SELECT " + "+".join("1" * 4000),
    "SELECT * FROM (SEL": "SELECT * FROM (" * 400 + "SELECT 1" + ")" * 400,
    "SELECT 1 UNION": " UNION ALL ".join(["SELECT 1"] * 4000),
    "SELECT regexp": "SELECT regexp_matches('a','" + "(a|" * 250 + "b" + ")" * 250 + "')",
}


@pytest.fixture(scope="session")
def owner(ground: Ground) -> Iterator[Sandbox]:
    """The owner's sandbox."""
    sandbox = Sandbox(ground.file, ("mine", "main"))
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def guest(ground: Ground) -> Iterator[Sandbox]:
    """The sandbox of other tools, which see `main` only."""
    sandbox = Sandbox(ground.file, ("main",))
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def strict(ground: Ground) -> Iterator[Sandbox]:
    """Like `guest`, and quick to stop a query: for those that have no end."""
    sandbox = Sandbox(ground.file, ("main",), seconds=0.7)
    yield sandbox
    sandbox.close()
