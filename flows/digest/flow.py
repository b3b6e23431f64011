"""The digest as a flow: its parameters are the form in the Prefect UI."""

from datetime import datetime
from typing import Any

from prefect import flow

from flows import steps
from flows.deliver import Channel
from flows.digest import compose
from flows.shape import Ask


@flow(name="digest")
def digest(
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Tell what changed in a week and matters to a goal or a project; `steward why` takes the run id that it returns.

    Args:
        as_of: See the world as of this moment; empty for now. The week before it is looked at.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive.
        zone: Where you are on that day, if not at home, such as Europe/Berlin.
    """
    return steps.serve(compose, Ask(as_of=as_of, zone=zone, dry_run=dry_run), deliver)
