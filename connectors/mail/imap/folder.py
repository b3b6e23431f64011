"""One folder: what changed in it since its cursors, by the best way that the server has.

Three tiers (RFC 7162). QRESYNC: opening the folder tells what changed and what went. CONDSTORE: the changed ones by
their modification sequence, the gone ones by a search for all UIDs. Bare: all flags, compared with what is remembered.
Whatever the tier, the numbers must fit at the end; where they do not, all flags are compared: a server that lies about
its powers costs time, and no mail.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.mail.imap import adopted, block, gmail
from connectors.mail.imap.adopted import Adoption, Rows
from connectors.mail.imap.block import Entries
from connectors.mail.imap.memory import Memory
from connectors.mail.imap.session import Opened, Session, Status
from connectors.mail.imap.texts import Reader
from connectors.mail.imap.update import Update
from connectors.mail.marks import Marks
from connectors.mail.tables import MESSAGES
from connectors.shape import Item


@dataclass
class Folder:
    """One folder in one session. `name` is the server's, decoded; `shown` has '/' between its levels."""

    session: Session
    memory: Memory
    raw: bytes
    name: str
    shown: str
    top: bool = False
    partly: bool = False
    anew: bool = False  # UIDs went backwards (a server restored): none that is remembered can be trusted
    others: Rows | None = None  # what is here of the folder under UIDs that count no more
    lower: bool = False

    def read(self, top: bool = False) -> Iterator[Item]:
        """Yield what changed; with `top`, of a folder that is new and large its newest block alone (`partly`).

        Raises NoError where the folder cannot be opened.
        """
        self.top = top
        status = self.session.status(self.raw)
        state = self._state(status.validity)
        if state is not None and self._same(state, status):
            return
        since = (status.validity, state["modseq"]) if state is not None and state["modseq"] else None
        opened = self.session.examine(self.raw, status, since)
        if opened.status.validity != status.validity:
            state = None  # exchanged in between
        yield from self._update(opened, state)

    def _state(self, validity: int) -> Mapping[str, Any] | None:
        value = self.memory.cursors.get(block.state_file(self.name))
        return value if block.usable(value, validity) else None

    def _same(self, state: Mapping[str, Any], status: Status) -> bool:
        """Whether nothing changed, by the server's own count of changes."""
        exists = sum(state["blocks"].values())
        told = (status.following, status.modseq, status.exists)
        counted = (status.modseq > 0 or exists == 0) and not state.get("refused") and self._told(state)
        return counted and told == (state["next"], state["modseq"], exists) and not self._lost(state)

    def _told(self, state: Mapping[str, Any]) -> bool:
        """Whether the server's count of changes can be trusted to tell all."""
        return not self.session.labelled or gmail.fresh(state.get("compared"), self.memory.known.now)

    def _lost(self, state: Mapping[str, Any]) -> list[int]:
        """Return the blocks whose cursor was not told: their bad records are to be tried again."""
        files = {int(number): block.file(self.name, int(number)) for number in state["blocks"]}
        validity = state["validity"]
        return [at for at, file in files.items() if not block.usable(self.memory.cursors.get(file), validity)]

    def _update(self, opened: Opened, state: Mapping[str, Any] | None) -> Iterator[Item]:
        status, counts = opened.status, dict[int, int]()
        self.anew = state is not None and status.following < state["next"]
        found = None if state is None or self.anew else self._changes(opened, state)
        if found is not None and state is not None:
            counts = {int(number): count for number, count in state["blocks"].items()}
            yield from self._blocks(opened, state, found, counts)
        compared = (state or {}).get("compared")
        if found is None or sum(counts.values()) != status.exists:
            found, counts = self._all(status), {}
            self.others = self._others(status)
            compared = self.memory.known.now.isoformat()
            if self.top and state is None and len(found) > 1:
                self.partly = True
                newest = max((number for number, now in found.items() if now), default=0)
                yield from self._blocks(opened, state, {newest: found[newest]}, counts)
                return
            yield from self._blocks(opened, state, found, counts)
        value = {
            "form": block.FORM,
            "validity": status.validity,
            "next": status.following,
            "modseq": status.modseq,
            "blocks": {str(number): count for number, count in sorted(counts.items())},
            **({"compared": compared} if self.session.labelled else {}),
        }
        if value != state:
            yield self.memory.seal(block.state_file(self.name), value, whole=True)

    def _others(self, status: Status) -> Rows | None:
        """Return the rows of the folder's blocks if its UIDs are others now; note in which order to take them over.

        New rows take the place of old ones block by block: where UIDs became lower, the lowest block comes first.
        """
        files, state = [], self.memory.cursors.get(block.state_file(self.name), {})
        for file in self.memory.blocks(self.name).values():
            value = self.memory.cursors[file]
            if value.get("form") == block.FORM and (self.anew or value["validity"] != status.validity):
                files.append(file)
        self.lower = bool(files) and status.following <= state.get("next", 0)
        return adopted.elsewhere(self.memory, files) if files else None

    def _entries(self, number: int, validity: int) -> Entries | None:
        value = self.memory.cursors.get(block.file(self.name, number))
        return block.load(value) if value is not None and block.usable(value, validity) and not self.anew else None

    def _whole(self, file: str, state: Mapping[str, Any] | None) -> bool:
        """Whether rows or bad records of a block may be there of which no usable cursor tells."""
        known = self.memory.known
        return (
            known.again or state is not None or file in self.memory.cursors or bool(known.loaded(MESSAGES.name, file))
        )

    def _all(self, status: Status) -> dict[int, dict[int, Marks]]:
        """Return the marks of all mails, by block; blocks that are remembered and empty now are in it too."""
        found: dict[int, dict[int, Marks]] = {number: {} for number in self.memory.blocks(self.name)}
        if status.exists:
            for uid, marks in self.session.flags(b"1:*", status.exists).items():
                if uid < status.following:  # what comes while we read is the next sync's
                    found.setdefault(block.number(uid), {})[uid] = marks
        return found

    def _changes(self, opened: Opened, state: Mapping[str, Any]) -> dict[int, dict[int, Marks]] | None:
        """Return the marks of all mails of the blocks where anything changed; None where the server cannot tell, or
        says that something changed and not what.
        """
        if not 0 < state["modseq"] <= opened.status.modseq or not self._told(state):
            return None
        validity, following = opened.status.validity, opened.status.following
        kept = {int(number) for number in state["blocks"]}
        touched: dict[int, Entries | None] = {}

        def entries(number: int) -> Entries | None:
            if number not in touched:
                touched[number] = self._entries(number, validity)
            return touched[number]

        if opened.resynced:
            changed, gone = opened.changed, self._vanished(opened, kept, entries)
        else:
            changed = self.session.flags(b"1:*", opened.status.exists, state["modseq"]) if opened.status.exists else {}
            gone = self._missing(opened, state, changed)
        if not changed and not gone and opened.status.modseq != state["modseq"]:
            return None
        found: dict[int, dict[int, Marks]] = {}
        for number in {*map(block.number, changed), *map(block.number, gone), *self._lost(state)}:
            old = entries(number) if number in kept else {}
            if old is None:
                low = number * block.SIZE
                found[number] = self.session.flags(b"%d:%d" % (max(low, 1), low + block.SIZE - 1), opened.status.exists)
            else:
                found[number] = {uid: entry.marks for uid, entry in old.items() if uid not in gone}
        for uid, marks in changed.items():
            if uid < following:
                found[block.number(uid)][uid] = marks
        return found

    def _vanished(self, opened: Opened, kept: set[int], entries: Any) -> set[int]:
        """Return the UIDs of ours among those that the server says are gone; it may name millions that never were."""
        gone: set[int] = set()
        for low, high in opened.gone:
            first, last = block.number(low), block.number(high)
            for number in kept & set(range(first, last + 1)) if last - first < len(kept) else kept:
                if first <= number <= last and (old := entries(number)):
                    begin, end = max(low, number * block.SIZE), min(high, (number + 1) * block.SIZE - 1)
                    gone.update(uid for uid in range(begin, end + 1) if uid in old)
        return gone - opened.changed.keys()

    def _missing(self, opened: Opened, state: Mapping[str, Any], changed: Mapping[int, Marks]) -> set[int]:
        """Return the UIDs of ours that a search does not find any more; none where the numbers show that none went."""
        new = sum(1 for uid in changed if state["next"] <= uid < opened.status.following)
        if sum(state["blocks"].values()) + new == opened.status.exists:
            return set()
        there = set(self.session.uids())
        gone: set[int] = set()
        for number in map(int, state["blocks"]):
            value = self.memory.cursors.get(block.file(self.name, number), {})
            if block.usable(value, opened.status.validity):
                gone.update(uid for uid in block.uids(value) if uid not in there)
        return gone

    def _blocks(
        self,
        opened: Opened,
        state: Mapping[str, Any] | None,
        found: Mapping[int, dict[int, Marks]],
        counts: dict[int, int],
    ) -> Iterator[Item]:
        """Bring these blocks up to date, the newest first; note in `counts` how many mails each holds."""
        for number in sorted(found, key=lambda one: (not found[one], one if self.lower else -one)):
            now = found[number]
            counts.pop(number, None)
            file = block.file(self.name, number)
            if now:
                counts[number] = len(now)
                entries = self._entries(number, opened.status.validity)
                whole = entries is None and self._whole(file, state)
                rows = self.others or (adopted.here(self.memory, file) if whole else None)
                adopt = Adoption(self.session, rows, self.shown) if rows else None
                reader = Reader(self.session, self.memory, self.shown, file, adopt)
                yield from Update(reader, self.memory, opened.status.validity, entries, whole).run(now)
            elif file in self.memory.cursors:
                yield self.memory.gone(file)
