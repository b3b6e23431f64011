"""A session with an IMAP server: the few commands that reading needs, and their answers as values.

Folders are only ever opened by EXAMINE, and bodies only fetched with PEEK: reading changes nothing.
"""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple, Self

from connectors.mail.imap import gmail, grammar
from connectors.mail.imap.grammar import GarbledError, number, quoted
from connectors.mail.imap.login import Login, connect
from connectors.mail.imap.wire import NoError
from connectors.mail.marks import Marks
from context.errors import SourceError

Tier = Literal["qresync", "condstore", "bare"]
SET = 500  # UIDs named in one command


class Listed(NamedTuple):
    """A folder as the server lists it: its name as written, the sign between levels, attributes in small letters."""

    raw: bytes
    sign: bytes
    attributes: frozenset[str]


class Status(NamedTuple):
    """What a folder is like. `modseq` 0: the server counts no changes there (RFC 7162, 3.1.2.2)."""

    validity: int
    following: int
    exists: int
    modseq: int


@dataclass
class Opened:
    """A folder that was opened; with QRESYNC also what changed since: flags by UID, ranges of UIDs that are gone."""

    status: Status
    resynced: bool = False
    changed: dict[int, Marks] = field(default_factory=dict)
    gone: list[tuple[int, int]] = field(default_factory=list)


class Size(NamedTuple):
    """What is asked of a mail before its text: bytes, and when the server took it."""

    bytes: int
    received: datetime | None


