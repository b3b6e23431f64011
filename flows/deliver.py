"""Delivery: an output reaches the owner's channels, each exactly once, apart from the run that made it.

The ledger holds one delivery for each run and channel. It is claimed before anything leaves and settled after; what a
crash left open is looked up at the provider and only then sent again.
"""

import warnings
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from blocks.ledger import Delivery, Ledger
from context.errors import InputError, StewardError
from context.home import Home
from flows import archive
from flows.output import Output
from flows.render import markdown, slack
from flows.render.clean import plain, trusted

SLACK_BLOCK = "slack"
ALIVE = timedelta(minutes=5)  # a claim younger than this may still be at work: every call inside has a shorter timeout
RETRY = timedelta(days=1)  # older news is not news


class Channel(StrEnum):
    """Where an output can go, besides the archive where it always stands."""

    ARTIFACT = "artifact"
    SLACK = "slack"


def deliver(home: Home, output: Output, channels: Iterable[Channel]) -> list[Delivery]:
    """Send an archived output to `channels`; return how each delivery stands now.

    A channel that fails is recorded as such and does not stop the others: the run has produced, and `retry` delivers.
    """
    with Ledger.open(home) as ledger:
        return [_one(ledger, output, channel) for channel in channels]


def retry(home: Home, within: timedelta = RETRY) -> list[Delivery]:
    """Deliver again what was produced `within` that time and is not known to be out; return how each stands now."""
    settled: list[Delivery] = []
    with Ledger.open(home) as ledger:
        for open_ in ledger.deliveries.undelivered(datetime.now(UTC) - within):
            path = home.outputs / ledger.outputs.get(open_.run).path
            settled.append(_one(ledger, archive.load(Path(path)).output, Channel(open_.channel)))
    return settled


def _one(ledger: Ledger, output: Output, channel: Channel) -> Delivery:
    target = output.capability if channel is Channel.ARTIFACT else SLACK_BLOCK
    run = output.footer.run
    claim = ledger.deliveries.claim(run, channel, target)
    since: datetime | None = None
    if not claim.fresh:
        at_work = claim.state == "pending" and datetime.now(UTC) - claim.claimed_at < ALIVE
        if claim.state == "sent" or at_work or not ledger.deliveries.retake(claim):
            return claim
        since = min(claim.claimed_at, output.made)  # an attempt before that claim may have got through, too
    try:
        ref = _artifact(output) if channel is Channel.ARTIFACT else _slack(output, since)
    except StewardError as error:
        settle = ledger.deliveries.unknown if _may_be_out(error) else ledger.deliveries.failed
        settle(claim.id, str(error), datetime.now(UTC))
    else:
        ledger.deliveries.sent(claim.id, ref, datetime.now(UTC))
    return next(item for item in ledger.deliveries.of(run) if item.id == claim.id)


def _may_be_out(error: StewardError) -> bool:
    from blocks.slack import UnsettledError

    return isinstance(error, UnsettledError)


def _artifact(output: Output) -> str:
    """Make the Markdown artifact of the current run; the same key again is a new version of it, not a second one."""
    from prefect.artifacts import create_markdown_artifact

    with warnings.catch_warnings():  # from the command line there is no run, which Prefect remarks on and allows
        warnings.filterwarnings("ignore", "Artifact creation outside", FutureWarning)
        return str(
            create_markdown_artifact(
                key=output.capability,
                markdown=markdown.render(output),
                description=plain(output.title, limit=200),
            )
        )


def _slack(output: Output, since: datetime | None) -> str:
    from blocks.slack import Slack

    try:
        block = Slack.get(SLACK_BLOCK)
    except ValueError as error:
        raise InputError("Slack is not connected", "run `steward connect slack`") from error
    return block.post(
        slack.render(output),
        run=output.footer.run,
        kind=output.capability,
        links=trusted(output),
        since=since,
    )
