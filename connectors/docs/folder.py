"""A folder of documents: Markdown, text, HTML, PDF, DOCX, PPTX, XLSX and EPUB, at any depth.

Tables: `documents` (one row a file) and `passages`. A file is known by its path from the root. It is read again only if
its size, time or inode changed and then its SHA-256 too; a renamed file keeps what was read of it. Each file is its own
unit: whole, or set aside with a reason. Handle: `path`, `include`, `exclude` (glob patterns, or None).
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.docs.document import REASONS
from connectors.docs.pool import Job, Pool
from connectors.docs.rows import rows
from connectors.docs.tables import DOCUMENTS, PASSAGES
from connectors.shape import Cursor, Gone, Item, Known, Preview, Reject, Rows
from connectors.walk import Entry, Tree, digest, open_beneath, root_of, walk
from context.errors import InputError, SourceError, StewardError

TABLES = (DOCUMENTS, PASSAGES)

VERSION = 1  # raised when readers improve: everything is then read anew
ROOT = "."  # the cursor that knows the folder itself
MOST_FILE = 100 * 2**20  # bytes; a larger file is listed, not read
MOST_KEPT = 16 * 2**20  # bytes; a larger file that cannot be read is not copied into quarantine
CONNECT = "steward connect docs"

READERS = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"), "markdown"),
    **dict.fromkeys((".txt", ".text", ".rst", ".org", ".adoc", ".asciidoc", ".csv", ".tsv"), "text"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    ".pdf": "pdf",
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), "pptx"),
    **dict.fromkeys((".xlsx", ".xlsm"), "xlsx"),
    ".epub": "epub",
}
SHOWN = {"markdown": "Markdown", "text": "text"}  # how a kind is written; the others in capitals


def preview(handle: Any) -> Preview:
    """Return how many documents of which kind there are. Raises InputError for a path that cannot be read."""
    tree = _tree(handle, InputError)[1]
    kinds: dict[str, int] = {}
    for entry in tree.entries:
        kind = READERS[_suffix(entry.name)]
        kinds[kind] = kinds.get(kind, 0) + 1
    by_number = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    notes = [", ".join(f"{count} {SHOWN.get(kind, kind.upper())}" for kind, count in by_number)]
    if tree.left_out:
        notes.append(f"not read: {tree.left_out} of other kinds, or left out by your patterns")
    notes += [f"{folder} may not be read" for folder in tree.blocked]
    return Preview({"documents": len(tree.entries)}, sum(entry.size for entry in tree.entries), [n for n in notes if n])


def fingerprint(handle: Any, now: datetime) -> str:
    """Return a digest of names, sizes and times; no file is opened. Raises SourceError where the folder is away."""
    root, tree = _tree(handle, SourceError)
    return digest(root, tree, VERSION, _patterns(handle, "include"), _patterns(handle, "exclude"))


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed, newest first, a cursor after each file.

    Raises SourceError where the folder is away, also when an unmounted disk left its empty mount point.
    """
    root, tree = _tree(handle, SourceError)
    found = root.stat()
    yield from Folder(root, tree, known, {"device": found.st_dev, "inode": found.st_ino}).items()


