"""Installing the surface into a copy of the loader's file: tables, then views in their order, all documented."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.shape import Table
from connectors.views import graph, tables
from connectors.views.page import View, pages
from connectors.views.tables import Documented, literal
from context.home import Home

OPEN, OWN = "main", "mine"  # what tools may see; what only the owner sees besides


def prepare(home: Home) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Return what `Warehouse.publish` wants: the surface over this home's profile, ledger and raw tables.

    The profile is read now, before anything is copied. Raises ConfigError where it is invalid.
    """
    from connectors import kinds, quarantine
    from context.sql import tables as profile

    context = {OPEN: profile(home, "work"), OWN: profile(home, "private")}
    declared = [*kinds.tables(), quarantine.REJECTS, quarantine.CHANGES]
    now = home.now()

    def surface(con: duckdb.DuckDBPyConnection) -> None:
        install(con, context=context, ledger=home.ledger, now=now, declared=declared)

    return surface


def install(
    con: duckdb.DuckDBPyConnection,
    *,
    context: Mapping[str, Mapping[str, Documented]],
    ledger: Path | None,
    now: datetime,
    declared: Iterable[Table],
    views: Sequence[View] | None = None,
) -> None:
    """Make every table and view of the surface in a copy of the loader's file.

    `context` holds the profile's tables for the schemas main (up to tier work) and mine (all but secret). Raises
    ValueError where a view is not documented, not one SELECT, or not valid SQL over the declared tables.
    """
    given = pages() if views is None else views
    con.execute("SET TimeZone = 'UTC'")
    con.begin()  # some thousand statements: one commit, one wait for the disk
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {OWN}")
    tables.raw(con, declared)
    tables.publication(con, now)
    tables.ledger(con, ledger)
    for schema, profile in context.items():
        tables.profile(con, schema, profile)
    by_name = {view.name: view for view in given}
    needs = {view.name: graph.uses(con, view, by_name) for view in given}
    personal = graph.personal(needs, set(context[OPEN]))
    for name in graph.order(needs):
        for schema in (OPEN, OWN) if name in personal else (OPEN,):
            _view(con, schema, by_name[name])
    con.commit()
    con.execute(f"SET search_path = '{OPEN}'")


def _view(con: duckdb.DuckDBPyConnection, schema: str, view: View) -> None:
    """Make one view in a schema. Names without a schema are looked for there first, then in main."""
    con.execute(f"SET search_path = '{schema},{OPEN}'")
    kind, name = "TABLE" if view.stored else "VIEW", f'{schema}."{view.name}"'
    try:
        con.execute(f"CREATE {kind} {name} AS {view.body}")
    except duckdb.Error as error:
        raise ValueError(f"{view.name}.sql: {error}") from error
    found = [str(row[0]) for row in con.execute(f"DESCRIBE {name}").fetchall()]
    if found != list(view.columns):
        differing = sorted(set(found) ^ set(view.columns)) or ["their order"]
        raise ValueError(f"{view.name}.sql: columns and header differ: {', '.join(differing)}")
    con.execute(f"COMMENT ON {kind} {name} IS {literal(view.comment)}")
    for column, comment in view.columns.items():
        con.execute(f'COMMENT ON COLUMN {name}."{column}" IS {literal(comment)}')
