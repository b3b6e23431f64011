"""An mbox: one file of mails, from Thunderbird, Google Takeout, mutt, Apple Mail and nearly everything else.

Fills `messages`. Newest first: the file is read from its end in units of about 4 MiB. The cursor holds how far that
came, and how to tell later whether the file has only grown (then its tail alone is read) or was written anew (then
all of it is, and only rows of other content are loaded).
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from connectors.mail.tables import TABLES, VERSION
from connectors.shape import Cursor, Item, Known, Preview, Reject, Rows
from context.errors import InputError, SourceError

if TYPE_CHECKING:
    from connectors.mail.seen import Seen

__all__ = ["TABLES", "fingerprint", "preview", "read"]

SETTLED = 2_000_000_000  # nanoseconds: a file written to within the last two may change again without a new time
PROBE = 65_536  # bytes at both ends that tell one file from another
COMMIT = 32 << 20  # bytes of mail between two cursors


class Handle(Protocol):
    """What reaches an mbox: the path of one file."""

    path: Any


def preview(handle: Handle) -> Preview:
    """Count the mails by their separators, in at most a second or so for each GB.

    Raises InputError where the path is no mbox, SourceError where it cannot be read.
    """
    path = _path(handle)
    with _open(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            raise InputError(f"{path.name} is empty (0 bytes)", "choose an mbox with mail in it")
        from connectors.mail import split

        if split.first(file, size) is None:
            raise InputError(f"{path.name} is not an mbox: no line in it begins a mail", "try `steward connect eml`")
        file.seek(0)
        count, edge = int(file.read(5) == b"From "), b""
        file.seek(0)
        while block := file.read(1 << 24):
            count += (edge + block).count(b"\nFrom ")
            edge = block[-5:]
    return Preview({"mails": count}, size, (f"about {count:,} mails, newest first",))


def fingerprint(handle: Handle, now: datetime) -> str | None:
    """Return size and time of the file, None while it may still change without showing it."""
    try:
        found = _path(handle).stat()
    except OSError:
        return None  # reading it says what is wrong
    if time.time_ns() - found.st_mtime_ns < SETTLED:
        return None
    return f"{VERSION}:{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"


def read(handle: Handle, known: Known) -> Iterator[Item]:
    """Yield what the warehouse does not hold yet. Raises SourceError where the file cannot be read or shrinks
    meanwhile.
    """
    path = _path(handle)
    with _open(path) as file:
        plan = _plan(file, known.cursors.get(path.name), known.again)
        if plan is None:
            return
        yield from _read(path, file, plan)


@dataclass(slots=True)
class _Plan:
    """`tail` is to be read, then downwards what lies between `start` and `below`. `whole`: it replaces all rows."""

    state: "_State"
    tail: int
    below: int
    whole: bool


@dataclass(slots=True)
class _State:
    """The file as it was when it was planned to be read."""

    size: int
    mtime: int
    inode: int
    ends: str
    told: Mapping[str, Any] = field(default_factory=dict)


def _plan(file: BinaryIO, told: Mapping[str, Any] | None, again: bool) -> _Plan | None:
    """Decide what is to be read; None where nothing is."""
    found = os.fstat(file.fileno())
    size, mtime = found.st_size, found.st_mtime_ns
    now = _State(size, mtime, found.st_ino, _ends(file, size))
    if told is None:
        return _Plan(now, size, size, whole=again)
    if told.get("version") != VERSION:
        return _Plan(now, size, size, whole=True)
    old, below = int(told["size"]), int(told["below"])
    continued = replace(now, told=told)
    if (old, told["mtime"], told["ends"]) == (size, mtime, now.ends):
        return _Plan(continued, size, below, whole=False) if below else None
    appended = 0 < old <= size and _ends(file, old) == told["ends"]
    sure = _digest(file, old) == told["all"] if appended and "all" in told else old < size
    if appended and sure:
        return _Plan(continued, old, below, whole=False)
    return _Plan(now, size, size, whole=True)


def _read(path: Path, file: BinaryIO, plan: _Plan) -> Iterator[Item]:
    from connectors.mail import split
    from connectors.mail.seen import Seen

    state, seen = plan.state, Seen(str(plan.state.told.get("ids", "")))
    start = split.first(file, state.size)
    if start is None:
        if state.size:
            raise SourceError(f"{path.name} is no longer an mbox", "run `steward sources`")
        yield Cursor(path.name, _value(file, state, 0, seen))  # emptied: nothing is left in it
        return
    if start and not state.told:
        file.seek(0)
        junk = file.read(start)
        yield Reject(path.name, "0", "before-first-mail", "the file does not begin with a mail", junk)
    left = plan.below if plan.below > start else 0
    if plan.tail < state.size or not left:
        for _, items in _units(path, state, split.ranges(file, plan.tail, state.size), seen):
            yield from items
        yield Cursor(path.name, _value(file, state, left, seen), whole=False)
    since = 0
    for (begin, end), items in _units(path, state, split.ranges(file, start, left) if left else [], seen):
        yield from items
        since += end - begin
        if begin <= start or (since >= COMMIT and not plan.whole):
            yield Cursor(path.name, _value(file, state, begin if begin > start else 0, seen), whole=plan.whole)
            since = 0


def _units(
    path: Path, state: _State, units: Sequence[tuple[int, int]], seen: "Seen"
) -> Iterator[tuple[tuple[int, int], list[Item]]]:
    """Yield each unit, the last of the file first, with its items."""
    from connectors.mail import pool
    from connectors.mail.job import Job

    order = list(reversed(units))
    jobs = [Job(path=str(path), start=begin, end=end, folder=path.stem) for begin, end in order]
    for unit, done in zip(order, pool.parse(jobs, sum(end - begin for begin, end in order)), strict=True):
        _unchanged(path, state)
        items: list[Item] = [Reject(path.name, bad.position, bad.reason, bad.error, bad.raw) for bad in done.bad]
        if done.table.num_rows:
            items.append(Rows("messages", path.name, seen.mark(done.table)))
        yield unit, items


def _unchanged(path: Path, state: _State) -> None:
    """Raise SourceError where the file was replaced or cut since it was opened: positions mean nothing then."""
    try:
        found = path.stat()
    except OSError as error:
        raise SourceError(f"{path.name} went away while it was read", "run `steward sync` again") from error
    if found.st_ino != state.inode or found.st_size < state.size:
        raise SourceError(f"{path.name} was changed while it was read", "run `steward sync` again")


def _value(file: BinaryIO, state: _State, below: int, seen: "Seen") -> dict[str, Any]:
    """Return the cursor: read from its end down to `below` (0: all)."""
    value = {"version": VERSION, "size": state.size, "mtime": state.mtime, "ends": state.ends, "below": below}
    if not below:
        file.seek(0)
        # Thunderbird writes flags into the file without changing its size
        if b"X-Mozilla-Status" in file.read(PROBE):
            value["all"] = _digest(file, state.size)
    return {**value, "ids": seen.dump()}


def _ends(file: BinaryIO, size: int) -> str:
    """Return a digest of the first and the last bytes of the file's first `size`."""
    file.seek(0)
    digest = blake2b(file.read(min(PROBE, size)), digest_size=16)
    file.seek(max(0, size - PROBE))
    digest.update(file.read(min(PROBE, size)))
    return digest.hexdigest()


def _digest(file: BinaryIO, size: int) -> str:
    digest, left = blake2b(digest_size=16), size
    file.seek(0)
    while left and (block := file.read(min(1 << 22, left))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


def _path(handle: Handle) -> Path:
    return Path(handle.path).expanduser()


def _open(path: Path) -> BinaryIO:
    """Open the file. Raises InputError where there is none or it is a folder, SourceError where it may not be read."""
    if path.is_dir():
        other = "maildir" if (path / "cur").is_dir() else "eml"
        raise InputError(f"{path} is a folder, not an mbox", f"try `steward connect {other} {path}`")
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}", "check the path") from error
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}", f"run `chmod u+r {path}`") from error
