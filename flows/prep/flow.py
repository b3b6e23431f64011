"""Meeting preparation as a flow: its parameters are the form in the Prefect UI."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from prefect import flow
from prefect.logging import get_run_logger

from context import store
from context.errors import StewardError
from context.home import Home
from flows import slots, steps
from flows.deliver import Channel
from flows.prep import compose
from flows.prep.due import due
from flows.shape import Ask


@flow(name="prep")
def prep(
    event: str | None = None,
    day: date | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Prepare a meeting and deliver that; returns the runs' ids, which `steward why` takes.

    By its schedule it prepares all that come soon, and brings up to date or withdraws what was sent before.

    Args:
        event: The beginning of its title, or its key; empty for the next one.
        day: The day it is on; empty for today.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive. A scheduled run also goes to Slack where that is connected.
        zone: Where you are on that day, if not at home, such as Europe/Berlin.
    """
    home = Home.open()
    ask = Ask(day=day, as_of=as_of, zone=zone, about=event, dry_run=dry_run)
    with slots.turn(home, compose.name, store.load(home).identity.timezone) as turn:
        if not turn.serve:
            return turn.state()
        if turn.slot is None:
            return [steps.one(home, compose, ask, deliver)]
        return every(home, replace(ask, scheduled=True), deliver)


def every(home: Home, ask: Ask, deliver: list[Channel]) -> list[str]:
    """Make one output for each meeting that is due. One that fails does not keep the others; it fails the run."""
    made: list[str] = []
    failed: StewardError | None = None
    for occurrence in due(home, ask):
        try:
            made.append(steps.one(home, compose, replace(ask, about=occurrence), deliver))
        except StewardError as error:
            get_run_logger().warning("a meeting could not be prepared: %s", error)
            failed = failed or error
    if failed is not None:
        raise failed
    return made