class Folder:
    """One reading of a folder: what is there, what was there, and what of it moved."""

    def __init__(self, root: Path, tree: Tree, known: Known, identity: Mapping[str, int]) -> None:
        self.root, self.tree, self.known, self.identity = root, tree, known, identity
        self.before = {key: value for key, value in known.cursors.items() if key != ROOT}
        self.hashes: dict[str, str] = {}  # of what is being read
        here = {entry.key for entry in tree.entries}
        self.gone = {key for key in self.before if key not in here and not tree.hides(key)}
        self.changed = [entry for entry in tree.entries if self._differs(entry)]
        if self.gone and not here and known.cursors.get(ROOT) not in (None, identity):
            raise SourceError(f"{root} is empty and no longer the folder it was", "mount the disk, then `steward sync`")

    def items(self) -> Iterator[Item]:
        sizes = {entry.size for entry in self.changed if entry.key not in self.before}
        movable = {key for key in self.gone if self.before[key].get("stamp", [None])[0] in sizes}
        for key in sorted(self.gone - movable):
            yield Gone(key)
        for folder in self.tree.blocked:
            yield Reject(folder, "", "unreadable", "the folder may not be listed", b"")
        origins = {self.before[key].get("sha256"): key for key in movable}
        if self.changed:
            yield from self._read(origins)
        for key in sorted(movable):  # only now: what moved was taken from their rows
            yield Gone(key)
        if self.known.cursors.get(ROOT) != self.identity:
            yield Cursor(ROOT, self.identity, whole=False)

    def _differs(self, entry: Entry) -> bool:
        before = self.before.get(entry.key)
        return before is None or before.get("stamp") != entry.stamp or before.get("version") != VERSION

    def _read(self, origins: Mapping[Any, str]) -> Iterator[Item]:
        """Open and hash each changed file; what is neither the same nor moved goes to the pool."""
        with Pool[Entry](min(len(self.changed), os.cpu_count() or 1, 4)) as pool:
            for entry, answer in pool.run(self._job(entry, origins) for entry in self.changed):
                yield from answer["items"] if "items" in answer else self._outcome(entry, answer)

    def _job(self, entry: Entry, origins: Mapping[Any, str]) -> Job[Entry]:
        """Return what to do for a changed file: read it, or (without a file) the items that are clear already."""
        if entry.size > MOST_FILE:
            return Job(entry, answer={"items": _items(entry, None, {"state": "too_large"})})
        try:
            file = open_beneath(self.root, entry.name)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return Job(entry, answer={"items": []})  # the next reading sees it gone
        except OSError as error:
            reject = Reject(entry.key, "", "unreadable", error.strerror or str(error), b"")
            return Job(entry, answer={"items": [reject]})
        before = self.before.get(entry.key, {})
        if before.get("sha256") == sha256 and before.get("version") == VERSION:
            clear = self._touched(entry, sha256)
        else:
            clear = self._moved(origins.get(sha256), entry, sha256)
        if clear:
            file.close()
            return Job(entry, answer={"items": clear})
        file.seek(0)
        self.hashes[entry.key] = sha256
        return Job(entry, READERS[_suffix(entry.name)], file)

    def _moved(self, origin: str | None, entry: Entry, sha256: str) -> list[Item]:
        """Return the rows of `origin` under the new path; nothing where they are not at hand."""
        if origin is None or self.before[origin].get("version") != VERSION or _suffix(origin) != _suffix(entry.name):
            return []
        documents = self.known.loaded(DOCUMENTS.name, origin)
        if not documents:
            return []
        pieces = [
            {**_content(row), "key": f"{entry.key}#{row['ordinal']}", "document_key": entry.key}
            for row in self.known.loaded(PASSAGES.name, origin)
        ]
        if documents[0]["title"] == _from_name(origin) != _from_name(entry.key):
            return []  # whether the title was the file's name or its own words, only reading it can tell
        row = _again(documents[0], entry)
        return [Rows(DOCUMENTS.name, entry.key, [row]), Rows(PASSAGES.name, entry.key, pieces), _done(entry, sha256)]

    def _touched(self, entry: Entry, sha256: str) -> list[Item]:
        """Return what to say of a file that was written again as it was: its time is another."""
        rows = [_again(row, entry) for row in self.known.loaded(DOCUMENTS.name, entry.key)]
        return [Rows(DOCUMENTS.name, entry.key, rows), Cursor(entry.key, _cursor(entry, sha256), whole=False)]

    def _outcome(self, entry: Entry, answer: Mapping[str, Any]) -> Iterator[Item]:
        sha256 = self.hashes.pop(entry.key)
        if reason := answer.get("reason"):
            assert reason in REASONS
            yield Reject(entry.key, "", reason, answer["error"], self._raw(entry))
            yield _done(entry, sha256)
        else:
            yield from _items(entry, sha256, answer)

    def _raw(self, entry: Entry) -> bytes:
        if entry.size > MOST_KEPT:
            return b""
        try:
            with open_beneath(self.root, entry.name) as file:
                return file.read(MOST_KEPT)
        except OSError:
            return b""


def _items(entry: Entry, sha256: str | None, answer: Mapping[str, Any]) -> Iterable[Item]:
    """Yield the rows of one document, then its cursor."""
    yield from rows(
        entry.key,
        answer,
        path=entry.key,
        title=answer.get("title") or _from_name(entry.key),
        kind=READERS[_suffix(entry.name)],
        size=entry.size,
        sha256=sha256,
        modified_at=_modified(entry),
    )
    yield _done(entry, sha256)


def _again(row: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """Return the loaded row of a document for the file that has the same content now."""
    links = json.loads(row["links"]) if isinstance(row["links"], str) else row["links"]
    new = {"key": entry.key, "path": entry.key, "modified_at": _modified(entry)}
    return {**_content(row), **new, "links": links}


def _content(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a loaded row without its hash, which is that of what it was."""
    return {name: value for name, value in row.items() if name != "row_hash"}


def _done(entry: Entry, sha256: str | None) -> Cursor:
    return Cursor(entry.key, _cursor(entry, sha256))


def _cursor(entry: Entry, sha256: str | None) -> dict[str, Any]:
    return {"stamp": entry.stamp, "sha256": sha256, "version": VERSION}


def _modified(entry: Entry) -> datetime | None:
    try:
        return datetime.fromtimestamp(entry.mtime_ns // 1_000 / 1e6, UTC)
    except (ValueError, OverflowError, OSError):
        return None  # a time outside the years 1 to 9999, which some archives unpack to


def _from_name(key: str) -> str:
    """Return a title from a file's name: `2026-03_board-notes.md` reads "2026-03 board-notes"."""
    stem = PurePosixPath(key).stem
    return " ".join(stem.replace("_", " ").split()) or stem


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _tree(handle: Any, error: type[StewardError]) -> tuple[Path, Tree]:
    root = root_of(handle.path, error, CONNECT)
    wanted = READERS.keys()
    return root, walk(
        root, lambda name: _suffix(name) in wanted, _patterns(handle, "include"), _patterns(handle, "exclude")
    )


def _patterns(handle: Any, name: str) -> list[str]:
    """Return the handle's glob patterns; one text may hold several, set apart by commas."""
    given = getattr(handle, name, None) or ()
    listed = given.split(",") if isinstance(given, str) else given
    return [str(pattern).strip() for pattern in listed]
