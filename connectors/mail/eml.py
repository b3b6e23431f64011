"""A folder of mails saved as files: .eml from any program, .emlx from Apple Mail; at any depth.

Fills `messages`. One cursor for each directory; a file is read again when its size, time or inode changes.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from connectors.mail.tables import TABLES, VERSION
from connectors.mail.tree import Leaf, Shelf
from connectors.mail.tree import read as read_tree
from connectors.shape import Item, Known, Preview
from connectors.walk import Tree, digest, root_of, walk
from context.errors import InputError, SourceError

__all__ = ["TABLES", "fingerprint", "preview", "read"]

CONNECT = "steward connect eml"
SUFFIXES = (".eml", ".emlx")


class Handle(Protocol):
    """What reaches a folder of .eml files: its path."""

    path: Any


def preview(handle: Handle) -> Preview:
    """Count the mails. Raises InputError where the path is no folder, or there is no mail in it."""
    root = root_of(handle.path, InputError, CONNECT)
    tree = _walk(root)
    if not tree.entries and not tree.blocked:
        other = "maildir" if (root / "cur").is_dir() else "docs"
        raise InputError(f"there is no .eml file in {root}", f"try `steward connect {other} {root}`")
    notes = [f"{folder or root.name} cannot be read and is left out" for folder in tree.blocked]
    return Preview({"mails": len(tree.entries)}, sum(entry.size for entry in tree.entries), tuple(notes))


def fingerprint(handle: Handle, now: datetime) -> str | None:
    """Return a digest of all names, sizes and times."""
    root = root_of(handle.path, SourceError, CONNECT)
    return digest(root, _walk(root), VERSION)


def read(handle: Handle, known: Known) -> Iterator[Item]:
    """Yield what changed, directory by directory. Raises SourceError where all mails seem to be gone."""
    root = root_of(handle.path, SourceError, CONNECT)
    tree = _walk(root)
    if not tree.entries and known.cursors:
        raise SourceError(f"{root.name} holds no mail any more", "check that its disk is mounted, then sync again")
    shelves: dict[str, dict[str, Leaf]] = {}
    for entry in tree.entries:  # newest first
        directory, _, name = entry.key.rpartition("/")
        stamp = "-".join(str(part) for part in entry.stamp)
        shelves.setdefault(directory or ".", {})[name] = Leaf(str(root / entry.name), stamp, size=entry.size)
    ordered = [Shelf(file, root.name if file == "." else file, leaves) for file, leaves in shelves.items()]
    yield from read_tree(ordered, known, hidden=[file for file in known.cursors if tree.hides(f"{file}/x")])


def _walk(root: Path) -> Tree:
    return walk(root, lambda name: name.endswith(SUFFIXES))
