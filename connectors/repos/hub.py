"""GitHub's REST API: conditional requests, pages, limits, and what the answers tell of the token.

Rules: https://docs.github.com/en/rest/using-the-rest-api (best practices, rate limits, pagination). A 304 costs no
quota. The primary limit answers 403 or 429 with `x-ratelimit-remaining: 0` and says when it ends (`x-ratelimit-reset`);
the secondary ones answer 403 or 429 with Retry-After, or leave it at a minute.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from connectors.shape import Grant
from connectors.web import LONGEST_PAUSE, TRIES, Fixed, Reply, WaitError, Web, retry_after
from context.errors import SourceError

PUBLIC = "https://api.github.com"  # the default of blocks.github, which would import Prefect
FIELDS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
PER_PAGE = 100
NOT_MODIFIED = 304
LOST = (403, 404, 410, 451)  # one thing is gone, or not for us; the rest may well be there
SECONDARY_SECONDS = 60.0  # how long to wait where a limit does not say it
LINK = re.compile(r'<([^<>]+)>;\s*rel="(\w+)"')
EXPIRY = "github-authentication-token-expiration"


class LostError(SourceError):
    """GitHub does not show this one thing to this token: it is gone, was made private, or is not granted."""

    def __init__(self, what: str, mend: str, status: int) -> None:
        super().__init__(what, mend)
        self.status = status


@dataclass(frozen=True)
class Page:
    """One page of a list. `same`: it did not change since `etag` was given. `moved`: it was found at another address.
    `next`: the parameters of the page after it. `total`: how many a search found; `last`: the number of the last page.
    """

    items: list[Any]
    next: dict[str, str] | None
    etag: str | None = None
    modified: str | None = None
    same: bool = False
    moved: bool = False
    last: int = 1
    total: int | None = None
    headers: Mapping[str, str] | None = None


class Hub:
    """One account on one server. `grant` holds what was last said of the token's end, `clock` the server's time."""

    def __init__(self, handle: Any, now: datetime) -> None:
        self.api, self.now, self.clock = handle.api.rstrip("/"), now, now
        self.grant: Grant | None = None
        self.mend = renewal(handle)
        token = handle.token.get_secret_value()
        self._web = Web(renew=self.mend, now=now, auth=Fixed.token(token), fields=FIELDS)

    def __enter__(self) -> Self:
        self._web.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._web.__exit__(*error)

    def one(self, path: str) -> dict[str, Any]:
        """Return a single thing. Raises LostError where it is not there for us."""
        found = self._asked(f"{self.api}{path}", None, {}).json()
        if not isinstance(found, dict):
            raise self._strange()
        return found

    def user(self) -> tuple[str, str | None]:
        """Return the login that the token belongs to, and the scopes of a classic token (None for other kinds)."""
        reply = self._asked(f"{self.api}/user", None, {})
        found = reply.json()
        if not isinstance(found, dict) or not isinstance(found.get("login"), str):
            raise self._strange()
        return found["login"], reply.headers.get("x-oauth-scopes")

    def page(self, path: str, params: Mapping[str, Any], fields: Mapping[str, str] | None = None) -> Page:
        """Return one page of a list. Raises LostError where there is no such list for us."""
        asked = f"{self.api}{path}"
        reply = self._asked(asked, params, fields or {})
        if reply.status == NOT_MODIFIED:
            return Page([], None, same=True, headers=reply.headers)
        found = reply.json()
        items = found.get("items") if isinstance(found, dict) else found
        if not isinstance(items, list):
            raise self._strange()
        links = {name: url for url, name in LINK.findall(reply.headers.get("Link", ""))}
        return Page(
            items,
            dict(parse_qsl(urlsplit(links["next"]).query)) if "next" in links else None,
            etag=reply.headers.get("ETag"),
            modified=reply.headers.get("Last-Modified"),
            moved=urlsplit(reply.url).path != urlsplit(asked).path,
            last=_number(links.get("last")),
            total=found.get("total_count") if isinstance(found, dict) else None,
            headers=reply.headers,
        )

    def pages(
        self,
        path: str,
        params: Mapping[str, Any],
        fields: Mapping[str, str] | None = None,
        at: Mapping[str, str] | None = None,
    ) -> Iterator[Page]:
        """Yield the pages of a list, the first under the conditions of `fields`, or from the one with parameters `at`.

        Of a link to the next page only the parameters are taken: large lists are not numbered but have marks (`after`),
        and the token goes nowhere else.
        """
        asked: Mapping[str, Any] | None = at or {"per_page": PER_PAGE, **params}
        while asked is not None:
            found = self.page(path, asked, fields)
            yield found
            asked, fields = found.next, None

    def _asked(self, url: str, params: Mapping[str, Any] | None, fields: Mapping[str, str]) -> Reply:
        """Return an answer that is one. Raises WaitError at a limit, LostError, GrantError, PassingError."""
        for attempt in range(TRIES):
            reply = self._web.get(url, params=params, fields=fields, want=(200, NOT_MODIFIED, 429, *LOST))
            self._heard(reply)
            if not limited(reply):
                break
            seconds = self._seconds(reply)
            if seconds > LONGEST_PAUSE or attempt == TRIES - 1:
                what = f"{reply.host} asks to wait {round(seconds)} s ({reply.status})"
                raise WaitError(what, "a later sync tries again", seconds)
            time.sleep(seconds)
        if reply.status in LOST:
            raise LostError(f"{reply.host} does not show it to this token ({reply.status})", self.mend, reply.status)
        return reply

    def _heard(self, reply: Reply) -> None:
        """Remember the server's time, and until when the token holds."""
        try:
            told = parsedate_to_datetime(reply.headers.get("Date", ""))
            self.clock = told.replace(tzinfo=told.tzinfo or UTC)
        except (TypeError, ValueError):
            self.clock = self.now
        if reply.status == 200 and reply.host == urlsplit(self.api).hostname:
            self.grant = Grant(_expiry(reply.headers.get(EXPIRY, "")))

    def _seconds(self, reply: Reply) -> float:
        given = retry_after(reply.headers, self.clock)
        if given is not None:
            return given
        reset = reply.headers.get("x-ratelimit-reset", "")
        if reply.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
            return max(1.0, float(reset) - self.clock.timestamp())
        return SECONDARY_SECONDS

    def _strange(self) -> SourceError:
        return SourceError(f"{urlsplit(self.api).hostname} answers with something else", "check the API's address")


def limited(reply: Reply) -> bool:
    """Whether a refusal is a matter of time."""
    spent = "Retry-After" in reply.headers or reply.headers.get("x-ratelimit-remaining") == "0"
    return reply.status == 429 or (reply.status == 403 and (spent or b"rate limit" in reply.body[:2000].lower()))


def renewal(handle: Any) -> str:
    """Return the command that connects this account again with another token."""
    own = [f"--api {handle.api}"] if handle.api.rstrip("/") != PUBLIC else []
    words = ["steward connect github", *own, *(f"--repo {repo}" for repo in getattr(handle, "repos", None) or ())]
    return f"make a new token, then run `{' '.join(words)}`"


def _number(url: str | None) -> int:
    found = re.search(r"[?&]page=(\d+)", url or "")
    return int(found[1]) if found else 1


def _expiry(text: str) -> datetime | None:
    """Return the time of a header such as "2026-12-24 08:00:00 UTC" or "… +0200"."""
    try:
        return datetime.strptime(text.strip().replace("UTC", "+0000"), "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None
