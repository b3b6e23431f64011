"""`steward learn`: what your data shows and your profile lacks."""

from typing import Any

import click

from context.home import Home
from deployments import making


@click.command("learn")
@click.option("--voice", is_flag=True, help="Learn how you write to each audience, from mail that you sent.")
@making.options
def command(voice: bool, **given: Any) -> None:
    """Propose people, projects, hours, routines and languages that your data shows, each with its evidence.

    Nothing is written into your profile: `steward proposals` accepts, edits or rejects them one by one. At most five
    new ones come a day, and what you rejected does not come back.
    """
    from flows.learn.compose import Learn

    made = Learn(Home.open(), voice)
    making.make(made, **given)
    if not given["dry_run"] and given["as_of"] is None and given["day"] is None:
        made.keep()
