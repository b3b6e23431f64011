"""From a connector's items to sealed parts: one source is read, its rows made Arrow, its rejects kept."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from connectors.columns import to_arrow
from connectors.delta import Batch
from connectors.outcome import Manner
from connectors.quarantine import CURSORS, REJECTS, keep
from connectors.shape import Connector, Cursor, Gone, Grant, Item, Known, Reject, Rows, Table
from context.home import Home

Connect = Callable[[], duckdb.DuckDBPyConnection]  # the build file's connection, which a publish in between renews


@dataclass
class _Open:
    """What was given for one file since its last cursor."""

    rows: list[tuple[Table, pa.Table]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)


class Gather:
    """Reads one source into `batch`. `commit()` is called where the batch may be written, and empties it when it is."""

    def __init__(
        self,
        home: Home,
        name: str,
        account: str,
        zone: str,
        connector: Connector,
        commit: Callable[[bool], None],
        took: Callable[[str, pa.Table], None] = lambda _table, _rows: None,
    ) -> None:
        self.home, self.name, self.account, self.connector, self.commit = home, name, account, connector, commit
        self.took = took
        self.tables = {table.name: table for table in connector.TABLES}
        self.zone = zone
        self.shape = shape(connector, zone)
        self.batch = Batch()
        self.given = 0
        self.grant: Grant | None = None
        self._open: dict[str, _Open] = defaultdict(_Open)
        self._seen: set[str] = set()  # files that this reading said anything of

    def read(self, handle: Any, connect: Connect, manner: Manner) -> None:
        """Read the source to its end. What a failing source sealed before it failed stays in the batch."""
        cursors = {} if manner.full else self._cursors(connect())
        if manner.replay:
            bad = connect().execute("SELECT DISTINCT file FROM raw.rejects WHERE source = ?", [self.name]).fetchall()
            cursors = {file: value for file, value in cursors.items() if (file,) not in bad}
        held = connect().execute("SELECT 1 FROM raw.cursors WHERE source = ? LIMIT 1", [self.name]).fetchone()
        again = not cursors and held is not None

        def loaded(table: str, file: str, keys: Collection[str] | None = None) -> list[dict[str, Any]]:
            return self._loaded(connect(), table, file, keys)

        known = Known(cursors, manner.now, self.zone, loaded, again)
        for item in self.connector.read(handle, known):
            self._take(item)
        self._forgotten(connect(), cursors)
        self._unsealed(connect())

    def _forgotten(self, con: duckdb.DuckDBPyConnection, told: Mapping[str, Any]) -> None:
        """Let go of files that the connector was not told of (a full reading) and did not meet again."""
        found = con.execute("SELECT DISTINCT file FROM raw.cursors WHERE source = ?", [self.name]).fetchall()
        for file in sorted({file for (file,) in found} - told.keys() - self._seen):
            self._seal(file, whole=True, value=None)

    def _take(self, item: Item) -> None:
        if isinstance(item, Grant):
            self.grant = item
            return
        self._seen.add(item.file)
        match item:
            case Rows(table, file, rows):
                made, bad = to_arrow(self.tables[table], self.name, self.account, file, rows)
                self._open[file].rows.append((self.tables[table], made))
                self._open[file].rejects += bad
                self.given += made.num_rows
                self.took(table, made)
            case Reject(file=file):
                self._open[file].rejects.append(item)
            case Gone(file, keys) if keys:
                self._open[file].gone.update(keys)
            case Gone(file):
                self._open.pop(file, None)
                self._seal(file, whole=True, value=None)
            case Cursor(file, value, whole):
                self._seal(file, whole, value)

    def _seal(self, file: str, whole: bool, value: Mapping[str, Any] | None) -> None:
        given = self._open.pop(file, _Open())
        if self.batch.clashes(file, whole or bool(given.gone)):
            self.commit(True)
        self.batch.files.add(file)
        for table, rows in given.rows:
            self.batch.add(table, rows)
        self._rejects(file, given.rejects)
        if whole:
            self.batch.whole(self.name, file, (*self.tables.values(), REJECTS))
        elif given.gone:
            self.batch.without(self.name, file, given.gone, (*self.tables.values(), REJECTS))
        if value is None:
            self.batch.whole(self.name, file, [CURSORS])
        else:
            cursor = {"key": "cursor", "value": dict(value), "shape": self.shape}
            rows, bad = to_arrow(CURSORS, self.name, self.account, file, [cursor])
            if bad:
                raise ValueError(f"a cursor that is not JSON: {bad[0].error}")
            self.batch.seal(file, rows)
        self.commit(False)

    def _unsealed(self, con: duckdb.DuckDBPyConnection) -> None:
        """Replace the rejects of files that have no cursor: a connector tries these again at each read."""
        sql = """SELECT DISTINCT file FROM raw.rejects AS r WHERE source = ? AND NOT EXISTS (
            SELECT 1 FROM raw.cursors AS c WHERE c.source = r.source AND c.file = r.file)"""
        known = {file for (file,) in con.execute(sql, [self.name]).fetchall()}
        for file in known - self.batch.files:
            self.batch.whole(self.name, file, [REJECTS])
        for file, left in self._open.items():
            self._rejects(file, left.rejects)
        self._open.clear()

    def _rejects(self, file: str, rejects: list[Reject]) -> None:
        if rejects:
            rows, _ = to_arrow(REJECTS, self.name, self.account, file, [keep(self.home, reject) for reject in rejects])
            self.batch.add(REJECTS, rows)

    def _cursors(self, con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
        """Return where reading stopped, from the data itself: a restored backup brings its own cursors."""
        import orjson

        found = con.execute(
            "SELECT file, value FROM raw.cursors WHERE source = ? AND shape = ?", [self.name, self.shape]
        ).fetchall()
        return {file: orjson.loads(value) for file, value in found}

    def _loaded(
        self, con: duckdb.DuckDBPyConnection, table: str, file: str, keys: Collection[str] | None
    ) -> list[dict[str, Any]]:
        columns = ", ".join(["key", "row_hash", *self.tables[table].columns])
        sql = f"SELECT {columns} FROM raw.{table} WHERE source = ? AND file = ?"  # noqa: S608 - declared names
        values: list[Any] = [self.name, file]
        if keys is not None:
            sql, values = f"{sql} AND list_contains(?, key)", [*values, list(keys)]
        rows: list[dict[str, Any]] = con.execute(sql, values).to_arrow_table().to_pylist()
        return rows


def shape(connector: Connector, zone: str) -> str:
    """Return the digest of what else decides a connector's rows: its declared columns and, mostly, the owner's zone."""
    declared = [(table.name, [(name, kind) for name, (kind, _) in table.columns.items()]) for table in connector.TABLES]
    told = (declared, zone if getattr(connector, "ZONED", True) else "")
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
