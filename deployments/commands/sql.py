"""`steward sql`: the owner's own data in SQL, inside the sandbox."""

import sys
from datetime import datetime

import click

from context.errors import InputError
from context.home import Home

FORMATS = ("table", "csv", "json", "markdown")
LAYERS = {"landlock", "seccomp"}


@click.command("sql")
@click.argument("query", required=False)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to print it."
)
@click.option("--schema", is_flag=True, help="Print what can be asked for; QUERY is then a view's name, or nothing.")
@click.option("--limit", type=click.IntRange(1, 1000), default=1000, show_default=True, help="Rows at most.")
def command(query: str | None, form: str, schema: bool, limit: int) -> None:
    """Ask your own data: one SELECT (DuckDB's SQL) over everything that you connected.

    QUERY may be `-`, or left out, to read it from standard input. It runs on the newest published data in a process
    that can open no file and no connection, for at most 5 seconds.

    \b
    steward sql --schema                what there is
    steward sql --schema messages       one view, with its columns
    steward sql "FROM people ORDER BY last_contact_at DESC LIMIT 10"
    """
    from blocks.warehouse import Warehouse
    from deployments.tables import print_schema, print_table

    home = Home.open()
    warehouse = Warehouse(home)
    if schema:
        print_schema(warehouse.schema(), query, form)
        return
    try:
        found = warehouse.query(_query(query), limit=limit)
    finally:
        warehouse.close()
    print_table(found, form)
    published = warehouse.published_at()
    notes = [f"{len(found.rows):,} row{'' if len(found.rows) == 1 else 's'}"]
    if found.truncated:
        notes.append("there are more: narrow the query, or use LIMIT and OFFSET")
    if published is not None:
        notes.append(f"as of {age(published, home.now())}")
    click.echo(f"({' · '.join(notes)})", err=True)
    if sys.platform == "linux" and (missing := LAYERS - set(found.layers)):
        click.echo(f"note: this system lacks {' and '.join(sorted(missing))}; the other layers hold", err=True)


def age(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in the largest unit that says enough ("4 min ago")."""
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "now"


def _query(given: str | None) -> str:
    if given is None and sys.stdin.isatty():
        raise InputError("no query was given", 'write one: `steward sql "SELECT …"`, or see `steward sql --schema`')
    query = sys.stdin.read() if given in (None, "-") else given
    if not query or not query.strip():
        raise InputError("the query is empty", "`steward sql --schema` prints what there is")
    return query
