"""The owner's own capabilities as a flow: one for all of them, each its own deployment by its name."""

from datetime import date, datetime
from typing import Any

from prefect import flow

from context.home import Home
from flows import steps
from flows.deliver import Channel
from flows.own.compose import capability
from flows.shape import Ask


@flow(name="own")
def own(
    name: str,
    day: date | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
    about: str | None = None,
) -> Any:
    """Make one of your own capabilities and deliver it; `steward why` takes the run id that it returns.

    Args:
        name: The folder in capabilities/.
        day: The day it is about; empty for today.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive: what your front matter says, and nowhere else.
        zone: Where you are on that day, if not at home, such as Europe/Berlin.
        about: What $about stands for in your SQL.
    """
    made = capability(Home.open(), name)
    asked = Ask(day=day, as_of=as_of, zone=zone or made.owned.front.zone, dry_run=dry_run, about=about)
    return steps.serve(made, asked, deliver, exact=True)
