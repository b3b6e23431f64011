"""`steward down`: stop the server, the schedules and the worker."""

import click

from context.home import Home


@click.command("down")
def command() -> None:
    """Stop what `steward up` started, and what an earlier, killed one may have left behind."""
    from deployments import up

    stopped = up.stop(Home.open())
    click.echo("Steward is down." if stopped else "Steward was not running.")
