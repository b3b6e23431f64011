"""HTTP for connectors: limits on time and size, patience where it helps, a clear word where it does not.

Neither an address nor a credential ever appears in an error, a log or a cursor: only the host does. Credentials go to
the origin that was asked and nowhere else, whatever a redirect says.
"""

import base64
import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, Self
from urllib.parse import urljoin, urlsplit

import requests

from context.errors import InputError, SourceError

CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
SECONDS = 120.0  # for the whole answer: a server may send a byte now and then for ever
LARGEST = 50 << 20  # bytes of one answer
TRIES = 3
PAUSES = (1.0, 4.0)
LONGEST_PAUSE = 30.0  # a longer Retry-After is left to a later sync
REDIRECTS = 5
# RuntimeError: requests 2.34 reads a redirect's body to its end, and stumbles over its own error where that is cut off.
PASSING = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError, RuntimeError)
PAGE = (b"<!doctype html", b"<html", b"<head")


class GrantError(SourceError):
    """The server wants another address or another permission: trying again changes nothing."""

    reauth = True


class PassingError(SourceError):
    """The server could not answer now; later it may."""

    passing = True


class WaitError(SourceError):
    """The server asks not to be asked for `seconds`."""

    passing = True

    def __init__(self, what: str, mend: str, seconds: float) -> None:
        super().__init__(what, mend)
        self.seconds = seconds


