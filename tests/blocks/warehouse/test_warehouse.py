"""Writing, publishing and reading, and what goes wrong with them."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from blocks.warehouse import Warehouse
from context.errors import BusyError, RefusedError, StorageError
from context.home import Home

ROOT = Path(__file__).resolve().parents[3]


def nothing(con: duckdb.DuckDBPyConnection) -> None:
    pass


def fill(warehouse: Warehouse, value: int) -> None:
    with warehouse.builder() as con:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS raw; CREATE OR REPLACE TABLE raw.t AS SELECT {value} AS a")


def publish(warehouse: Warehouse, value: int, prepare: Callable[[duckdb.DuckDBPyConnection], None] = nothing) -> int:
    with warehouse.writing():
        fill(warehouse, value)
        return warehouse.publish(prepare)


def names(home: Home) -> list[str]:
    return sorted(path.name for path in home.data.iterdir() if "duckdb" in path.name or path.name.startswith("."))


def test_nothing_is_published_at_first(home: Home) -> None:
    warehouse = Warehouse(home)
    assert (warehouse.generation(), warehouse.published_at()) == (None, None)
    with pytest.raises(StorageError, match="steward sync"), warehouse.read():
        pass


def test_a_generation_is_published_and_two_are_kept(home: Home) -> None:
    warehouse = Warehouse(home)
    for value in range(1, 5):
        assert publish(warehouse, value) == value == warehouse.generation()
        with warehouse.read() as con:
            assert con.execute("SELECT a FROM raw.t").fetchone() == (value,)
    assert names(home) == ["build.duckdb", "warehouse-3.duckdb", "warehouse-4.duckdb", "warehouse.duckdb"]
    assert home.warehouse.readlink() == Path("warehouse-4.duckdb")


@pytest.mark.row("T10")
def test_files_are_private_and_the_published_one_cannot_be_written(home: Home) -> None:
    before = os.umask(0o022)
    try:
        publish(Warehouse(home), 1)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.data.iterdir() if path.is_file()}
    assert modes == {
        "build.duckdb": 0o600,
        "warehouse-1.duckdb": 0o400,
        "warehouse.duckdb": 0o400,
        "writer.lock": 0o600,
    }
    with Warehouse(home).read() as con, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        con.execute("CREATE TABLE x (a INTEGER)")


def test_the_time_of_publication_is_the_homes(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    home = Home(tmp_path / "demo")
    home.create(now=datetime(2026, 3, 25, 6, 30, tzinfo=UTC))
    warehouse = Warehouse(home)
    publish(warehouse, 1)
    assert warehouse.published_at() == datetime(2026, 3, 25, 6, 30, tzinfo=UTC)


def test_the_loaders_state_is_not_published(home: Home) -> None:
    warehouse = Warehouse(home)
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("""CREATE SCHEMA raw; CREATE SCHEMA raw_staging; CREATE TABLE raw_staging.t AS SELECT 1 a;
                CREATE TABLE raw._dlt_pipeline_state AS SELECT 1 a; CREATE TABLE raw.cursors AS SELECT 1 a;
                CREATE TABLE raw._dlt_loads AS SELECT 1 a""")
        warehouse.publish(nothing)
        with warehouse.builder() as con:
            assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (4,)
    with warehouse.read() as con:
        assert con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall() == [("raw", "_dlt_loads")]
        assert con.execute("SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'raw%'").fetchall() == [
            ("raw",)
        ]


def test_search_path_of_owner_and_tools(home: Home) -> None:
    def surface(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("CREATE TABLE main.p AS SELECT 'open' AS a; CREATE TABLE mine.p AS SELECT 'own' AS a")
        con.execute(
            "COMMENT ON TABLE mine.p IS 'People.'; COMMENT ON COLUMN mine.p.a IS 'Word.'; CREATE VIEW q AS SELECT 1 b"
        )

    warehouse = Warehouse(home)
    publish(warehouse, 1, surface)
    for owner, seen in ((True, "own"), (False, "open")):
        with warehouse.read(owner=owner) as con:
            assert con.execute("SELECT a FROM p").fetchone() == (seen,)
    assert [(table.schema, table.name) for table in warehouse.schema()] == [("mine", "p"), ("main", "q")]
    assert [(table.schema, table.name) for table in warehouse.schema(owner=False)] == [("main", "p"), ("main", "q")]
    people = warehouse.schema()[0]
    assert (people.comment, people.columns[0].comment, people.columns[0].type) == ("People.", "Word.", "VARCHAR")


def test_a_second_writer_is_told_who_holds_the_lock(home: Home) -> None:
    warehouse = Warehouse(home)
    program = "import sys; from blocks.warehouse import Warehouse; from context.home import Home\n"
    program += "with Warehouse(Home.find()).writing(): print('in', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"
    with pytest.raises(BusyError, match=f"process {other.pid} is writing") as caught, warehouse.writing():
        pass
    assert caught.value.exit_code == 6
    other.kill()
    other.wait()
    with warehouse.writing(wait=5):
        pass


def test_a_second_thread_is_kept_out(home: Home) -> None:
    said: list[str] = []

    def attempt() -> None:
        try:
            with Warehouse(home).writing():
                said.append("in")
        except BusyError as error:
            said.append(str(error))

    with Warehouse(home).writing():
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
    assert str(os.getpid()) in said[0]
    attempt()
    assert said[1] == "in"


def test_writing_is_asked_for(home: Home) -> None:
    with pytest.raises(RuntimeError, match="writing"):
        Warehouse(home).publish(nothing)
    with pytest.raises(RuntimeError, match="writing"), Warehouse(home).builder():
        pass


def test_a_fault_in_the_surface_publishes_nothing(home: Home) -> None:
    warehouse = Warehouse(home)
    publish(warehouse, 1)

    def broken(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("CREATE TABLE half AS SELECT 1 AS a")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        publish(warehouse, 2, broken)
    assert names(home) == ["build.duckdb", "warehouse-1.duckdb", "warehouse.duckdb"]
    with warehouse.read() as con:
        assert con.execute("SELECT a FROM raw.t").fetchone() == (1,)
    assert publish(warehouse, 3) == 2


def test_a_reader_keeps_its_generation(home: Home) -> None:
    warehouse = Warehouse(home)
    publish(warehouse, 1)
    with warehouse.read() as old:
        for value in range(2, 6):
            publish(warehouse, value)
        assert old.execute("SELECT a FROM raw.t").fetchone() == (1,)
        with warehouse.read() as new:
            assert new.execute("SELECT a FROM raw.t").fetchone() == (5,)


def test_what_a_killed_publish_left_is_removed_or_finished(home: Home) -> None:
    warehouse = Warehouse(home)
    publish(warehouse, 1)
    (home.data / ".publish-2.duckdb").write_bytes(b"half")
    (home.data / ".publish-2.duckdb.wal").write_bytes(b"half")
    (home.data / ".publish-2.duckdb.tmp").mkdir()
    (home.data / ".publish-2.duckdb.tmp" / "spill").write_bytes(b"x")
    (home.data / ".publish-link").symlink_to("warehouse-2.duckdb")
    (home.data / "warehouse-1.duckdb").rename(home.data / "warehouse-7.duckdb")  # renamed, the link not yet swapped
    with warehouse.writing():
        pass
    assert names(home) == ["build.duckdb", "warehouse-7.duckdb", "warehouse.duckdb"]
    assert warehouse.generation() == 7


def test_a_link_that_a_backup_flattened_is_mended(home: Home) -> None:
    warehouse = Warehouse(home)
    publish(warehouse, 1)
    home.warehouse.unlink()
    home.warehouse.write_bytes((home.data / "warehouse-1.duckdb").read_bytes())
    assert warehouse.generation() == 1
    with warehouse.writing():
        pass
    assert home.warehouse.is_symlink()


def test_a_damaged_file_says_so(home: Home) -> None:
    warehouse = Warehouse(home)
    (home.data / "warehouse-3.duckdb").write_bytes(b"x" * 100_000)
    with pytest.raises(StorageError, match="warehouse-3"), warehouse.read():
        pass
    home.build.write_bytes(b"x" * 100_000)
    with warehouse.writing(), pytest.raises(StorageError, match="build"), warehouse.builder():
        pass


def test_an_open_log_is_never_left_behind(home: Home) -> None:
    """What a killed loader committed only to DuckDB's log is in the published copy too."""
    warehouse = Warehouse(home)
    program = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('PRAGMA disable_checkpoint_on_shutdown');"
    )
    program += "c.execute('CREATE SCHEMA raw; CREATE TABLE raw.t AS SELECT 42 AS a'); os._exit(1)"
    subprocess.run([sys.executable, "-c", program, str(home.build)], check=False)
    assert home.build.with_name("build.duckdb.wal").exists()
    with warehouse.writing():
        warehouse.publish(nothing)
    with warehouse.read() as con:
        assert con.execute("SELECT a FROM raw.t").fetchone() == (42,)


@pytest.mark.row("T9")
def test_foreign_queries_see_the_newest_generation_and_no_more_than_they_may(home: Home) -> None:
    def surface(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("CREATE VIEW main.t AS SELECT a FROM raw.t; CREATE TABLE mine.notes AS SELECT 'own' AS note")

    warehouse = Warehouse(home)
    with pytest.raises(StorageError, match="steward sync"):
        warehouse.query("SELECT 1")
    children = set()
    for value in range(1, 5):
        publish(warehouse, value, surface)
        for owner in (True, False):
            found = warehouse.query("SELECT a FROM t", owner=owner)
            assert (found.rows, found.generation) == ([[value]], value)
        assert warehouse.query("FROM notes").rows == [["own"]]
        with pytest.raises(RefusedError, match="there is no"):
            warehouse.query("FROM mine.notes", owner=False)
        with pytest.raises(RefusedError, match="schema raw"):
            warehouse.query("FROM raw.t")
        held = {sandbox._child.pid for sandbox in warehouse._sandboxes.values() if sandbox._child}
        assert len(held) == 2
        assert not held & children
        children |= held
    assert len(warehouse.query("FROM range(5000)", limit=100_000).rows) == 1000
    warehouse.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
