"""`steward verdicts`: what you said is right, and the rules that it suggests."""

from typing import TYPE_CHECKING

import click

from context.errors import StorageError
from context.home import Home

if TYPE_CHECKING:
    from flows.rules import Rule


@click.group("verdicts", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List or remove what you said is right with `steward wrong`.

    In SQL they are `ledger_verdicts`, as of the last sync.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed)


@command.command("list")
def listed() -> None:
    """List the verdicts that stand, newest first, and the rules that they suggest."""
    from blocks.ledger import Ledger
    from context import store
    from flows.render.clean import plain

    home = Home.open()
    with Ledger.open(home) as ledger:
        found = ledger.verdicts.all()
    zone = store.load(home).zone
    if not found:
        click.echo('No verdicts. `steward wrong RUN FACT "…"` gives one.')
    for each in found:
        about = plain(each.about, limit=60)
        given = f"{each.given_at.astimezone(zone):%Y-%m-%d %H:%M}"
        click.echo(f"{each.id:>4}  {given}  {each.capability}: {each.verdict}  ({each.scope} {about})")
        if each.said.casefold() != each.verdict:
            click.echo(f"      “{plain(each.said, limit=100)}”")
    for rule in rules(home):
        click.echo(f"  ?   {rule.question}")


@command.command("remove")
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Take verdict NUMBER back; it stays on record as removed."""
    from blocks.ledger import Ledger

    home = Home.open()
    with Ledger.open(home) as ledger:
        gone = ledger.verdicts.remove(number, home.now())
    click.echo(f"Removed verdict {number}: {gone.capability}, {gone.verdict}.")


def rules(home: Home, capability: str | None = None) -> list["Rule"]:
    """Return the rules that the standing verdicts suggest; none where nothing is published to know senders by."""
    from blocks.ledger import Ledger
    from blocks.warehouse import Warehouse
    from flows.rules import suggested

    with Ledger.open(home) as ledger:
        found = ledger.verdicts.all(capability)
    try:
        with Warehouse(home).read() as con:
            return suggested(found, con)
    except StorageError:
        return []
