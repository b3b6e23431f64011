"""`steward sources`: what is connected and how each fares; removing one."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from context.errors import InputError
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
    """List the sources, with their last successful read, what they hold, and what is wrong."""
    from blocks.ledger import Ledger

    home = Home.open()
    now = home.now()
    with Ledger.open(home) as ledger:
        sources = ledger.sources.all()
    if as_json:
        click.echo(json.dumps([_plain(source, now) for source in sources], indent=2, ensure_ascii=False, default=str))
        return
    if not sources:
        click.echo("Nothing is connected yet. Run `steward connect` to see what can be.")
        return
    show(sources, now)


def show(sources: "Sequence[SourceRow]", now: datetime) -> None:
    """Print the sources as a table, and what is wrong with any below it."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "kind", "account", "state", "read", "rows", "rejects"):
        table.add_column(title, no_wrap=True, justify="right" if title in ("rows", "rejects") else "left")
    for source in sources:
        counts = (f"{source.rows or 0:,}", f"{source.rejects or 0:,}")
        read = age(now, source.last_success_at)
        table.add_row(source.name, source.kind, source.account, source.state_at(now), read, *counts)
    Console(width=None if sys.stdout.isatty() else 120, highlight=False).print(table)
    for source in sources:
        if source.error:
            click.echo(f"{source.name}: {source.error}" + (f" — {source.mend}" if source.mend else ""))


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


def _plain(source: Any, now: datetime) -> dict[str, Any]:
    names = ("name", "kind", "family", "account", "settings", "rows", "rejects", "error", "mend")
    told = {name: getattr(source, name) for name in names}
    times = {name: getattr(source, name) for name in ("connected_at", "last_attempt_at", "last_success_at")}
    return {**told, "state": source.state_at(now), **{k: v.isoformat() if v else None for k, v in times.items()}}


def age(now: datetime, then: datetime | None) -> str:
    """Return how long ago something was, in words."""
    if then is None:
        return "never"
    minutes = max(0, (now - then) // timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 2880 else f"{minutes // 1440} days ago"
