"""The next generation out of the last but one."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from blocks.warehouse import Warehouse, recycle
from context.home import Home

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems copy the file")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each recycling wrote; files of any size are worth it here, and blocks are not shared."""
    found: list[int] = []
    patch = recycle._patch
    monkeypatch.setattr(recycle, "SMALLEST", 0)
    monkeypatch.setattr(recycle, "_patch", lambda source, target: found.append(patch(source, target)))
    monkeypatch.setattr("blocks.warehouse.warehouse.share", lambda *_: False)
    return found


def publish(warehouse: Warehouse, number: int) -> None:
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("CREATE SCHEMA IF NOT EXISTS raw")
            con.execute("CREATE TABLE IF NOT EXISTS raw.t AS SELECT range AS a, hash(range) AS b FROM range(2000000)")
            con.execute(f"INSERT INTO raw.t VALUES (-1, {number})")
        warehouse.publish(lambda con: con.execute(f"CREATE TABLE surface AS SELECT {number} AS n"))


def seen(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    row = con.execute("SELECT (SELECT n FROM surface), max(b) FILTER (WHERE a = -1), count(*) FROM raw.t").fetchone()
    assert row is not None
    return row


def test_only_what_differs_is_written(home: Home, written: list[int]) -> None:
    warehouse = Warehouse(home)
    for number in range(1, 6):
        publish(warehouse, number)
        with warehouse.read() as con:
            assert seen(con) == (number, number, 2_000_000 + number)
    assert len(written) == 3
    assert max(written) < home.build.stat().st_size / 2
    assert sorted(path.name for path in home.data.glob("*warehouse-*")) == ["warehouse-4.duckdb", "warehouse-5.duckdb"]
    assert {path.stat().st_mode & 0o777 for path in home.data.glob("warehouse-*")} == {0o400}


def test_a_reader_of_the_old_generation_keeps_it(home: Home, written: list[int]) -> None:
    """In this process and in another: what is open is not touched."""
    warehouse = Warehouse(home)
    publish(warehouse, 1)
    with warehouse.read() as own:
        publish(warehouse, 2)
        program = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(1, flush=True)\n"
        program += "sys.stdin.read(); print(*c.execute('SELECT (FROM surface), count(*) FROM raw.t').fetchone())"
        path = str(home.data / "warehouse-2.duckdb")
        other = subprocess.Popen(
            [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        publish(warehouse, 3)  # the first is open here
        publish(warehouse, 4)  # the second is open there
        assert written == []
        assert seen(own) == (1, 1, 2_000_001)
        assert other.communicate("")[0] == "2 2000002\n"
    publish(warehouse, 5)
    assert len(written) == 1
    with warehouse.read() as con:
        assert seen(con) == (5, 5, 2_000_005)


def test_a_backup_by_hard_links_is_not_touched(home: Home, written: list[int], tmp_path: Path) -> None:
    warehouse = Warehouse(home)
    publish(warehouse, 1)
    os.link(home.data / "warehouse-1.duckdb", tmp_path / "backup.duckdb")
    content = (tmp_path / "backup.duckdb").read_bytes()
    publish(warehouse, 2)
    publish(warehouse, 3)
    assert written == []
    assert (tmp_path / "backup.duckdb").read_bytes() == content
    assert (tmp_path / "backup.duckdb").stat().st_mode & 0o777 == 0o400


def test_a_shrunken_file(home: Home, written: list[int]) -> None:
    warehouse = Warehouse(home)
    for number in (1, 2):
        publish(warehouse, number)
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("DROP TABLE raw.t")
        warehouse.compact(force=True)
        warehouse.publish(lambda con: con.execute("CREATE TABLE small AS SELECT 3 AS n"))
    assert len(written) == 1
    assert (home.data / "warehouse-3.duckdb").stat().st_size < (home.data / "warehouse-2.duckdb").stat().st_size
    with warehouse.read() as con:
        assert con.execute("FROM small").fetchone() == (3,)
