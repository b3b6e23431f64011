"""A folder that bears another name now: its rows are carried over, not its mails fetched again.

A folder keeps its UIDVALIDITY and UIDs under a new name (RFC 9051, 6.3.6). Since another folder may have the same
UIDVALIDITY by chance, the sizes of all mails that both should hold must agree too.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.mail import mime
from connectors.mail.imap import block
from connectors.mail.imap.block import Entries
from connectors.mail.imap.choice import Choice
from connectors.mail.imap.memory import Memory
from connectors.mail.imap.session import Session, Status
from connectors.mail.imap.texts import HEX
from connectors.mail.imap.wire import NoError
from connectors.mail.marks import Marks
from connectors.mail.tables import COLUMNS, MESSAGES
from connectors.shape import Item, Rows


def carried(session: Session, memory: Memory, taken: Sequence[Choice]) -> Iterator[Item]:
    """Yield the rows of folders that have a new name, under that; what changed in them is read as ever."""
    lost = memory.folders() - {one.name for one in taken}
    for one in taken if lost else ():
        if block.state_file(one.name) in memory.cursors or memory.blocks(one.name):
            continue
        try:
            status = session.status(one.raw)
            old = next((name for name in sorted(lost) if _same(session, memory, one, name, status)), None)
        except NoError:
            continue  # reading it says what is wrong
        if old is not None:
            lost.discard(old)
            yield from _moved(memory, old, one, status.validity)


def _same(session: Session, memory: Memory, one: Choice, old: str, status: Status) -> bool:
    """Whether a folder is the old one: by its numbers, then by what it holds."""
    state = memory.cursors.get(block.state_file(old))
    if state is None or not block.usable(state, status.validity) or not status.exists:
        return False
    if not state["next"] <= status.following or not state["blocks"]:
        return False
    session.examine(one.raw, status)
    agreed = 0
    for file in memory.blocks(old).values():
        sizes = _sizes(memory, file, status.validity)
        for uid, size in session.sizes(sorted(sizes)).items():
            if size.bytes != sizes[uid]:
                return False
            agreed += 1
    return agreed > 0


def _entries(memory: Memory, file: str, validity: int) -> Entries:
    value = memory.cursors[file]
    return block.load(value) if block.usable(value, validity) else {}


def _sizes(memory: Memory, file: str, validity: int) -> dict[int, int]:
    """Return the sizes of a block's mails by UID, from their rows."""
    rows = block.rows(_entries(memory, file, validity))
    found = {row["key"]: row["size"] for row in memory.known.loaded(MESSAGES.name, file)}
    return {uid: found[key] for key, uid in rows.items() if key in found}


def _moved(memory: Memory, old: str, one: Choice, validity: int) -> Iterator[Item]:
    for number, file in sorted(memory.blocks(old).items(), reverse=True):
        entries = _entries(memory, file, validity)
        rows = block.rows(entries)
        found = {row["key"]: row for row in memory.known.loaded(MESSAGES.name, file)}
        if not rows or rows.keys() - found.keys() or block.rejected(entries):
            continue  # read anew
        new = block.file(one.name, number)
        yield Rows(MESSAGES.name, new, [_placed(found[key], one.shown) for key in rows])
        memory.fresh.update((new, uid) for uid in entries)
        yield memory.seal(new, block.dump(entries, validity), whole=True)


def _placed(row: Mapping[str, Any], shown: str) -> dict[str, Any]:
    """Return a row as it is in another folder."""
    labels = json.loads(row["labels"]) if row["labels"] else []
    marks = Marks(row["seen"], row["answered"], row["flagged"], labels=tuple(labels))
    hashed = mime.row_hash(row["content_hash"], shown, marks) + row["row_hash"][HEX:]
    return {name: row[name] for name in COLUMNS} | {"folder": shown, "row_hash": hashed}
