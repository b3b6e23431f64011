"""Where kill tests are played: homes, syncs in processes of their own, and what stands in the tables afterwards."""

import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import duckdb

from blocks.ledger import Ledger
from blocks.search import Index
from connectors import reach
from connectors.kinds import KINDS
from context.home import Home
from tests.kill.stage import Play, Stage

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)  # when the second state is read: servers ask not to be asked at once again
ROOT = Path(__file__).resolve().parents[2]
# How a row came in, not what it says: load ids; where a reader stopped (inodes); how the last of several syncs fared.
PASSING = {"_dlt_load_id", "_dlt_id"}
PASSING_TABLES = {"cursors", "ledger_sources", "source_health"}
HISTORY = ("raw.changes", "main.changes")
Tables = dict[str, Counter[tuple[Any, ...]]]


class Nursery:
    """Syncs as processes: see tests/kill/victim.py."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.victim"],
            **{"cwd": ROOT, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True},  # type: ignore[call-overload]
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def begin(self, home: Home, point: str = "", now: datetime | None = None) -> int:
        """Begin a sync that `point` disturbs, at `now` (by default the home's); return its process id."""
        return int(self._ask("run", str(home.root), point, now.isoformat() if now else ""))

    def end(self, pid: int) -> str:
        """Wait for a sync to end or to be stopped; return its exit code (negative for a signal), or "stopped"."""
        return self._ask("wait", str(pid))

    def run(self, home: Home, point: str = "", now: datetime | None = None) -> str:
        return self.end(self.begin(home, point, now))

    def _ask(self, *words: str) -> str:
        self._process.stdin.write("\t".join(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        assert answer, "the nursery has died"
        return str(answer)


class Theatre:
    """A stage with homes: `fresh` was never read, `first` was read in the first state; tests play on copies."""

    def __init__(self, stage: Stage, folder: Path, nursery: Nursery) -> None:
        self.stage, self.folder, self.nursery, self.now = stage, folder, nursery, NOW
        self.fresh, self.first = Home(folder / "fresh"), Home(folder / "first")
        self._connect()
        shutil.copytree(self.fresh.root, self.first.root, symlinks=True)
        assert self.run(self.first) == "0"
        self.expected_first = tables(self.first)
        self._second: tuple[Tables, float] | None = None

    def _connect(self) -> None:
        self.fresh.create(now=NOW)
        with Ledger.open(self.fresh) as ledger:
            for one in self.stage.sources():
                ledger.sources.connect(one.name, one.kind, KINDS[one.kind].family, "me", one.settings)
                reach.keep(self.fresh, reach.block_of(one.name, one.settings), one.secrets)

    def begin(self, home: Home, point: str = "") -> int:
        return self.nursery.begin(home, point, self.now)

    def run(self, home: Home, point: str = "", now: datetime | None = None) -> str:
        """Sync at the play's present, or at `now`; return the exit code (negative for a signal), or "stopped"."""
        return self.nursery.run(home, point, now or self.now)

    def changed(self) -> "Theatre":
        """Bring the sources to their second state, once, and see what an undisturbed sync makes of it."""
        if self._second is None:
            self.stage.change()
            self.now = LATER
            home = self.copy("reference")
            begun = time.monotonic()
            assert self.run(home) == "0"
            self._second = tables(home), time.monotonic() - begun
        return self

    @property
    def expected(self) -> Tables:
        assert self._second is not None
        return self._second[0]

    @property
    def seconds(self) -> float:
        """How long the undisturbed sync of the second state takes."""
        assert self._second is not None
        return self._second[1]

    def copy(self, name: str, of: Home | None = None) -> Home:
        home = Home(self.folder / "homes" / name)
        shutil.rmtree(home.root, ignore_errors=True)
        shutil.copytree((of or self.first).root, home.root, symlinks=True)
        return home

    def same(self, home: Home, expected: Tables, *, history: bool = True) -> None:
        """Sync what was left, and compare all of it; then once more: nothing may be left to do."""
        assert self.run(home) == "0"
        lost, doubled = differences(tables(home), expected, history=history)
        assert not lost, f"lost: {lost}"
        assert not doubled, f"doubled or wrong: {doubled}"
        assert self.run(home) == "0"
        with Ledger.open(home) as ledger:
            counts = {row.name: (row.rows_changed, row.rows_deleted) for row in ledger.sources.all()}
        assert set(counts.values()) == {(0, 0)}, f"there was something left to do: {counts}"
        left = sorted(path.name for path in home.data.iterdir() if "tmp" in path.name or path.name.endswith(".wal"))
        assert left == []


@contextmanager
def theatre(play: Play, folder: Path) -> Iterator[Theatre]:
    """Open a play in a folder."""
    (folder / "stage").mkdir(parents=True)
    with play.open(folder / "stage") as stage, Nursery() as nursery:
        yield Theatre(stage, folder, nursery)


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
            found[f"{label} {schema}.{name}"] = Counter(tuple(str(row[i]) for i in kept) for row in rows.fetchall())
        con.close()
    found["search index"] = Counter((hit.view, hit.key, hit.title) for hit in Index(home).search("text", limit=1_000))
    return found


def differences(found: Tables, expected: Tables, *, history: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows that are missing, and those that are there too often or should not be, by table.

    Without `history` the tables of what once was are left out: they depend on the moments at which it was read.
    """
    names = [name for name in expected if history or not name.endswith(HISTORY)]
    lost = {name: expected[name] - found.get(name, Counter()) for name in names}
    more = {name: found.get(name, Counter()) - expected[name] for name in names}
    return {name: rows for name, rows in lost.items() if rows}, {name: rows for name, rows in more.items() if rows}