class Session:
    """Logged in on entering, closed on leaving. Raises what `login.connect` does, and NoError for a refused command."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self.tier: Tier = "bare"
        self.labelled = False
        self._kinds: dict[tuple[tuple[bytes, ...], tuple[Any, ...]], Marks] = {}

    def __enter__(self) -> Self:
        self.wire, self.able = connect(self.login)
        try:
            self._enable()
        except BaseException:
            self.wire.close()
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            with suppress(SourceError, NoError):
                self.wire.run(b"LOGOUT")
        self.wire.close()

    def _enable(self) -> None:
        """Choose the tier (RFC 7162): what the server says it can, as far as it does."""
        self.labelled = gmail.CAPABILITY in self.able
        if "QRESYNC" in self.able and not self.labelled:  # it tells of flags alone
            try:
                said = self.wire.run(b"ENABLE QRESYNC")
            except NoError:
                said = []
            if any(b"QRESYNC" in answer[0].upper() for answer in said):
                self.tier = "qresync"
                return
        if not self.able.isdisjoint(("CONDSTORE", "QRESYNC")):
            self.tier = "condstore"

    def folders(self) -> list[Listed]:
        """List all folders, each once, with what they are for (RFC 6154)."""
        try:
            extended = {"SPECIAL-USE", "LIST-EXTENDED"} <= self.able
            answers = self.wire.run(b'LIST "" "*" RETURN (SPECIAL-USE)' if extended else b'LIST "" "*"')
        except NoError:
            answers = self.wire.run(b'LIST "" "*"')
        found: dict[bytes, Listed] = {}
        for answer in answers:
            if answer[0][:5].upper() != b"LIST ":
                continue
            values = self._values(answer)
            if len(values) < 4 or not isinstance(values[1], list) or not isinstance(values[3], bytes):
                raise self._garbled()
            raw = b"INBOX" if values[3].upper() == b"INBOX" else values[3]
            attributes = frozenset(str(word, "ascii", "replace").lower() for word in values[1])
            found.setdefault(raw, Listed(raw, values[2] or b"", attributes))
        return list(found.values())

    def status(self, raw: bytes) -> Status:
        """Return what a folder is like, without opening it."""
        command = b"STATUS " + quoted(raw) + b" (MESSAGES UIDNEXT UIDVALIDITY"
        found: dict[bytes, Any] = {}
        try:
            answers = self.wire.run(command + (b" HIGHESTMODSEQ)" if self.tier != "bare" else b")"))
        except NoError as error:
            if error.status != "BAD" or self.tier == "bare":
                raise
            self.tier = "bare"  # it counts no changes after all
            answers = self.wire.run(command + b")")
        for answer in answers:
            if answer[0][:7].upper() == b"STATUS ":
                values = self._values(answer)
                found = self._pairs(values[-1])
        return self._status(found.get(b"UIDVALIDITY"), found.get(b"UIDNEXT"), found.get(b"MESSAGES"), found)

    def _status(self, validity: Any, following: Any, exists: Any, more: dict[bytes, Any]) -> Status:
        try:
            modseq = number(more.get(b"HIGHESTMODSEQ") or b"0")
            return Status(number(validity), number(following), number(exists), modseq)
        except GarbledError:
            raise self._garbled() from None

    def examine(self, raw: bytes, known: Status, since: tuple[int, int] | None = None) -> Opened:
        """Open a folder to read. `known` is what STATUS said of it, which counts where this says nothing.

        `since` (UIDVALIDITY, modification sequence): with QRESYNC what changed since is told too.
        """
        name = quoted(raw)
        if self.tier == "qresync" and since is not None:
            try:
                return self._opened(b"EXAMINE " + name + b" (QRESYNC (%d %d))" % since, known, resynced=True)
            except NoError:
                opened = self._opened(b"EXAMINE " + name + b" (CONDSTORE)", known)
                self.tier = "condstore"  # it said that it can; what follows does without
                return opened
        if self.tier != "bare":
            try:
                return self._opened(b"EXAMINE " + name + b" (CONDSTORE)", known)
            except NoError as error:
                if error.status != "BAD":
                    raise
                self.tier = "bare"
        return self._opened(b"EXAMINE " + name, known)

    def _opened(self, command: bytes, known: Status, resynced: bool = False) -> Opened:
        opened = Opened(known, resynced)
        found = {b"HIGHESTMODSEQ": str(known.modseq).encode()} if self.tier != "bare" else {}
        exists = b"%d" % known.exists
        for answer in self.wire.call(command):
            line = answer[0]
            first, _, rest = line.partition(b" ")
            if first.upper() == b"OK" and rest.startswith(b"["):
                name, _, value = rest[1:].partition(b"]")[0].partition(b" ")
                if name.upper() in (b"UIDVALIDITY", b"UIDNEXT", b"HIGHESTMODSEQ"):
                    found[name.upper()] = value.strip()
                elif name.upper() == b"NOMODSEQ":
                    found[b"HIGHESTMODSEQ"] = b"0"
            elif first.isdigit() and rest.upper() == b"EXISTS":
                exists = first
            elif line[:9].upper() == b"VANISHED ":
                opened.gone += self._ranges(line.rpartition(b" ")[2])
            elif (told := self._flags(answer)) and told[1]:
                opened.changed[told[0]] = told[1]
        validity = found.get(b"UIDVALIDITY", b"%d" % known.validity)
        opened.status = self._status(validity, found.get(b"UIDNEXT", b"%d" % known.following), exists, found)
        return opened

    def flags(self, uids: bytes, most: int, since: int | None = None) -> dict[int, Marks]:
        """Return the marks of a set of UIDs; with `since`, of those that changed after that modification sequence.

        `most` is how many the folder can hold. UIDs that it does not hold are passed over.
        """
        changed = b" (CHANGEDSINCE %d)" % since if since is not None else b""
        found: dict[int, Marks | None] = {}
        self._marks(uids, changed, found, most)
        # A server may tell of flags unasked, without the labels, in the place of what was asked.
        for part in grammar.chunks([uid for uid, marks in found.items() if marks is None], SET):
            self._marks(grammar.uid_set(part), b"", found, most)
        return {uid: marks for uid, marks in found.items() if marks is not None}

    def _marks(self, uids: bytes, changed: bytes, found: dict[int, Marks | None], most: int) -> None:
        """Ask for marks; note those told in part alone as None."""
        wanted = b" (FLAGS " + gmail.LABELS + b")" if self.labelled else b" (FLAGS)"
        for answer in self.wire.call(b"UID FETCH " + uids + wanted + changed):
            if told := self._flags(answer):
                found[told[0]] = told[1] or found.get(told[0])
                if len(found) > most + 10_000:
                    raise self._garbled()

    def uids(self) -> "array[int]":
        """Return all UIDs of the folder that is open."""
        for answer in self.wire.run(b"UID SEARCH ALL"):
            words = answer[0].split()
            if words[0].upper() == b"SEARCH":
                try:
                    return grammar.listed(words[1:])
                except GarbledError:
                    raise self._garbled() from None
        return array("L")

    def sizes(self, uids: Sequence[int]) -> dict[int, Size]:
        """Return the sizes of these mails, as far as they are there."""
        found: dict[int, Size] = {}
        for part in grammar.chunks(uids, SET):
            for answer in self.wire.call(b"UID FETCH " + grammar.uid_set(part) + b" (RFC822.SIZE INTERNALDATE)"):
                told = self._fetched(answer)
                if told and b"UID" in told and b"RFC822.SIZE" in told:
                    try:
                        size = number(told[b"RFC822.SIZE"])
                        found[number(told[b"UID"])] = Size(size, grammar.moment(told.get(b"INTERNALDATE")))
                    except GarbledError:
                        raise self._garbled() from None
        return found

    def bodies(self, uids: Sequence[int], first: int = 0, section: bytes = b"") -> Iterator[tuple[int, bytes]]:
        """Yield UID and bytes of these mails, or of a section of each; with `first`, only so many bytes of it."""
        wanted = set(uids)
        part = b"<0.%d>" % first if first else b""
        for answer in self.wire.call(
            b"UID FETCH " + grammar.uid_set(uids) + b" (BODY.PEEK[" + section + b"]" + part + b")"
        ):
            told = self._fetched(answer)
            body = next((value for name, value in told.items() if name.startswith(b"BODY[")), None) if told else None
            if not told or body is None or b"UID" not in told:
                continue
            uid = self._number(told[b"UID"])
            if uid in wanted:  # a server may say a thing twice, or what nobody asked
                wanted.discard(uid)
                yield uid, body if isinstance(body, bytes) else b""

    def _flags(self, answer: list[bytes]) -> tuple[int, Marks | None] | None:
        """Return the UID and marks of an answer that tells them; without marks where labels are missing in it."""
        told = self._fetched(answer)
        if told is None or b"UID" not in told or not isinstance(told.get(b"FLAGS"), list):
            return None
        words: tuple[bytes, ...] = tuple(word for word in told[b"FLAGS"] if isinstance(word, bytes))
        labels: tuple[bytes, ...] = ()
        if self.labelled:
            if not isinstance(told.get(gmail.LABELS), list):
                return self._number(told[b"UID"]), None
            labels = tuple(label for label in told[gmail.LABELS] if isinstance(label, bytes))
        if (words, labels) not in self._kinds:
            marks = grammar.marks(words)
            self._kinds[words, labels] = gmail.marked(marks, labels) if self.labelled else marks
        return self._number(told[b"UID"]), self._kinds[words, labels]

    def _fetched(self, answer: list[bytes]) -> dict[bytes, Any] | None:
        """Return what a FETCH answer holds by name, None for any other answer."""
        words = answer[0].split(b" ", 2)
        if len(words) < 3 or words[1].upper() != b"FETCH":
            return None
        values = self._values([words[2], *answer[1:]])
        return self._pairs(values[0] if values else None)

    def _values(self, answer: list[bytes]) -> list[Any]:
        try:
            return grammar.values(answer)
        except GarbledError:
            raise self._garbled() from None

    def _pairs(self, found: Any) -> dict[bytes, Any]:
        try:
            return grammar.pairs(found if isinstance(found, list) else [b""])
        except GarbledError:
            raise self._garbled() from None

    def _number(self, value: Any) -> int:
        try:
            return number(value)
        except GarbledError:
            raise self._garbled() from None

    def _ranges(self, text: bytes) -> list[tuple[int, int]]:
        try:
            return grammar.ranges(text)
        except GarbledError:
            raise self._garbled() from None

    def _garbled(self) -> SourceError:
        return SourceError(f"{self.login.host} answers what is not IMAP", "run `steward sync`; tell the provider")
