"""One SQLite connection: how it is opened, what its faults are called, and how times are kept in it."""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from context.errors import BusyError, HomeError, StewardError, StorageError

ROOM = 64 * 1024  # bytes free below which a disk is full
BUSY_MS = 15_000  # how long a writer waits for another; each transaction here lasts milliseconds

Values = Sequence[Any]


def stamp(moment: datetime) -> str:
    """Return a moment as fixed-width UTC text, so that text order is time order. It must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the ledger needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str | None) -> datetime | None:
    """Return the moment that `stamp` wrote."""
    return None if text is None else datetime.fromisoformat(text)


class Store:
    """A connection in autocommit mode; `transaction` groups what belongs together. One per thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._faults():
            # The file is made private before SQLite writes to it; SQLite gives -wal and -shm the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self.connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("PRAGMA journal_mode = WAL")
            # FULL: a delivery that was claimed before a power cut must still be claimed after it.
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        self.connection.close()

    def run(self, sql: str, values: Values = ()) -> int:
        """Execute one statement and return how many rows it changed."""
        with self._faults():
            return self.connection.execute(sql, values).rowcount

    def insert(self, sql: str, values: Values = ()) -> int:
        """Execute one INSERT and return the new row's id."""
        with self._faults():
            return self.connection.execute(sql, values).lastrowid or 0

    def rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        with self._faults():
            return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        found = self.rows(sql, values)
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. The write lock is taken at once, so what was read inside still holds when it is written."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.run("COMMIT")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(f"cannot open {self.path}: {error.strerror}", "run `steward doctor`") from error
        except sqlite3.OperationalError as error:
            raise self._named(error) from error
        except sqlite3.IntegrityError:
            raise  # a fault of ours, not of the disk
        except sqlite3.DatabaseError as error:
            raise StorageError(f"{self.path} is damaged ({error})", "restore it from a backup") from error

    def _no_room(self) -> bool:
        return shutil.disk_usage(self.path.parent).free < ROOM

    def _named(self, error: sqlite3.OperationalError) -> StewardError:
        """Tell a busy file, a full disk and a wrong statement apart by SQLite's primary result code."""
        code = (error.sqlite_errorcode or 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return BusyError(f"{self.path.name} has been locked for {BUSY_MS // 1000} s", "run `steward status`")
        # where the disk is full while its shared memory grows, SQLite speaks of an I/O error
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and self._no_room()):
            return StorageError(f"the disk of {self.path} is full", "free some space, then try again")
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return HomeError(f"{self.path} cannot be written", f"run `chmod u+rw {self.path}`")
        return StorageError(f"{self.path}: {error}", "run `steward doctor`")
