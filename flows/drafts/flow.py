"""Drafts as a flow: its parameters are the form in the Prefect UI."""

from datetime import datetime
from typing import Any

from prefect import flow

from flows import steps
from flows.deliver import Channel
from flows.drafts import compose
from flows.shape import Ask


@flow(name="drafts")
def drafts(
    thread: str | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Draft replies to the mails that surely ask for one; nothing is saved or sent.

    Args:
        thread: Only this one: a thread's id, a mail's key, or words of its subject; empty for the newest.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive.
        zone: Where you are, if not at home, such as Europe/Berlin: times are offered on that clock.
    """
    return steps.serve(compose, Ask(as_of=as_of, zone=zone, about=thread, dry_run=dry_run), deliver)
