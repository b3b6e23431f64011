"""One step of a Gmail shelf: downloads, and rows whose marks or keys changed, from one state to the next."""

import base64
import binascii
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from connectors.google.api import Api, parsed, part
from connectors.google.missing import Missing
from connectors.mail.mime import EXCERPT, Failed
from connectors.mail.shelf import Mail, dress, hidden, keys, read
from connectors.mail.tables import COLUMNS, MESSAGES
from connectors.shape import Gone, Item, Known, Reject, Rows
from connectors.web import PassingError

Message = dict[str, Any] | PassingError | None

AT_ONCE = 4  # downloads beside each other; Google allows about 50 a second, and refuses many at the same moment
NOT_FOUND = 404


@dataclass
class Step:
    """`names` are the labels' names, `renamed` the labels whose mails show another name; `given` says whether anything
    was yielded.
    """

    api: Api
    known: Known
    file: str
    names: Mapping[str, str]
    renamed: frozenset[str]
    missing: Missing
    given: bool = False
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def items(self, before: Mapping[str, Mail], after: dict[str, Mail], unread: Iterable[str]) -> Iterator[Item]:
        """Yield what differs between two states of the shelf; `unread` mails are downloaded and join `after`."""
        rejects = list(self._taken(unread, after))
        old, new = keys(before), keys(after)
        again = [mail for mail in new if mail not in self.rows and self._differs(mail, before, after, old, new)]
        loaded = {
            row["key"]: {name: row[name] for name in COLUMNS} for row in self._loaded([old[mail] for mail in again])
        }
        lost = [mail for mail in again if old[mail] not in loaded]
        rejects += self._taken(lost, after)
        new = keys(after)
        self.rows |= {mail: loaded[old[mail]] for mail in again if mail not in lost}
        gone = {*old.values()} - {*new.values()}
        gone |= {mail for mail in before if before[mail].key is None and mail not in after}
        dressed = [dress(self.rows[mail], new[mail], after[mail], self.names) for mail in new if mail in self.rows]
        if gone:
            yield Gone(self.file, gone)
        if dressed:
            yield Rows(MESSAGES.name, self.file, dressed)
        yield from rejects
        self.given = bool(gone or dressed or rejects)

    def _differs(
        self,
        mail: str,
        before: Mapping[str, Mail],
        after: Mapping[str, Mail],
        old: Mapping[str, str],
        new: Mapping[str, str],
    ) -> bool:
        shown = bool(after[mail].labels & self.renamed)
        return shown or before[mail] != after[mail] or old[mail] != new[mail]

    def _loaded(self, wanted: list[str]) -> Iterable[Mapping[str, Any]]:
        return self.known.loaded(MESSAGES.name, self.file, wanted) if wanted else ()

    def _taken(self, mails: Iterable[str], after: dict[str, Mail]) -> Iterator[Reject]:
        """Download mails into `rows` and `after`; yield those that cannot be read."""
        for name, message in self._downloaded(mails):
            after.pop(name, None)
            if message is None or isinstance(message, PassingError):
                if self.missing.add(name, message):
                    after[name] = Mail(frozenset(), None)
                    yield Reject(self.file, name, "unavailable", str(message), b"")
                continue
            self.missing.row = 0
            labels = frozenset(message.get("labelIds", ()))
            if hidden(labels):
                continue
            raw = _raw(message)
            found = read(message, raw)
            if isinstance(found, Failed):
                after[name] = Mail(labels, None)
                yield Reject(self.file, name, found.reason, found.error, raw[:EXCERPT])
            else:
                after[name] = Mail(labels, found["key"])
                self.rows[name] = found

    def _downloaded(self, mails: Iterable[str]) -> Iterator[tuple[str, Message]]:
        """Yield (id, message) in order, a few downloads ahead."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gmail") as threads:
            ahead: deque[tuple[str, Future[Message]]] = deque()
            try:
                for mail in mails:
                    ahead.append((mail, threads.submit(self._message, mail)))
                    if len(ahead) > AT_ONCE:
                        name, future = ahead.popleft()
                        yield name, future.result()
                while ahead:
                    name, future = ahead.popleft()
                    yield name, future.result()
            finally:
                for _, future in ahead:
                    future.cancel()

    def _message(self, mail: str) -> Message:
        """Return a mail; None for one that is there no more, or how the server failed to give it."""
        try:
            reply = self.api.reply(f"users/me/messages/{part(mail)}", {"format": "raw"}, want=(200, NOT_FOUND))
            return None if reply.status == NOT_FOUND else parsed(reply)
        except PassingError as error:
            return error


def _raw(message: Mapping[str, Any]) -> bytes:
    """Return the mail's bytes (base64url, RFC 4648, 5); nothing where there are none."""
    try:
        text = str(message.get("raw", ""))
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""
