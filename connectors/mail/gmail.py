"""Gmail through Google's interface. Table: messages. Handle: a Google account (blocks/google.py).

Newest first, shelf by shelf (connectors/mail/shelf.py). The account's cursor holds the point of the history from which
the next sync goes on; it is taken before anything is listed, and saved after all that it covers. A change of labels
costs no download. When the history is forgotten (after about a week) what lies under each label is listed, 500 ids a
request, and compared: known mails are not downloaded again. Mails in spam and bin are not read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connectors.google.api import WAIT, Api, parsed, patient
from connectors.google.missing import Missing
from connectors.mail.tables import TABLES as TABLES
from connectors.mail.tables import VERSION
from connectors.shape import Cursor, Gone, Item, Known, Preview

if TYPE_CHECKING:
    from connectors.mail.history import Change

ZONED = False
ACCOUNT = "account"
ME = "users/me/"
PAGE = 500  # ids or records in one answer, the most that Google gives
CHUNK = 100  # mails between two cursors: what an interrupted first reading loses,
MOST_CHUNK = 1000  # and of a shelf with many thousands, whose cursor is large
MOST_LISTED = 5000  # ids taken together
LARGEST = 160 << 20  # bytes of one answer: the largest mail that Gmail takes (50 MB), as text
NOT_FOUND = 404  # of the history: that point of it is forgotten

Labels = frozenset[str]


def preview(handle: Any) -> Preview:
    """Try the account and count its mails. Raises GrantError, SourceError."""
    with Api(handle, "gmail", datetime.now(UTC)) as api:
        profile = api.get(f"{ME}profile")
    return Preview({"mails": int(profile.get("messagesTotal", 0))}, notes=["spam and bin are counted, and not read"])


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed, or on the first reading all mails, newest first. Raises GrantError, SourceError."""
    return patient(handle, known, _items(handle, known))


def _items(handle: Any, known: Known) -> Iterator[Item]:
    with Api(handle, "gmail", known.now, LARGEST) as api:
        yield from Mailbox(api, known).items()


