"""The morning brief as a flow: read and compose, say it better, archive, deliver; each step retried by itself.

Started by its schedule or from the Prefect UI's form. A scheduled run has its turn (`flows.slots`) and keeps quiet
hours and days off; what is asked for by hand is always given.
"""

from datetime import date, datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger

from blocks.ledger import Ledger
from blocks.model import saved
from blocks.model.endpoint import Endpoint
from context import store
from context.errors import BusyError, StewardError, StorageError
from context.home import Home
from context.profile import Profile
from flows import capability, slots
from flows.brief import compose
from flows.deliver import SLACK_BLOCK, Channel
from flows.output import Output
from flows.shape import Ask, Gathered


async def _passing(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Whether a fault may pass by itself. What the owner has to mend does not; a lock or a busy disk does."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, BusyError | StorageError) or not isinstance(error, StewardError)


once = task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 20], retry_condition_fn=_passing)


@once
def gather(home: Home, ask: Ask, endpoint: Endpoint | None) -> Gathered:
    return capability.gather(home, compose, ask, endpoint)


@task(cache_policy=NO_CACHE)  # the model's door tries again by itself, and only where nothing was charged
def narrate(home: Home, gathered: Gathered, endpoint: Endpoint | None) -> Output:
    return capability.narrated(home, compose, gathered, endpoint)


@once
def archive(home: Home, gathered: Gathered, output: Output) -> None:
    capability.keep(home, compose, gathered, output)


@once
def send(home: Home, gathered: Gathered, output: Output, channels: list[Channel]) -> list[str]:
    return [f"{item.channel}: {item.state}" for item in capability.send(home, gathered, output, channels)]


@flow(name="brief")
def brief(
    day: date | None = None,
    as_of: datetime | None = None,
    dry_run: bool = False,
    deliver: list[Channel] = [Channel.ARTIFACT],  # noqa: B006 - the form shows it; nothing changes it
    zone: str | None = None,
) -> Any:
    """Make the morning brief of a day and deliver it; `steward why` takes the run id that it returns.

    Args:
        day: The day it is about; empty for today.
        as_of: See the world as of this moment; empty for now.
        dry_run: Only look; nothing is marked as told, nothing is sent.
        deliver: Where it goes, besides the archive. A scheduled brief also goes to Slack where that is connected.
        zone: Where you are on that day, if not at home, such as Europe/Berlin.
    """
    home = Home.open()
    profile = store.load(home)
    with slots.turn(home, "brief", profile.identity.timezone) as turn:
        if not turn.serve:
            return turn.state()
        endpoint, notes = _model(home)
        ask = Ask(day, as_of, zone, dry_run, turn.slot is not None, notes + _lost(home, profile.identity.timezone))
        gathered = gather(home, ask, endpoint)
        output = narrate(home, gathered, endpoint)
        archive(home, gathered, output)
        sent = send(home, gathered, output, _channels(profile, deliver, ask.scheduled))
        get_run_logger().info("brief %s: %s", output.footer.run, gathered.quiet or ", ".join(sent) or "archived")
        return output.footer.run


def _model(home: Home) -> tuple[Endpoint | None, tuple[str, ...]]:
    """Return the configured model; one that cannot be loaded costs a note, not the brief."""
    try:
        return saved.load(home), ()
    except StewardError as error:
        return None, (str(error),)


def _channels(profile: Profile, asked: list[Channel], scheduled: bool) -> list[Channel]:
    """Return where it goes: a scheduled brief also to Slack, where that is connected and the policy not against it."""
    if not scheduled or Channel.SLACK in asked or profile.policies.action("slack.dm.self") == "never":
        return list(asked)
    from blocks.slack import Slack

    try:
        Slack.get(SLACK_BLOCK)
    except ValueError:  # not connected
        return list(asked)
    return [*asked, Channel.SLACK]


def _lost(home: Home, zone: str) -> tuple[str, ...]:
    """Return what did not run since the last brief: the next delivery says so."""
    with Ledger.open(home) as ledger:
        return slots.said(ledger.slots.all("brief"), zone)[-2:]
