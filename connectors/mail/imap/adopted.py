"""Mails that are here already, though no cursor tells under which UIDs: their rows are taken over, not fetched again.

So it is in a full reading (no cursor is told) and where a folder counts its mails anew (another UIDVALIDITY). A row is
a mail's where all that is read of the header agrees, and the size; of a mail whose header does not say when it came,
also its time on the server. What has no Message-ID is fetched, as are several contents with one, mails that bear their
labels themselves, and those of which an older reader made the rows.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.mail import mime
from connectors.mail.imap import block, grammar
from connectors.mail.imap.memory import Memory
from connectors.mail.imap.session import SET, Session, Size
from connectors.mail.imap.texts import HEX, OWN, Taken, noted, paired
from connectors.mail.imap.wire import NoError
from connectors.mail.marks import Marks
from connectors.mail.mime import Failed, Raw, Row
from connectors.mail.tables import COLUMNS, MESSAGES

Old = Mapping[str, Any]
Rows = Callable[[Collection[str]], Mapping[str, Old]]  # Message-IDs → the rows that may be theirs
HEADER = (
    b"HEADER.FIELDS (MESSAGE-ID DATE RECEIVED FROM TO CC REPLY-TO SUBJECT IN-REPLY-TO REFERENCES LIST-ID X-GM-THRID"
    b" X-GMAIL-LABELS X-MOZILLA-KEYS X-KEYWORDS)"
)
LONGEST = 1 << 16  # bytes of a header; one that is longer looks like another mail's, and is fetched
SAME = (
    *("message_id", "thread_root", "in_reply_to", "reference_ids", "sent_at", "received_at", "from_address"),
    *("from_name", "to_addresses", "cc_addresses", "reply_to", "subject", "list_id"),
)


def here(memory: Memory, file: str) -> Rows | None:
    """Return the rows of a block of which no cursor tells; None where there are none."""
    found: dict[str, Old] = {}
    several: set[str] = set()
    for row in memory.known.loaded(MESSAGES.name, file):
        if row["message_id"] in found:
            several.add(row["message_id"])
        found[row["message_id"]] = row
    kept = {name: row for name, row in found.items() if name and name not in several and _sound(row)}
    return (lambda _ids: kept) if kept else None


def elsewhere(memory: Memory, files: Collection[str]) -> Rows | None:
    """Return the rows of blocks whose UIDs count no more; None where there are none."""
    places: dict[str, tuple[str, str]] = {}
    several: set[str] = set()
    for file in sorted(files):
        for entry in block.load(memory.cursors[file]).values():
            named = entry.key and not entry.key.startswith("sha256:")
            if named and places.setdefault(entry.key, (entry.digest, file))[0] != entry.digest:
                several.add(entry.key)

    def rows(ids: Collection[str]) -> Mapping[str, Old]:
        wanted: dict[str, list[str]] = {}
        for name in ids:
            if name in places and name not in several:
                wanted.setdefault(places[name][1], []).append(name)
        found = (row for file, keys in wanted.items() for row in memory.known.loaded(MESSAGES.name, file, keys))
        return {row["message_id"]: row for row in found if row["key"] == row["message_id"] and _sound(row)}

    return rows if places.keys() - several else None


def _sound(row: Old) -> bool:
    """Whether today's reader would make this row of its mail: its hash tells of the reader, too."""
    labels = tuple(json.loads(row["labels"])) if row["labels"] else ()
    marks = Marks(row["seen"], row["answered"], row["flagged"], labels=labels)
    return bool(row["row_hash"][:HEX] == mime.row_hash(row["content_hash"], row["folder"], marks))


@dataclass
class Adoption:
    """Takes over rows for the mails of the folder that is open in the session; `shown` is its name in the rows."""

    session: Session
    rows: Rows
    shown: str

    def __call__(self, uids: Sequence[int], sizes: Mapping[int, Size], marks: Mapping[int, Marks]) -> Taken:
        """Return what need not be fetched."""
        taken = Taken()
        for part in grammar.chunks([uid for uid in uids if uid in sizes], SET):
            try:
                looks = dict(self._looks(part, sizes, marks))
            except NoError:
                return taken  # it is all fetched then
            known = self.rows({look["message_id"] for look in looks.values() if look["message_id"]})
            for uid, look in looks.items():
                old = known.get(look["message_id"])
                if old is not None and old["size"] == look["size"] and all(old[name] == look[name] for name in SAME):
                    row = _dressed(old, self.shown, marks[uid])
                    taken.found[uid] = noted(row, marks[uid], False, sizes[uid])
                    taken.size += len(old["body"] or "")
        return taken

    def _looks(
        self, uids: Sequence[int], sizes: Mapping[int, Size], marks: Mapping[int, Marks]
    ) -> Iterator[tuple[int, Old]]:
        """Yield what the headers alone would give as rows."""

        def raws() -> Iterator[Raw]:
            for uid, head in self.session.bodies(uids, LONGEST, HEADER):
                if not OWN.search(head):
                    data, told = head + b"\r\n\r\n-", sizes[uid]
                    yield Raw(data, self.shown, str(uid), told.received, marks[uid], told.bytes)

        for uid, mail in paired(raws()):
            if not isinstance(mail, Failed):
                yield uid, dict(zip(COLUMNS, mail, strict=True))


def _dressed(old: Old, shown: str, marks: Marks) -> Row:
    """Return a row as the mail would give it, were it read now."""
    new = {
        "key": old["message_id"],
        "row_hash": mime.row_hash(old["content_hash"], shown, marks),
        "folder": shown,
        "labels": mime.dump(list(marks.labels)) if marks.labels else None,
        "seen": marks.seen,
        "answered": marks.answered,
        "flagged": marks.flagged,
        "duplicate_id": False,
    }
    return tuple({**old, **new}[name] for name in COLUMNS)
