"""kill -9 at any moment of a sync, then a sync: the tables equal those of a sync that nobody disturbed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from blocks.ledger import Ledger
from blocks.search import Index
from blocks.warehouse import Warehouse
from connectors.kinds import KINDS
from connectors.load import sync
from context.home import Home
from tests.kill import sources
from tests.kill.victim import POINTS

pytestmark = [pytest.mark.kill, pytest.mark.row("T7"), pytest.mark.timeout(600)]
NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
MOMENTS = 10
# How a row came in, not what it says: load ids; where a reader stopped (inodes); how the last of several syncs fared.
PASSING = {"_dlt_load_id", "_dlt_id"}
PASSING_TABLES = {"cursors", "ledger_sources", "source_health"}
Tables = dict[str, list[tuple[Any, ...]]]


@dataclass
class Stage:
    """The two versions of the sources, where they are connected from, and how the tables are after each."""

    before: Path
    after: Path
    live: Path
    homes: Path
    first: Home
    expected_first: Tables
    expected_second: Tables
    seconds: float

    def home(self, name: str, *, begun: bool) -> Home:
        """Return a new home; `begun`: one in which the first version was read already."""
        home = Home(self.homes / name)
        if begun:
            shutil.copytree(self.first.root, home.root, symlinks=True)
        else:
            connect(home, self.live)
        sources.place(self.after if begun else self.before, self.live)
        return home


def connect(home: Home, live: Path) -> None:
    home.create(now=NOW)
    with Ledger.open(home) as ledger:
        for name, (kind, path) in sources.KINDS.items():
            ledger.sources.connect(name, kind, KINDS[kind].family, "me", {"path": str(live / path)})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("kill")
    before, after = sources.build(folder)
    live, first, second = folder / "live", Home(folder / "first"), Home(folder / "second")
    connect(first, live)
    sources.place(before, live)
    assert {result.state for result in sync(first)} == {"loaded"}
    shutil.copytree(first.root, second.root, symlinks=True)
    sources.place(after, live)
    begun = time.monotonic()
    victim(second, "").wait()
    seconds = time.monotonic() - begun
    return Stage(before, after, live, folder, first, tables(first), tables(second), seconds)


def victim(home: Home, point: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "tests.kill.victim", str(home.root), point]
    return subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


def tables(home: Home) -> Tables:
    """Return all rows of the loader's file and of the published one, without what only says how they came."""
    found: Tables = {}
    for label, path in (("build", home.build), ("published", home.warehouse.resolve())):
        con = duckdb.connect(path, read_only=True)
        names = con.execute(
            """SELECT table_schema, table_name FROM information_schema.tables
            WHERE table_schema IN ('raw', 'main', 'mine') AND NOT starts_with(table_name, '_dlt') ORDER BY ALL"""
        ).fetchall()
        for schema, name in names:
            if name in PASSING_TABLES:
                continue
            rows = con.execute(f'SELECT * FROM {schema}."{name}"')
            kept = [i for i, column in enumerate(rows.description or []) if column[0] not in PASSING]
            found[f"{label} {schema}.{name}"] = sorted(tuple(str(row[i]) for i in kept) for row in rows.fetchall())
        con.close()
    hits = Index(home).search("text", limit=1_000)
    found["search index"] = sorted((hit.view, hit.key, hit.title) for hit in hits)
    return found


def same(home: Home, expected: Tables) -> None:
    """Sync what was left, and compare all of it; then once more: nothing may be left to do."""
    results = sync(home)
    assert not [result for result in results if result.state == "failed"]
    found = tables(home)
    assert found.keys() == expected.keys()
    different = {name: set(found[name]) ^ set(expected[name]) for name in found if found[name] != expected[name]}
    assert not different, different
    generation = Warehouse(home).generation()
    assert {result.state for result in sync(home)} == {"unchanged"}
    assert Warehouse(home).generation() == generation
    left = sorted(path.name for path in home.data.iterdir() if "tmp" in path.name or path.name.endswith(".wal"))
    assert left == []


def test_the_reference_holds_something_of_everything(stage: Stage) -> None:
    for name in ("events", "event_instances", "messages", "documents", "commits", "tasks", "contacts", "changes"):
        assert stage.expected_second[f"build raw.{name}"], name
    assert stage.expected_second["published main.rejects"]
    assert stage.expected_second["search index"]
    assert stage.expected_first != stage.expected_second


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_of_a_later_sync(stage: Stage, point: str) -> None:
    home = stage.home(f"later {point}", begun=True)
    assert victim(home, point).wait() == -signal.SIGKILL, "it ended before it came to the point"
    same(home, stage.expected_second)


@pytest.mark.parametrize("point", ["extracted", "normalized", "first rows loaded", "loaded", "prepared"])
def test_killed_at_a_point_of_the_first_sync(stage: Stage, point: str) -> None:
    home = stage.home(f"first {point}", begun=False)
    assert victim(home, point).wait() == -signal.SIGKILL, "it ended before it came to the point"
    same(home, stage.expected_first)


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_killed_at_a_random_moment(stage: Stage, seed: int) -> None:
    home = stage.home(f"random {seed}", begun=True)
    with victim(home, "") as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        time.sleep(random.Random(seed).uniform(0, stage.seconds))
        child.kill()
    same(home, stage.expected_second)


def test_killed_again_and_again(stage: Stage) -> None:
    home = stage.home("again", begun=True)
    for point in ("extracted", "first rows loaded", "loaded", "renamed"):
        victim(home, point).wait()
    same(home, stage.expected_second)


def test_an_older_backup_of_the_data_is_brought_up_to_date(stage: Stage) -> None:
    home = stage.home("restored", begun=True)
    shutil.copytree(home.data, stage.homes / "backup", symlinks=True)
    sync(home)
    shutil.rmtree(home.data)
    shutil.copytree(stage.homes / "backup", home.data, symlinks=True)
    same(home, stage.expected_second)


def test_an_older_loader_file_alone_is_not_trusted(stage: Stage) -> None:
    """The ledger and dlt's own state are newer than the data: what they say of it does not hold."""
    home = stage.home("older file", begun=True)
    backup = stage.homes / "older.duckdb"
    shutil.copy2(home.build, backup)
    sync(home)
    shutil.copy2(backup, home.build)
    same(home, stage.expected_second)


def test_a_package_left_for_a_newer_file_is_dropped(stage: Stage) -> None:
    """A sync is killed with its package unwritten; then an older file is put back, which the package does not fit."""
    home = stage.home("left over", begun=False)
    sync(home, ["work"])
    backup = stage.homes / "before package.duckdb"
    shutil.copy2(home.build, backup)
    sync(home)
    sources.place(stage.after, stage.live)
    assert victim(home, "extracted").wait() == -signal.SIGKILL
    shutil.copy2(backup, home.build)
    # History depends on what was once there; everything else does not.
    expected = {name: rows for name, rows in stage.expected_second.items() if "changes" not in name}
    sync(home)
    found = {name: rows for name, rows in tables(home).items() if "changes" not in name}
    assert {name for name in found if found[name] != expected[name]} == set()


def test_two_at_once_do_not_disturb_each_other(stage: Stage) -> None:
    home = stage.home("two", begun=True)
    children: list[Any] = [victim(home, "") for _ in range(2)]
    codes = sorted(child.wait() for child in children)
    assert codes in ([0, 0], [0, 1]), "the second one is refused, or comes when the first is done"
    same(home, stage.expected_second)
