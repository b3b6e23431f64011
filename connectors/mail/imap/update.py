"""One block of a folder: from what is remembered of it to what the folder holds now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.mail import arrow
from connectors.mail.imap import block
from connectors.mail.imap.block import Entries, Entry
from connectors.mail.imap.memory import Memory
from connectors.mail.imap.texts import Found, Reader, Taken, keyed, redressed
from connectors.mail.marks import Marks
from connectors.mail.tables import MESSAGES
from connectors.shape import Gone, Item, Rows

Loaded = dict[str, Mapping[str, Any]]
SEAL = 32 << 20  # bytes read after which a backfill is sealed, to go on from there
SEAL_WHOLE = 256 << 20  # the same where a block is read anew: what it held before stands until then


@dataclass
class Update:
    """`old` are the block's entries, None where none are known; `whole`: rows of it may stand there all the same."""

    reader: Reader
    memory: Memory
    validity: int
    old: Entries | None
    whole: bool
    _size: int = 0

    def run(self, now: Mapping[int, Marks]) -> Iterator[Item]:
        """Yield rows, what went, and cursors; nothing where nothing changed."""
        before = self.old or {}
        after, wanted = block.carried(before, now)
        if not wanted and self.old is not None and after == before:
            return
        yield from self._step(before, after, Taken(), now)
        for taken in self.reader.read(wanted, now):
            before, after = after, dict(after)
            after.update({uid: found.entry for uid, found in taken.found.items()})
            after.update({int(bad.position): Entry(now[int(bad.position)]) for bad in taken.bad})
            yield from self._step(before, after, taken, now)
            if self._size >= (SEAL_WHOLE if self.whole else SEAL) and len(after) < len(now):
                yield from self._seal(after)
        yield from self._seal(after)

    def _step(self, before: Entries, after: Entries, taken: Taken, now: Mapping[int, Marks]) -> Iterator[Item]:
        """Yield what one command changes. `after` is mended where a mail is gone whose text turns out to be needed."""
        self._size += taken.size
        found, was, loaded = dict(taken.found), block.rows(before), Loaded()
        rejects = list(taken.bad)
        while True:
            will = block.rows(after)
            lost = block.rejected(before) - block.rejected(after)
            # A position that is some mail's key too would take its row along: such a row is given again.
            todo = {
                key: uid
                for key, uid in will.items()
                if was.get(key) != uid or before[uid].marks != after[uid].marks or key in lost
            }
            missing = self._needed(todo, before, after, found, was, loaded)
            if not missing:
                break
            for more in self.reader.read(sorted(missing, reverse=True), now):
                found |= more.found
                rejects += more.bad
                after.update({uid: one.entry for uid, one in more.found.items()})
                after.update({int(bad.position): Entry(now[int(bad.position)]) for bad in more.bad})
        keys = {uid: key for key, uid in was.items()}
        rows = [keyed(found[uid], key) for key, uid in todo.items() if uid in found]
        again = [
            redressed(loaded[keys[uid]], before[uid], after[uid], key, self.reader.shown)
            for key, uid in todo.items()
            if uid not in found
        ]
        file, dead = self.reader.file, (was.keys() - will.keys()) | lost
        if dead & self.memory.given[file]:  # what is given beside a deletion would stay
            yield from self._seal(before)
        self.memory.given[file] |= {*todo, *(bad.position for bad in rejects)}
        self.memory.fresh.update((file, uid) for uid in todo.values())
        yield from rejects
        if rows:
            yield Rows(MESSAGES.name, file, arrow.table(rows))
        if again:
            yield Rows(MESSAGES.name, file, again)
        if dead:
            yield Gone(file, frozenset(dead))

    def _needed(
        self,
        todo: Mapping[str, int],
        before: Entries,
        after: Entries,
        found: Mapping[int, Found],
        was: Mapping[str, int],
        loaded: Loaded,
    ) -> set[int]:
        """Return the UIDs whose text must be fetched; fill `loaded` with the rows that need no more than new marks."""
        keys = {uid: key for key, uid in was.items()}
        have: dict[int, str] = {}
        missing: set[int] = set()
        for uid in todo.values():
            if uid in found:
                continue
            fixed = uid in before and before[uid].own and before[uid].marks != after[uid].marks
            if uid in keys and not fixed and (self.reader.file, uid) not in self.memory.fresh:
                have[uid] = keys[uid]
            else:
                missing.add(uid)
        if unknown := set(have.values()) - loaded.keys():
            rows = self.memory.known.loaded(MESSAGES.name, self.reader.file, unknown)
            loaded.update({row["key"]: row for row in rows})
        return missing | {uid for uid, key in have.items() if key not in loaded}

    def _seal(self, entries: Entries) -> Iterator[Item]:
        """Yield the cursor. What a broken connection left half said of this block, and is not so any more, goes."""
        file, value = self.reader.file, block.dump(entries, self.validity)
        stale = self.memory.given.pop(file, set()) - block.rows(entries).keys() - block.rejected(entries)
        yield self.memory.seal(file, value, self.whole)
        if stale:
            yield Gone(file, frozenset(stale))
            yield self.memory.seal(file, value, whole=False)
        self.whole, self._size = False, 0
