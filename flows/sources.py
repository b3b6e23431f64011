"""The sources as one table: `steward status`, `steward sources` and the artifact of a sync show the same columns."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocks.ledger import SourceRow
from blocks.ledger.sources import STALE_AFTER
from connectors.reach import block_of, renewal

COLUMNS = ("source", "kind", "account", "state", "read", "rows", "rejects", "grant", "next")
NUMBERS = ("rows", "rejects")
UNKNOWN = "–"
AHEAD = timedelta(days=8)  # every schedule comes round within a week


def table(rows: Iterable[SourceRow], now: datetime, due: datetime | None, zone: str) -> list[dict[str, str | int]]:
    """Return a row a source, with the values of COLUMNS.

    `due` is when the next sync is due, or None where none will run; it is said in the owner's `zone` (IANA).
    """
    coming = due.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") if due else UNKNOWN
    return [
        {
            "source": row.name,
            "kind": row.kind,
            "account": row.account,
            "state": row.state_at(now),
            "read": age(now, row.last_success_at),
            "rows": row.rows or 0,
            "rejects": row.rejects or 0,
            "grant": grant(row, now),
            "next": coming,
        }
        for row in rows
    ]


def plain(row: SourceRow, now: datetime, due: datetime | None) -> dict[str, Any]:
    """Return all that is known of a source as JSON can hold it."""
    names = ("name", "kind", "family", "account", "settings", "rows", "rejects", "error", "mend")
    times = ("connected_at", "last_attempt_at", "last_success_at", "grant_until")
    moments = {name: getattr(row, name) for name in times} | {"next_at": due}
    return {
        **{name: getattr(row, name) for name in names},
        "state": row.state_at(now),
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "grant_days": row.grant_days(now),
    }


def next_sync(now: datetime, zone: str) -> datetime | None:
    """Return when the next sync is due, in UTC."""
    from flows import slots

    ahead = slots.rhythm("sync", zone).between(now, now + AHEAD)
    return ahead[0] if ahead else None


def grant(row: SourceRow, now: datetime) -> str:
    """Return how long a source may still be read: "12 days", "ended", or that no end is known."""
    days = row.grant_days(now)
    if row.state == "needs_reauth" or (days is not None and days < 0):
        return "ended"
    return UNKNOWN if days is None else span(days)


def ending(row: SourceRow, now: datetime) -> tuple[str, str] | None:
    """Return what is to be said of a grant that ends soon or has ended, and the step that renews it."""
    if not row.grant_ends(now):
        return None
    left = grant(row, now)
    step = row.mend if row.state == "needs_reauth" and row.mend else renewal(row)
    return ("the leave to read it has ended" if left == "ended" else f"the leave to read it ends in {left}"), step


def warnings(rows: Iterable[SourceRow], now: datetime) -> Iterator[str]:
    """Yield a line for each thing that is wrong with a source, or foreseen, with the next step.

    Sources that share an account share its grant: its end is said once, under the account's name.
    """
    said = set[str]()
    for row in rows:
        if row.error:
            yield f"{row.name}: {row.error}" + (f" — {row.mend}" if row.mend else "")
        elif told := ending(row, now):
            line = f"{block_of(row.name, row.settings)}: foreseen: {told[0]} — {told[1]}"
            if line not in said:
                yield line
            said.add(line)


def span(days: int) -> str:
    """Return whole days in words."""
    return "less than a day" if days < 1 else f"{days} day{'' if days == 1 else 's'}"


def age(now: datetime, then: datetime | None) -> str:
    """Return how long ago something was, in words."""
    if then is None:
        return "never"
    if then - now > STALE_AFTER:
        return "in the future"  # the clock was set back since
    minutes = max(0, (now - then) // timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 2880 else f"{minutes // 1440} days ago"
