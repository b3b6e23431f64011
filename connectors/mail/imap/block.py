"""What is remembered of a thousand UIDs of a folder: one file for the loader, whose cursor this is.

A mail that comes or changes costs its block alone. Each UID has its marks, and the digest and key of the row that it
gave. A block is a function of what the folder holds: of several mails with one Message-ID the newest has the plain key,
another content has the key with its digest behind it, and a copy gives no second row. So reading on and reading anew
end in the same rows.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from connectors.mail.marks import Marks
from connectors.mail.tables import VERSION

SIZE = 1000  # UIDs
FORM = f"{VERSION}.1"  # of the cursors; another one means reading again
DIGEST = 12  # hexadecimal digits kept of a content's digest


class Entry(NamedTuple):
    """One UID. `key` is empty where it gave no row; `own`: its labels stand in the mail itself, whatever its marks."""

    marks: Marks
    digest: str = ""
    own: bool = False
    key: str = ""


Entries = dict[int, Entry]


def number(uid: int) -> int:
    """Return the block that a UID belongs to."""
    return uid // SIZE


def file(folder: str, block: int) -> str:
    """Return the name of a block's file. No folder's name can be taken for another's: it always ends in a number."""
    return f"{folder}/{block}"


def state_file(folder: str) -> str:
    """Return the name of the file of what is remembered of the folder as a whole."""
    return f"{folder}/state"


def folder_of(file: str) -> str:
    """Return the folder of a file."""
    return file.rpartition("/")[0]


def dump(entries: Mapping[int, Entry], validity: int) -> dict[str, Any]:
    """Return a block's cursor: a line for each UID, which costs a tenth of the memory that objects would."""
    kinds = {entry.marks: at for at, entry in enumerate({one.marks: one for one in entries.values()}.values())}
    lines = [
        f"{uid} {kinds[entry.marks]} {'+' if entry.own else '-'}{entry.digest} {entry.key}"
        for uid, entry in sorted(entries.items())
    ]
    return {"form": FORM, "validity": validity, "marks": [_told(one) for one in kinds], "mails": "\n".join(lines)}


def load(value: Mapping[str, Any]) -> Entries:
    """Return what a cursor holds."""
    kinds = [_marks(*told) for told in value["marks"]]
    found: Entries = {}
    for line in value["mails"].split("\n") if value["mails"] else ():
        uid, kind, digest, key = line.split(" ", 3)
        found[int(uid)] = Entry(kinds[int(kind)], digest[1:], digest[0] == "+", key)
    return found


def uids(value: Mapping[str, Any]) -> list[int]:
    """Return the UIDs of a cursor alone."""
    return [int(line.split(" ", 1)[0]) for line in value["mails"].split("\n")] if value["mails"] else []


def usable(value: Mapping[str, Any] | None, validity: int) -> bool:
    """Whether a cursor is of this form and of these UIDs."""
    return value is not None and value.get("form") == FORM and value.get("validity") == validity


def _told(marks: Marks) -> list[Any]:
    return [marks.seen, marks.answered, marks.flagged, marks.deleted, list(marks.labels)]


def _marks(seen: bool, answered: bool, flagged: bool, deleted: bool, labels: list[str]) -> Marks:
    return Marks(seen, answered, flagged, deleted, tuple(labels))


def rows(entries: Mapping[int, Entry]) -> dict[str, int]:
    """Return which rows the entries give: key → the UID that it is taken from."""
    owners: dict[str, str] = {}
    found: dict[str, int] = {}
    for uid in sorted(entries, reverse=True):
        entry = entries[uid]
        if entry.key:
            owner = owners.setdefault(entry.key, entry.digest)
            found.setdefault(entry.key if owner == entry.digest else f"{entry.key}#{entry.digest}", uid)
    return found


def rejected(entries: Mapping[int, Entry]) -> set[str]:
    """Return the positions of what was set aside."""
    return {str(uid) for uid, entry in entries.items() if not entry.key and not entry.marks.deleted}


def carried(old: Mapping[int, Entry], now: Mapping[int, Marks]) -> tuple[Entries, list[int]]:
    """Return what stays of the old entries, with the marks of now, and the UIDs whose text is needed, newest first.

    A mail marked as deleted gives no row, so nothing but its mark is kept; where the mark goes, it is read again.
    """
    entries: Entries = {}
    for uid, marks in now.items():
        before = old.get(uid)
        if marks.deleted:
            entries[uid] = Entry(marks)
        elif before is not None and not before.marks.deleted:
            entries[uid] = before._replace(marks=marks)
    return entries, sorted(now.keys() - entries.keys(), reverse=True)


def grouped(uids: Iterable[int]) -> dict[int, list[int]]:
    """Return UIDs by their block."""
    found: dict[int, list[int]] = {}
    for uid in uids:
        found.setdefault(number(uid), []).append(uid)
    return found
