"""The objects of an account's collections, kept equal to the server's: what CalDAV and CardDAV share.

Files and their cursors: `account` (where the collections are; while the server asks to wait, until when); each
collection's path (its token, how many of its objects are here, which could not be fetched); each object's path (its
entity tag). A collection's token is saved only after all that it covers. A collection that fails costs only itself.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from connectors.dav.changes import Changes, Member, changes, file_of
from connectors.dav.client import MULTISTATUS, NO, Dav
from connectors.dav.discovery import TYPE, Found, Place, at, collections, discover
from connectors.dav.multistatus import href_of, multistatus
from connectors.dav.objects import CHUNK, Object, fetched
from connectors.dav.wire import Service, body, props
from connectors.shape import Cursor, Gone, Item, Known, Preview, Reject, Rows
from connectors.waiting import waits
from connectors.web import GrantError, PassingError, WaitError
from context.errors import InputError, SourceError

ACCOUNT, WAIT = "account", "not_before"
MOST_FAILED = 3  # collections, after which the server is left alone
Told = Rows | Gone | Reject | Cursor
Cursors = Mapping[str, Mapping[str, Any]]


class Reader(Protocol):
    """What a family makes of one object's text."""

    first: bytes  # a report that names the objects of most interest, which are read first; or nothing

    def current(self, cursor: Mapping[str, Any], name: str) -> bool:
        """Whether an unchanged object of a collection called `name` would give the same rows as it did."""
        ...

    def items(self, file: str, data: bytes, name: str) -> Sequence[Told]:
        """Return an object's rows and rejects."""
        ...

    def marks(self, items: Sequence[Any], name: str) -> dict[str, Any]:
        """Return what `current` needs to know of them."""
        ...


def preview(handle: Any, service: Service, now: datetime) -> Preview:
    """Log in and list the collections. Raises GrantError, SourceError, or InputError for one that is not there."""
    with Dav(handle, service, now) as dav:
        found = collections(dav, discover(dav))
    wanted = _wanted(handle, service)
    there = {one.name for one in found}
    if missing := [name for name in wanted if name not in there]:
        said = ", ".join(sorted(there)) or "nothing"
        raise InputError(f"there is no {service.noun} called {missing[0]}", f"choose of those that are there: {said}")
    chosen = [one for one in found if not wanted or one.name in wanted]
    names = ", ".join(one.name if one.writable else f"{one.name} (read-only)" for one in chosen)
    notes = [f"{service.nouns.capitalize()}: {names}."] if chosen else [f"There is no {service.noun} yet."]
    return Preview({service.nouns: len(chosen)}, notes=notes)


def read(handle: Any, service: Service, known: Known, reader: Reader) -> Iterator[Item]:
    """Yield what changed in the account. Raises SourceError after all that could be read, where something could not."""
    whose = hashlib.sha256(f"{handle.user}@{handle.url}".encode()).hexdigest()[:16]
    told = {file: cursor for file, cursor in known.cursors.items() if cursor.get("of") == whose}
    account = told.get(ACCOUNT, {})
    if waits(until := account.get(WAIT), known.now):
        raise PassingError(f"the server asked to wait until {until}", "the next sync after that tries again")
    strange = set(known.cursors) - told.keys()  # of another account: its tokens and tags say nothing here
    with Dav(handle, service, known.now) as dav:
        try:
            place, found = _collections(dav, account)
            if (value := {"of": whose, **place.told()}) != account:
                yield Cursor(ACCOUNT, value, whole=False)
            for item in _Account(dav, place, reader, told, _wanted(handle, service)).items(found):
                strange.discard(item.file)
                yield _marked(item, whose)
        except WaitError as wait:
            until = (known.now + timedelta(seconds=wait.seconds)).isoformat()
            yield Cursor(ACCOUNT, {**account, "of": whose, WAIT: until}, whole=False)
            raise
    for file in sorted(strange - {ACCOUNT}):
        yield Gone(file)


def _marked(item: Told, whose: str) -> Item:
    """Return a cursor with the account that it is of: the owner may point the connection at another one."""
    return replace(item, value={"of": whose, **item.value}) if isinstance(item, Cursor) else item


def _collections(dav: Dav, account: Mapping[str, Any]) -> tuple[Place, list[Found]]:
    """Return the collections, listed where they were the last time; where that no longer does, found anew."""
    if account.get("homes"):
        place = Place(tuple(account["homes"]), account["depth"])
        try:
            return place, collections(dav, place)
        except WaitError:
            raise
        except PassingError:
            if all(urlsplit(home).hostname == dav.host for home in place.homes):
                raise
        except SourceError:
            pass  # moved; or a new password is wanted, as the next request will say
    place = discover(dav)
    return place, collections(dav, place)


def _wanted(handle: Any, service: Service) -> list[str]:
    return list(getattr(handle, service.chosen, None) or ())


def _folder(file: str) -> str:
    return file[: file.rfind("/") + 1]


