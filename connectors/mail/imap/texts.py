"""From UIDs to rows: mails are fetched in commands of bounded size, newest first, and parsed as they arrive."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.mail import mime
from connectors.mail.charsets import storable
from connectors.mail.imap.block import DIGEST, Entry
from connectors.mail.imap.memory import Memory
from connectors.mail.imap.session import Session, Size
from connectors.mail.imap.wire import LostError, NoError
from connectors.mail.marks import Marks
from connectors.mail.mime import Failed, Raw, Row
from connectors.mail.tables import COLUMNS
from connectors.shape import Reject
from connectors.web import PassingError

COMMAND = 8 << 20  # bytes asked for in one command
COUNT = 250  # mails asked for in one command
BREAKS = 3  # how often a connection breaks until the mail asked for is set aside: among others, and twice alone
HEX = 32  # digits of a row's hash, before what copies and duplicates add to it
KEY, HASH, CONTENT, RECEIVED, DUPLICATE = (
    COLUMNS.index(name) for name in ("key", "row_hash", "content_hash", "received_at", "duplicate_id")
)
OWN = re.compile(rb"(?i)x-(?:gmail-labels|mozilla-keys|keywords)")  # what marks.marks reads before the server's flags


class Found(NamedTuple):
    """A mail that was read: what to remember of it, and its row."""

    entry: Entry
    row: Row


@dataclass
class Taken:
    """What one command gave."""

    found: dict[int, Found] = field(default_factory=dict)
    bad: list[Reject] = field(default_factory=list)
    size: int = 0


Adopt = Callable[[Sequence[int], Mapping[int, Size], Mapping[int, Marks]], Taken]


@dataclass
class Reader:
    """Reads mails of the folder that is open in the session; `shown` is the folder's name in the rows.

    `adopt` gives what is here already; the others are fetched.

    Mails at which a connection broke are asked for one by one in the next; one that breaks it again and again is set
    aside, so that what is behind it is read.
    """

    session: Session
    memory: Memory
    shown: str
    file: str
    adopt: Adopt | None = None

    def read(self, uids: Sequence[int], marks: Mapping[int, Marks]) -> Iterator[Taken]:
        """Yield what each command gives, in the order of `uids`."""
        sizes = self.session.sizes(uids) if uids else {}
        if self.adopt is not None and uids and (known := self.adopt(uids, sizes, marks)).found:
            yield known
            uids = [uid for uid in uids if uid not in known.found]
        for part in _parts(uids, sizes, {uid for uid in uids if (self.file, uid) in self.memory.broke}):
            if len(part) == 1 and self.memory.broke.get((self.file, part[0]), 0) >= BREAKS:
                yield Taken(bad=[self._reject(part[0], "breaks", "the server ends the session at this mail")])
                continue
            try:
                yield self._take(part, sizes, marks)
            except LostError:
                for uid in part:
                    before = self.memory.broke.get((self.file, uid), 0)
                    self.memory.broke[self.file, uid] = before + 1 if len(part) == 1 else max(before, 1)
                raise

    def _take(self, uids: Sequence[int], sizes: Mapping[int, Size], marks: Mapping[int, Marks]) -> Taken:
        try:
            taken = self._parse(uids, sizes, marks)
        except NoError as error:
            if error.passing:
                host = self.session.login.host
                raise PassingError(f"{host} gives no mail now", "a later sync goes on from there") from None
            if len(uids) > 1:  # one mail that the server cannot give must not hide its neighbours
                return _joined([self._take([uid], sizes, marks) for uid in uids])
            return Taken(bad=[self._reject(uids[0], "refused", "the server does not give this mail")])
        done = taken.found.keys() | {int(bad.position) for bad in taken.bad}
        for uid in uids:
            if uid not in done:
                taken.bad.append(self._reject(uid, "missing", "the server gave nothing for this mail"))
        return taken

    def _reject(self, uid: int, reason: str, error: str) -> Reject:
        return Reject(self.file, str(uid), reason, error, b"")

    def _parse(self, uids: Sequence[int], sizes: Mapping[int, Size], marks: Mapping[int, Marks]) -> Taken:
        taken = Taken()
        own: dict[int, bool] = {}

        def raws() -> Iterator[Raw]:
            first = mime.EXCERPT if any(sizes[uid].bytes > mime.LARGEST for uid in uids if uid in sizes) else 0
            for uid, data in self.session.bodies(uids, first):
                told = sizes.get(uid)
                own[uid] = OWN.search(data, 0, _head(data)) is not None
                taken.size += len(data)
                whole = told.bytes if told and first else 0
                received = told.received if told else None
                yield Raw(data, self.shown, str(uid), received, marks[uid], whole)

        for uid, mail in paired(raws()):
            if isinstance(mail, Failed):
                raw = mail.mail.data[: mime.EXCERPT]
                taken.bad.append(Reject(self.file, str(uid), mail.reason, mail.error, raw))
            else:
                taken.found[uid] = noted(mail, marks[uid], own[uid], sizes.get(uid))
        return taken


def paired(raws: Iterator[Raw]) -> Iterator[tuple[int, Row | Failed]]:
    """Yield each mail's UID with what the parser makes of it; it makes one thing of each, in order."""
    order: list[int] = []

    def counted() -> Iterator[Raw]:
        for raw in raws:
            order.append(int(raw.position))
            yield raw

    for at, mail in enumerate(mime.rows(counted())):
        yield order[at], mail


