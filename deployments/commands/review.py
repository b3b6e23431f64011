"""`steward review`: a week's review, now, on this terminal."""

from datetime import date
from typing import Any

import click

from deployments import making


@click.command("review")
@click.argument("week", required=False)
@making.options
def command(week: str | None, **given: Any) -> None:
    """Review a WEEK (such as 2026-W12; by default this one): goals against time, promises, answers, meetings.

    A week that is over is seen as of its end, so the same week gives the same review whenever you ask.
    """
    from context.home import Home
    from flows.review.week import asked
    from flows.shape import Ask

    home = Home.open()
    ask = asked(home, week, Ask(**making.when(home, given["day"], given["as_of"], given["zone"])))
    assert isinstance(ask.day, date)
    given["day"] = ask.day.isoformat()
    given["as_of"] = ask.as_of.isoformat() if ask.as_of else None
    making.make("flows.review.compose", about=ask.about, **given)
