"""What changed in one collection: by its synchronization report (RFC 6578), else by comparing its members' entity tags.

An expired token is known by the condition that the error names, as servers answer it with different statuses.
"""

from dataclasses import dataclass, field

from connectors.dav.client import MULTISTATUS, NO, Dav
from connectors.dav.discovery import TYPE, Found
from connectors.dav.multistatus import DAV, NOT_FOUND, Entry, Multistatus, conditions
from connectors.dav.wire import body, clark, element, props, text
from connectors.web import PassingError, Reply
from context.errors import SourceError

ETAG = "D:getetag"
EXPIRED = f"{DAV}valid-sync-token"
CUT = 507  # the list goes on at the token it brings (RFC 6578, 3.6)
ROUNDS = 1000


@dataclass(frozen=True)
class Member:
    """One object of a collection: its address as the server writes it, and its entity tag."""

    href: str
    etag: str | None


@dataclass
class Changes:
    """What a collection said of its members (file → member). `whole`: those it did not name are not there."""

    whole: bool
    there: dict[str, Member] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    token: str | None = None

    def take(self, found: Found, entry: Entry) -> bool:
        """Take one entry; return whether it says anything new."""
        file = file_of(found, entry)
        if file is None or clark("D:collection") in entry.tags(clark(TYPE)):
            return False
        if entry.gone:
            new = file not in self.gone
            self.gone.add(file)
            self.there.pop(file, None)
            return new
        member = Member(entry.href, entry.text(clark(ETAG)))
        new = self.there.get(file) != member
        self.there[file] = member
        self.gone.discard(file)
        return new


class _RefusedError(Exception):
    """The server does not answer this synchronization; `expired` where it says that it no longer knows the token."""

    def __init__(self, expired: bool) -> None:
        super().__init__()
        self.expired = expired


def file_of(found: Found, entry: Entry) -> str | None:
    """Return what an entry's object is called: by its own name, as some servers name its collection in another way."""
    name = entry.path.rpartition("/")[2]
    return found.file + name if name else None


def changes(dav: Dav, found: Found, token: str | None) -> Changes:
    """Return what changed since a token; without one, or with one that expired, all that is there.

    Raises SourceError where the collection cannot be read, GrantError and PassingError as Web does.
    """
    if not found.syncs:
        return _listed(dav, found)
    for since in [token, None] if token else [None]:
        try:
            return _synced(dav, found, since)
        except _RefusedError as refused:
            if not refused.expired:
                break
    return _listed(dav, found)


def _synced(dav: Dav, found: Found, token: str | None) -> Changes:
    """Ask until nothing new comes: a long answer is given in parts, and not every server says so."""
    made = Changes(whole=token is None, token=token)
    for _ in range(ROUNDS):
        told = _report(dav, found, made.token)
        cut = any(entry.status == CUT for entry in told.entries)
        news = [made.take(found, entry) for entry in told.entries if entry.status != CUT]
        before, made.token = made.token, told.token
        if told.token in (None, before) or not (cut or any(news)):
            return made
    raise SourceError(f"{dav.host} does not come to the end of a {dav.service.noun}", "a later sync tries again")


def _report(dav: Dav, found: Found, token: str | None) -> Multistatus:
    sent = body("D:sync-collection", text("D:sync-token", token or ""), element("D:sync-level", "1"), props([ETAG]))
    reply = dav.ask("REPORT", found.url, 0, sent, want=(MULTISTATUS, *NO))
    if reply.status in NOT_FOUND:
        raise vanished(dav, reply)
    if reply.status != MULTISTATUS:
        raise _RefusedError(expired=EXPIRED in conditions(reply.body))
    return dav.parsed(reply)


def _listed(dav: Dav, found: Found) -> Changes:
    """Return all members with their entity tags (RFC 4918, 9.1)."""
    reply = dav.ask("PROPFIND", found.url, 1, body("D:propfind", props([ETAG, TYPE])), want=(MULTISTATUS, *NO))
    if reply.status in NOT_FOUND:
        raise vanished(dav, reply)
    if reply.status != MULTISTATUS:
        raise SourceError(
            f"{dav.host} does not give a {dav.service.noun} to read ({reply.status})", "ask its owner for leave to read"
        )
    made = Changes(whole=True)
    for entry in dav.parsed(reply).entries:
        made.take(found, entry)
    return made


def vanished(dav: Dav, reply: Reply) -> PassingError:
    """Return the error of a collection that went between its listing and its reading."""
    return PassingError(f"{dav.host} has lost a {dav.service.noun} ({reply.status})", "a later sync tries again")
