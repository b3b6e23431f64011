"""`steward prep`: what to know before a meeting, now, on this terminal."""

from typing import Any

import click

from deployments import making


@click.command("prep")
@click.argument("event", required=False)
@click.option("--all", "every", is_flag=True, help="All meetings of the day that are still ahead.")
@making.options
def command(event: str | None, every: bool, **given: Any) -> None:
    """Prepare your next meeting, or EVENT: the beginning of its title, or its key.

    What it is for, who comes, last time, what is open between you, documents, questions to ask.
    """
    if every and event:
        raise click.UsageError("give EVENT or --all, not both")
    for about in _day(given) if every else [event]:
        making.make("flows.prep.compose", about=about, **given)


def _day(given: dict[str, Any]) -> list[str | None]:
    """Return the meetings of the day; none is asked about as the next one, which says that there is none."""
    from context.home import Home
    from flows.prep.due import day
    from flows.shape import Ask

    home = Home.open()
    asked = making.when(home, given["day"], given["as_of"], given["zone"])
    return [*day(home, Ask(**asked))] or [None]
