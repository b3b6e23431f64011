"""The heavy half of a sync, under the writer's lock: read what changed, write the difference, index, publish."""

import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial

import duckdb
import pyarrow as pa

from blocks.ledger import Ledger
from blocks.search import Feed
from blocks.warehouse import Warehouse
from connectors import kinds, quarantine
from connectors.delta import Counts, package
from connectors.gather import Gather
from connectors.memory import release
from connectors.outcome import Manner, Result, State, Task, failed
from connectors.pipeline import Pipeline, pending, storage_fault, warm
from connectors.publish import Edition, Note, outdate, settle
from connectors.views.tables import raw
from context.errors import StewardError, StorageError
from context.home import Home

LONG = 2_000  # rows read, from which a reading is a long one
FLUSH_ROWS = 50_000
FLUSH_BYTES = 16 << 20  # of Arrow rows; loading them takes about three times as much memory
SETTLE_BYTES = FLUSH_BYTES // 2  # of DuckDB's log: bringing it into the file takes several times as much memory
FLUSH_SECONDS = 10.0
FIRST_PUBLISH_SECONDS = 20.0  # a long backfill shows its newest part after this,
NEXT_PUBLISH_SECONDS = 120.0  # and then grows in these steps


def write(home: Home, ledger: Ledger, tasks: list[Task], manner: Manner) -> list[Result]:
    """Read the tasks' sources, load what differs, publish; return how each fared."""
    warehouse = Warehouse(home)
    with warehouse.writing():
        work = Writing(home, ledger, warehouse, manner)
        try:
            return work.run(tasks)
        except Exception as error:
            if (fault := storage_fault(error)) is None:
                raise
            with suppress(StewardError):  # a full disk may refuse this too
                for task in tasks:
                    ledger.sources.fail(task.source.name, manner.now, "failed", fault.what, fault.mend)
            raise fault from error
        finally:
            work.abandon()


