"""One of Google's interfaces, read only: paths, pages, quotas, and what its refusals mean.

Errors are Google's own, for all its interfaces: https://developers.google.com/workspace/calendar/api/guides/errors and
https://developers.google.com/workspace/drive/api/guides/handle-errors.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote

from connectors.google.auth import Auth, mend
from connectors.shape import Cursor, Grant, Item, Known
from connectors.waiting import waits
from connectors.web import GrantError, PassingError, Reply, WaitError, Web
from context.errors import SourceError

# Origin and path of each interface, as its discovery document has them (rootUrl and servicePath or version).
ROOTS = {
    "calendar": ("https://www.googleapis.com", "calendar/v3"),
    "gmail": ("https://gmail.googleapis.com", "gmail/v1"),
    "drive": ("https://www.googleapis.com", "drive/v3"),
    "tasks": ("https://tasks.googleapis.com", "tasks/v1"),
    "people": ("https://people.googleapis.com", "v1"),
}
QUOTA = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "sharingRateLimitExceeded"}
DAY_QUOTA = {"dailyLimitExceeded", "dailyLimitExceededUnreg"}
DAY_WAIT = 3600.0  # seconds: the day's quota comes back at midnight in California; asked hourly until then
DISABLED = {"accessNotConfigured", "SERVICE_DISABLED"}
SCOPES = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientScopes"}
TOO_LARGE = "exportSizeLimitExceeded"
ALONE = {  # reasons that speak of one file, not of the account
    *("cannotDownloadFile", "cannotDownloadAbusiveFile", "cannotExportFile", "fileNotDownloadable"),
    *("insufficientFilePermissions", "appNotAuthorizedToFile", "downloadQuotaExceeded", TOO_LARGE),
}
FORBIDDEN = {"forbidden", "requiredAccessLevel"}  # of a calendar; elsewhere they speak of the account
WAIT = "wait"  # the file whose cursor remembers until when Google asked not to be asked
LEFT = "a later sync tries again"


class AnswerError(SourceError):
    """Google answered 400, 404 or 410 (`status`): what was asked for is not there, or a token of ours is not good.

    Or 403 for this one thing alone, as `reasons` say, while the rest of the account may be read.
    """

    def __init__(self, what: str, mend: str, status: int, given: Collection[str] = ()) -> None:
        super().__init__(what, mend)
        self.status, self.reasons = status, frozenset(given)


def reasons(reply: Reply) -> set[str]:
    """Return the reasons that an error answer gives, in both of the forms that Google uses (`errors`, `details`)."""
    try:
        error = reply.json()["error"]
        listed = [*error.get("errors", ()), *error.get("details", ())]
        return {str(entry["reason"]) for entry in listed if "reason" in entry}
    except (SourceError, KeyError, TypeError, ValueError, AttributeError):
        return set()


def part(text: str) -> str:
    """Return a value as one part of a path."""
    return quote(text, safe="")


class Api:
    """A session with one interface of an account: `Api(handle, "calendar", known.now)`, used in a `with`. `largest` is
    the most that an answer may have, in bytes.

    Reading methods raise GrantError (needs a new grant), WaitError (asks to wait), PassingError, AnswerError (400, 404,
    410), SourceError.
    """

    def __init__(self, handle: Any, service: str, now: datetime, largest: int | None = None) -> None:
        root, path = ROOTS[service]
        self.base = f"{(handle.bases.get(service) or root).rstrip('/')}/{path}/"
        self._web = _Web(renew=mend(handle), now=now, auth=Auth(handle, now), again=_limited)
        self._web.service = service
        self._web.largest = largest or self._web.largest

    def __enter__(self) -> Self:
        self._web.__enter__()
        return self

    def __exit__(self, *given: object) -> None:
        self._web.__exit__(*given)

    def reply(self, path: str, params: Mapping[str, Any] | None = None, want: Collection[int] = (200,)) -> Reply:
        """Return the answer to GET `path` (below the interface's base, parts quoted); its status is in `want`.

        Parameters that are None are left out; True and False are written as JSON has them; lists repeat.
        """
        given = {name: _text(value) for name, value in (params or {}).items() if value is not None}
        return self._web.get(self.base + path, params=given, want=want)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the JSON object that GET `path` answers."""
        return parsed(self.reply(path, params))

    def pages(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list, until one names no next (`nextPageToken`)."""
        token: str | None = None
        seen: set[str] = set()
        while True:
            page = self.get(path, {**(params or {}), "pageToken": token})
            yield page
            token = page.get("nextPageToken")
            if not token:
                return
            if token in seen:
                raise PassingError("Google's list goes in a circle", LEFT)
            seen.add(token)


class _Web(Web):
    """The one client, with Google's own reasons for a refusal."""

    service = ""

    def _refused(self, reply: Reply) -> Exception:
        found = reasons(reply) if reply.status == 403 else set()
        if found & DAY_QUOTA:
            return WaitError(f"{reply.host}: this project's quota of the day is used up", LEFT, DAY_WAIT)
        if found & DISABLED:
            return SourceError(
                f"the {self.service} interface is not enabled in your Google project",
                "enable it (console: APIs & Services → Library), then run `steward sync`",
            )
        if found & SCOPES:
            return GrantError(f"the grant does not cover {self.service}", self.renew)
        alone = ALONE | FORBIDDEN if self.service == "calendar" else ALONE
        if (reply.status in (400, 404, 410) and not reply.page) or found & alone:
            said = found or reasons(reply)
            return AnswerError(f"{reply.host} answered {reply.status}", "run `steward doctor`", reply.status, said)
        return super()._refused(reply)


def parsed(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of an answer. Raises PassingError or SourceError where it is none."""
    found = reply.json()
    if not isinstance(found, dict):
        raise PassingError(f"{reply.host} sent an answer that is no object", LEFT)
    return found


def grant(handle: Any) -> Grant:
    """Return when the grant ends, where that is known: yielded first thing at each sync."""
    return Grant(datetime.fromisoformat(handle.ends_at).astimezone(UTC) if handle.ends_at else None)


def patient(handle: Any, known: Known, items: Iterator[Item]) -> Iterator[Item]:
    """Yield when the grant ends, then the items; remember in a cursor until when Google asks not to be asked.

    Raises PassingError without asking where an earlier sync was told to wait until later than now.
    """
    yield grant(handle)
    if waits(until := known.cursors.get(WAIT, {}).get("until"), known.now):
        raise PassingError(f"Google asked to wait until {until}", "the next sync after that tries again")
    try:
        yield from items
    except WaitError as wait:
        yield Cursor(WAIT, {"until": _later(known.now, wait.seconds)}, whole=False)
        raise


def _later(now: datetime, seconds: float) -> str:
    return datetime.fromtimestamp(now.timestamp() + seconds, UTC).isoformat(timespec="seconds")


def _limited(reply: Reply) -> bool:
    return bool(reasons(reply) & QUOTA)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
