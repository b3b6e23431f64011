"""Asking as a flow, for whoever asks in the Prefect UI. The command line and other doors call `capability.run`."""

from datetime import datetime
from typing import Any

from prefect import flow

from context.home import Home
from flows import steps
from flows.ask import follow
from flows.ask.compose import Asking
from flows.deliver import Channel
from flows.shape import Ask


@flow(name="ask")
def ask(
    question: str = "How many hours of meetings did I have last week?",
    again: bool = False,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Answer a question from your own data, with its SQL and rows; `steward why` takes the run id that it returns.

    Args:
        question: What you want to know, in English or German.
        again: Go on from the last question: "and in February?" keeps everything else.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; a follow-up does not go on from it, and nothing is sent.
        deliver: Where it goes, besides the archive.
        zone: Where you are, if not at home, such as Europe/Berlin.
    """
    home = Home.open()
    before = follow.last(home) if again else None
    return steps.serve(Asking(home, before), Ask(about=question, as_of=as_of, zone=zone, dry_run=dry_run), deliver)
