"""Commitments as a flow: its parameters are the form in the Prefect UI."""

from datetime import datetime
from typing import Any, Literal

from prefect import flow

from flows import steps
from flows.commitments import compose
from flows.deliver import Channel
from flows.shape import Ask


@flow(name="commitments")
def commitments(
    whose: Literal["news", "mine", "theirs", "both", "all"] = "news",
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Say what you owe and what you are owed, and deliver it; `steward why` takes the run id that it returns.

    Args:
        whose: What is new or worse; all that is yours, or theirs; both; or everything without a limit.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive. What is scheduled also goes to Slack where that is connected.
        zone: Where you are, if not at home, such as Europe/Berlin.
    """
    return steps.serve(compose, Ask(as_of=as_of, zone=zone, about=whose, dry_run=dry_run), deliver)
