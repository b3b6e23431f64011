"""A calendar behind a secret address. Tables: events, event_instances, tasks (its VTODOs). Handle: `url` (secret).

Cursor: ETag and Last-Modified (RFC 9110, 8.8), digest of the text, week of the window; while a server asks to wait
(Retry-After), until when. Only a request can tell whether something changed, so there is no fingerprint.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.calendar import local
from connectors.calendar.tables import TABLES as TABLES
from connectors.calendar.window import stamp
from connectors.shape import Cursor, Item, Known, Preview
from connectors.waiting import waits
from context.errors import InputError, SourceError

if TYPE_CHECKING:
    from connectors.web import Reply

FILE = "calendar"
WAIT = "not_before"
RENEW = "get a new address, then run `steward connect ics`"
NOT_MODIFIED = 304
NOWHERE = (404, 410)


def preview(handle: Any) -> Preview:
    """Fetch the calendar and count what it holds. Raises SourceError or InputError where it cannot be used."""
    from connectors.calendar.ical import NoCalendarError

    answer = _get(handle, {}, datetime.now(UTC))
    try:
        return local.preview(local.count(answer.body), len(answer.body))
    except NoCalendarError:
        raise local.not_a_calendar(f"what {answer.host} answers", InputError) from None


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the calendar's items, or nothing where the server says that it did not change. Raises SourceError."""
    from connectors.calendar.ical import NoCalendarError
    from connectors.web import WaitError

    address = hashlib.sha256(handle.url.get_secret_value().encode()).hexdigest()[:16]
    before = known.cursors.get(FILE, {})
    if before.get("address") != address:
        before = {}  # another address has its own marks, and may be asked at once
    if waits(until := before.get(WAIT), known.now):
        raise SourceError(f"the server asked to wait until {until}", "the next sync after that tries again")
    try:
        answer = _get(handle, _conditions(before, known.now), known.now)
    except WaitError as wait:
        until = (known.now + timedelta(seconds=wait.seconds)).isoformat()
        yield Cursor(FILE, {**before, "address": address, WAIT: until}, whole=False)
        raise
    if answer.status == NOT_MODIFIED:
        return
    headers = answer.headers
    given = {"address": address, "etag": headers.get("ETag"), "modified": headers.get("Last-Modified")}
    marks = {name: value for name, value in given.items() if value}
    try:
        yield from local.whole(FILE, answer.body, answer.host, known, marks)
    except NoCalendarError:
        raise local.not_a_calendar(f"what {answer.host} answers", SourceError) from None


def _get(handle: Any, conditions: Mapping[str, str], now: datetime) -> "Reply":
    """Return the calendar's text, or that it did not change. Raises GrantError where there is no calendar any more."""
    from connectors.web import GrantError, Web

    fields = {"Accept": "text/calendar, */*;q=0.1", **conditions}
    with Web(renew=RENEW, now=now) as web:
        answer = web.get(handle.url.get_secret_value(), fields=fields, want=(200, NOT_MODIFIED, *NOWHERE))
    if answer.status in NOWHERE:
        raise GrantError(f"{answer.host} has no calendar there ({answer.status})", RENEW)
    if answer.status == 200 and answer.page:
        raise answer.strange()
    if answer.status == 200 and not answer.body.strip():
        raise SourceError(f"{answer.host} answered with nothing", "open the address in a browser, then `steward sync`")
    return answer


def _conditions(before: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Return the headers that let the server answer 304; none where the rows would be others all the same."""
    if any(before.get(part) != value for part, value in stamp(now).items()):
        return {}
    headers = {"If-None-Match": before.get("etag"), "If-Modified-Since": before.get("modified")}
    return {name: value for name, value in headers.items() if value}
