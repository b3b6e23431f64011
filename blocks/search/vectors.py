"""Vectors on disk: one file of rows of one length beside the index, and a note of what it holds. A cache.

A row is the digest of the text that it stands for, the model that made it, where its passage begins, and the vector:
whole numbers of 8 bits and the scale that they were divided by. So likeness is off by 0.002 at most, and 100,000 rows
of 384 take 40 MB and 10 ms.
Rows are added at the end and count once the note says so; rows that go are overwritten with zeros where they are. So a
kill at any moment loses the last rows at most. A file that is not as its note says is forgotten, and made again.
"""

import json
import os
import secrets
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from context.errors import BusyError, StorageError
from context.home import write_private

NOTE = "vectors.json"
SCHEMA = 1
BLOCK = 1_024  # rows compared at once: as many as the processor's cache holds as floats
SPARE = 0.25  # of the rows may be gone before the file is written anew
PATIENCE = 30.0  # seconds for another process's few rows
_threads = threading.Lock()


@dataclass(frozen=True, slots=True)
class Note:
    """What lies in the file. `gone` of its `count` rows are zeros."""

    file: str
    model: str
    dimension: int
    count: int = 0
    gone: int = 0
    schema: int = SCHEMA

    @property
    def row(self) -> np.dtype:
        numbers = ("vector", "i1", (self.dimension,))
        return np.dtype([("content", "<i8"), ("model", "<u4"), ("start", "<u4"), ("scale", "<f4"), numbers])


@dataclass(frozen=True, slots=True)
class Row:
    """A passage of a text: `content` names the text, `start` is the place in it (characters)."""

    content: int
    start: int
    vector: np.ndarray


class Vectors:
    """The vectors under one folder. One process at a time changes them; readers need no lock."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._opened: tuple[Note, np.ndarray] | None = None

    def note(self) -> Note | None:
        """Return what there is; None where there is nothing, or it is damaged."""
        try:
            note = Note(**json.loads((self._root / NOTE).read_text("utf-8")))
            whole = (self._root / note.file).stat().st_size >= note.count * note.row.itemsize
        except (OSError, ValueError, TypeError):
            return None
        return note if whole and note.schema == SCHEMA and 0 <= note.gone <= note.count else None

    def rows(self, model: str) -> np.ndarray | None:
        """Return the rows of a model, as they lie in the file; None where there are none."""
        note = self.note()
        if note is None or note.model != model or note.count == 0:
            return None
        if self._opened is None or self._opened[0] != note:
            try:
                mapped = np.memmap(self._root / note.file, note.row, "r", shape=(note.count,))
            except (OSError, ValueError):
                return None  # replaced at this moment
            self._opened = (note, mapped)
        return self._opened[1]

    def contents(self, model: str) -> set[int]:
        """Return the digests of all texts that have vectors of this model."""
        rows = self.rows(model)
        return set() if rows is None else set(rows["content"].tolist()) - {0}

    def near(self, model: str, query: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return, of each row that counts, its content, its start and its likeness (cosine) to the query."""
        rows = self.rows(model)
        if rows is not None and rows["vector"].shape[1] != len(query):
            rows = None
            (self._root / NOTE).unlink(missing_ok=True)  # a model of this name answers otherwise now: all is made again
        if rows is None:
            return np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.float32)
        counts = (rows["content"] != 0) & (rows["model"] == _tag(model))
        likeness = np.empty(len(rows), np.float32)
        room = np.empty((min(BLOCK, len(rows)), len(query)), np.float32)
        for start in range(0, len(rows), BLOCK):
            block = rows["vector"][start : start + BLOCK]
            np.copyto(room[: len(block)], block)
            likeness[start : start + len(block)] = room[: len(block)] @ query
        likeness *= rows["scale"]
        return rows["content"][counts], rows["start"][counts], likeness[counts]

    def add(self, model: str, made: Sequence[Row]) -> int:
        """Keep the vectors of texts that have none yet; return how many rows. Vectors of another model are dropped.

        Raises BusyError where another process does not let go, StorageError where the disk refuses.
        """
        if not made:
            return 0
        with self._alone():
            note, held = self.note(), self.contents(model)
            if note is None or note.model != model or note.dimension != len(made[0].vector):
                note, held = Note(_name(), model, len(made[0].vector)), set()
            new = np.array([_packed(row, model) for row in made if row.content not in held], note.row)
            with self._writing(note.file) as descriptor:
                os.ftruncate(descriptor, note.count * note.row.itemsize)  # what a kill left behind
                os.lseek(descriptor, 0, os.SEEK_END)
                _write(descriptor, new.tobytes())
            self._settle(Note(note.file, model, note.dimension, note.count + len(new), note.gone))
        return len(new)

    def keep(self, contents: Collection[int]) -> int:
        """Wipe the vectors of all other texts; return how many rows that were. Raises as `add` does."""
        note = self.note()
        if note is None or not self.contents(note.model) - set(contents):
            return 0
        with self._alone():
            note = self.note()
            rows = self.rows(note.model) if note is not None else None
            if note is None or rows is None:
                return 0
            held = rows["content"]
            lost = np.flatnonzero((held != 0) & ~np.isin(held, np.fromiter(contents, np.int64, len(contents))))
            with self._writing(note.file) as descriptor:
                for place in lost.tolist():
                    os.pwrite(descriptor, bytes(note.row.itemsize), place * note.row.itemsize)
            gone = int((held == 0).sum())
            note = Note(note.file, note.model, note.dimension, note.count, gone)
            self._settle(self._compacted(note, rows) if gone > note.count * SPARE else note)
        return len(lost)

    def _compacted(self, note: Note, rows: np.ndarray) -> Note:
        kept = rows[rows["content"] != 0]
        made = Note(_name(), note.model, note.dimension, len(kept))
        with self._writing(made.file) as descriptor:
            _write(descriptor, kept.tobytes())
        return made

    def _settle(self, note: Note) -> None:
        write_private(self._root / NOTE, json.dumps(asdict(note)))
        self._clear(note.file)

    def _clear(self, kept: str) -> None:
        """Remove the files that no note names. Readers of one keep it open."""
        for path in self._root.glob("vectors-*.bin"):
            if path.name != kept:
                path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self, name: str) -> Iterator[int]:
        """Open a file of rows, and see that what was written is on the disk."""
        try:
            descriptor = os.open(self._root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                yield descriptor
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StorageError("the vectors of search cannot be written", "free some space, then sync") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with _threads, FileLock(self._root / "vectors.lock", timeout=PATIENCE, mode=0o600):
                yield
        except Timeout:
            raise BusyError("another process writes the vectors of search", "wait, then run `steward sync`") from None


def _packed(row: Row, model: str) -> tuple[int, int, int, float, np.ndarray]:
    scale = float(np.abs(row.vector).max()) / 127 or 1.0
    return row.content, _tag(model), row.start, scale, np.rint(row.vector / scale)


def _tag(model: str) -> int:
    return crc32(model.encode())


def _name() -> str:
    return f"vectors-{secrets.token_hex(4)}.bin"


def _write(descriptor: int, data: bytes) -> None:
    """Write all of it: one call writes 2 GiB at most."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
