"""What is known of Gmail's mails: shelf by shelf their labels and keys, and how labels become a row's marks.

A shelf holds the mails whose ids begin alike. Ids grow with time, and a shelf spans about three days of a mailbox that
grew by itself; which shelf a mail is on never changes and needs no table.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from connectors.mail.charsets import storable
from connectors.mail.marks import Marks
from connectors.mail.mime import Failed, Raw, row_hash, rows
from connectors.mail.tables import COLUMNS

SPAN = 12  # hexadecimal digits of an id that its shelf leaves open
# Not read. Google's own list leaves the first two out as well; a draft becomes another mail when it is sent.
HIDDEN = frozenset({"SPAM", "TRASH", "CHAT", "DRAFT"})
UNREAD, STARRED = "UNREAD", "STARRED"
FOLDERS = ("SENT", "INBOX")  # of several the first is the folder
ARCHIVE = "ARCHIVE"
SAID = frozenset({UNREAD, STARRED, *FOLDERS})  # what other columns say; `labels` does not say it again


class Mail(NamedTuple):
    """A mail's labels (ids), and the key that it asks for; None for one that gave no row."""

    labels: frozenset[str]
    key: str | None


def shelf_of(mail: str) -> str:
    return mail[:-SPAN] or "0"


def decode(told: Mapping[str, Any] | None) -> dict[str, Mail]:
    """Return what a cursor knows of its shelf: id → mail."""
    known: dict[str, Mail] = {}
    for labels, listed in (told or {}).get("mails", {}).items():
        kept = frozenset(labels.split())
        for line in listed.split("\n"):
            mail, _, key = line.partition(" ")
            known[mail] = Mail(kept, key or None)
    return known


def encode(mails: Mapping[str, Mail]) -> dict[str, Any]:
    """Return the cursor of a shelf: texts, which cost a tenth of the memory that objects do until they are wanted."""
    grouped: dict[str, list[str]] = {}
    for name, mail in sorted(mails.items()):
        grouped.setdefault(" ".join(sorted(mail.labels)), []).append(f"{name} {mail.key}" if mail.key else name)
    return {"mails": {labels: "\n".join(lines) for labels, lines in grouped.items()}}


def keys(mails: Mapping[str, Mail]) -> dict[str, str]:
    """Return id → key within the shelf. Of several mails with one Message-ID the newest has the plain one: whatever
    the order in which they were read.
    """
    taken: set[str] = set()
    found: dict[str, str] = {}
    for name in sorted(mails, reverse=True):
        if (key := mails[name].key) is not None:
            found[name] = f"{key}#{name}" if key in taken else key
            taken.add(key)
    return found


def read(message: Mapping[str, Any], raw: bytes) -> dict[str, Any] | Failed:
    """Return the row of a mail, still to be dressed, or why there is none."""
    name, thread = message["id"], message.get("threadId") or message["id"]
    [found] = rows([Raw(raw, "", name, _moment(message.get("internalDate")), Marks(seen=False))])
    if isinstance(found, Failed):
        return found
    row = dict(zip(COLUMNS, found, strict=True))
    row["key"] = storable(row["key"])
    row["thread_root"] = f"gmail:{_number(thread)}"
    return row


def dress(row: Mapping[str, Any], key: str, mail: Mail, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a row with what the mailbox says of it: the same for a mail just read and for one loaded long ago."""
    second = key != mail.key
    folder = next((name for name in FOLDERS if name in mail.labels), ARCHIVE)
    labels = tuple(sorted(names.get(label, label) for label in mail.labels - SAID))
    state = Marks(UNREAD not in mail.labels, None, STARRED in mail.labels, labels=labels)
    return {
        **row,
        "key": key,
        "folder": folder,
        "labels": list(labels) or None,
        "seen": state.seen,
        "answered": None,
        "flagged": state.flagged,
        "duplicate_id": second,
        "row_hash": row_hash(row["content_hash"], folder, state) + "#" * second,
    }


def hidden(labels: Iterable[str]) -> bool:
    return not HIDDEN.isdisjoint(labels)


def _number(thread: str) -> str:
    """Return a thread's id as Takeout and IMAP write it (X-GM-THRID): in decimal digits."""
    try:
        return str(int(thread, 16))
    except ValueError:
        return thread


def _moment(told: Any) -> datetime | None:
    """Return a time given in milliseconds since 1970; None where it is none."""
    try:
        return datetime.fromtimestamp(int(told) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
