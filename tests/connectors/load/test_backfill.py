"""A long backfill: newest first, shown early, taken up where it stopped; and what a load costs the machine."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blocks.warehouse import Warehouse
from connectors import write
from connectors.shape import Cursor, Item, Known, Rows
from context.home import Home
from tests.connectors.load import things
from tests.connectors.load.conftest import Stand

ROOT = Path(__file__).resolve().parents[3]
YEARS = [str(year) for year in range(2026, 2016, -1)]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write at every cursor, and show at every write."""
    monkeypatch.setattr(write, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(write, "FIRST_PUBLISH_SECONDS", 0.0)
    monkeypatch.setattr(write, "NEXT_PUBLISH_SECONDS", 3600.0)


@pytest.mark.row("N11")
@pytest.mark.usefixtures("hasty")
def test_the_newest_part_is_shown_first_and_nothing_is_read_twice(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    seen: dict[str, Any] = {}

    def read(handle: Any, known: Known) -> Iterator[Item]:
        for year in YEARS:
            if year in known.cursors:
                continue
            if len(asked) == 5:
                seen["published"] = _published(stand)
                seen["state"] = stand.source().state
                raise RuntimeError("the cable is pulled")
            asked.append(year)
            yield Rows("things", year, [{"key": year, "number": int(year)}])
            yield Cursor(year, {"done": True})

    monkeypatch.setattr(things, "read", read)
    stand.things("")
    assert stand.sync()["list"].state == "failed"
    assert asked == YEARS[:5]
    assert seen["published"] == [YEARS[0]], "after the first package the newest part is there to be asked"
    assert seen["state"] == "backfilling"
    assert [row[0] for row in stand.rows("SELECT key FROM raw.things ORDER BY key DESC")] == YEARS[:5]
    asked.append("")  # the cable is back
    assert stand.sync()["list"].state == "loaded"
    assert asked[6:] == YEARS[5:]
    assert _published(stand) == YEARS


def _published(stand: Stand) -> list[str]:
    with Warehouse(stand.home).read() as con:
        return [row[0] for row in con.execute("SELECT key FROM raw.things ORDER BY key DESC").fetchall()]


SYNC = """
import sys
from connectors import kinds
from tests.connectors.load.conftest import KIND
kinds.KINDS["things"] = KIND
from deployments.cli import main
main(["sync"])
"""


def steward(home: Home, limit: int | None = None, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `steward sync` in a process that can write no file larger than `limit` bytes."""

    def poor() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-c", SYNC],
        cwd=ROOT,
        env={**os.environ, "STEWARD_HOME": str(home.root), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=poor,
    )


def test_a_full_disk_is_one_line_and_loses_nothing(stand: Stand) -> None:
    stand.things("first=1")
    assert steward(stand.home).returncode == 0
    generation = Warehouse(stand.home).generation()
    stand.things("\n".join(f"thing{n}=1" for n in range(300_000)))
    size = stand.home.build.stat().st_size
    done = steward(stand.home, limit=size + 100_000)
    assert done.returncode == 8, done.stderr
    assert "disk is full" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert Warehouse(stand.home).generation() == generation
    assert _published(stand) == ["first"], "readers keep what was there"
    done = steward(stand.home)
    assert done.returncode == 0, done.stderr
    assert len(stand.numbers()) == 300_000
    assert "first" not in stand.numbers()


@pytest.mark.row("T13")
def test_dlt_leaves_nothing_outside_the_home(stand: Stand, tmp_path: Path) -> None:
    stand.things("a=1")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = steward(stand.home, HOME=str(elsewhere), XDG_DATA_HOME=str(elsewhere), TMPDIR=str(elsewhere))
    assert done.returncode == 0, done.stderr
    assert list(elsewhere.rglob("*")) == []
    private = [path for path in stand.home.root.rglob("*") if not path.is_symlink()]
    assert {oct(path.stat().st_mode & 0o077) for path in private} == {"0o0"}


HEAVY = """
import sys
from connectors import kinds, load
from context.home import Home
kinds.KINDS["things"] = kinds.Kind(
    "things", "docs", "file", "a list", "blocks.files.LocalPath", "tests.connectors.load.things"
)
assert [result.state for result in load.sync(Home.open())] == ["unchanged"]
print(sorted({"prefect", "dlt", "duckdb", "pyarrow", "pydantic", "tantivy"} & set(sys.modules)))
"""


@pytest.mark.row("N8")
def test_where_nothing_changed_nothing_heavy_is_imported(stand: Stand) -> None:
    stand.things("a=1")
    stand.sync()
    done = subprocess.run([sys.executable, "-c", HEAVY], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
