"""The owner's notifications: those of the last 30 days, read or not.

They are polled with If-Modified-Since and no more often than `X-Poll-Interval` allows
(https://docs.github.com/en/rest/activity/notifications). A 304 says that there is nothing new, not that nothing was
read elsewhere: so once an hour they are read without a condition.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.repos import hubrows
from connectors.repos.hub import Hub
from connectors.repos.tables import NOTIFICATIONS
from connectors.shape import Cursor, Item, Known, Reject, Rows
from connectors.waiting import waits

FILE = "notifications"
BACK = timedelta(days=30)
UNCONDITIONAL = timedelta(hours=1)
PER_PAGE = 50  # the most that GitHub gives


def items(hub: Hub, known: Known, before: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the notifications where something may be new, whole. Raises LostError where the token may not read them."""
    now = known.now
    if waits(before.get("not_before"), now):
        return
    read_at = before.get("read_at")
    # Read in a future that was none, it is read again at once: what is too old there may be young enough now.
    recent = read_at is not None and timedelta() <= now - datetime.fromisoformat(read_at) < UNCONDITIONAL
    fields = {"If-Modified-Since": before["modified"]} if recent and before.get("modified") else {}
    params = {"all": "true", "since": _since(now), "per_page": PER_PAGE}
    rows, rejects, first = list[dict[str, Any]](), list[Reject](), None
    for number, page in enumerate(hub.pages("/notifications", params, fields), 1):
        first = first or page
        if page.same:
            return
        for position, item in enumerate(page.items):
            try:
                rows.append(hubrows.notification(item))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                where = f"page {number}, item {position + 1}"
                rejects.append(Reject(FILE, where, "bad-item", f"{type(error).__name__}: {error}", repr(item).encode()))
    yield from rejects
    if rows:
        yield Rows(NOTIFICATIONS.name, FILE, rows)
    pause = (first.headers or {}).get("X-Poll-Interval", "") if first else ""
    marks = {
        "modified": first.modified if first else None,
        "read_at": now.isoformat(),
        "not_before": (now + timedelta(seconds=int(pause))).isoformat() if pause.isdigit() else None,
    }
    yield Cursor(FILE, {name: value for name, value in marks.items() if value})


def _since(now: datetime) -> str:
    """Return the first moment that is read: a day's beginning, so that the same is asked all day."""
    return (now.astimezone(UTC) - BACK).strftime("%Y-%m-%dT00:00:00Z")
