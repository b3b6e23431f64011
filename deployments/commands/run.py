"""`steward run NAME`: one of your own capabilities, now, on this terminal."""

from typing import Any

import click

from context.errors import InputError
from context.home import Home
from deployments import making


@click.command("run")
@click.argument("name", required=False)
@click.option("--about", help="What $about stands for in your SQL.")
@making.options
def command(name: str | None, about: str | None, **given: Any) -> None:
    """Print what your own capability NAME says; without NAME, list yours.

    `steward new capability NAME` makes one to begin with.
    """
    from deployments.cli import COMMANDS
    from flows import owned

    home = Home.open()
    if name is None:
        listed(home)
        return
    if name in COMMANDS and name not in owned.names(home):
        raise InputError(f"{name} is none of your own capabilities", f"run `steward {name}`")
    from flows.own.compose import capability

    made = capability(home, name)
    zone = given.pop("zone") or made.owned.front.zone
    making.make(made, **given, zone=zone, about=about)


def listed(home: Home) -> None:
    """Print the owner's own capabilities, each with when it runs or what is wrong with it."""
    from flows import owned

    found = list(owned.found(home))
    for item in found:
        if isinstance(item, tuple):
            click.echo(f"{item[0]:<20} broken: {item[1].what}")
        else:
            front = item.front
            click.echo(f"{item.name:<20} {front.title} ({f'cron {front.schedule}' if front.schedule else 'on demand'})")
    if not found:
        click.echo("You have no capability of your own. `steward new capability NAME` makes one.")