def noted(row: Row, marks: Marks, own: bool, told: Size | None) -> Found:
    """Note a mail. Where only the server knows when it came, copies differ in that: the row's hash tells it."""
    values = list(row)
    key = values[KEY] = storable(row[KEY]) or "sha256:" + row[CONTENT]
    if told is not None and told.received is not None and row[RECEIVED] == told.received:
        values[HASH] = f"{row[HASH]}@{int(told.received.timestamp())}"
    return Found(Entry(marks, row[CONTENT][:DIGEST], own, key), tuple(values))


def keyed(found: Found, key: str) -> Row:
    """Return the row under its key, which is not the plain one where another content has that."""
    if key == found.entry.key:
        return found.row
    values = list(found.row)
    values[KEY], values[HASH], values[DUPLICATE] = key, f"{values[HASH]}#", True
    return tuple(values)


def redressed(row: Mapping[str, Any], before: Entry, after: Entry, key: str, shown: str) -> dict[str, Any]:
    """Return a loaded row with the marks and the key of now, its hash as a new reading would give it."""
    marks, old = after.marks, row["row_hash"]
    hashed = old[:HEX] if before.marks == marks else mime.row_hash(row["content_hash"], shown, marks)
    second = key != after.key
    new = {
        "key": key,
        "row_hash": hashed + old[HEX:].rstrip("#") + ("#" if second else ""),
        "duplicate_id": second,
    }
    told = {name: row[name] for name in COLUMNS} | new
    if before.marks == marks:
        return told
    labels = mime.dump(list(marks.labels)) if marks.labels else None
    return {**told, "seen": marks.seen, "answered": marks.answered, "flagged": marks.flagged, "labels": labels}


def _head(data: bytes) -> int:
    """Return where a mail's header surely ends: labels in a text are not the mail's."""
    end = data.find(b"\r\n\r\n", 4096)
    return len(data) if end < 0 else end


def _joined(parts: Sequence[Taken]) -> Taken:
    whole = Taken()
    for part in parts:
        whole.found |= part.found
        whole.bad += part.bad
        whole.size += part.size
    return whole


def _parts(uids: Sequence[int], sizes: Mapping[int, Size], alone: Collection[int]) -> Iterator[list[int]]:
    """Yield the UIDs of one command after the other; a large mail has one of its own, and so have those `alone`."""
    part: list[int] = []
    total = 0
    for uid in uids:
        size = sizes[uid].bytes if uid in sizes else 0
        if part and (total + size > COMMAND or len(part) >= COUNT or uid in alone or part[-1] in alone):
            yield part
            part, total = [], 0
        part.append(uid)
        total += size
    if part:
        yield part
