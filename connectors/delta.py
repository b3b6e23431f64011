"""The difference between what sources gave and what the warehouse holds: only that is ever written.

Items are gathered until a cursor seals them; a `Batch` of sealed parts becomes a `Package`: per table the new and
changed rows, tombstones for what is gone, and what changed rows were before.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from connectors.columns import arrow_schema, hashed
from connectors.quarantine import CHANGES, CURSORS, REJECTS
from connectors.shape import Table

BULK = 5_000  # new rows from which a load of their own pays
SCOPE = pa.schema([("source", pa.string()), ("file", pa.string()), ("table_name", pa.string())])
DEAD = pa.schema([("source", pa.string()), ("file", pa.string()), ("key", pa.string())])
GONE = pa.schema([(name, pa.string()) for name in ("source", "account", "file", "key")])


@dataclass
class Batch:
    """Sealed parts of one source, in the order given.

    `scope` holds what was given whole: (source, file, table) whose other rows are to go. `dead` holds single rows that
    are to go: (source, file, key). `files` are all it touches, `wholes` those that no other part may join. Of each
    file's `cursors` the last counts.
    """

    rows: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    scope: set[tuple[str, str, str]] = field(default_factory=set)
    dead: set[tuple[str, str, str]] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    wholes: set[str] = field(default_factory=set)
    tables: dict[str, Table] = field(default_factory=dict)
    cursors: dict[str, pa.Table] = field(default_factory=dict)
    size: int = 0
    count: int = 0

    def add(self, table: Table, rows: pa.Table) -> None:
        self.tables[table.name] = table
        if rows.num_rows:
            self.rows[table.name].append(rows)
            self.size += rows.nbytes
            self.count += rows.num_rows

    def seal(self, file: str, cursor: pa.Table) -> None:
        """Say how far a file was read, with what was added of it."""
        self.size += cursor.nbytes - (self.cursors[file].nbytes if file in self.cursors else 0)
        self.tables[CURSORS.name] = CURSORS
        self.cursors[file] = cursor

    def parts(self, table: str) -> list[pa.Table]:
        """Return what was given for a table."""
        return list(self.cursors.values()) if table == CURSORS.name else list(self.rows.get(table, ()))

    def whole(self, source: str, file: str, tables: Iterable[Table]) -> None:
        """Say that what was added for a file is all that it holds in these tables."""
        self.wholes.add(file)
        for table in tables:
            self.tables[table.name] = table
            self.scope.add((source, file, table.name))

    def without(self, source: str, file: str, keys: Iterable[str], tables: Iterable[Table]) -> None:
        """Say that rows of a file are to go; what was added for it under the same key stays."""
        self.wholes.add(file)
        self.tables.update({table.name: table for table in tables})
        self.dead.update((source, file, key) for key in keys)

    def clashes(self, file: str, whole: bool) -> bool:
        """Whether another part of this file cannot join: what says that rows go must be compared alone."""
        return file in self.wholes or (whole and file in self.files)

    def __bool__(self) -> bool:
        return bool(self.rows or self.cursors or self.scope or self.dead)


@dataclass(frozen=True)
class Change:
    """What is to be written to one table. `fresh`: every row is new, so that it may simply be appended."""

    table: Table
    rows: pa.Table
    fresh: bool


@dataclass
class Counts:
    """Per source: rows given, new, changed and deleted, in the tables of the connectors (not the loader's own)."""

    given: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.update(theirs)


@dataclass(frozen=True)
class Package:
    """All that is to be written, in the order of its loads; empty where nothing differs.

    Many new rows beside a few changed ones go first and alone: appending them takes a tenth of the time and memory of
    a merge. A kill between the two loses nothing, as cursors and history come with the second.
    """

    loads: list[list[Change]]
    counts: Counts

    def __bool__(self) -> bool:
        return bool(self.loads)

    @property
    def rows(self) -> int:
        return sum(change.rows.num_rows for load in self.loads for change in load)


def package(con: duckdb.DuckDBPyConnection, batches: Sequence[Batch], now: datetime) -> Package:
    """Compare batches (one a source) with the raw tables. `now` dates the history that changed rows leave."""
    scope = _listed(SCOPE, {entry for batch in batches for entry in batch.scope})
    dead = _listed(DEAD, {entry for batch in batches for entry in batch.dead})
    tables = {name: table for batch in batches for name, table in batch.tables.items()}
    counts, bulk, changes, history = Counts(), list[Change](), list[Change](), list[dict[str, Any]]()
    for name, table in sorted(tables.items()):
        parts = [part for batch in batches for part in batch.parts(name)]
        given = pa.concat_tables(parts or [arrow_schema(table).empty_table()])
        made, before = _table(con, table, given, scope, dead, counts, now)
        bulk += made[:-1]
        changes += [change for change in made[-1:] if change.rows.num_rows]
        history += before
    if history:
        # Merged by key, though only ever added to: loading it twice adds nothing.
        changes.append(Change(CHANGES, _history_rows(history), fresh=False))
    return Package([load for load in (bulk, changes) if load], counts)


def _listed(schema: pa.Schema, entries: set[tuple[str, str, str]]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, entry, strict=True)) for entry in sorted(entries)], schema)


