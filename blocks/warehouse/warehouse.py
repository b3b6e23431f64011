"""Warehouse: building, publishing and reading."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.sandbox import Sandbox, Table
from blocks.warehouse.clone import clone, settle, share
from blocks.warehouse.compact import WORTH_BYTES, WORTH_SHARE, rewrite, unused
from blocks.warehouse.documented import OPEN, OWN, Documented, documented
from blocks.warehouse.faults import storage
from blocks.warehouse.generations import Generations
from blocks.warehouse.lock import exclusive
from blocks.warehouse.recycle import recycle
from context.errors import StorageError
from context.home import Home

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The same for every reader: one process cannot open a file twice with different settings.
READER = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
MOST_ROWS = 1000  # of a query from outside
BUILDER_MEMORY = "256MB"  # beyond it DuckDB spills
# What is made in a copy is small, and made again next time: a second thread costs more than it brings there, and trying
# out compressions takes longer than all the rest.
PREPARER = f"SET threads = 1; SET memory_limit = '{BUILDER_MEMORY}'; SET force_compression = 'uncompressed'"
STAGING = "_staging"
PRIVATE_TABLES = ("cursors", "_dlt_pipeline_state", "_dlt_version")  # the loader's state says nothing to a reader


class Warehouse:
    """The warehouse of a home. Making one touches nothing and imports nothing heavy."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._generations = Generations(home.warehouse)
        self._writing = False
        self._asking = threading.Lock()
        self._sandboxes: dict[bool, Sandbox] = {}

    @contextmanager
    def writing(self, wait: float = 0.0) -> Iterator[None]:
        """Be the one writer, waiting up to `wait` seconds; first clean up after one that was killed.

        Raises BusyError, which names the process that holds the lock, and StorageError.
        """
        with exclusive(self.home.data / "writer.lock", wait):
            before = os.umask(0o077)  # DuckDB and dlt make their files with the process's mask
            self._writing = True
            try:
                with storage(self.home.data):
                    self._generations.tidy()
                yield
            finally:
                self._writing = False
                os.umask(before)

    @contextmanager
    def builder(self) -> Iterator["DuckDBPyConnection"]:
        """Open the loader's own file, inside `writing`."""
        import duckdb

        self._only_writing()
        with storage(self.home.build, "restore it from a backup, or move it away and run `steward sync`"):
            con = duckdb.connect(self.home.build)
        try:
            con.execute(f"SET TimeZone = 'UTC'; SET threads = 1; SET memory_limit = '{BUILDER_MEMORY}'")
            yield con
        finally:
            con.close()

    def publish(self, prepare: Callable[["DuckDBPyConnection"], None]) -> int:
        """Publish what the loader's file holds as a new generation and return its number. Inside `writing`.

        `prepare` is given a connection to the copy and makes the surface in it. A kill or a fault at any moment leaves
        the last generation in place; whatever was begun is removed, at the latest by the next writer.
        Raises StorageError (disk full, file damaged), and what `prepare` raises.
        """
        self._only_writing()
        generation = max([*self._generations.all(), 0]) + 1
        temporary, final = self._generations.temporary(generation), self._generations.path(generation)
        try:
            with storage(self.home.data):
                self._checkpoint()
                self._copy(temporary)
                self._prepare(temporary, prepare)
                self._seal(temporary)
                temporary.rename(final)
                self._generations.point(generation)
                self._generations.prune()
        finally:
            for path in temporary.parent.glob(f"{temporary.name}*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return generation

    def compact(self, force: bool = False) -> int:
        """Rewrite the loader's file where half of it or more is unused; return the bytes won. Inside `writing`.

        With `force` always: what was deleted is then not in it any more, nor in what is published next.
        Raises StorageError (disk full, file damaged); the file is then as it was.
        """
        self._only_writing()
        file = self.home.build
        if not file.exists():
            return 0
        with storage(file):
            free, total = unused(file)
            if not force and (free < WORTH_BYTES or free < total * WORTH_SHARE):
                return 0
            rewrite(file)
        return total - file.stat().st_size

    def generation(self) -> int | None:
        """Return the number of the newest published generation."""
        return self._generations.newest()

    def published_at(self) -> datetime | None:
        """Return when the newest generation was published, by the home's clock. It is the file's own time."""
        for _ in range(10):
            generation = self.generation()
            if generation is None:
                return None
            with contextlib.suppress(FileNotFoundError):  # two generations old by now: look again
                return datetime.fromtimestamp(self._generations.path(generation).stat().st_mtime, UTC)
        return None

    @contextmanager
    def read(self, *, owner: bool = True) -> Iterator["DuckDBPyConnection"]:
        """Open the newest generation for Steward's own SQL (what others wrote goes through `query`).

        With `owner`, names are looked for in `mine` first. The generation stays the same until the end of the block.
        Raises StorageError where nothing is published.
        """
        con, _ = self._open()
        try:
            con.execute(f"SET search_path = '{f'{OWN},{OPEN}' if owner else OPEN}'; SET TimeZone = 'UTC'")
            yield con
        finally:
            con.close()

    def schema(self, *, owner: bool = True) -> list[Documented]:
        """Return every table and column that can be asked for, with their meanings."""
        with self.read(owner=owner) as con:
            return documented(con, owner)

    def query(self, sql: str, *, owner: bool = True, limit: int = 1000) -> Table:
        """Run one SELECT that Steward did not write, in the sandbox; at most `limit` rows (1,000) and 2 MB come back.

        The owner's queries see `mine` and `main`, others only `main`. A child process is kept warm for the next query
        of the same kind on the same generation. Raises RefusedError (not allowed, too slow, too large), InputError
        (not valid SQL), StorageError (nothing is published).
        """
        with self._asking:
            for _ in range(10):
                path, generation = self.published()
                try:
                    answer = self._sandbox(owner, path).run(sql, max(1, min(limit, MOST_ROWS)))
                    return replace(answer, generation=generation)
                except StorageError:
                    if path.exists():
                        raise
        raise StorageError("the published files vanish while they are opened", "run `steward doctor`")

    def _sandbox(self, owner: bool, path: Path) -> Sandbox:
        held = self._sandboxes.get(owner)
        if held is None or held.path != path:
            if held is not None:
                held.close()
            held = self._sandboxes[owner] = Sandbox(path, (OWN, OPEN) if owner else (OPEN,))
        return held

    def close(self) -> None:
        """End the children that wait for queries; they end by themselves when this process does."""
        with self._asking:
            for sandbox in self._sandboxes.values():
                sandbox.close()
            self._sandboxes.clear()

    def published(self) -> tuple[Path, int]:
        """Return the newest published file and its generation. Raises StorageError where there is none."""
        generation = self.generation()
        if generation is None:
            raise StorageError("nothing has been published yet", "run `steward sync`")
        return self._generations.path(generation), generation

    def _open(self) -> tuple["DuckDBPyConnection", int]:
        import duckdb

        for _ in range(10):
            path, generation = self.published()
            try:
                with storage(path, "run `steward doctor`"):
                    return duckdb.connect(path, read_only=True, config={**READER}), generation
            except StorageError:
                if path.exists():
                    raise
                # It was two generations old by the time it was opened: take the newer one.
        raise StorageError("the published files vanish while they are opened", "run `steward doctor`")

    def _only_writing(self) -> None:
        if not self._writing:
            raise RuntimeError("the warehouse is written inside `with warehouse.writing()` only")

    def _checkpoint(self) -> None:
        """Bring all that was committed into the file itself; a copy has no log beside it."""
        log = self.home.build.with_name(f"{self.home.build.name}.wal")
        if self.home.build.exists() and not log.exists():
            return  # whoever wrote it last brought it in
        with self.builder() as con:
            con.execute("CHECKPOINT")
        if log.exists() and log.stat().st_size:
            raise StorageError(f"{self.home.build.name} is still open", "run `steward sync` again")

    def _copy(self, target: Path) -> None:
        """Copy the loader's file: by sharing its blocks, else into a generation that is to go, else as a whole."""
        if share(self.home.build, target):
            return
        for generation in self._generations.all()[:-1]:
            if recycle(self.home.build, self._generations.path(generation), target):
                return
        clone(self.home.build, target)

    @staticmethod
    def _prepare(copy: Path, prepare: Callable[["DuckDBPyConnection"], None]) -> None:
        import duckdb

        with duckdb.connect(copy) as con:
            con.execute(PREPARER)
            _strip(con)
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {OWN}")
            prepare(con)
            con.execute("CHECKPOINT")

    def _seal(self, copy: Path) -> None:
        """Make the copy last, read-only, and of the home's time. Private too: not even its name is anybody's."""
        now = self.home.now().timestamp()
        os.utime(copy, (now, now))
        copy.chmod(0o400)
        settle(copy)


def _strip(con: "DuckDBPyConnection") -> None:
    """Drop what only the loader needs: staging rows (as many as were merged) and its state."""
    for schema, table in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
        if table in PRIVATE_TABLES or schema.endswith(STAGING):
            con.execute(f'DROP TABLE "{schema}"."{table}"')
    for (schema,) in con.execute("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal").fetchall():
        if schema.endswith(STAGING):
            con.execute(f'DROP SCHEMA "{schema}"')
