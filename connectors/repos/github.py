"""GitHub: issues, pull requests, reviews and notifications, of chosen repositories or of all that concerns the owner.

Tables: `issues`, `reviews`, `notifications`. Handle: `token` (secret), `login`, `api`, `repos`. One file for each
chosen repository, or one (`involved`) for what the owner opened, is assigned to, is mentioned in, or is asked to review
or has reviewed; one for the notifications; and `account`, whose cursor says until when the server asks to wait.
A repository that is not shown any more costs itself alone: what was read of it stays, and a reject says so.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.repos.lists import concerning, of_repository
from connectors.repos.tables import ISSUES, NOTIFICATIONS, REVIEWS
from connectors.shape import Cursor, Gone, Item, Known, Preview, Reject
from connectors.waiting import waits
from context.errors import SourceError

if TYPE_CHECKING:
    from connectors.repos.hub import Hub
    from connectors.repos.listing import Listing

TABLES = (ISSUES, REVIEWS, NOTIFICATIONS)

ACCOUNT, INVOLVED, NOTICES = "account", "involved", "notifications"
WAIT, LOST = "not_before", "lost"
ACCESS = "access"  # position of the reject that says that something is not shown
REPOSITORY_EVERY, INVOLVED_EVERY = timedelta(days=7), timedelta(days=1)  # how often lists are read whole
ENOUGH = 2  # lists that failed, after which the others are not tried


def preview(handle: Any) -> Preview:
    """Try the token and count what would be read. Raises GrantError, InputError or SourceError."""
    from connectors.repos import hubpreview

    return hubpreview.preview(handle)


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed. Raises GrantError, PassingError (also while the server asked to wait), SourceError."""
    from connectors.repos.hub import Hub
    from connectors.web import PassingError, WaitError

    mark = hashlib.sha256(handle.token.get_secret_value().encode()).hexdigest()[:16]
    before = known.cursors.get(ACCOUNT, {})
    told = before.get(WAIT) if before.get("token") == mark else None  # another token may ask at once
    if waits(told, known.now):
        raise PassingError(f"GitHub asked to wait until {told}", "the next sync after that tries again")
    with Hub(handle, known.now) as hub:
        try:
            yield from _Reading(hub, handle, known).items()
        except WaitError as wait:
            until = (known.now + timedelta(seconds=wait.seconds)).isoformat()
            yield Cursor(ACCOUNT, {"token": mark, WAIT: until}, whole=False)
            raise
        finally:
            grant = hub.grant
        if grant is not None:
            yield grant
    if before != {"token": mark}:
        yield Cursor(ACCOUNT, {"token": mark}, whole=False)


class _Reading:
    """One reading of an account."""

    def __init__(self, hub: "Hub", handle: Any, known: Known) -> None:
        self.hub, self.login, self.known = hub, str(handle.login), known
        self.repos = list(getattr(handle, "repos", None) or ())
        self.faults: list[SourceError] = []
        self.shown = 0

    def items(self) -> Iterator[Item]:
        """Yield the notifications, then each list. What fails costs itself, and is raised when the others are read."""
        files = {file_of(repo): repo for repo in self.repos} or {INVOLVED: self.login}
        for file in sorted(self.known.cursors.keys() - files.keys() - {NOTICES, ACCOUNT}):
            yield Gone(file)  # no longer chosen
        yield from self._guarded(NOTICES, self._notifications())
        for file, name in files.items():
            yield from self._guarded(file, self._listed(file, name))
        if self.faults:
            raise self.faults[0]
        if not self.shown:
            from connectors.web import GrantError

            raise GrantError("GitHub shows none of these repositories to this token", self.hub.mend)

    def _guarded(self, file: str, items: Iterator[Item]) -> Iterator[Item]:
        """Yield items; a thing that is not shown becomes a reject, another fault waits, the account's own passes."""
        from connectors.repos.hub import LostError
        from connectors.web import GrantError, WaitError

        try:
            if len(self.faults) < ENOUGH:
                yield from items
        except LostError as error:
            kept = self._before(file) if file != NOTICES else {}  # of a condition nothing would come when it is back
            yield Reject(file, ACCESS, "no-access", str(error), b"")
            yield Cursor(file, {**kept, LOST: error.status}, whole=False)
        except (GrantError, WaitError):
            raise
        except SourceError as error:
            self.faults.append(error)

    def _notifications(self) -> Iterator[Item]:
        from connectors.repos import notices

        yield from notices.items(self.hub, self.known, self._before(NOTICES))

    def _listed(self, file: str, name: str) -> Iterator[Item]:
        """Yield what changed in a repository, or of what concerns the owner; all of it where that was renamed."""
        from connectors.repos.listing import Listing

        state = self._before(file)
        if not self.repos and state.get("name") != name:
            state = _afresh(state, name)  # another account
        listing = self._listing(Listing, file, {"name": name, **state})
        yield from listing.items()
        if listing.moved:
            full = self.hub.one(f"/repos/{listing.state['name']}").get("full_name")
            listing = self._listing(Listing, file, _afresh(state, str(full)))
            yield from listing.items()
            if listing.moved:
                raise SourceError(f"GitHub moved {name} while it was read", "a later sync tries again")
        self.shown += 1
        if listing.state.pop(LOST, None) is not None:  # only now: a reading that is broken off leaves it to the next
            yield Gone(file, {ACCESS})
            yield Cursor(file, listing.state, whole=False)

    def _listing(self, make: "type[Listing]", file: str, state: dict[str, Any]) -> "Listing":
        if self.repos:
            return make(self.hub, file, of_repository(state["name"]), self.known, REPOSITORY_EVERY, state)
        return make(self.hub, file, concerning(state["name"]), self.known, INVOLVED_EVERY, state)

    def _before(self, file: str) -> dict[str, Any]:
        """Return the cursor of a file, as a copy."""
        found: dict[str, Any] = json.loads(json.dumps(dict(self.known.cursors.get(file, {}))))
        return found


def _afresh(state: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a cursor from which all is read, of another name; that something was not shown is not forgotten."""
    return {"name": name, **({LOST: state[LOST]} if LOST in state else {})}


def file_of(repo: str) -> str:
    """Return the name under which a repository is read; GitHub knows no difference between A and a."""
    return f"repo {repo.lower()}"
