"""How long a publish takes, and what readers feel of it: `python tests/benchmarks/publish.py [MEGABYTES]`.

Makes a loader's file of the size given (1,000) in a temporary home, rewrites a part of it and publishes, again and
again, while another process reads. Prints the publishes' and the reads' times; a reader's fault or a torn read makes
it end with 1.
"""

import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from blocks.warehouse import Warehouse
from context.home import Home

ROUNDS = 8
BYTES_A_ROW = 1024  # of text; hexadecimal digits take half of that on the disk
WRITE = """
BEGIN;
UPDATE raw.load SET n = n + 1;
DELETE FROM raw.mails WHERE id % 97 = 0;
INSERT INTO raw.mails SELECT range * 97, load.n, {noise} FROM range({rows} // 97 + 1), raw.load;
COMMIT
"""
NOISE = " || ".join([f"md5((range * 64 + {part}) :: VARCHAR)" for part in range(BYTES_A_ROW // 32)])
# Whether what one transaction wrote is all there, and a count that has to look at every row.
READ = "SELECT (SELECT n FROM raw.load), min(load), max(load), count(*) FROM raw.mails WHERE id % 97 = 0"


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    folder = Path(tempfile.mkdtemp(prefix="steward-publish-"))
    try:
        return measure(Home(folder / "home"), megabytes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(home: Home, megabytes: int) -> int:
    home.create()
    warehouse, rows = Warehouse(home), megabytes * 1_000_000 * 2 // BYTES_A_ROW
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("CREATE SCHEMA raw; CREATE TABLE raw.load AS SELECT 0 AS n")
            con.execute(f"CREATE TABLE raw.mails AS SELECT range AS id, 0 AS load, {NOISE} AS body FROM range({rows})")
        warehouse.publish(surface)
    size = home.build.stat().st_size / 1e6
    context = multiprocessing.get_context("spawn")
    stop, answers = context.Event(), context.Queue()
    reader = context.Process(target=read, args=(home.root, stop, answers))
    reader.start()
    writes, publishes = [], []
    for _ in range(ROUNDS):
        with warehouse.writing():
            began = time.perf_counter()
            with warehouse.builder() as con:
                con.execute(WRITE.format(noise=NOISE, rows=rows))
            written = time.perf_counter()
            warehouse.publish(surface)
            writes.append(written - began)
            publishes.append(time.perf_counter() - written)
    stop.set()
    reads, faults = answers.get()
    reader.join()
    print(f"file {size:,.0f} MB, {ROUNDS} rounds of write and publish, {os.cpu_count()} cores")
    print(f"write    {spread(writes)}")
    print(f"publish  {spread(publishes)}")
    print(f"read     {spread(reads)}   ({len(reads)} reads, each opening the newest file; {len(faults)} faults)")
    for fault in faults[:5]:
        print(f"  {fault}")
    return 1 if faults or not reads else 0


def surface(con: Any) -> None:
    con.execute("CREATE VIEW mails AS SELECT * FROM raw.mails")


def read(root: Path, stop: Event, answers: Any) -> None:
    """Open, ask and close until told to stop; in a process of its own, like any other tool."""
    warehouse, times, faults = Warehouse(Home(root)), [], []
    while not stop.is_set():
        began = time.perf_counter()
        try:
            with warehouse.read() as con:
                load, least, most, _ = con.execute(READ).fetchone()
            if not load == least == most:
                faults.append(f"torn: load {load}, rows of {least} to {most}")
        except Exception as error:  # noqa: BLE001 - counted and shown: that is what this measures
            faults.append(f"{type(error).__name__}: {error}")
        times.append(time.perf_counter() - began)
        time.sleep(0.01)
    answers.put((times, faults))


def spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered):.3f} s   p99 {late:.3f} s   max {ordered[-1]:.3f} s"


if __name__ == "__main__":
    sys.exit(main())