@dataclass
class Writing:
    """One run of the writer. The build file is open between `con` and `close`; a publish closes it."""

    home: Home
    ledger: Ledger
    warehouse: Warehouse
    manner: Manner
    counts: Counts = field(default_factory=Counts)
    gathers: dict[str, Gather] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._stack = ExitStack()
        self._con: duckdb.DuckDBPyConnection | None = None
        self._pipeline: Pipeline | None = None
        self._flushed = self._published = self.started
        self._publishes = self._taken = 0
        self._feed = Feed(self.home)
        note = Note(self.home)
        self._standing = note.surface if note.published else None  # what is published, while it says all there is

    def run(self, tasks: list[Task]) -> list[Result]:
        if pending(self.home):
            outdate(self.home)
            self._standing = None
            self.pipeline().drain()
        for task in tasks:
            self._read(task)
        self._flush()
        results = [self._result(task) for task in tasks]
        if self._feed.building and not self.manner.publish:
            self._feed.finish(self.con())
        if self.manner.publish and self._standing is None:  # with the file as it is open: opening it costs as much
            self._publish()
            return results
        self.close()
        if self._standing is not None and not Note(self.home).trusted:
            settle(self.home, self.manner.zone, self._standing)
        note = Note(self.home)
        if self.manner.publish and not note.published:
            self._publish()
        elif not note.trusted:
            settle(self.home, self.manner.zone)
        return results

    def con(self) -> duckdb.DuckDBPyConnection:
        if self._con is None:
            self._con = self._stack.enter_context(self.warehouse.builder())
            raw(self._con, [*kinds.tables(), *quarantine.OWN])
        return self._con

    def pipeline(self) -> Pipeline:
        con = self.con()
        if self._pipeline is None:
            self._pipeline = Pipeline(self.home, con)
        return self._pipeline

    def abandon(self) -> None:
        """Close everything, and forget what was read and not written."""
        self.close()
        self._feed.close()

    def close(self) -> None:
        self._stack.close()
        self._con = self._pipeline = None

    def _read(self, task: Task) -> None:
        name = task.source.name
        self.manner.tell(name, "read", 0)
        offer = partial(self._offer, task)
        gather = Gather(self.home, name, task.source.account, self.manner.zone, task.connector, offer, self._took)
        self.gathers[name] = gather
        try:
            gather.read(task.handle, self.con, self.manner)
        except StorageError:
            raise
        except Exception as error:
            if storage_fault(error) is not None:
                raise
            self.broken[name] = error
        if gather.grant is not None:
            self.ledger.sources.grant(name, gather.grant.until)

    def _took(self, table: str, rows: pa.Table) -> None:
        """Index along with a long reading, and import dlt beside it: at its end both are wanted at once."""
        self._feed.take(table, rows)
        before, self._taken = self._taken, self._taken + rows.num_rows
        if before < LONG <= self._taken:
            threading.Thread(target=warm, args=(self.home,), name="import-dlt", daemon=True).start()

    def _offer(self, task: Task, must: bool) -> None:
        """Write what is sealed where it must be, is much, or has waited; show a long backfill's newest part early."""
        self.manner.tell(task.source.name, "read", self.gathers[task.source.name].given)
        batches = [gather.batch for gather in self.gathers.values()]
        much = sum(batch.count for batch in batches) >= FLUSH_ROWS or sum(b.size for b in batches) >= FLUSH_BYTES
        if not (must or much or time.monotonic() - self._flushed >= FLUSH_SECONDS):
            return
        self._flush()
        wait = NEXT_PUBLISH_SECONDS if self._publishes else FIRST_PUBLISH_SECONDS
        if time.monotonic() - self._published >= wait:
            self._succeed(task, backfilling=True)
            self._publish()

    def _flush(self) -> None:
        """Write what is sealed. Where that fails, each source is tried alone: a bad one costs only itself."""
        waiting = {name: gather for name, gather in self.gathers.items() if gather.batch}
        try:
            self._write(waiting)
        except Exception as error:
            if storage_fault(error) is not None:
                raise
            for name, gather in waiting.items():
                self._alone(name, gather)
        for gather in waiting.values():
            gather.batch = type(gather.batch)()
        if waiting:
            self._settle()
        self._flushed = time.monotonic()

    def _settle(self) -> None:
        """After much was written, bring it from DuckDB's log into the file, and give back the memory that it took.

        Dlt's open connection keeps DuckDB from doing so itself: it would hold all in memory until the end. Closed, it
        lets go of everything.
        """
        log = self.home.build.with_name(f"{self.home.build.name}.wal")
        if log.exists() and log.stat().st_size >= SETTLE_BYTES:
            self.close()
            release()

    def _alone(self, name: str, gather: Gather) -> None:
        try:
            self._write({name: gather})
        except Exception as error:
            if storage_fault(error) is not None:
                raise
            self.broken[name] = error

    def _write(self, gathers: dict[str, Gather]) -> None:
        made = package(self.con(), [gather.batch for gather in gathers.values()], self.manner.now)
        if made:
            self.manner.tell("", "write", made.rows)
            outdate(self.home)
            if any(change.table.name != quarantine.CURSORS.name for load in made.loads for change in load):
                self._standing = None
            self._check(made.counts, [self.pipeline().load(changes) for changes in made.loads])
        self.counts.add(made.counts)

    def _check(self, counts: Counts, loads: list[str]) -> None:
        """Count after the write: the build file must hold exactly the new and changed rows under these loads' ids."""
        written: Counter[str] = Counter()
        for table in kinds.tables():
            sql = f"SELECT source, count(*) FROM raw.{table.name} WHERE _dlt_load_id IN ? GROUP BY source"  # noqa: S608
            written.update(dict(self.con().execute(sql, [loads]).fetchall()))
        if written != counts.new + counts.changed:
            raise StorageError("the loader wrote other rows than it was given", "run `steward sync --full`")

    def _result(self, task: Task) -> Result:
        name = task.source.name
        if name in self.broken:
            return failed(self.ledger, task.source, self.broken[name], self.manner.now)
        return self._succeed(task, backfilling=False)

    def _succeed(self, task: Task, backfilling: bool) -> Result:
        source, name = task.source, task.source.name
        rows = sum(self._rows(table.name, name) for table in task.connector.TABLES)
        changed = self.counts.new[name] + self.counts.changed[name]
        numbers = (self.counts.given[name], changed, self.counts.deleted[name], self._rows("rejects", name))
        fingerprint = None if backfilling else task.fingerprint
        self.ledger.sources.succeed(name, self.manner.now, rows, *numbers, fingerprint, backfilling)
        state: State = "loaded" if changed or self.counts.deleted[name] else "unchanged"
        return Result(name, source.family, source.kind, state, rows, *numbers)

    def _rows(self, table: str, source: str) -> int:
        sql = f"SELECT count(*) FROM raw.{table} WHERE source = ?"  # noqa: S608 - declared names
        row = self.con().execute(sql, [source]).fetchone()
        return int(row[0]) if row else 0

    def _publish(self) -> None:
        self.manner.tell("", "index", 0)
        edition = Edition(self.home)
        self._feed.finish(self.con())
        kept = self.con().execute("SELECT DISTINCT sha256 FROM raw.rejects").fetchall()
        quarantine.prune(self.home, [sha256 for (sha256,) in kept])
        self.manner.tell("", "publish", 0)
        edition.frame(self.con())
        self.close()
        edition.publish(self.warehouse, self.manner.zone)
        self._standing = Note(self.home).surface
        self._published, self._publishes = time.monotonic(), self._publishes + 1
