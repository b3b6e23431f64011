"""The tables under the views: raw ones that must exist, the profile's, the ledger's, and the publication's own."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb

from blocks.ledger.tables import TABLES as LEDGER
from connectors.shape import Table, Type

DUCKDB: Mapping[Type, str] = {
    "text": "VARCHAR",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
    "date": "DATE",
    "json": "JSON",
}
COMMON: Mapping[str, str] = {
    "source": "VARCHAR",
    "account": "VARCHAR",
    "file": "VARCHAR",
    "key": "VARCHAR",
    "row_hash": "VARCHAR",
    "_deleted": "BOOLEAN",
    "_dlt_load_id": "VARCHAR",
    "_dlt_id": "VARCHAR",
}
PUBLICATION = {"as_of": ("TIMESTAMPTZ", "The moment at which what is here was complete: the present of every view.")}


class Documented(Protocol):
    """A table with its meaning, its columns (name → DuckDB type, meaning) and its rows."""

    @property
    def comment(self) -> str: ...
    @property
    def columns(self) -> Mapping[str, tuple[str, str]]: ...
    @property
    def rows(self) -> Iterable[Mapping[str, Any]]: ...


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def raw(con: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Make sure that every declared raw table exists with every declared column."""
    con.execute("CREATE SCHEMA IF NOT EXISTS raw")
    found: dict[str, set[str]] = {}
    for name, column in con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'raw'"
    ).fetchall():
        found.setdefault(name, set()).add(column)
    for table in tables:
        columns = {**COMMON, **{name: DUCKDB[kind] for name, (kind, _) in table.columns.items()}}
        if table.name not in found:
            listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            con.execute(f'CREATE TABLE raw."{table.name}" ({listed})')
            continue
        for name in columns.keys() - found[table.name]:
            con.execute(f'ALTER TABLE raw."{table.name}" ADD COLUMN "{name}" {columns[name]}')


def empty(con: duckdb.DuckDBPyConnection, profiles: Mapping[str, Mapping[str, Documented]]) -> None:
    """Make the tables of the publication, the ledger and each schema's profile, documented, without a row."""
    _make(con, "main", "publication", "One row: what this published file is.", PUBLICATION)
    for name, (comment, columns) in LEDGER.items():
        _make(con, "main", f"ledger_{name}", comment, columns)
    for schema, tables in profiles.items():
        for name, table in tables.items():
            _make(con, schema, name, table.comment, table.columns)


def profile(con: duckdb.DuckDBPyConnection, schema: str, tables: Mapping[str, Documented]) -> None:
    """Write the profile's rows into the tables of a schema."""
    for name, table in tables.items():
        rows = [[row.get(column) for column in table.columns] for row in table.rows]
        if rows:
            marks = ", ".join(f"?::{kind}" for kind, _ in table.columns.values())
            con.executemany(f'INSERT INTO {schema}."{name}" VALUES ({marks})', rows)  # noqa: S608


def ledger(con: duckdb.DuckDBPyConnection, path: Path | None) -> None:
    """Copy the ledger's rows, as they are at one moment, to `ledger_*`; none where there is no ledger."""
    if path is None or not path.exists():
        return
    source = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        source.execute("BEGIN")  # one snapshot for all tables
        for name, (_, columns) in LEDGER.items():
            rows = source.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()  # noqa: S608
            _append(con, f"ledger_{name}", columns, rows)
    finally:
        source.close()


def publication(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Write the moment that this publication speaks of."""
    con.execute("INSERT INTO publication VALUES (?::TIMESTAMPTZ)", [now.isoformat()])


def _make(
    con: duckdb.DuckDBPyConnection,
    schema: str,
    name: str,
    comment: str,
    columns: Mapping[str, tuple[str, str]],
) -> None:
    listed = ", ".join(f'"{column}" {kind}' for column, (kind, _) in columns.items())
    con.execute(f'CREATE TABLE {schema}."{name}" ({listed})')
    con.execute(f'COMMENT ON TABLE {schema}."{name}" IS {literal(comment)}')
    for column, (_, meaning) in columns.items():
        con.execute(f'COMMENT ON COLUMN {schema}."{name}"."{column}" IS {literal(meaning)}')


def _append(
    con: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, tuple[str, str]],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Append rows through Arrow: a bound INSERT per row takes a second for some thousands of them."""
    if not rows:
        return
    import pyarrow as pa

    values = pa.table({column: pa.array(given) for column, given in zip(columns, zip(*rows, strict=True), strict=True)})
    con.register("ledger_rows", values)
    try:
        casts = ", ".join(f'"{column}"::{kind}' for column, (kind, _) in columns.items())
        con.execute(f"INSERT INTO {name} SELECT {casts} FROM ledger_rows")  # noqa: S608
    finally:
        con.unregister("ledger_rows")
