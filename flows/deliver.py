"""Delivery: an output reaches the owner's channels, each exactly once, apart from the run that made it.

The ledger holds one delivery for each run and channel. It is claimed before anything leaves and settled after; what a
crash left open is looked up at the provider and only then sent again.

An output that lasts has one message about its subject: it is edited where it stands. Deliveries about one subject go
one after the other, under a lock that the operating system frees when its holder dies; so a claim that is found open
under it is a dead one, and an older output never takes the place of a newer one.
"""

import hashlib
import warnings
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from filelock import FileLock, Timeout

from blocks.ledger import Delivery, Ledger
from context.errors import InputError, StewardError
from context.home import Home
from flows import archive
from flows.output import Output
from flows.render import markdown, slack
from flows.render.clean import plain, trusted

SLACK_BLOCK = "slack"
ALIVE = timedelta(minutes=5)  # a claim younger than this may still be at work: every call inside has a shorter timeout
PATIENCE = 120  # seconds to wait for another delivery about the same subject
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
        return [_one(home, ledger, output, channel) for channel in channels]


def retry(home: Home, within: timedelta = RETRY) -> list[Delivery]:
    """Deliver again what was produced `within` that time and is not known to be out; return how each stands now.

    What the archive does not hold any more stays as it is, and does not keep the others.
    """
    settled: list[Delivery] = []
    with Ledger.open(home) as ledger:
        for open_ in ledger.deliveries.undelivered(datetime.now(UTC) - within):
            try:
                output = archive.load(home.outputs / ledger.outputs.get(open_.run).path).output
            except InputError:
                settled.append(open_)
                continue
            settled.append(_one(home, ledger, output, Channel(open_.channel)))
    return settled


def _one(home: Home, ledger: Ledger, output: Output, channel: Channel) -> Delivery:
    if output.lasting:
        return _kept(home, ledger, output, channel)
    claim = ledger.deliveries.claim(output.footer.run, channel, _target(output, channel))
    since: datetime | None = None
    if not claim.fresh:
        at_work = claim.state == "pending" and datetime.now(UTC) - claim.claimed_at < ALIVE
        if claim.state == "sent" or at_work or not ledger.deliveries.retake(claim):
            return claim
        since = min(claim.begun_at, output.made)  # a home's own clock may stand still
    return _send(ledger, output, channel, claim, since)


def _kept(home: Home, ledger: Ledger, output: Output, channel: Channel) -> Delivery:
    """Bring the one message about a subject to what `output` says; post it where there is none yet."""
    book, run, target = ledger.deliveries, output.footer.run, _target(output, channel)
    place = (output.capability, output.subject, channel, target)
    try:
        with FileLock(home.run / f"{key(output)}-{channel}.lock", timeout=PATIENCE, mode=0o600):
            standing = book.standing(*place)
            if standing is not None and standing.run == run:
                return standing
            begun = book.begun(*place)
            since = min(begun, output.made) if begun else None
            claim = book.claim(run, channel, target)
            if not claim.fresh and not book.retake(claim):
                return claim
            newest = ledger.outputs.latest(output.capability, output.subject)
            if newest is not None and newest.run != run:
                book.replaced(claim.id, datetime.now(UTC))
                return _settled(ledger, claim)
            return _send(ledger, output, channel, claim, since, standing.ref if standing else None)
    except Timeout:
        claim = book.claim(run, channel, target)
        if claim.fresh:
            book.failed(claim.id, "another delivery about it is at work", datetime.now(UTC))
        return _settled(ledger, claim)


def _send(
    ledger: Ledger, output: Output, channel: Channel, claim: Delivery, since: datetime | None, ref: str | None = None
) -> Delivery:
    """Send what is claimed and settle it. `since`: an attempt may have got through; `ref`: the message to edit."""
    try:
        ref = _artifact(output) if channel is Channel.ARTIFACT else _slack(output, since, ref)
    except StewardError as error:
        settle = ledger.deliveries.unknown if _may_be_out(error) else ledger.deliveries.failed
        settle(claim.id, str(error), datetime.now(UTC))
    else:
        done = ledger.deliveries.took_place if output.lasting else ledger.deliveries.sent
        done(claim.id, ref, datetime.now(UTC))
    return _settled(ledger, claim)


def _settled(ledger: Ledger, claim: Delivery) -> Delivery:
    return next(item for item in ledger.deliveries.of(claim.run) if item.id == claim.id)


def key(output: Output) -> str:
    """Return the name under which the versions of an output belong together: its artifact's key, its message's mark."""
    if not output.lasting:
        return output.capability
    return f"{output.capability}-{hashlib.sha256(output.subject.encode()).hexdigest()[:16]}"


def _target(output: Output, channel: Channel) -> str:
    return key(output) if channel is Channel.ARTIFACT else SLACK_BLOCK


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
                key=key(output),
                markdown=markdown.render(output),
                description=plain(output.title, limit=200),
            )
        )


def _slack(output: Output, since: datetime | None, ref: str | None) -> str:
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
        about=key(output) if output.lasting else None,
        ref=ref,
    )
