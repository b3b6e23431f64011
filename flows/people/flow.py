"""The people radar as a flow: its parameters are the form in the Prefect UI."""

from datetime import date, datetime
from typing import Any

from prefect import flow

from flows import steps
from flows.deliver import Channel
from flows.people import compose
from flows.shape import Ask


@flow(name="people")
def people(
    person: str | None = None,
    day: date | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Say who has been silent for too long, or show one person; `steward why` takes the run id that it returns.

    Args:
        person: A name or an address, for one person's page; empty for who is overdue.
        day: The day it is about; empty for today.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive. A scheduled run also goes to Slack where that is connected.
        zone: Where you are on that day, if not at home, such as Europe/Berlin.
    """
    return steps.serve(compose, Ask(day=day, as_of=as_of, zone=zone, about=person, dry_run=dry_run), deliver)
