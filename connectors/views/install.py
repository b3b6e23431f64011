"""Installing the surface into a copy of the loader's file: tables, then views in their order, all documented."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from blocks.ledger.tables import TABLES as LEDGER
from connectors.shape import Table
from connectors.views import graph, sums, tables
from connectors.views.page import View, pages
from connectors.views.tables import Documented, literal
from context.home import Home

OPEN, OWN = "main", "mine"  # what tools may see; what only the owner sees besides
FRAME = "frame"  # a schema of the loader's file alone


class Surface:
    """The surface over a home's profile, ledger and raw tables, as `Warehouse.publish` wants it.

    The profile is read now, before anything is copied. Raises ConfigError where it is invalid.
    """

    def __init__(self, home: Home) -> None:
        from connectors import kinds, quarantine
        from context.sql import tables as profile

        self.context: Mapping[str, Mapping[str, Documented]] = {
            OPEN: profile(home, "work"),
            OWN: profile(home, "private"),
        }
        self.declared = [*kinds.tables(), quarantine.REJECTS, quarantine.CHANGES]
        self.ledger, self.now, self.views = home.ledger, home.now(), pages()
        self._framed = False

    def frame(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make the surface's empty frame in the loader's file, where it is another than there: each copy then has it.

        Some thousand statements, which take longer than all that a publish else does. The sums over all mails are
        brought up to date there too, so that they are kept.
        """
        frame(con, self.context, self.declared, self.views)
        keep(con, self.context, self.now, self.views)
        self._framed = True

    def __call__(self, con: duckdb.DuckDBPyConnection) -> None:
        install(
            con,
            context=self.context,
            ledger=self.ledger,
            now=self.now,
            declared=self.declared,
            views=self.views,
            framed=self._framed,
        )


def prepare(home: Home) -> Surface:
    """Return what `Warehouse.publish` wants."""
    return Surface(home)


def install(
    con: duckdb.DuckDBPyConnection,
    *,
    context: Mapping[str, Mapping[str, Documented]],
    ledger: Path | None,
    now: datetime,
    declared: Iterable[Table],
    views: Sequence[View] | None = None,
    framed: bool = False,
) -> None:
    """Make every table and view of the surface in a copy of the loader's file, and fill what holds rows.

    `framed`: it has its frame and its sums from the loader's file.
    `context` holds the profile's tables for the schemas main (up to tier work) and mine (all but secret). Raises
    ValueError where a view is not documented, not one SELECT, or not valid SQL over the declared tables.
    """
    given = pages() if views is None else views
    con.execute("SET TimeZone = 'UTC'")
    if not framed:
        frame(con, context, declared, given)
        keep(con, context, now, given)
    con.begin()
    tables.publication(con, now)
    tables.ledger(con, ledger)
    for schema, profile in context.items():
        tables.profile(con, schema, profile)
    bodies = {view.name: view.body for view in given}
    stored = con.execute(f"SELECT schema, name FROM {FRAME}.stored ORDER BY position")  # noqa: S608
    for schema, name in stored.fetchall():
        _in_schema(con, schema, name, f'INSERT INTO {schema}."{name}" {bodies[name]}')
    con.execute(f"DROP SCHEMA {FRAME} CASCADE")
    sums.clear(con)
    con.commit()
    con.execute(f"SET search_path = '{OPEN}'")


def frame(
    con: duckdb.DuckDBPyConnection,
    context: Mapping[str, Mapping[str, Documented]],
    declared: Iterable[Table],
    views: Sequence[View],
) -> None:
    """Make every table (without rows) and view of the surface, documented; nothing where it stands there already.

    The schema `FRAME` says which frame stands there, and in which order stored views are filled.
    """
    declared = list(declared)
    digest = _digest(context, declared, views)
    con.execute("SET TimeZone = 'UTC'")
    con.begin()  # one commit, one wait for the disk
    tables.raw(con, declared)
    sums.make(con)
    if _standing(con) != digest:
        _clear(con)
        tables.empty(con, context)
        con.execute(f"CREATE TABLE {FRAME}.stored (position BIGINT, schema VARCHAR, name VARCHAR)")
        by_name = {view.name: view for view in views}
        needs = {view.name: graph.uses(con, view, by_name) for view in views}
        personal = graph.personal(needs, set(context[OPEN]))
        for position, name in enumerate(graph.order(needs)):
            for schema in (OPEN, OWN) if name in personal else (OPEN,):
                _view(con, schema, by_name[name])
                if by_name[name].stored:
                    con.execute(f"INSERT INTO {FRAME}.stored VALUES (?, ?, ?)", [position, schema, name])  # noqa: S608
        con.execute(f"CREATE TABLE {FRAME}.digest AS SELECT ? AS digest", [digest])
    con.commit()


def keep(
    con: duckdb.DuckDBPyConnection,
    context: Mapping[str, Mapping[str, Documented]],
    now: datetime,
    views: Sequence[View],
) -> None:
    """Bring the sums that stored views read up to date with the raw tables."""
    if not any(f"{sums.SCHEMA}." in view.body for view in views):
        return
    own = {
        str(row["address"]).lower()
        for profile in context.values()
        if "context_addresses" in profile
        for row in profile["context_addresses"].rows
        if row["kind"] == "email"
    }
    sums.refresh(con, own, now, _standing(con) or "")


def _digest(context: Mapping[str, Mapping[str, Documented]], declared: Sequence[Table], views: Sequence[View]) -> str:
    """Return the digest of all that decides the frame."""
    profile = [
        (schema, name, table.comment, dict(table.columns))
        for schema, of in context.items()
        for name, table in of.items()
    ]
    told = (duckdb.__version__, tables.PUBLICATION, LEDGER, profile, list(declared), list(views))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _standing(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the digest of the frame that stands there."""
    if not con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = 'digest'", [FRAME]
    ).fetchone():
        return None
    row = con.execute(f"SELECT digest FROM {FRAME}.digest").fetchone()  # noqa: S608
    return row[0] if row else None


def _clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop another frame, made by another Steward."""
    for schema in (FRAME, OWN):
        con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    for kind in ("view", "table"):
        sql = f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE schema_name = ? AND NOT internal"  # noqa: S608
        for (name,) in con.execute(sql, [OPEN]).fetchall():
            con.execute(f'DROP {kind} {OPEN}."{name}"')


def _view(con: duckdb.DuckDBPyConnection, schema: str, view: View) -> None:
    """Make one view in a schema; a stored one without rows."""
    kind, name = "TABLE" if view.stored else "VIEW", f'{schema}."{view.name}"'
    _in_schema(con, schema, view.name, f"CREATE {kind} {name} AS {view.body}" + (" WITH NO DATA" * view.stored))
    found = [str(row[0]) for row in con.execute(f"DESCRIBE {name}").fetchall()]
    if found != list(view.columns):
        differing = sorted(set(found) ^ set(view.columns)) or ["their order"]
        raise ValueError(f"{view.name}.sql: columns and header differ: {', '.join(differing)}")
    con.execute(f"COMMENT ON {kind} {name} IS {literal(view.comment)}")
    for column, comment in view.columns.items():
        con.execute(f'COMMENT ON COLUMN {name}."{column}" IS {literal(comment)}')


def _in_schema(con: duckdb.DuckDBPyConnection, schema: str, view: str, sql: str) -> None:
    """Run a view's statement; names without a schema are looked for in its own first, then in main."""
    con.execute(f"SET search_path = '{schema},{OPEN}'")
    try:
        con.execute(sql)
    except duckdb.Error as error:
        raise ValueError(f"{view}.sql: {error}") from error
