"""`steward triage`: the mail, sorted, now, on this terminal."""

import json
from typing import Any

import click

from deployments import making

LABELS = ("reply", "decide", "waiting", "fyi", "newsletter", "receipt", "calendar", "noise")


@click.command("triage")
@click.option("--label", type=click.Choice(LABELS), help="Only the mails of this label, all of them.")
@click.option("--json", "as_json", is_flag=True, help="Print every mail with its label, reason, origin and confidence.")
@making.options
def command(label: str | None, as_json: bool, **given: Any) -> None:
    """Sort your mail: what needs your reply or decision and why, what you wait for, and the rest, counted.

    Each line ends with the rule that sorted it and the facts it rests on. What is wrong, say with `steward wrong`.
    """
    if as_json:
        from context.home import Home
        from flows.triage.listing import listing

        home = Home.open()
        for row in listing(home, making.moment(home, given["as_of"], given["zone"]), label):
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    making.make("flows.triage.compose", about=label, **given)
