"""One GET of a secret address: limits on time and size, patience where it helps, a clear word where it does not.

The address never appears in an error, a log or a cursor: only its host does.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests

from context.errors import InputError, SourceError

CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
SECONDS = 120.0  # for the whole answer: a server may send a byte now and then for ever
LARGEST = 50 << 20
TRIES = 3
PAUSES = (1.0, 4.0)
LONGEST_PAUSE = 30.0  # a longer Retry-After is left to a later sync
REDIRECTS = 5


class GrantError(SourceError):
    """The server wants another address or another permission: trying again changes nothing."""

    reauth = True


class PassingError(SourceError):
    """The server could not answer now; later it may."""

    passing = True


class WaitError(SourceError):
    """The server asks not to be asked for some time."""

    def __init__(self, what: str, mend: str, seconds: float) -> None:
        super().__init__(what, mend)
        self.seconds = seconds


class _AgainError(Exception):
    """A fault that may pass; the error it becomes if it does not, and the pause the server asked for."""

    def __init__(self, error: SourceError, pause: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.pause = error, pause


@dataclass(frozen=True)
class Answer:
    host: str
    body: bytes = b""
    etag: str | None = None
    modified: str | None = None
    unchanged: bool = False


def get(url: str, conditions: dict[str, str], now: datetime) -> Answer:
    """Return the answer to a GET; `unchanged` where the conditions held (304).

    Raises GrantError (401, 403, 404, 410), WaitError (429 or 503 with a long Retry-After), SourceError.
    """
    with requests.Session() as session:
        session.trust_env = False  # ~/.netrc and proxies are not this connection's settings
        for attempt in range(TRIES):
            try:
                return _once(session, url, conditions, now)
            except _AgainError as again:
                if attempt == TRIES - 1:
                    raise again.error from None
                time.sleep(again.pause if again.pause is not None else PAUSES[attempt])
    raise AssertionError("unreachable")


def _once(session: requests.Session, url: str, conditions: dict[str, str], now: datetime) -> Answer:
    headers = {"Accept": "text/calendar, */*;q=0.1", "User-Agent": "steward", **conditions}
    host = urlsplit(url).hostname or "the server"
    try:
        for _ in range(REDIRECTS + 1):
            with session.get(
                url, headers=headers, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True, allow_redirects=False
            ) as response:
                if response.is_redirect:
                    url = _next(url, response.headers["Location"])
                    continue
                _check(host, response, now)
                if response.status_code == 304:
                    return Answer(host, unchanged=True)
                body = _body(host, response)
                return Answer(host, body, response.headers.get("ETag"), response.headers.get("Last-Modified"))
    except requests.exceptions.SSLError:
        raise SourceError(
            f"{host} has no valid certificate", "check the clock and the network, then try again"
        ) from None
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
        raise _AgainError(
            PassingError(f"{host} cannot be reached", "check the network, then run `steward sync`")
        ) from None
    except requests.RequestException as error:
        raise SourceError(f"{host} cannot be read ({type(error).__name__})", "check the address") from None
    raise SourceError(f"{host} redirects without end", "ask the provider for a new address")


def _next(url: str, location: str) -> str:
    """Return where a redirect leads. Raises InputError where that is no web address or gives up the encryption."""
    target = urljoin(url, location)
    allowed = ("https",) if url.startswith("https:") else ("https", "http")
    if urlsplit(target).scheme not in allowed:
        raise InputError("the address redirects to an unprotected or unknown place", "ask the provider for a new one")
    return target


def _check(host: str, response: requests.Response, now: datetime) -> None:
    """Raise what a status other than 200 and 304 means."""
    status = response.status_code
    if status in (200, 304):
        return
    if status in (401, 403):
        raise GrantError(
            f"{host} no longer lets us read ({status})", "get a new address, then run `steward connect ics`"
        )
    if status in (404, 410):
        raise GrantError(
            f"{host} has no calendar there ({status})", "get a new address, then run `steward connect ics`"
        )
    if status in (429, 503) and (seconds := _retry_after(response, now)) is not None:
        wait = WaitError(f"{host} asks to wait {round(seconds)} s ({status})", "a later sync tries again", seconds)
        if seconds > LONGEST_PAUSE:
            raise wait
        raise _AgainError(wait, seconds)
    if status == 429 or status >= 500:
        raise _AgainError(PassingError(f"{host} answered {status}", "a later sync tries again"))
    raise SourceError(f"{host} answered {status}", "check the address in a browser, then run `steward sync`")


def _retry_after(response: requests.Response, now: datetime) -> float | None:
    """Return the seconds of Retry-After, which is a number or a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _body(host: str, response: requests.Response) -> bytes:
    """Return the body, within size and time. Raises SourceError where it is a web page instead of a calendar."""
    begun, parts, size = time.monotonic(), list[bytes](), 0
    for part in response.iter_content(1 << 16):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise SourceError(f"{host} sends more than {LARGEST >> 20} MB", "ask the provider for a smaller calendar")
        if time.monotonic() - begun > SECONDS:
            raise _AgainError(PassingError(f"{host} is too slow", "a later sync tries again"))
    body = b"".join(parts)
    if not body.strip():
        raise SourceError(f"{host} answered with nothing", "open the address in a browser, then run `steward sync`")
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        raise SourceError(
            f"{host} answers with a web page, not a calendar (a log-in, or this network's)",
            "open a browser and log in to the network, then run `steward sync`",
        )
    return body