class _Account:
    """One reading of an account."""

    def __init__(self, dav: Dav, place: Place, reader: Reader, told: Cursors, wanted: Sequence[str]) -> None:
        self.dav, self.place, self.reader, self.told, self.wanted = dav, place, reader, told, wanted
        self.known: dict[str, dict[str, Mapping[str, Any]]] = {}  # collection → its objects' cursors
        for file, cursor in told.items():
            if file != ACCOUNT:
                self.known.setdefault(_folder(file), {})
                if not file.endswith("/"):
                    self.known[_folder(file)][file] = cursor

    def items(self, found: list[Found]) -> Iterator[Told]:
        failed: list[SourceError] = []
        listed = {one.file for one in found}
        for file in sorted(self.known.keys() - listed):
            found = [*found, *self._unlisted(file)]
        chosen = {one.file: one for one in found if self._chosen(one)}
        for file in sorted(self.known.keys() - chosen.keys()):
            yield from (Gone(name) for name in [*self.known[file], file])
        for one in chosen.values():
            try:
                yield from self._collection(one)
            except (GrantError, WaitError):
                raise
            except SourceError as error:
                failed.append(error)
                if len(failed) >= MOST_FAILED:
                    break
        if failed:
            raise failed[0]

    def _chosen(self, found: Found) -> bool:
        """Whether the owner wants it: by its name, or by the name that it had when they chose it."""
        return not self.wanted or bool({found.name, self.told.get(found.file, {}).get("chosen")} & set(self.wanted))

    def _unlisted(self, file: str) -> list[Found]:
        """Return a collection that is no longer listed and is there all the same: a listing may be wrong."""
        url = self.dav.absolute(href_of(file), self.place.homes[0])
        reply = self.dav.ask("PROPFIND", url, 0, body("D:propfind", props([TYPE])), want=(MULTISTATUS, *NO))
        return at(self.dav, url, 0) if reply.status == MULTISTATUS else []

    def _collection(self, found: Found) -> Iterator[Told]:
        before, objects = self.told.get(found.file, {}), self.known.get(found.file, {})
        # Where records are tried again, or a backup was restored, objects are missing that the token speaks of.
        intact = before.get("members") == len(objects)
        stale = {file for file, cursor in objects.items() if not self.reader.current(cursor, found.name)}
        left: dict[str, str] = dict(before.get("left", {})) if intact else {}
        chosen = (found.name if found.name in self.wanted else before.get("chosen")) if self.wanted else None
        if intact and not stale and not left and _same(found, before):
            if before.get("chosen") != chosen:
                yield Cursor(found.file, {**before, "chosen": chosen}, whole=False)
            return
        told = changes(self.dav, found, before.get("token") if intact else None)
        gone = (objects.keys() - told.there.keys()) if told.whole else (told.gone & (objects.keys() | left.keys()))
        for file in sorted(gone):
            yield Gone(file)
        here = set(objects) - gone
        failed: dict[str, str] = {}
        for one in fetched(self.dav, found, self._ordered(found, told, objects, stale, left, gone)):
            yield from self._object(one, found.name)
            if one.error:
                failed[one.file] = one.member.href
            elif one.gone:
                here.discard(one.file)
            else:
                here.add(one.file)
        value = {"token": told.token, "tag": found.tag, "members": len(here), "left": failed, "chosen": chosen}
        yield Cursor(found.file, {name: part for name, part in value.items() if part is not None}, whole=False)

    def _object(self, one: Object, name: str) -> Iterator[Told]:
        if one.error:
            yield Reject(one.file, "object", "unreadable", one.error, one.data)
        elif one.gone:
            yield Gone(one.file)
        else:
            made = self.reader.items(one.file, one.data, name)
            yield from made
            odd = {"href": one.member.href} if one.member.href != href_of(one.file) else {}
            yield Cursor(one.file, {"etag": one.member.etag, **odd, **self.reader.marks(made, name)})

    def _ordered(
        self,
        found: Found,
        told: Changes,
        objects: Cursors,
        stale: set[str],
        left: Mapping[str, str],
        gone: set[str],
    ) -> list[tuple[str, Member]]:
        """Return the objects to fetch, those of most interest first."""
        wanted = {
            file: member
            for file, member in told.there.items()
            if file in stale or member.etag is None or objects.get(file, {}).get("etag") != member.etag
        }
        for file in stale - gone:
            wanted.setdefault(file, Member(objects[file].get("href") or href_of(file), objects[file]["etag"]))
        for file in left.keys() - gone:
            wanted.setdefault(file, Member(left[file], None))
        urgent = self._urgent(found) if len(wanted) > CHUNK else set()
        return sorted(wanted.items(), key=lambda entry: (entry[0] not in urgent, entry[0]))

    def _urgent(self, found: Found) -> set[str]:
        if not self.reader.first:
            return set()
        reply = self.dav.ask("REPORT", found.url, 1, self.reader.first, want=(MULTISTATUS, 500, *NO))
        if reply.status != MULTISTATUS:
            return set()  # they then come in any order
        try:
            told = multistatus(reply.body, reply.url)
        except ValueError:
            return set()
        return {file for entry in told.entries if (file := file_of(found, entry))}


def _same(found: Found, before: Mapping[str, Any]) -> bool:
    """Whether a collection's own mark says that nothing in it changed."""
    if found.token is not None:
        return found.token == before.get("token")
    return found.tag is not None and found.tag == before.get("tag")
