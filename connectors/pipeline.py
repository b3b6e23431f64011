"""The one dlt pipeline: it drains what a killed load left, writes packages, and trusts the data before its own state.

dlt's behaviour that this rests on: with a package pending, `run(data)` ignores the data; merge is delete-insert by key
(replaying it changes nothing); append is not idempotent (a kill between its commit and dlt's note doubles the rows).
"""

import importlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from connectors.columns import COMMON
from connectors.delta import Change
from context.errors import StewardError, StorageError
from context.home import Home, write_private

NAME = "steward"
DATASET = "raw"
KEY = ("source", "file", "key")
KEPT_PACKAGES = 3
MERGE: Any = {"disposition": "merge", "strategy": "delete-insert"}


class Pipeline:
    """dlt bound to the open build file. Making one imports dlt (about 1.5 s), so make it when there is work for it."""

    def __init__(self, home: Home, con: duckdb.DuckDBPyConnection) -> None:
        self.home, self.con = home, con
        _settle_environment(home)
        import dlt

        self.directory = home.dlt / "pipelines"
        self.pipeline = dlt.pipeline(
            NAME, pipelines_dir=str(self.directory), destination=_destination(con), dataset_name=DATASET
        )

    def drain(self) -> bool:
        """Finish what a killed load left behind; return whether there was anything.

        A package that was made against another state of the build file (restored from a backup since) is dropped:
        it holds differences to rows that are not there.
        """
        if not self.pipeline.has_pending_data:
            if doubled(self.home).exists():  # an earlier drain was itself killed before its last step
                self._undouble()
                return True
            return False
        pending, newest = self._pending(), self._newest()
        if newest != self._base() and newest not in pending:
            self._drop(pending)
            return True
        write_private(doubled(self.home), "")
        try:
            while self.pipeline.has_pending_data:
                self.pipeline.run()
        except Exception as error:
            if (fault := storage_fault(error)) is not None:
                raise fault from error
            self._drop(pending)  # what cannot be loaded would block every sync to come
        self._undouble()
        return True

    def load(self, changes: Sequence[Change]) -> str:
        """Write one package, all tables or (after the next `drain`) none half; return its load id.

        Raises StorageError where the disk or memory is full: the package waits for the next `drain`. Raises what dlt
        raises otherwise, and drops the package.
        """
        from dlt.common.schema import Schema
        from dlt.sources import DltSource

        source = DltSource(Schema(NAME), DATASET, [_resource(change) for change in changes])
        source.max_table_nesting = 0
        write_private(self._base_path, json.dumps({"after": self._newest()}))
        try:
            info = self.pipeline.run(source, loader_file_format="parquet")
            info.raise_on_failed_jobs()
        except Exception as error:
            if (fault := storage_fault(error)) is not None:
                raise fault from error
            write_private(doubled(self.home), "")
            self._drop(self._pending())
            self._undouble()
            raise
        self._tidy()
        return str(info.loads_ids[-1])

    def _pending(self) -> set[str]:
        return {*self.pipeline.list_extracted_load_packages(), *self.pipeline.list_normalized_load_packages()}

    def _drop(self, loads: set[str]) -> None:
        """Drop packages that may be half loaded. Their cursors go too: the rows they speak of may be missing."""
        self.pipeline.abort_packages()
        self.con.execute("DELETE FROM raw.cursors WHERE list_contains(?, _dlt_load_id)", [sorted(loads)])

    def _newest(self) -> str | None:
        """Return the id of the last load that the build file knows to be complete."""
        exists = self.con.execute(
            "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = '_dlt_loads'", [DATASET]
        ).fetchone()
        if not exists:
            return None
        row = self.con.execute("SELECT max(load_id) FROM raw._dlt_loads WHERE status = 0").fetchone()
        return row[0] if row else None

    @property
    def _base_path(self) -> Path:
        return self.home.dlt / "base.json"

    def _base(self) -> str | None:
        try:
            after = json.loads(self._base_path.read_text("utf-8"))["after"]
        except (OSError, ValueError, KeyError):
            return "unknown"
        return None if after is None else str(after)

    def _undouble(self) -> None:
        """Delete the second copy of rows that a replayed append has written twice."""
        names = self.con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = ? AND NOT starts_with(table_name, '_dlt')",
            [DATASET],
        ).fetchall()
        for (name,) in names:
            self.con.execute(_UNDOUBLE.format(table=name))
        doubled(self.home).unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Drop dlt's records of finished packages but the last few; nobody else would, at about 30 kB a load."""
        loaded = self.directory / NAME / "load" / "loaded"
        for old in sorted(loaded.iterdir())[:-KEPT_PACKAGES] if loaded.is_dir() else []:
            shutil.rmtree(old, ignore_errors=True)


