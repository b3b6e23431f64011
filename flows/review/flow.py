"""The weekly review as a flow: its parameters are the form in the Prefect UI."""

from datetime import datetime
from typing import Any

from prefect import flow

from context.home import Home
from flows import steps
from flows.deliver import Channel
from flows.review import compose
from flows.review.week import asked
from flows.shape import Ask


@flow(name="review")
def review(
    week: str | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Review a week and deliver it; `steward why` takes the run id that it returns.

    Args:
        week: The ISO week it is about, such as 2026-W12; empty for this week.
        as_of: See the world as of this moment; empty for the end of the week, or for now while it goes on.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive. A scheduled review also goes to Slack where that is connected.
        zone: Where you were in that week, if not at home, such as Europe/Berlin.
    """
    ask = asked(Home.open(), week, Ask(as_of=as_of, zone=zone, dry_run=dry_run))
    return steps.serve(compose, ask, deliver)
