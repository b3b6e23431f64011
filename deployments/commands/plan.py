"""`steward plan`: a plan for the day, on this terminal."""

from typing import Any

import click

from deployments import making


@click.command("plan")
@making.options
def command(**given: Any) -> None:
    """Put what is due into the free time of your day; what does not fit is said first.

    At most 70 % of the free time is planned, and your limits are kept. Nothing is written to a calendar. A task says
    how long it takes by "(45 min)" or "[2h]" in its title or note.
    """
    making.make("flows.plan.compose", **given)
