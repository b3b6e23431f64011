"""Publishing under kill -9, and under readers that never stop."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from blocks.warehouse import Warehouse
from context.home import Home

ROOT = Path(__file__).resolve().parents[3]
ROWS = 60_000

# Each load raises every row of `t` to the next number, so that a reader sees whether its rows are of one load.
# Every other round, generations are recycled whatever their size.
PUBLISHER = f"""
import sys
from blocks.warehouse import recycle
recycle.SMALLEST = 0 if sys.argv[2] == "recycle" else recycle.SMALLEST
from blocks.warehouse import Warehouse
from context.home import Home
warehouse = Warehouse(Home.find())
for _ in range(int(sys.argv[1])):
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("CREATE SCHEMA IF NOT EXISTS raw; CREATE TABLE IF NOT EXISTS raw.n AS SELECT 0 AS n")
            con.execute("BEGIN; UPDATE raw.n SET n = n + 1")
            con.execute("CREATE OR REPLACE TABLE raw.t AS SELECT n, hash(range) AS noise FROM raw.n, range({ROWS})")
            con.execute("COMMIT")
            number = con.execute("FROM raw.n").fetchone()[0]
        surface = "CREATE TABLE seen AS SELECT n, count(*) AS rows FROM raw.t GROUP BY n"
        warehouse.publish(lambda con: con.execute(surface))
    print(number, flush=True)
"""


def publisher(times: int, way: str = "recycle") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PUBLISHER, str(times), way]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def newest(home: Home) -> int:
    """Return the number of the load that a reader sees; all its rows must be of that one load."""
    with Warehouse(home).read() as con:
        rows = con.execute("SELECT n, count(*) FROM raw.t GROUP BY n").fetchall()
        assert con.execute("SELECT n, rows FROM seen").fetchall() == rows
    assert len(rows) == 1
    assert rows[0][1] == ROWS
    return int(rows[0][0])


@pytest.mark.kill
@pytest.mark.row("T7")
def test_killed_publishes_lose_and_leave_nothing(home: Home) -> None:
    chance = random.Random(7)
    first = publisher(1)
    assert first.communicate()[0] == "1\n"
    published = 1
    for number in range(20):
        process = publisher(1000, "copy" if number % 2 else "recycle")
        assert process.stdout is not None
        published = int(process.stdout.readline())
        time.sleep(chance.random() * 0.25)
        process.kill()
        rest = process.stdout.read().splitlines(keepends=True)
        process.wait()
        published = max([published, *(int(line) for line in rest if line.endswith("\n"))])
        assert newest(home) >= published  # before anything was cleaned up
    with Warehouse(home).writing():
        pass
    left = {path.name for path in home.data.iterdir() if path.is_file()}
    generations = {name for name in left if name.startswith("warehouse-")}
    assert len(generations) == 2
    # The log, if there is one, is what the killed loader committed: it belongs to the loader's file.
    assert left - generations - {"build.duckdb.wal"} == {"build.duckdb", "warehouse.duckdb", "writer.lock"}
    assert newest(home) >= published


@pytest.mark.row("N7")
def test_readers_never_fail_while_generations_pass(home: Home) -> None:
    publisher(1).communicate()
    seen: list[list[int]] = [[] for _ in range(3)]
    faults: list[BaseException] = []
    process = publisher(25)

    def reader(numbers: list[int]) -> None:
        try:
            while process.poll() is None:
                numbers.append(newest(home))
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails
            faults.append(error)

    threads = [threading.Thread(target=reader, args=(numbers,)) for numbers in seen]
    for thread in threads:
        thread.start()
    process.communicate()
    for thread in threads:
        thread.join()
    assert faults == []
    assert newest(home) == 26
    for numbers in seen:
        assert len(set(numbers)) > 3
        assert numbers == sorted(numbers)
