"""Mail kept one file a mail (Maildir, .eml): which files to read again, and in which order.

Files are taken together in shelves (a month of a Maildir folder, a directory of .eml files), each with one cursor:
the names that it holds, with a stamp that changes when the file does. New names cost a read of the new files alone; a
file that went or changed costs one of its shelf, whose rows are then compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.mail.tables import VERSION
from connectors.shape import Cursor, Gone, Item, Known, Reject, Rows

if TYPE_CHECKING:
    from connectors.mail.job import Job
    from connectors.mail.seen import Seen

CHUNK = 400  # files in one unit of work
COMMIT = 4  # units of work between two cursors: each cursor names all files of its shelf that were read
TYPICAL = 8_000  # bytes of a mail, where sizes were not asked for


@dataclass(frozen=True, slots=True)
class Leaf:
    """One file. `stamp` changes when its content may have; `flags` are Maildir's letters, which may change alone."""

    path: str
    stamp: str = ""
    flags: str | None = None
    size: int = TYPICAL

    @property
    def told(self) -> str:
        return f"{self.stamp}:{self.flags or ''}"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files that share a cursor: name → leaf, newest first."""

    file: str
    folder: str
    leaves: Mapping[str, Leaf]


@dataclass(slots=True)
class _Plan:
    """What is to be read of a shelf. `whole`: its rows replace all that are known of it."""

    shelf: Shelf
    names: list[str]
    whole: bool
    seen: "Seen"
    done: dict[str, str] = field(default_factory=dict)

    def value(self) -> dict[str, Any]:
        return {"version": VERSION, "names": self.done, "ids": self.seen.dump()}


def read(shelves: Sequence[Shelf], known: Known, hidden: Iterable[str] = ()) -> Iterator[Item]:
    """Yield what changed on the shelves (newest first), and that shelves are gone, but for `hidden` ones
    (unreadable).
    """
    for file in known.cursors.keys() - {shelf.file for shelf in shelves} - set(hidden):
        yield Gone(file)
    plans = [plan for shelf in shelves if (plan := _plan(shelf, known.cursors.get(shelf.file), known.again))]
    if plans:
        yield from _read(plans)


def _plan(shelf: Shelf, told: Mapping[str, Any] | None, again: bool) -> _Plan | None:
    """Compare a shelf with its cursor; None where nothing differs."""
    names: Mapping[str, str] = told["names"] if told else {}
    current = {name: leaf.told for name, leaf in shelf.leaves.items()}
    if told and told["version"] == VERSION and names == current:
        return None
    from connectors.mail.seen import Seen

    if told is None:
        return _Plan(shelf, list(current), whole=again, seen=Seen())
    kept = told["version"] == VERSION and all(
        name in current and current[name].rpartition(":")[0] == stamp.rpartition(":")[0]
        for name, stamp in names.items()
    )
    if not kept:
        return _Plan(shelf, list(current), whole=True, seen=Seen())
    changed = [name for name, stamp in current.items() if names.get(name) != stamp]
    return _Plan(shelf, changed, whole=False, seen=Seen(told["ids"]), done=dict(names))


def _read(plans: Sequence[_Plan]) -> Iterator[Item]:
    from connectors.mail import pool
    from connectors.mail.job import NO_ACCESS

    units = [
        (plan, plan.names[at : at + CHUNK])
        for plan in plans
        for at in range(0, len(plan.names) or 1, CHUNK)  # a shelf that was emptied is a unit too
    ]
    size = sum(plan.shelf.leaves[name].size for plan, names in units for name in names)
    waiting = 0
    for number, ((plan, names), done) in enumerate(zip(units, pool.parse(map(_job, units), size), strict=True)):
        shelf = plan.shelf
        for bad in done.bad:
            yield Reject(shelf.file, bad.position, bad.reason, bad.error, bad.raw)
        if done.table.num_rows:
            yield Rows("messages", shelf.file, plan.seen.mark(done.table))
        refused = {bad.position for bad in done.bad if bad.reason == NO_ACCESS}
        plan.done |= {name: shelf.leaves[name].told for name in names if name not in refused}
        last = number + 1 == len(units) or units[number + 1][0] is not plan
        waiting += 1
        if last or (waiting >= COMMIT and not plan.whole):
            waiting = 0
            yield Cursor(shelf.file, plan.value(), whole=plan.whole)


def _job(unit: tuple[_Plan, Sequence[str]]) -> "Job":
    from connectors.mail.job import Job

    plan, names = unit
    leaves = plan.shelf.leaves
    files = tuple((leaves[name].path, name, leaves[name].flags) for name in reversed(names))
    return Job(folder=plan.shelf.folder, files=files)
