"""`steward status`: what runs, what is due next, how fresh each source is, what was made last."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from context.errors import ConfigError
from context.home import Home

if TYPE_CHECKING:
    from blocks.ledger import Ledger

AHEAD = (timedelta(days=8), timedelta(days=366))  # how far to look: nearly every schedule comes round within a week


@click.command("status")
@click.option("--password", is_flag=True, help="Print the password of the Prefect UI, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(password: bool, as_json: bool) -> None:
    """Show what runs, what is due next, how fresh each source is, and what was made last."""
    from blocks import engine
    from blocks.ledger import Ledger
    from deployments import supervise
    from deployments.commands.sources import coming, show
    from flows import owned
    from flows.sources import plain

    home = Home.open()
    if password:
        click.echo(engine.password(home))
        return
    up = supervise.running(home)
    with Ledger.open(home) as ledger:
        due = _due(home, ledger)
        sources = ledger.sources.all()
        made = ledger.outputs.latest("brief")
        undelivered = ledger.deliveries.undelivered(datetime.now(UTC) - timedelta(days=1))
    following, zone = coming(home)
    broken = owned.broken(home)
    now = home.now()
    if as_json:
        document = {
            "running": bool(up),
            "address": f"http://{engine.HOST}:{up['port']}" if up else None,
            "state": up["state"] if up else "down",
            "deployments": due,
            "sources": {source.name: plain(source, now, following) for source in sources},
            "last_brief": made.run if made else None,
            "undelivered": len(undelivered),
            "broken": {name: error.what for name, error in broken.items()},
        }
        click.echo(json.dumps(document, indent=2))
        return
    _running(up)
    _schedules(due)
    for name, error in broken.items():
        click.secho(f"Your capability {name} is broken: {error}", fg="red")
    click.echo()
    if sources:
        show(sources, now, following, zone)
    else:
        click.echo("Nothing is connected yet. Run `steward connect` to see what can be.")
    click.echo()
    if made:
        click.echo(f"Last brief: {made.subject}, run {made.run} ({home.outputs / made.path})")
    for item in undelivered:
        click.secho(f"Produced, not delivered: run {item.run} to {item.channel}: {item.error or item.state}", fg="red")


def _running(up: dict[str, Any] | None) -> None:
    if up is None:
        click.echo("Steward is down. Run `steward up` to start the schedules and the UI.")
        return
    click.echo(f"Steward is {'up' if up['state'] == 'ready' else up['state']}: http://127.0.0.1:{up['port']}")
    for name, child in up["children"].items():
        again = f", restarts: {child['failures']}" if child["failures"] else ""
        click.echo(f"  {name:<8} process {child['pid']}{again}")


def _schedules(due: list[dict[str, str | None]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("schedule", "next", "last", "outcome"):
        table.add_column(title, no_wrap=True)
    for row in due:
        table.add_row(row["name"], row["next"] or "never", row["last"] or "–", row["outcome"] or "–")
    click.echo()
    Console(width=None if sys.stdout.isatty() else 120, highlight=False).print(table)


def _due(home: Home, ledger: "Ledger") -> list[dict[str, str | None]]:
    """Return each scheduled deployment's next moment, in the owner's zone, and how its last one ended."""
    from context import store
    from flows import owned, slots

    try:
        zone = store.load(home).identity.timezone
    except ConfigError:
        zone = "UTC"  # `steward context check` tells what is wrong; the times still stand, in UTC
    now = datetime.now(UTC)
    rows: list[dict[str, str | None]] = []
    for entry in owned.entries(home):
        if not entry.schedules:
            continue
        rhythm = slots.rhythm(entry.name, zone, home)
        ahead = next((found for far in AHEAD if (found := rhythm.between(now, now + far))), [])
        past = ledger.slots.all(entry.name)
        last = past[-1] if past else None
        said = (last.outcome or "at work") + (f": {last.reason}" if last.reason else "") if last else None
        rows.append(
            {
                "name": entry.name,
                "next": _local(ahead[0], zone) if ahead else None,
                "last": _local(last.slot, zone) if last else None,
                "outcome": said,
            }
        )
    return rows


def _local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M %Z")
