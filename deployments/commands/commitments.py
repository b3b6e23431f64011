"""`steward commitments`: what you owe and what you are owed, now, on this terminal."""

import json
from typing import Any

import click

from deployments import making


@click.command("commitments")
@click.option("--mine", "whose", flag_value="mine", help="Only what you owe.")
@click.option("--theirs", "whose", flag_value="theirs", help="Only what others owe you.")
@click.option("--all", "whose", flag_value="all", help="Everything, however much it is.")
@click.option("--json", "as_json", is_flag=True, help="Print each commitment with its quotation, state and evidence.")
@making.options
def command(whose: str | None, as_json: bool, **given: Any) -> None:
    """Print what you said you would do, and what others said they would do for you: late, due soon, open.

    It is read from the mails that you sent and received. What came of it is found in later mails, tasks, meetings,
    commits and documents. What is wrong, say with `steward wrong RUN "no commitment"`, "kept" or "dropped".
    """
    if as_json:
        from context.home import Home
        from flows.commitments.listing import listing

        home = Home.open()
        wanted: Any = whose or "both"
        for row in listing(home, making.moment(home, given["as_of"], given["zone"]), given["zone"], wanted):
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    making.make("flows.commitments.compose", about=whose or "both", **given)
