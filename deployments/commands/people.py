"""`steward people`: who has been silent for too long, or one person's page, now, on this terminal."""

from typing import Any

import click

from deployments import making


@click.command("people")
@click.argument("name", required=False)
@making.options
def command(name: str | None, **given: Any) -> None:
    """Print who has been silent for longer than you mean, with a reason to write to them.

    With NAME (a name, the beginning of one, or an address), print that person's page: last contacts both ways, how
    often you usually meet, what is open between you.
    """
    making.make("flows.people.compose", about=name, **given)
