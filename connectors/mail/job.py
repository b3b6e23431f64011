"""A unit of work: some mails of one mailbox → an Arrow table and what could not be read. Runs here or in a worker."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from connectors.mail import arrow, mime, split
from connectors.mail.marks import Marks, flags
from connectors.mail.mime import Raw

NO_ACCESS = "no-access"  # a reject of this reason is tried again at each reading


@dataclass(frozen=True, slots=True)
class Job:
    """Mails of an mbox (`start` to `end`), or one mail a file. Plain values: it travels as JSON.

    `files` holds (path, position, Maildir flags or None). `fast` is dropped after the fast reader has crashed on it.
    """

    path: str = ""
    start: int = 0
    end: int = 0
    folder: str = ""
    files: Sequence[tuple[str, str, str | None]] = ()
    fast: bool = True

    def pieces(self) -> list["Job"]:
        """Return one job for each mail, to find the one that crashes its reader."""
        if self.files:
            return [replace(self, files=(file,)) for file in self.files]
        starts = [int(mail.position) for mail in split.mails(Path(self.path), self.start, self.end, self.folder)]
        return [
            replace(self, start=begin, end=stop) for begin, stop in zip(starts, [*starts[1:], self.end], strict=True)
        ]

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    def lost(self, error: str) -> "Done":
        """Return the result of a job of one mail that cannot be done: the mail itself, set aside."""
        path, position = self.files[0][:2] if self.files else (self.path, str(self.start))
        with Path(path).open("rb") as file:
            file.seek(self.start)
            raw = file.read(min(mime.EXCERPT, self.end - self.start) if self.end else mime.EXCERPT)
        return Done(arrow.table([]), [Bad(position, "crash", error, raw)])


@dataclass(frozen=True, slots=True)
class Bad:
    """A mail that gave no row."""

    position: str
    reason: str
    error: str
    raw: bytes

    def dump(self) -> list[str]:
        return [self.position, self.reason, self.error, base64.b64encode(self.raw).decode()]

    @classmethod
    def load(cls, values: Sequence[str]) -> "Bad":
        return cls(values[0], values[1], values[2], base64.b64decode(values[3]))


@dataclass(frozen=True, slots=True)
class Done:
    """What a job gave: a pyarrow Table (rows newest first), and the bad mails."""

    table: Any
    bad: Sequence[Bad] = field(default_factory=tuple)


def run(job: Job) -> Done:
    """Read and parse a unit of work."""
    bad: list[Bad] = []
    rows = []
    for found in mime.rows(_raws(job, bad), fast=job.fast):
        if isinstance(found, mime.Failed):
            bad.append(Bad(found.mail.position, found.reason, found.error, found.mail.data[: mime.EXCERPT]))
        else:
            rows.append(found)
    rows.reverse()
    return Done(arrow.table(rows), bad)


def _raws(job: Job, bad: list[Bad]) -> Iterator[Raw]:
    if not job.files:
        yield from split.mails(Path(job.path), job.start, job.end, job.folder)
        return
    for path, position, letters in job.files:
        try:
            yield _file(Path(path), job.folder, position, flags(letters) if letters is not None else None)
        except FileNotFoundError:
            continue  # moved or deleted since it was listed: the next sync sees where it went
        except OSError as error:
            bad.append(Bad(position, NO_ACCESS, error.strerror or "cannot be read", b""))


def _file(path: Path, folder: str, position: str, state: Marks | None) -> Raw:
    size = path.stat().st_size
    with path.open("rb") as file:
        data = file.read(mime.EXCERPT if size > mime.LARGEST else -1)
    if path.suffix.lower() == ".emlx":
        data, state = _emlx(data)
    return Raw(data, folder, position, None, state, size, "")


def _emlx(data: bytes) -> tuple[bytes, Marks | None]:
    """Apple Mail: the mail's length on the first line, the mail, a property list whose `flags` has bit 0 read, 1
    deleted, 2 answered, 4 flagged.
    """
    import plistlib

    line, _, rest = data.partition(b"\n")
    if not line.strip().isdigit():
        return data, None
    length = int(line)
    try:
        bits = int(plistlib.loads(rest[length:].strip()).get("flags", 0))
    except (ValueError, TypeError, AttributeError, plistlib.InvalidFileException, LookupError):
        return rest[:length], None
    return rest[:length], Marks(bool(bits & 1), bool(bits & 4), bool(bits & 16), bool(bits & 2))
