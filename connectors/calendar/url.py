"""A calendar behind a secret address. Tables: events, event_instances, tasks (its VTODOs). Handle: `url` (secret).

Cursor: ETag and Last-Modified (RFC 9110, 8.8), digest of the text, week of the window; while a server asks to wait
(Retry-After), until when. Only a request can tell whether something changed, so there is no fingerprint.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.calendar import local
from connectors.calendar.tables import TABLES as TABLES
from connectors.calendar.window import stamp
from connectors.shape import Cursor, Item, Known, Preview
from context.errors import InputError, SourceError

FILE = "calendar"
WAIT = "not_before"


def preview(handle: Any) -> Preview:
    """Fetch the calendar and count what it holds. Raises SourceError or InputError where it cannot be used."""
    from connectors.calendar import fetch
    from connectors.calendar.ical import NoCalendarError

    answer = fetch.get(handle.url.get_secret_value(), {}, datetime.now(UTC))
    try:
        return local.preview(local.count(answer.body), len(answer.body))
    except NoCalendarError:
        raise local.not_a_calendar(f"what {answer.host} answers", InputError) from None


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the calendar's items, or nothing where the server says that it did not change. Raises SourceError."""
    from connectors.calendar import fetch
    from connectors.calendar.ical import NoCalendarError

    address = hashlib.sha256(handle.url.get_secret_value().encode()).hexdigest()[:16]
    before = known.cursors.get(FILE, {})
    if before.get("address") != address:
        before = {}  # another address has its own marks, and may be asked at once
    if (until := before.get(WAIT)) and datetime.fromisoformat(until) > known.now:
        raise SourceError(f"the server asked to wait until {until}", "the next sync after that tries again")
    try:
        answer = fetch.get(handle.url.get_secret_value(), _conditions(before, known.now), known.now)
    except fetch.WaitError as wait:
        until = (known.now + timedelta(seconds=wait.seconds)).isoformat()
        yield Cursor(FILE, {**before, "address": address, WAIT: until}, whole=False)
        raise
    if answer.unchanged:
        return
    given = {"address": address, "etag": answer.etag, "modified": answer.modified}
    marks = {name: value for name, value in given.items() if value}
    try:
        yield from local.whole(FILE, answer.body, answer.host, known, marks)
    except NoCalendarError:
        raise local.not_a_calendar(f"what {answer.host} answers", SourceError) from None


def _conditions(before: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Return the headers that let the server answer 304; none where the rows would be others all the same."""
    if any(before.get(part) != value for part, value in stamp(now).items()):
        return {}
    headers = {"If-None-Match": before.get("etag"), "If-Modified-Since": before.get("modified")}
    return {name: value for name, value in headers.items() if value}
