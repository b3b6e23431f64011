"""How fresh each family of sources is: what the header says, and what a section may still claim."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blocks.ledger import SourceRow
from blocks.ledger.sources import STALE_AFTER
from connectors.reach import block_of
from flows.output import Source
from flows.sources import ending

State = Literal["absent", "never", "ok", "stale", "failed"]
FAMILIES = ("calendar", "mail", "docs", "repos", "tasks", "people")


@dataclass(frozen=True)
class Health:
    """A family's state: the worst of its sources, and the oldest of their last successful reads."""

    family: str
    state: State = "absent"
    read: datetime | None = None
    names: tuple[str, ...] = ()  # the sources that are not well

    @property
    def sound(self) -> bool:
        """Whether "there is nothing" may be said of this family."""
        return self.state == "ok"


def families(rows: Iterable[SourceRow], now: datetime) -> dict[str, Health]:
    """Return the health of every family at `now`; one without a source is "absent"."""
    result = {name: Health(name) for name in FAMILIES}
    grouped: dict[str, list[SourceRow]] = {}
    for row in rows:
        grouped.setdefault(row.family, []).append(row)
    for family, members in grouped.items():
        states = {row.name: state(row, now) for row in members}
        worst = max(states.values(), key=("ok", "stale", "never", "failed").index)
        reads = [row.last_success_at for row in members if row.last_success_at]
        unwell = tuple(name for name, found in states.items() if found != "ok")
        result[family] = Health(family, worst, min(reads, default=None), unwell)
    return result


def state(row: SourceRow, now: datetime) -> State:
    """Return one source's state. A failed attempt matters once what the last success brought is old, too."""
    if row.last_success_at is None:
        return "never" if row.state in ("never", "backfilling") else "failed"
    aged = now - row.last_success_at > STALE_AFTER
    if row.state in ("failed", "needs_reauth"):
        return "failed" if aged else "ok"
    return "stale" if aged else "ok"


def header(rows: Iterable[SourceRow], now: datetime) -> tuple[Source, ...]:
    """Return what an output's header says: one entry for each family that is well, one for each source that is not.

    A source or account whose grant ends soon, or is gone, has an entry that names the step to renew it.
    """
    known = sorted(rows, key=lambda row: (FAMILIES.index(row.family) if row.family in FAMILIES else 9, row.name))
    found: list[Source] = []
    for family in dict.fromkeys(row.family for row in known):
        members = [row for row in known if row.family == family]
        well = [row.last_success_at for row in members if row.last_success_at and state(row, now) == "ok"]
        if well:
            found.append(Source(name=family, family=family, read=min(well), stale=False))
        found += [_entry(row, now) for row in members if state(row, now) != "ok"]
    accounts: dict[str, Source] = {}  # by account: sources that share one share its grant
    for row in known:
        if state(row, now) == "ok" and row.grant_ends(now):
            account = block_of(row.name, row.settings)
            accounts.setdefault(account, _entry(row, now).model_copy(update={"name": account}))
    return (*found, *accounts.values())


def _entry(row: SourceRow, now: datetime) -> Source:
    told = ending(row, now)
    return Source(
        name=row.name,
        family=row.family,
        read=row.last_success_at,
        stale=row.last_success_at is not None and state(row, now) != "ok",
        error=row.error,
        grant=": ".join(told) if told else None,
    )
