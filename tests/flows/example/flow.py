"""Birthdays as a flow: its parameters are the form in the Prefect UI; its name is the deployment's, too."""

from datetime import date
from typing import Any

from prefect import flow

from flows import steps
from flows.deliver import Channel
from flows.shape import Ask
from tests.flows.example import compose


@flow(name="birthdays")
def birthdays(day: date | None = None, dry_run: bool = False) -> Any:
    """Tell the birthdays of the coming week; returns the run's id, which `steward why` takes.

    Args:
        day: The first day; empty for today.
        dry_run: Only look; nothing is marked as told, nothing is sent.
    """
    return steps.serve(compose, Ask(day=day, dry_run=dry_run), [Channel.ARTIFACT])