@dataclass
class Mailbox:
    """One reading of a mailbox. `shelves` are the cursors as they are after what was given so far."""

    api: Api
    known: Known
    shelves: dict[str, Mapping[str, Any]] = field(init=False)
    names: dict[str, str] = field(init=False, default_factory=dict)
    renamed: Labels = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        told = self.known.cursors
        self.before = told.get(ACCOUNT, {})
        if self.before.get("version") != VERSION:
            self.before = {}  # the same bytes give other rows now: every mail is read again
        files = told.keys() - {ACCOUNT, WAIT}
        self.shelves = {file: told[file] for file in files if self.before and told[file].get("version") == VERSION}
        self.stale = files - self.shelves.keys()
        self.missing = Missing(self.before.get("missing", {}))

    def items(self) -> Iterator[Item]:
        listed = self.api.get(f"{ME}labels").get("labels", ())
        self.names = {label["id"]: label["name"] for label in listed}
        old = self.before.get("names", self.names)
        self.renamed = frozenset(name for name in {*old, *self.names} if old.get(name, name) != self.names.get(name))
        changes = None if self.before.get("compare") else self._history()
        if changes is None:
            yield from self._compared(old)
        else:
            yield from self._changed(*changes)

    def _history(self) -> tuple[str, "dict[str, Change]"] | None:
        """Return where the history ends, and what happened; None where there is no history to go on from."""
        from connectors.mail import history

        start = self.before.get("history")
        if start is None:
            return None
        given: dict[str, Any] = {"startHistoryId": start, "maxResults": PAGE}
        first = self.api.reply(f"{ME}history", given, want=(200, NOT_FOUND))
        if first.status != 200:
            return None
        end = [str(start)]

        def pages() -> Iterator[dict[str, Any]]:
            page = parsed(first)
            while True:
                end[0] = str(page.get("historyId", end[0]))
                yield page
                if not (token := page.get("nextPageToken")):
                    return
                page = self.api.get(f"{ME}history", {**given, "pageToken": token})

        found = history.changes(pages())
        return end[0], found

    def _changed(self, end: str, changes: "dict[str, Change]") -> Iterator[Item]:
        """Give what the history tells; then what an unfinished first reading left, or a replay asks for."""
        from connectors.mail.history import Change
        from connectors.mail.shelf import decode, shelf_of

        by_shelf: dict[str, dict[str, Change]] = {}
        for mail, change in ({mail: Change(added=True) for mail in self.missing.before} | changes).items():
            by_shelf.setdefault(shelf_of(mail), {})[mail] = change
        for file in sorted({*by_shelf, *(self.shelves if self.renamed else ())}, key=_age, reverse=True):
            mails = decode(self.shelves.get(file))
            wanted: dict[str, Labels | None] = {mail: known.labels for mail, known in mails.items()}
            for mail, change in by_shelf.get(file, {}).items():
                if mail in mails:
                    wanted[mail] = change.onto(mails[mail].labels)
                elif change.shows():
                    wanted[mail] = None
                if change.deleted:
                    wanted.pop(mail, None)
            yield from self._settled(file, self._existing(wanted))
        complete = bool(self.before.get("complete"))
        missing = complete and len(self.shelves) < self.before["shelves"]
        if missing:
            yield from self._whole()
        elif not complete:
            yield from self._listed()
        yield self._account(end, complete=True)

    def _existing(self, wanted: "dict[str, Labels | None]") -> "dict[str, Labels | None]":
        """Take away labels that were deleted: Google takes them off the mails, and need not tell."""
        dead = self.renamed - self.names.keys()
        return {mail: labels and labels - dead for mail, labels in wanted.items()} if dead else wanted

    def _compared(self, old: Mapping[str, str]) -> Iterator[Item]:
        """Give everything: of known mails (the history being forgotten) only what is different."""
        profile = self.api.get(f"{ME}profile")
        compare = bool(self.shelves or self.known.again or self.stale)
        yield self._account(str(profile["historyId"]), complete=False, compare=compare, names=old)
        if self.shelves:
            yield from self._by_label()
        elif compare:
            yield from self._whole()
        else:
            yield from self._listed()
        yield self._account(str(profile["historyId"]), complete=True)

    def _listed(self) -> Iterator[Item]:
        """Read what is not known yet, page by page: what was read of a mailbox shows long before all of it is."""
        from connectors.mail.shelf import decode

        for ids in self._batches():
            for file, mails in _shelved(ids).items():
                known = {mail: had.labels for mail, had in decode(self.shelves.get(file)).items()}
                if mails - known.keys():
                    yield from self._settled(file, {**dict.fromkeys(mails), **known})

    def _whole(self) -> Iterator[Item]:
        """Read the shelves that no cursor is told of, each whole: what is there and not given goes."""
        for file, mails in self._all().items():
            if file not in self.shelves:
                yield from self._settled(file, dict.fromkeys(mails), whole=True)
        for file in sorted(self.stale - self.shelves.keys()):
            yield Gone(file)

    def _by_label(self) -> Iterator[Item]:
        """Compare all mails with what lies under each label."""
        from connectors.mail.shelf import HIDDEN, decode

        shelved = self._all()
        labels: dict[str, list[str]] = {}
        for label in self.names.keys() - HIDDEN:
            for ids in self._ids(label):
                for mail in ids:
                    labels.setdefault(mail, []).append(label)
        for file in sorted({*shelved, *self.shelves, *self.stale}, key=_age, reverse=True):
            known, here = decode(self.shelves.get(file)), shelved.get(file, ())
            wanted = {mail: frozenset(labels.get(mail, ())) if mail in known else None for mail in here}
            yield from self._settled(file, wanted, whole=file in self.stale)

    def _batches(self) -> Iterator[list[str]]:
        """Yield mails' ids, newest first: a page at first, then more and more, so that a large shelf is opened less."""
        held, done = list[str](), 0
        for ids in self._ids():
            held += ids
            if len(held) >= min(MOST_LISTED, done // 10):
                yield held
                held, done = [], done + len(held)
        if held:
            yield held

    def _ids(self, label: str | None = None) -> Iterator[list[str]]:
        """Yield pages of mails' ids, newest first: all, or those with a label."""
        given = {"maxResults": PAGE, "labelIds": label, "includeSpamTrash": False}
        for page in self.api.pages(f"{ME}messages", given):
            yield [message["id"] for message in page.get("messages", ())]

    def _all(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for ids in self._ids():
            for file, mails in _shelved(ids).items():
                found.setdefault(file, set()).update(mails)
        return {file: found[file] for file in sorted(found, key=_age, reverse=True)}

    def _settled(self, file: str, wanted: "Mapping[str, Labels | None]", whole: bool = False) -> Iterator[Item]:
        """Bring a shelf to hold the `wanted` mails with these labels; those that it does not know are downloaded."""
        from connectors.mail import shelf
        from connectors.mail.step import Step

        before = shelf.decode(self.shelves.get(file))
        after = {
            mail: before[mail]._replace(labels=labels)
            for mail, labels in wanted.items()
            if mail in before and labels is not None and not shelf.hidden(labels)
        }
        unread = sorted(wanted.keys() - before.keys(), reverse=True)
        size = max(CHUNK, min(MOST_CHUNK, len(before) // 4))
        for at in range(0, len(unread) or 1, size):
            step = Step(self.api, self.known, file, self.names, self.renamed, self.missing)
            yield from step.items(before, after, unread[at : at + size])
            before, after = after, dict(after)
            if whole and at + size < len(unread):
                continue
            if before:
                value = {"version": VERSION, **shelf.encode(before)}
                if value != self.shelves.get(file) or step.given or whole:
                    self.shelves[file] = value
                    yield Cursor(file, value, whole=whole)
            elif file in self.shelves or whole:
                self.shelves.pop(file, None)
                yield Gone(file)

    def _account(
        self, history: str, *, complete: bool, compare: bool = False, names: Mapping[str, str] | None = None
    ) -> Cursor:
        """Return the cursor from which the next sync goes on. `compare`: what is on the shelves may be out of date."""
        value = {
            "version": VERSION,
            "history": history,
            "names": dict(self.names if names is None else names),
            "complete": complete,
            "compare": compare,
            "shelves": len(self.shelves),
            "missing": self.missing.now,
        }
        return Cursor(ACCOUNT, value, whole=False)


def _shelved(ids: Iterable[str]) -> dict[str, set[str]]:
    from connectors.mail.shelf import shelf_of

    found: dict[str, set[str]] = {}
    for mail in ids:
        found.setdefault(shelf_of(mail), set()).add(mail)
    return found


def _age(file: str) -> tuple[int, str]:
    """Sort shelves by age: an id that is longer is a later one."""
    return len(file), file
