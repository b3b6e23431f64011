"""`steward brief`: the morning brief, now, on this terminal."""

from typing import Any

import click

from deployments import making


@click.command("brief")
@making.options
def command(**given: Any) -> None:
    """Print your morning brief: what to do first and why, the day's shape, what waits for you, what changed.

    Every statement ends with the facts it rests on; `steward why RUN FACT` prints the row behind one.
    """
    making.make("flows.brief.compose", **given)
