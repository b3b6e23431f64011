"""What is not known, because a source was not read lately: without it "nothing found" would claim too much."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from blocks.ledger import SourceRow

FAMILIES = {  # a search view → the family of sources that fills it
    "events": "calendar",
    "messages": "mail",
    "documents": "docs",
    "passages": "docs",
    "commits": "repos",
    "issues": "repos",
    "tasks": "tasks",
    "contacts": "people",
}


def unknown(sources: Iterable[SourceRow], family: str | None, now: datetime) -> list[str]:
    """Say of each source (of a family) that was not read recently what is therefore not known; [] if all were."""
    chosen = [source for source in sources if family in (None, source.family)]
    if not chosen:
        return [f"no {family or 'source'} is connected, so nothing is known; the owner can run `steward connect`"]
    return [line for source in chosen if (line := _doubt(source, now))]


def unfound(sources: Collection[SourceRow], kinds: Iterable[str], now: datetime) -> list[str]:
    """Say what is not known of the views that were searched, all by default."""
    families = sorted({FAMILIES[kind] for kind in kinds if kind in FAMILIES})
    if not families:
        return unknown(sources, None, now)
    return [line for family in families for line in unknown(sources, family, now)]


def _doubt(source: SourceRow, now: datetime) -> str | None:
    """Return what is not known because of this source; None if it was read recently and whole."""
    state = source.state_at(now)
    if state == "ok":
        return None
    if source.last_success_at is None:
        return f"{source.family} “{source.name}” was never read"
    said = {"backfilling": "older rows are still being read", "needs_reauth": "it needs to be signed in again"}
    why = said.get(state, "later changes are not known")
    return f"{source.family} “{source.name}” was last read {_age(now - source.last_success_at)} ago: {why}"


def _age(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
