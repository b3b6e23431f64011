"""Connecting Slack: where outputs are delivered. Not a source: nothing is read from it."""

import os
import sys

import click

from context.errors import InputError
from context.home import Home

TOKEN = "STEWARD_SLACK_TOKEN"  # noqa: S105 - the name of a variable


@click.command("slack")
@click.option("--channel", help="Id of the channel or direct message that outputs go to.")
@click.option("--api", help="Address of the API, where it is not Slack's own.", hidden=True)
def command(channel: str | None, api: str | None) -> None:
    """Connect Slack, to deliver to."""
    known = connect(Home.open(), channel, api)
    click.echo(f"Connected to {known}. Try it with `steward brief --deliver slack`.")


def connect(home: Home, channel: str | None, base_url: str | None = None) -> str:
    """Save the Slack block after trying its token; return what Slack says it is.

    The token comes from the environment variable STEWARD_SLACK_TOKEN, a hidden prompt, or standard input: never from
    the command line, which other users of the machine can read.
    Raises InputError for a missing or malformed channel or token, SourceError where Slack refuses the token.
    """
    if channel is None or not channel.strip():
        raise InputError("Slack needs a channel", "run `steward connect slack --channel D…` (its id, from its details)")
    token = os.environ.get(TOKEN) or _asked()
    if not token.startswith("xoxb-"):
        raise InputError("that is not a bot token: one begins with xoxb-", "copy it from your app's OAuth page")
    from blocks.engine import configure, session

    configure(home)
    from blocks.slack import Slack
    from flows.deliver import SLACK_BLOCK

    block = Slack(token=token, channel=channel.strip(), **({"base_url": base_url} if base_url else {}))
    known = block.test()
    with session(home):
        block.save(SLACK_BLOCK, overwrite=True)
    return known


def _asked() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Bot token (xoxb-…)", hide_input=True)).strip()
    return sys.stdin.readline().strip()
