"""Triage as a flow: its parameters are the form in the Prefect UI."""

from datetime import date, datetime
from typing import Any

from prefect import flow

from flows import steps
from flows.common.sorting import Label
from flows.deliver import Channel
from flows.shape import Ask
from flows.triage import compose


@flow(name="triage")
def triage(
    label: Label | None = None,
    day: date | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Sort your mail and say why; `steward why` takes the run id that it returns.

    Args:
        label: Only the mails of this label, all of them; empty for the whole inbox.
        day: The day it is about; empty for today.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive.
        zone: Where you are on that day, if not at home, such as Europe/Berlin.
    """
    return steps.serve(compose, Ask(day=day, as_of=as_of, zone=zone, about=label, dry_run=dry_run), deliver)
