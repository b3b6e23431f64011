"""Check boxes in a folder of Markdown files: `- [ ] call Ann 📅 2026-03-01 #work`, nested or not.

Table: `tasks`. A task is known by its file, the headings above it and its words, so edits elsewhere in the file,
ticking it, or giving it another date leave it the same task. Handle: `path`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.changed import changed, content
from connectors.shape import Item, Known, Preview, Rows
from connectors.tasks.boxes import Box, boxes
from connectors.tasks.marks import Marks, marks
from connectors.tasks.tables import TASKS
from connectors.walk import Tree, digest, root_of, walk
from context.errors import InputError, SourceError, StewardError

TABLES = (TASKS,)

VERSION = 1  # raised when rows change in meaning: everything is then read anew
MOST_FILE = 20 * 2**20  # bytes; no list of tasks that a person keeps is longer
CONNECT = "steward connect todo"
SUFFIXES = frozenset((".md", ".markdown", ".mdown", ".mkd"))


def preview(handle: Any) -> Preview:
    """Return how many tasks there are, and how many of them are open. Raises InputError for a wrong path."""
    root, tree = _tree(handle, InputError)
    found = [box for entry in tree.entries for box in boxes(_text(content(root, entry, MOST_FILE) or b""))]
    still = sum(1 for box in found if box.status == "open")
    notes = [f"{still} of them open, in {len(tree.entries)} Markdown files"]
    notes += [f"{folder} may not be read" for folder in tree.blocked]
    return Preview({"tasks": len(found)}, sum(entry.size for entry in tree.entries), notes)


def fingerprint(handle: Any, now: datetime) -> str:
    """Return a digest of names, sizes and times. Raises SourceError where the folder is away."""
    return digest(*_tree(handle, SourceError), VERSION)


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the tasks of each changed file, newest first, with a cursor each. Raises SourceError without the folder."""

    def items(key: str, data: bytes) -> Iterator[Item]:
        if rows := _rows(key, _text(data), known.zone):
            yield Rows(TASKS.name, key, rows)

    yield from changed(*_tree(handle, SourceError), known, VERSION, MOST_FILE, items)


def _rows(key: str, text: str, zone: str) -> list[dict[str, Any]]:
    twins: Counter[str] = Counter()
    rows = []
    for box in boxes(text):
        told = marks(box.text, zone)
        name = _name(box, told)
        twins[name] += 1
        number = f"-{twins[name]}" if twins[name] > 1 else ""
        rows.append({"key": f"{key}#{name}{number}", **_row(key, box, told)})
    return rows


def _row(key: str, box: Box, told: Marks) -> dict[str, Any]:
    stem = PurePosixPath(key).stem
    notes = "\n".join([*box.notes, *told.notes])
    return {
        "list": " › ".join((stem, *box.headings)),
        "title": told.title,
        "notes": notes or None,
        "status": "cancelled" if told.cancelled else box.status,
        "due_at": told.due_at,
        "due_date": told.due_date,
        "completed_at": told.completed_at if box.status == "done" else None,
        "created_at": told.created_at,
        "updated_at": None,  # the file's time says nothing of one line
        "priority": told.priority,
        "line": box.line,
        "labels": list(told.labels),
    }


def _name(box: Box, told: Marks) -> str:
    """Return what stays the same when boxes are ticked, dates moved, and other lines edited."""
    words = "\n".join((*box.headings, " ".join(told.title.casefold().split())))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _text(data: bytes) -> str:
    """Return a file's text: UTF-8, UTF-16 where it is marked, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _tree(handle: Any, error: type[StewardError]) -> tuple[Path, Tree]:
    root = root_of(handle.path, error, CONNECT)
    return root, walk(root, lambda name: PurePosixPath(name).suffix in SUFFIXES)