class _AgainError(Exception):
    """A fault that may pass; the error it becomes if it does not, and the pause the server asked for."""

    def __init__(self, error: SourceError, pause: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.pause = error, pause


class Auth(Protocol):
    """Who we are: header fields for a request, and another try after the server refused them (401)."""

    def headers(self) -> Mapping[str, str]: ...

    def renewed(self) -> bool:
        """Get new credentials; False where these are all there are. Raises GrantError where the grant is gone."""
        ...


@dataclass(frozen=True)
class Fixed:
    """Credentials that do not change by themselves."""

    fields: Mapping[str, str] = field(repr=False)

    @classmethod
    def password(cls, user: str, password: str) -> Self:
        """HTTP Basic (RFC 7617)."""
        return cls({"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()})

    @classmethod
    def token(cls, token: str) -> Self:
        """Bearer (RFC 6750)."""
        return cls({"Authorization": f"Bearer {token}"})

    def headers(self) -> Mapping[str, str]:
        return self.fields

    def renewed(self) -> bool:
        return False


@dataclass(frozen=True)
class Reply:
    """An answer, read to its end. `headers` are found by any case; `url` is where redirects led."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "the server"

    @property
    def page(self) -> bool:
        """Whether it is a web page, as a log-in or a hotel's network answers in the place of what was asked."""
        return self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower().startswith(PAGE)

    def json(self) -> Any:
        """Return the JSON value. Raises SourceError for a web page, PassingError for what is cut off."""
        if self.page:
            raise self.strange()
        try:
            return json.loads(self.body)
        except ValueError:
            raise PassingError(f"{self.host} sent an answer that is cut off", "a later sync tries again") from None

    def strange(self) -> SourceError:
        """Return the error of an answer that is a web page."""
        return SourceError(
            f"{self.host} answers with a web page (a log-in, or this network's)",
            "open a browser and log in to the network, then run `steward sync`",
        )


@dataclass
class Web:
    """A session with one service. `renew` is the command that gets a new grant.

    `again` tells of a refusal (403) that is a matter of time, as of quotas; `verify` is False, or the path of the
    authority's certificate, where the owner's own server has one that no public authority signed. `redirects` is how
    many are followed: none where the body itself is a secret.
    """

    renew: str
    now: datetime
    auth: Auth | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    again: Callable[[Reply], bool] = lambda _reply: False
    verify: bool | str = True
    distrust: str = "check the clock and the network, then try again"
    largest: int = field(default_factory=lambda: LARGEST)
    redirects: int = REDIRECTS

    def __enter__(self) -> Self:
        self._session = requests.Session()
        self._session.trust_env = False  # ~/.netrc and proxies are not this connection's settings
        self._session.verify = self.verify
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, **more: Any) -> Reply:
        """See `send`."""
        return self.send("GET", url, **more)

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        want: Collection[int] = (200,),
    ) -> Reply:
        """Return an answer whose status is in `want`. Only ask for what may be asked twice: faults that may pass are
        tried again.

        Raises GrantError (401, 403), WaitError (429 or 503 with a long Retry-After), PassingError, SourceError.
        """
        renewed = False
        for attempt in range(TRIES + 1):
            try:
                reply = self._followed(method, url, params, fields or {}, body)
                if reply.status in want:
                    return reply
                if reply.status == 401 and not renewed and self.auth is not None and self.auth.renewed():
                    renewed = True
                    continue
                raise self._refused(reply)
            except _AgainError as again:
                if attempt >= TRIES - 1:
                    raise again.error from None
                time.sleep(again.pause if again.pause is not None else PAUSES[attempt])
        raise AssertionError("unreachable")

    def _followed(self, method: str, url: str, params: Any, fields: Mapping[str, str], body: bytes | None) -> Reply:
        """Send a request and follow redirects, which keep method and body as RFC 9110 (15.4) recommends."""
        asked = _origin(url)
        host = urlsplit(url).hostname or "the server"
        for _ in range(self.redirects + 1):
            proof = self.auth.headers() if self.auth is not None and _origin(url) == asked else {}
            sent = {"User-Agent": "steward", **self.fields, **fields, **proof}
            try:
                with self._session.request(
                    method,
                    url,
                    params=params,
                    headers=sent,
                    data=body,
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    if not response.is_redirect:
                        return Reply(response.status_code, response.headers, self._body(host, response), response.url)
                    url, params = _next(response.url, response.headers["Location"]), None
                    if response.status_code == 303:
                        method, body = "GET", None
            except requests.exceptions.SSLError:
                raise SourceError(f"{host} has no valid certificate", self.distrust) from None
            except PASSING:
                error = PassingError(f"{host} cannot be reached", "check the network, then run `steward sync`")
                raise _AgainError(error) from None
            except requests.RequestException as error:
                raise SourceError(f"{host} cannot be read ({type(error).__name__})", "check the address") from None
        if not self.redirects:
            raise SourceError(f"{host} answers with a redirect", "log in to this network, then run `steward sync`")
        raise SourceError(f"{host} redirects without end", "ask the provider for a new address")

    def _refused(self, reply: Reply) -> Exception:
        """Return what a status that nobody wanted means."""
        host, status = reply.host, reply.status
        limited = status == 429 or (status == 403 and self.again(reply))
        if (limited or status == 503) and (seconds := retry_after(reply.headers, self.now)) is not None:
            wait = WaitError(f"{host} asks to wait {round(seconds)} s ({status})", "a later sync tries again", seconds)
            return wait if seconds > LONGEST_PAUSE else _AgainError(wait, seconds)
        if limited or status >= 500:
            return _AgainError(PassingError(f"{host} answered {status}", "a later sync tries again"))
        if status in (401, 403):
            return GrantError(f"{host} no longer lets us read ({status})", self.renew)
        if reply.page:
            return reply.strange()
        return SourceError(f"{host} answered {status}", "run `steward doctor`, then `steward sync`")

    def _body(self, host: str, response: requests.Response) -> bytes:
        """Return the body, within size and time."""
        begun, parts, size = time.monotonic(), list[bytes](), 0
        for part in response.iter_content(1 << 16):
            parts.append(part)
            size += len(part)
            if size > self.largest:
                raise SourceError(f"{host} sends more than {self.largest >> 20} MB", "ask the provider for less")
            if time.monotonic() - begun > SECONDS:
                raise _AgainError(PassingError(f"{host} is too slow", "a later sync tries again"))
        return b"".join(parts)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of Retry-After, which is a number or a date (RFC 9110, 10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _next(url: str, location: str) -> str:
    """Return where a redirect leads. Raises InputError where that is no web address or gives up the encryption."""
    target = urljoin(url, location)
    allowed = ("https",) if url.startswith("https:") else ("https", "http")
    if urlsplit(target).scheme not in allowed:
        raise InputError("the address redirects to an unprotected or unknown place", "ask the provider for a new one")
    return target