def _table(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    given: pa.Table,
    scope: pa.Table,
    dead: pa.Table,
    counts: Counts,
    now: datetime,
) -> tuple[list[Change], list[dict[str, Any]]]:
    """Return one table's changes (the last is the one that may need a merge), the history they leave; and count."""
    keys = given.select(["source", "file", "key", "row_hash"]).append_column(
        "position", pa.array(range(given.num_rows), pa.int64())
    )
    with _Registered(con, keys=keys, scope=scope, dead=dead):
        differing = con.execute(_DIFFERING.format(table=table.name)).fetchall()
        named = "position" if table.name == REJECTS.name else "key"
        gone = GONE.empty_table()
        if scope.num_rows or dead.num_rows:  # else no row of the whole table need be looked at
            gone = con.execute(_GONE.format(table=table.name, named=named), [table.name]).to_arrow_table()
    new = [position for position, _, old in differing if not old]
    known = [position for position, _, old in differing if old]
    changed, history = _at(given, known), list[dict[str, Any]]()
    if table.history and (known or gone.num_rows):
        history = _history(con, table, changed, gone, now)
    if table.name not in (CURSORS.name, REJECTS.name):
        counts.given.update(given.column("source").to_pylist())
        counts.new.update(source for _, source, old in differing if not old)
        counts.changed.update(source for _, source, old in differing if old)
        counts.deleted.update(gone.column("source").to_pylist())
    fresh = Change(table, _at(given, new), fresh=True)
    if not known and not gone.num_rows:
        return [fresh], history
    old = pa.concat_tables([changed, _tombstones(table, gone)])
    if len(new) > BULK:
        return [fresh, Change(table, old, fresh=False)], history
    return [Change(table, pa.concat_tables([fresh.rows, old]), fresh=False)], history


def _at(rows: pa.Table, positions: list[int]) -> pa.Table:
    return rows if len(positions) == rows.num_rows else rows.take(pa.array(positions, pa.int64()))


def _tombstones(table: Table, gone: pa.Table) -> pa.Table:
    schema = arrow_schema(table)
    given = {name: gone.column(name).combine_chunks() for name in gone.column_names}
    given["_deleted"] = pa.repeat(pa.scalar(True), gone.num_rows)
    return pa.table([given.get(item.name, pa.nulls(gone.num_rows, item.type)) for item in schema], schema=schema)


def _history(
    con: duckdb.DuckDBPyConnection, table: Table, changed: pa.Table, gone: pa.Table, now: datetime
) -> list[dict[str, Any]]:
    """Return what the kept columns were, for rows where one of them changes, and for all that go."""
    pairs = ", ".join(
        f"'{name}', {{side}}.{name}" + ("::JSON" if table.columns[name][0] == "json" else "") for name in table.history
    )
    sql = _BEFORE.format(table=table.name, old=pairs.format(side="o"), new=pairs.format(side="n"))
    with _Registered(con, changed=changed, gone=gone):
        found = con.execute(sql).fetchall()
    return [
        {
            "source": source,
            "account": account,
            "file": file,
            "key": f"{table.name}:{key}@{now.isoformat()}",
            "table_name": table.name,
            "row_key": key,
            "changed_at": now,
            "change": change,
            "before": before,
        }
        for source, account, file, key, change, before in found
    ]


def _history_rows(history: list[dict[str, Any]]) -> pa.Table:
    for row in history:
        row["row_hash"] = hashed({"before": row["before"], "change": row["change"]})
    return pa.Table.from_pylist(history, schema=arrow_schema(CHANGES))


class _Registered:
    """Arrow tables that a statement may name while it runs."""

    def __init__(self, con: duckdb.DuckDBPyConnection, **tables: pa.Table) -> None:
        self.con, self.tables = con, tables

    def __enter__(self) -> None:
        for name, table in self.tables.items():
            self.con.register(f"given_{name}", table)

    def __exit__(self, *_: object) -> None:
        for name in self.tables:
            self.con.unregister(f"given_{name}")


# The last of several rows with one key wins; then those that are new or different, in the order given.
_DIFFERING = """
WITH n AS (
  SELECT * FROM given_keys
  QUALIFY row_number() OVER (PARTITION BY source, file, key ORDER BY position DESC) = 1)
SELECT n.position, n.source, o.key IS NOT NULL
FROM n LEFT JOIN raw.{table} AS o ON o.source = n.source AND o.file = n.file AND o.key = n.key
WHERE o.row_hash IS DISTINCT FROM n.row_hash OR o.key IS NULL
ORDER BY n.position"""

_GONE = """
SELECT o.source, o.account, o.file, o.key
FROM raw.{table} AS o
WHERE (
  EXISTS (SELECT 1 FROM given_scope AS s WHERE s.source = o.source AND s.file = o.file AND s.table_name = ?)
  OR EXISTS (SELECT 1 FROM given_dead AS d WHERE d.source = o.source AND d.file = o.file AND d.key = o.{named})
) AND NOT EXISTS (
  SELECT 1 FROM given_keys AS n WHERE n.source = o.source AND n.file = o.file AND n.key = o.key)
ORDER BY o.source, o.file, o.key"""

_BEFORE = """
SELECT o.source, o.account, o.file, o.key, 'updated', json_object({old})::VARCHAR
FROM raw.{table} AS o JOIN given_changed AS n ON o.source = n.source AND o.file = n.file AND o.key = n.key
WHERE json_object({old})::VARCHAR <> json_object({new})::VARCHAR
UNION ALL
SELECT o.source, o.account, o.file, o.key, 'deleted', json_object({old})::VARCHAR
FROM raw.{table} AS o JOIN given_gone AS n ON o.source = n.source AND o.file = n.file AND o.key = n.key
ORDER BY 1, 3, 4"""
