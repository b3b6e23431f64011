"""`steward digest`: what changed and matters, on this terminal."""

from typing import Any

import click

from deployments import making


@click.command("digest")
@making.options
def command(**given: Any) -> None:
    """Print what changed within a week in documents and pull requests, and serves a goal or a project of yours.

    At most seven items; those that wait for your review come first.
    """
    making.make("flows.digest.compose", **given)