def warm(home: Home) -> None:
    """Import dlt, settled as `Pipeline` wants it: beside a long reading, at whose end it is needed."""
    _settle_environment(home)
    importlib.import_module("dlt")


def pending(home: Home) -> bool:
    """Whether a killed load left a package behind, told from dlt's folders without importing it."""
    root = home.dlt / "pipelines" / NAME
    waiting = (root / "normalize" / "extracted", root / "load" / "normalized")
    return doubled(home).exists() or any(folder.is_dir() and any(folder.iterdir()) for folder in waiting)


def doubled(home: Home) -> Path:
    """The mark that rows may stand twice: a replayed append has begun, and what it doubled is not yet deleted."""
    return home.dlt / "doubled"


def storage_fault(error: BaseException | None) -> StewardError | None:
    """Return the StorageError that a chain of exceptions comes down to, if it does."""
    while error is not None:
        text = str(error)
        if isinstance(error, StorageError):
            return error
        if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
            return StorageError("there is not enough memory to load", "close other programs, then run `steward sync`")
        full = ("No space left", "File too large", "Disk quota", "not enough disk space")
        if isinstance(error, duckdb.Error | OSError) and any(words in text for words in full):
            return StorageError("the disk is full", "free some space, then run `steward sync`")
        error = error.__cause__ or error.__context__
    return None


def _destination(con: duckdb.DuckDBPyConnection) -> Any:
    """Return dlt's DuckDB, whose configuration is resolved once: it asks for that seven times a load, and resolving it
    takes a quarter of a small load.
    """
    import dlt

    destination: Any = dlt.destinations.duckdb(con)
    known, capabilities = destination.configuration(None, accept_partial=True), destination.capabilities
    destination.capabilities = lambda config=None, naming=None: capabilities(config or known, naming)
    return destination


def _resource(change: Change) -> Any:
    import dlt

    kinds = {**COMMON, **{name: kind for name, (kind, _) in change.table.columns.items()}}
    columns: dict[str, Any] = {name: {"data_type": kind, "nullable": True} for name, kind in kinds.items()}
    columns["_deleted"]["hard_delete"] = True
    return dlt.resource(
        [change.rows],
        name=change.table.name,
        columns=columns,
        primary_key=KEY,
        write_disposition="append" if change.fresh else MERGE,
    )


def _settle_environment(home: Home) -> None:
    """Say to dlt where its files are and that it tells nobody; by default it writes to /var and reports its use."""
    os.environ.update(
        {
            "DLT_DATA_DIR": str(home.dlt),
            "DLT_PROJECT_DIR": str(home.dlt),  # else a stray .dlt folder where the owner stands would steer it
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "CRITICAL",
            "RESTORE_FROM_DESTINATION": "false",  # cursors are rows of ours: dlt keeps no state worth restoring
            "LOAD__WORKERS": "1",
            "LOAD__DELETE_COMPLETED_JOBS": "true",
            "LOAD__TRUNCATE_STAGING_DATASET": "true",
            "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
            "DATA_WRITER__DISABLE_COMPRESSION": "true",
        }
    )


_UNDOUBLE = """
DELETE FROM raw.{table} WHERE rowid IN (
  SELECT rowid FROM raw.{table}
  QUALIFY row_number() OVER (PARTITION BY source, file, key ORDER BY _dlt_load_id DESC, rowid) > 1)"""
