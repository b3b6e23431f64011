"""`steward sources`: what is connected and how each fares; removing one."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from context.errors import ConfigError, InputError
from context.home import Home

if TYPE_CHECKING:
    from blocks.ledger import SourceRow


@click.group("sources", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List or remove what is connected."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listed(as_json: bool = False) -> None:
    """List the sources, with their last successful read, what they hold, and what is wrong or will be."""
    from blocks.ledger import Ledger
    from flows.sources import plain

    home = Home.open()
    now = home.now()
    with Ledger.open(home) as ledger:
        sources = ledger.sources.all()
    due, zone = coming(home)
    if as_json:
        click.echo(json.dumps([plain(source, now, due) for source in sources], indent=2, ensure_ascii=False))
        return
    if not sources:
        click.echo("Nothing is connected yet. Run `steward connect` to see what can be.")
        return
    show(sources, now, due, zone)


def coming(home: Home) -> tuple[datetime | None, str]:
    """Return when the sources are read next (None while Steward is down), and the owner's zone."""
    from context import store
    from deployments import supervise
    from flows.sources import next_sync

    try:
        zone = store.load(home).identity.timezone
    except ConfigError:
        zone = "UTC"  # `steward context check` tells what is wrong; the times still stand, in UTC
    return (next_sync(datetime.now(UTC), zone) if supervise.running(home) else None), zone


def show(sources: "Sequence[SourceRow]", now: datetime, due: datetime | None, zone: str) -> None:
    """Print the sources as a table, and below it what is wrong with any, or foreseen."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from flows.sources import COLUMNS, NUMBERS, table, warnings

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for title in COLUMNS:
        shown.add_column(title, no_wrap=True, justify="right" if title in NUMBERS else "left")
    for row in table(sources, now, due, zone):
        shown.add_row(*(f"{value:,}" if isinstance(value, int) else escape(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(shown)
    for line in warnings(sources, now):
        click.echo(line)


@command.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Forget the source NAME and all that was read through it; its files stay as they are."""
    from blocks.ledger import Ledger
    from connectors import connections

    home = Home.open()
    with Ledger.open(home) as ledger:
        source = ledger.sources.get(name)
    if source is None:
        raise InputError(f"there is no source called {name}", "run `steward sources`")
    if not yes:
        click.confirm(f"Forget {name} and its {source.rows or 0:,} rows?", abort=True)
    connections.forget(home, source)
    click.echo(f"{name} is forgotten.")
