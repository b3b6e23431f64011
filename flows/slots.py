"""Slots: which scheduled moment a run serves, whether it is still worth serving, and what became of the others.

After five days asleep Prefect starts every run that is late, at once and side by side, and a moment for which it had
made no run is simply gone. So each cadence flow names its own slot and claims it in the ledger: one run serves a slot,
an older one is superseded, one that comes too late is skipped, and what never began is written down as skipped.
Imports no prefect at module level: the supervisor uses it too.

Slots are moments of this machine's clock, also in a home whose own clock stands still.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from croniter import croniter

from blocks.ledger import Ledger, SlotRow
from context.home import Home
from flows import manifest, owned

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun, State

# Deployment → how long after its moment a slot is still worth serving. A sync is repeated so often that only the newest
# matters; yesterday's brief helps nobody.
USEFUL = {
    "sync": timedelta(hours=1),
    "brief": timedelta(hours=6),
    "digest": timedelta(hours=48),
    "commitments": timedelta(hours=24),
    "review": timedelta(hours=72),
    "prep": timedelta(hours=1),
    "people": timedelta(hours=48),
    "housekeeping": timedelta(hours=24),
}
PUNCTUAL = timedelta(minutes=10)  # served later than this, a slot counts as caught up
GRACE = timedelta(minutes=3)  # Prefect has this long to begin a run by itself before it is started again
CATCH_UP = "catch-up"  # the tag of a run that stands in for one that did not begin, or died
AFTER = "after:"  # with the dead run's id, the tag of the run that takes over its claim
NEAR = timedelta(hours=3)  # around a change of the clock, the wall's order and the true one differ by less
MOST = 5_000  # missed slots written down at once: fifty days of a sync every 15 minutes


@dataclass(frozen=True)
class Rhythm:
    """When a deployment is due: cron lines on the wall clock of an IANA zone, and how long each slot is useful."""

    name: str
    lines: tuple[tuple[str, str], ...]
    useful: timedelta

    def due(self, now: datetime) -> datetime | None:
        """Return the newest slot that is not after `now`, in UTC."""
        return max((slot for cron, zone in self.lines for slot in _slots(cron, ZoneInfo(zone), now)), default=None)

    def between(self, after: datetime, until: datetime) -> list[datetime]:
        """Return the slots after `after` and not after `until`, oldest first: of many, the newest MOST."""
        found = {slot for cron, zone in self.lines for slot in _slots(cron, ZoneInfo(zone), until, after)}
        return sorted(slot for slot in found if slot > after)[-MOST:]


def rhythm(name: str, zone: str, home: Home | None = None) -> Rhythm:
    """Return the rhythm of the deployment `name` for an owner in `zone`, as prefect.yaml has it.

    With `home`, `name` may also be one of the owner's own, as its front matter has it.
    """
    ours = name in {entry.name for entry in manifest.entries()}  # a folder of that name changes nothing
    entry = manifest.entry(name) if ours or home is None else owned.read(home, name).entry()
    lines = tuple((line.cron, manifest.zoned(line, zone)) for line in entry.schedules)
    if isinstance(entry, owned.Own):
        return Rhythm(name, lines, entry.useful)
    return Rhythm(name, lines, USEFUL[name] if lines else timedelta(0))  # without a schedule it has no slots


def _slots(cron: str, zone: ZoneInfo, until: datetime, after: datetime | None = None) -> Iterator[datetime]:
    """Yield the slots from `until` back to `after`, or to the newest one that there is, and some before.

    The line is met on the wall clock, exactly as Prefect's scheduler does it: a time that the spring change leaves out
    comes an hour sooner, one that the autumn change repeats counts once, the first time.
    """
    wall = until.astimezone(zone).replace(tzinfo=None)
    start = after.astimezone(zone).replace(tzinfo=None) if after else wall
    turning = (until - NEAR).astimezone(zone).utcoffset() != (until + NEAR).astimezone(zone).utcoffset()
    near = NEAR if after or turning else timedelta(seconds=1)
    line = croniter(cron, wall + near)
    found = 0
    while found < MOST:
        naive = line.get_prev(datetime)
        if naive < start - near and (after or found):
            return
        slot = naive.replace(tzinfo=zone).astimezone(UTC)
        if slot.astimezone(zone).replace(tzinfo=None) != naive:
            slot = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if slot <= until:
            found += 1
            yield slot


@dataclass(frozen=True)
class Turn:
    """What a run may do. `slot` is None for a run that somebody asked for: it always serves."""

    name: str
    slot: datetime | None
    serve: bool
    why: str | None = None
    late: timedelta = timedelta()

    def state(self) -> "State":
        """Return what a flow that may not serve returns: completed, under a name that says so in the Prefect UI."""
        from prefect.states import Completed

        return Completed(name="Superseded" if self.why and "newer" in self.why else "Skipped", message=self.why)


def take(ledger: Ledger, rhythm: Rhythm, scheduled: datetime, now: datetime, run: str, dead: str | None = None) -> Turn:
    """Decide whether the run `run`, scheduled for `scheduled`, serves its slot; claim it where it does.

    `dead` is a run that claimed the slot and is known to have died: its claim passes over.
    """
    slot = rhythm.due(scheduled)
    newest = rhythm.due(max(now, scheduled))
    if slot is None or newest is None:
        return Turn(rhythm.name, None, True)
    late = max(now - slot, timedelta())
    why = None
    if newest > slot:
        why = f"a newer one, of {newest:%Y-%m-%d %H:%M} UTC, is due"
        ledger.slots.finish(rhythm.name, slot, "superseded", why, now)
    elif late > rhythm.useful:
        why = f"{spoken(late)} late, and of use for {spoken(rhythm.useful)}"
        ledger.slots.finish(rhythm.name, slot, "skipped", why, now)
    elif not ledger.slots.claim(rhythm.name, slot, run) and not (
        dead and ledger.slots.reclaim(rhythm.name, slot, run, dead)
    ):
        why = "another run has served it or is at it"
    return Turn(rhythm.name, slot, why is None, why, late)


def finish(ledger: Ledger, turn: Turn, now: datetime, error: BaseException | None = None) -> None:
    """Write down how a served turn ended: in time, caught up, or failed (the kind of error, never its text)."""
    if turn.slot is None or not turn.serve:
        return
    if error is not None:
        ledger.slots.finish(turn.name, turn.slot, "failed", type(error).__name__, now)
    elif turn.late > PUNCTUAL:
        ledger.slots.finish(turn.name, turn.slot, "caught_up", f"{spoken(turn.late)} late", now)
    else:
        ledger.slots.finish(turn.name, turn.slot, "done", None, now)


def missed(ledger: Ledger, rhythm: Rhythm, now: datetime, since: datetime | None = None) -> list[datetime]:
    """Write down every slot that nobody began and nobody now should; return them. `since` bounds how far to look back.

    The first time ever, the newest slot is written down as before Steward's time, so that nothing is caught up for it.
    """
    newest = rhythm.due(now)
    if newest is None:
        return []
    first = ledger.slots.first(rhythm.name)
    if first is None:
        ledger.slots.finish(rhythm.name, newest, "skipped", "before Steward was started for the first time", now)
        return []
    start = max(first.slot, since or first.slot)
    known = {row.slot for row in ledger.slots.since(rhythm.name, start)}
    late = now - newest > rhythm.useful
    gone = [slot for slot in rhythm.between(start, newest) if slot not in known and (slot < newest or late)]
    for slot in gone:
        ledger.slots.finish(rhythm.name, slot, "skipped", "the machine was off or asleep", now)
    return gone


def overdue(ledger: Ledger, rhythm: Rhythm, now: datetime) -> tuple[datetime, str | None] | None:
    """Return the newest slot where it should have begun and has not (or its run died), with the run that holds it.

    The holder is for the caller to look up: only a dead one's slot may be started again. None where all is well.
    """
    newest = rhythm.due(now)
    if newest is None or not GRACE < now - newest <= rhythm.useful:
        return None
    held = ledger.slots.get(rhythm.name, newest)
    if held is None:
        return newest, None
    return (newest, held.claimed_by) if held.outcome is None else None


def said(rows: list[SlotRow], zone: str) -> tuple[str, ...]:
    """Return what the next delivery should say: the slots that were lost since the last one served, newest last."""
    lost: list[SlotRow] = []
    for row in rows:
        if row.outcome in ("done", "caught_up"):
            lost = []
        elif row.outcome in ("skipped", "superseded", "failed") and "first time" not in (row.reason or ""):
            lost.append(row)
    return tuple(
        f"{row.name} of {row.slot.astimezone(ZoneInfo(zone)):%a %d %b %H:%M} {row.outcome}: {row.reason}"
        for row in lost
    )


def spoken(span: timedelta) -> str:
    """Return a span in one unit: "4 min", "9 h", "3 d"."""
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2_880 else f"{minutes // 1440} d"


@contextmanager
def turn(home: Home, name: str, zone: str) -> Iterator[Turn]:
    """Give the present flow run its turn, and write down how it ended.

    A run that somebody asked for (the UI, the command line, a plain call) has no slot and always serves.
    """
    run = _scheduled_run()
    if run is None or run.expected_start_time is None:
        yield Turn(name, None, True)
        return
    now = datetime.now(UTC)
    with Ledger.open(home) as ledger:
        given = take(ledger, rhythm(name, zone, home), run.expected_start_time, now, str(run.id), _dead(run))
        try:
            yield given
        except Exception as error:  # a signal is no Exception: the slot stays open, and another run may stand in
            finish(ledger, given, datetime.now(UTC), error)
            raise
        finish(ledger, given, datetime.now(UTC))


def _scheduled_run() -> "FlowRun | None":
    """The present run where the schedule (or its stand-in) made it. A subflow of another cadence has no slot."""
    from prefect.context import FlowRunContext

    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None or not (run.auto_scheduled or CATCH_UP in run.tags):
        return None
    return run


def _dead(run: "FlowRun") -> str | None:
    return next((tag.removeprefix(AFTER) for tag in run.tags if tag.startswith(AFTER)), None)
