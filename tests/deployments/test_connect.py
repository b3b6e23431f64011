"""`steward connect`, `sync` and `sources`, as the owner types them."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors.kinds import KINDS
from context.home import Home

pytestmark = pytest.mark.row("N1", "N8")
ROOT = Path(__file__).resolve().parents[2]
SECRET = "private-3f9c0a"
CALENDAR = f"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
DTSTART:{datetime.now(UTC):%Y%m%d}T090000Z
SUMMARY:One
END:VEVENT
END:VCALENDAR
"""


def steward(*words: str, given: str | None = None, code: int = 0) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a folder of its own; it must end with `code` and never show a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "deployments.cli", *words],
        input=given,
        capture_output=True,
        text=True,
        cwd=os.environ["STEWARD_HOME"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_the_kinds_are_listed(home: Home) -> None:
    told = steward("connect").stdout
    assert all(f"steward connect {kind.word} " in told and kind.about in told for kind in KINDS.values())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("connect", "fax", "x"), "no kind called fax"),
        (("connect", "ics"), "needs a file"),
        (("connect", "ics", "absent.ics"), "there is nothing at"),
        (("connect", "ics", "empty.ics"), "is empty"),
        (("connect", "ics", "page.ics"), "not a calendar"),
        (("connect", "ics", "bare"), "no .ics files"),
        (("connect", "ics", "good.ics", "--name", "No Good"), "cannot be a name"),
        (("connect", "ics", "good.ics", "--include", "*.md"), "for documents"),
        (("connect", "mbox", "https://example.org/"), "takes a path"),
        (("connect", "mbox", "bare"), "folder"),
        (("connect", "docs", "good.ics"), "folder"),
        (("connect", "git", "bare"), "git"),
        (("connect", "ics", "https://"), "begins with https://"),
        (("sync",), "nothing is connected"),
        (("sources", "remove", "nobody", "--yes"), "no source called nobody"),
    ],
)
def test_bad_input_is_one_line_that_names_the_next_step(home: Home, words: tuple[str, ...], says: str) -> None:
    for name, text in {"empty.ics": "", "page.ics": "<html></html>", "good.ics": CALENDAR}.items():
        (home.root / name).write_text(text)
    (home.root / "bare").mkdir()
    done = steward(*words, code=2)
    assert says in done.stderr
    assert " — " in done.stderr
    assert len(done.stderr.splitlines()) == 1
    with Ledger.open(home) as ledger:
        assert ledger.sources.all() == []


@pytest.mark.engine
@pytest.mark.row("T10")
def test_from_connecting_to_forgetting(home: Home, httpserver: HTTPServer) -> None:
    """One home through all commands: a file and a secret address."""
    httpserver.expect_request(f"/{SECRET}/basic.ics").respond_with_data(CALENDAR)
    address = httpserver.url_for(f"/{SECRET}/basic.ics")
    (home.root / "Work calendar.ics").write_text(CALENDAR)

    said = steward("connect", "ics", "Work calendar.ics").stdout
    assert "work-calendar (calendar) will read 1 event" in said
    assert "steward sync work-calendar" in said
    assert "Connected again" in steward("connect", "ics", "Work calendar.ics", "--account", "job").stdout
    steward("connect", "ics", "-", "--name", "shared", given=address + "\n")
    assert "another kind" in steward("connect", "ics", "Work calendar.ics", "--name", "shared", code=2).stderr
    with Ledger.open(home) as ledger:
        sources = {source.name: source for source in ledger.sources.all()}
    assert {name: (source.kind, source.account) for name, source in sources.items()} == {
        "work-calendar": ("ics", "job"),
        "shared": ("ics-url", "shared"),
    }

    synced = steward("sync")
    assert SECRET not in synced.stdout + synced.stderr
    assert [line.split()[:4] for line in synced.stdout.splitlines()[1:]] == [
        ["shared", "ics-url", "loaded", "2"],
        ["work-calendar", "ics", "loaded", "2"],
    ]
    httpserver.clear()
    httpserver.expect_request(f"/{SECRET}/basic.ics").respond_with_data("", status=410)
    failed = steward("sync", code=5)
    assert "has no calendar there (410)" in failed.stderr
    assert SECRET not in failed.stdout + failed.stderr
    listed = {row["name"]: row for row in json.loads(steward("sources", "list", "--json").stdout)}
    assert listed["shared"]["state"] == "needs_reauth"
    assert listed["work-calendar"]["state"] == "ok"
    with Warehouse(home).read() as con:
        assert con.execute("SELECT count(*), count(duplicate_of) FROM event_instances").fetchone() == (2, 1)

    assert (home.secrets / "source-shared").stat().st_mode & 0o777 == 0o600
    for path in home.root.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path

    steward("sources", "remove", "shared", "--yes")
    assert not (home.secrets / "source-shared").exists()
    with Warehouse(home).read() as con:
        assert con.execute("SELECT DISTINCT source FROM events").fetchall() == [("work-calendar",)]
    blocks = sqlite3.connect(home.prefect / "prefect.db")
    assert blocks.execute("SELECT name FROM block_document WHERE name = 'shared'").fetchall() == []
    blocks.close()
    assert [row["name"] for row in json.loads(steward("sources", "list", "--json").stdout)] == ["work-calendar"]


def test_a_second_sync_is_told_who_is_at_it(home: Home) -> None:
    (home.root / "a.ics").write_text(CALENDAR)
    with Ledger.open(home) as ledger:
        ledger.sources.connect("a", "ics", "calendar", "me", {"path": str(home.root / "a.ics")})
    with Warehouse(home).writing():
        done = steward("sync", code=6)
    assert len([line for line in done.stderr.splitlines() if line.startswith("steward:")]) == 1
    assert " — " in done.stderr
    assert steward("sync").stdout
