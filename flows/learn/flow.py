"""Learning as a flow: its parameters are the form in the Prefect UI. It proposes; only the owner writes the profile."""

from datetime import date, datetime
from typing import Any

from prefect import flow

from context.home import Home
from flows import steps
from flows.deliver import Channel
from flows.learn.compose import Learn
from flows.shape import Ask


@flow(name="learn")
def learn(
    day: date | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
    voice: bool = False,
) -> Any:
    """Propose what your data shows and your profile lacks; `steward proposals` decides. At most five new ones a day.

    Args:
        day: The day it is about; empty for today.
        as_of: See the world as of this moment; empty for now. Nothing is proposed for the past: it is only shown.
        dry_run: Only look; nothing is proposed, nothing is sent.
        deliver: Where it goes, besides the archive.
        zone: Where you are on that day, if not at home, such as Europe/Berlin.
        voice: Learn how you write to each audience, instead of everything else.
    """
    home = Home.open()
    made = Learn(home, voice)
    run = steps.serve(made, Ask(day=day, as_of=as_of, zone=zone, dry_run=dry_run), deliver)
    if not dry_run and as_of is None and day is None:
        made.keep()
    return run
