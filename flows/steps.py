"""The steps of a capability as Prefect tasks: read and compose, say it better, archive, deliver; each retried alone.

A capability's flow is its typed form and one call of `serve`. Started by its schedule it takes its turn (`flows.slots`)
and keeps quiet hours and days off; what is asked for by hand is always given.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from prefect import task
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
from flows.deliver import SLACK_BLOCK, Channel
from flows.output import Output
from flows.shape import Ask, Capability, Gathered


async def _passing(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Whether a fault may pass by itself. What the owner has to mend does not; a lock or a busy disk does."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, BusyError | StorageError) or not isinstance(error, StewardError)


once = task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 20], retry_condition_fn=_passing)


@once
def gather(home: Home, made: Capability, ask: Ask, endpoint: Endpoint | None) -> Gathered:
    return capability.gather(home, made, ask, endpoint)


@task(cache_policy=NO_CACHE)  # the model's door tries again by itself, and only where nothing was charged
def narrate(home: Home, made: Capability, gathered: Gathered, endpoint: Endpoint | None) -> Output:
    return capability.narrated(home, made, gathered, endpoint)


@once
def archive(home: Home, made: Capability, gathered: Gathered, output: Output) -> None:
    capability.keep(home, made, gathered, output)


@once
def send(home: Home, gathered: Gathered, output: Output, channels: list[Channel]) -> list[str]:
    return [f"{item.channel}: {item.state}" for item in capability.send(home, gathered, output, channels)]


def serve(made: Capability, ask: Ask, deliver: Sequence[Channel], exact: bool = False) -> Any:
    """Make one output of a capability inside its flow and deliver it; return its run's id.

    With `exact` it goes to `deliver` alone, also when it is scheduled.

    A scheduled run whose slot is taken or past returns the state that says so.
    """
    home = Home.open()
    profile = store.load(home)
    with slots.turn(home, made.name, profile.identity.timezone) as turn:
        if not turn.serve:
            return turn.state()
        return one(home, made, replace(ask, scheduled=turn.slot is not None), deliver, exact)


def one(home: Home, made: Capability, ask: Ask, deliver: Sequence[Channel], exact: bool = False) -> str:
    """Make one output, archived and delivered, for a flow that has its turn; return its run's id."""
    profile = store.load(home)
    endpoint, notes = model(home)
    lost = _lost(home, made.name, profile.identity.timezone)
    ask = replace(ask, notes=(*ask.notes, *notes, *lost))
    gathered = gather(home, made, ask, endpoint)
    output = narrate(home, made, gathered, endpoint)
    archive(home, made, gathered, output)
    sent = send(home, gathered, output, channels(profile, deliver, ask.scheduled and not exact))
    said = gathered.quiet or ", ".join(sent) or "archived"
    get_run_logger().info("%s %s: %s", made.name, output.footer.run, said)
    return output.footer.run


def model(home: Home) -> tuple[Endpoint | None, tuple[str, ...]]:
    """Return the configured model; one that cannot be loaded costs a note, not the output."""
    try:
        return saved.load(home), ()
    except StewardError as error:
        return None, (str(error),)


def channels(profile: Profile, asked: Sequence[Channel], scheduled: bool) -> list[Channel]:
    """Return where it goes: what is scheduled also to Slack, where that is connected and the policy not against it."""
    if not scheduled or Channel.SLACK in asked or profile.policies.action("slack.dm.self") == "never":
        return list(asked)
    from blocks.slack import Slack

    try:
        Slack.get(SLACK_BLOCK)
    except ValueError:  # not connected
        return list(asked)
    return [*asked, Channel.SLACK]


def _lost(home: Home, name: str, zone: str) -> tuple[str, ...]:
    """Return what did not run since the last time: the next delivery says so."""
    with Ledger.open(home) as ledger:
        return slots.said(ledger.slots.all(name), zone)[-2:]
