"""From an address to the collections of an account: RFC 6764 (.well-known), RFC 5397 (who we are), RFC 4791 and 6352
(the homes), and what each collection says of itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from connectors.dav.client import MULTISTATUS, NO, Dav
from connectors.dav.multistatus import Entry, path_of
from connectors.dav.wire import Service, body, clark, props
from connectors.web import GrantError
from context.errors import SourceError

PRINCIPAL, TYPE, NAME = "D:current-user-principal", "D:resourcetype", "D:displayname"
TOKEN, TAG, REPORTS = "D:sync-token", "S:getctag", "D:supported-report-set"
RIGHTS, COMPONENTS = "D:current-user-privilege-set", "C:supported-calendar-component-set"
WRITING = frozenset(clark(f"D:{name}") for name in ("write", "write-content", "bind", "all"))
TRASH = "deleted-calendar"  # Nextcloud keeps what was deleted for some weeks, and lists it beside the rest


@dataclass(frozen=True)
class Place:
    """Where an account's collections are listed; `depth` is 0 where the address is itself a collection."""

    homes: tuple[str, ...]
    depth: int = 1

    def told(self) -> dict[str, Any]:
        return {"homes": list(self.homes), "depth": self.depth}


@dataclass(frozen=True)
class Found:
    """One collection. `file` is its path, ending with a slash; `token` and `tag` change when its content does."""

    url: str
    file: str
    name: str
    writable: bool
    syncs: bool
    token: str | None
    tag: str | None


def discover(dav: Dav) -> Place:
    """Return where the account's collections are. Raises GrantError for wrong credentials, SourceError where the
    server offers none.
    """
    service, answered = dav.service, set[int]()
    wanted = body("D:propfind", props((PRINCIPAL, service.home, TYPE)))
    for url in _candidates(dav.url, service):
        reply = dav.ask("PROPFIND", url, 0, wanted, want=(MULTISTATUS, 200, *NO))
        answered.add(reply.status)
        if reply.status != MULTISTATUS:
            if reply.page and reply.status == 200:
                raise reply.strange()
            continue
        for entry in dav.parsed(reply).entries:
            if place := _place(dav, entry, reply.url):
                return place
    if 403 in answered:
        raise GrantError(f"{dav.host} does not let this user read (403)", dav.renew)
    raise SourceError(
        f"{dav.host} offers no {service.name} there", f"copy the {service.name} address from its settings"
    )


def _candidates(url: str, service: Service) -> Iterator[str]:
    """Yield the addresses to ask: the given one where it says more than a host, then the well-known, then the root."""
    if urlsplit(url).path.strip("/"):
        yield url
    yield urljoin(url, f"/.well-known/{service.word}")
    yield urljoin(url, "/")


def _place(dav: Dav, entry: Entry, base: str) -> Place | None:
    service = dav.service
    if clark(service.kind) in entry.tags(clark(TYPE)):
        return Place((base,), depth=0)
    if homes := entry.hrefs(clark(service.home)):
        return Place(tuple(dav.absolute(_folder(href), base) for href in homes))
    for href in entry.hrefs(clark(PRINCIPAL)):
        principal = dav.absolute(href, base)
        for found in dav.propfind(principal, 0, [service.home]).entries:
            if homes := found.hrefs(clark(service.home)):
                return Place(tuple(dav.absolute(_folder(home), principal) for home in homes))
    return None


def collections(dav: Dav, place: Place) -> list[Found]:
    """Return the account's collections, in the server's order."""
    found: dict[str, Found] = {}
    for home in place.homes:
        for one in at(dav, home, place.depth):
            found.setdefault(one.file, one)
    return list(found.values())


def at(dav: Dav, url: str, depth: int) -> list[Found]:
    """Return the collections at an address, or below it. Raises SourceError where there is nothing any more."""
    told = dav.propfind(url, depth, (NAME, TYPE, COMPONENTS, RIGHTS, TOKEN, TAG, REPORTS))
    return [_found(dav, entry, url) for entry in told.entries if _is_one(dav.service, entry)]


def _is_one(service: Service, entry: Entry) -> bool:
    kinds = entry.tags(clark(TYPE))
    if clark(service.kind) not in kinds or any(kind.endswith(f"}}{TRASH}") for kind in kinds):
        return False
    given = entry.properties.get(clark(COMPONENTS))
    if given is None or not service.components:
        return True
    held = {str(part.get("name", "")).upper() for part in given}
    return not held or bool(held & set(service.components))


def _found(dav: Dav, entry: Entry, base: str) -> Found:
    path = _folder(entry.path)
    rights = entry.tags(clark(RIGHTS))
    token = entry.text(clark(TOKEN))
    return Found(
        url=dav.absolute(_folder(entry.href), base),
        file=_folder(path_of(entry.href, base)),
        name=entry.text(clark(NAME)) or path.rstrip("/").rpartition("/")[2] or dav.host,
        writable=not rights or bool(rights & WRITING),
        syncs=token is not None or clark("D:sync-collection") in entry.tags(clark(REPORTS)),
        token=token,
        tag=entry.text(clark(TAG)),
    )


def _folder(href: str) -> str:
    return href if href.endswith("/") else f"{href}/"
