"""`steward sql`: formats, schema, notes, faults."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocks.warehouse import Warehouse
from context.home import Home
from deployments.commands.sql import age
from deployments.tables import visible

pytestmark = pytest.mark.row("N7")
ROOT = Path(__file__).resolve().parents[2]
SURFACE = """
CREATE TABLE main.letters AS
    SELECT 1 AS n, 'a|b' AS word, DATE '2026-03-01' AS day, ['x', 'y'] AS list, true AS yes
    UNION ALL SELECT 22, E'red \\x1b[31m\\nline', NULL, NULL, false;
COMMENT ON TABLE main.letters IS 'One row per letter.'; COMMENT ON COLUMN main.letters.n IS 'Its number.';
CREATE TABLE main.people AS SELECT 'open' AS name; CREATE TABLE mine.people AS SELECT 'own' AS name;
CREATE TABLE raw.secrets AS SELECT 1 AS token
"""


@pytest.fixture
def published(home: Home) -> Home:
    warehouse = Warehouse(home)
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("CREATE SCHEMA raw")
        warehouse.publish(lambda con: con.execute(SURFACE))
    return home


def steward(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deployments.cli", "sql", *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_a_table(published: Home) -> None:
    done = steward("SELECT n, word, day, list FROM letters ORDER BY n")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["n", "word", "day", "list"]
    assert lines[2].split(maxsplit=3) == ["1", "a|b", "2026-03-01", '["x", "y"]']
    assert lines[3].split() == ["22", "red", "\\x1b[31m\\nline", "NULL", "NULL"]
    assert "\x1b" not in done.stdout
    assert done.stderr == "(2 rows · as of now)\n"


def test_csv_is_the_data_itself(published: Home) -> None:
    done = steward("--format", "csv", "SELECT * FROM letters ORDER BY n")
    rows = list(csv.reader(io.StringIO(done.stdout, newline="")))
    assert rows == [
        ["n", "word", "day", "list", "yes"],
        ["1", "a|b", "2026-03-01", '["x", "y"]', "true"],
        ["22", "red \x1b[31m\nline", "", "", "false"],
    ]


def test_json(published: Home) -> None:
    done = steward("--format", "json", "SELECT n, n, list, yes FROM letters ORDER BY n")
    assert json.loads(done.stdout)[0] == {"n": 1, "n_2": 1, "list": ["x", "y"], "yes": True}


def test_markdown(published: Home) -> None:
    done = steward("--format", "markdown", "SELECT n, word FROM letters ORDER BY n")
    assert done.stdout == "| n | word |\n| --- | --- |\n| 1 | a\\|b |\n| 22 | red \\\\x1b[31m\\\\nline |\n"


def test_a_query_from_standard_input(published: Home) -> None:
    for arguments in (("-",), ()):
        assert json.loads(steward("--format", "json", *arguments, given="SELECT 1 AS a").stdout) == [{"a": 1}]


def test_the_owner_sees_their_own(published: Home) -> None:
    assert "own" in steward("FROM people").stdout


def test_the_schema(published: Home) -> None:
    said = steward("--schema")
    assert "letters  One row per letter." in said.stdout
    assert "Its number." in said.stdout
    assert "secrets" not in said.stdout
    one = json.loads(steward("--schema", "LETTERS", "--format", "json").stdout)
    assert [view["name"] for view in one] == ["letters"]
    assert one[0]["columns"][0] == {"name": "n", "type": "INTEGER", "about": "Its number."}
    assert "| n | INTEGER | Its number. |" in steward("--schema", "letters", "--format", "markdown").stdout
    assert "letters,n,INTEGER,Its number." in steward("--schema", "--format", "csv").stdout
    wrong = steward("--schema", "leters")
    assert (wrong.returncode, "did you mean letters?" in wrong.stderr) == (2, True)


def test_more_rows_than_are_shown(published: Home) -> None:
    done = steward("--limit", "3", "SELECT * FROM range(10)")
    assert "3 rows · there are more" in done.stderr


@pytest.mark.row("T9")
@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("FROM raw.secrets", 9, "there is no schema raw"),
        ("DROP TABLE letters", 9, "only a SELECT"),
        ("SELECT nothing FROM letters", 2, "nothing"),
        ("SELEC 1", 2, "syntax error"),
        ("  ", 2, "empty"),
    ],
)
def test_faults_are_one_line_with_the_next_step(published: Home, query: str, code: int, says: str) -> None:
    done = steward(query)
    assert done.returncode == code
    assert says in done.stderr
    assert "steward sql --schema" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_nothing_published_says_what_to_do(home: Home) -> None:
    done = steward("SELECT 1")
    assert (done.returncode, "steward sync" in done.stderr) == (8, True)


def test_a_terminal_is_never_told_to_obey(published: Home) -> None:
    for form in ("table", "csv", "json", "markdown"):
        primary, secondary = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "deployments.cli", "sql", "--format", form, "SELECT word FROM letters WHERE n = 22"],
            stdin=secondary,
            stdout=secondary,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        process.wait()
        os.close(secondary)
        shown = os.read(primary, 65536).decode()
        os.close(primary)
        assert "[31m" in shown
        assert "\x1b[31m" not in shown


def test_how_long_ago() -> None:
    now = datetime(2026, 3, 25, tzinfo=UTC)
    given = {"now": 59, "1 min ago": 60, "59 min ago": 3599, "23 h ago": 86_399, "2 d ago": 180_000}
    assert {age(now - timedelta(seconds=seconds), now) for seconds in given.values()} == set(given)
    assert age(now + timedelta(hours=1), now) == "now"


def test_what_hides_text_is_written_out() -> None:
    assert visible("a\u202eb\u200bc\x07é😀") == "a\\u202eb\\u200bc\\x07é😀"
