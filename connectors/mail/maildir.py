"""A Maildir: one file a mail, flags in the file's name, folders as directories. Dovecot, mutt, mbsync, offlineimap,
notmuch.

Fills `messages`. Mails are never opened to see whether they changed: in a Maildir (cr.yp.to/proto/maildir.html) a
file's content is fixed and its name tells all, so a sync that finds no new name reads directories only. Newest first:
a name begins with the second of its delivery.
"""

import os
import re
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

from connectors.mail.tables import TABLES, VERSION
from connectors.mail.tree import Leaf, Shelf
from connectors.mail.tree import read as read_tree
from connectors.shape import Item, Known, Preview
from context.errors import InputError, SourceError

__all__ = ["TABLES", "fingerprint", "preview", "read"]

SETTLED = 2_000_000_000  # nanoseconds: a directory changed within the last two may change again without a new time
DEPTH = 8  # levels of folders
UNDATED = 16  # shelves for files whose names begin with no time
_NAME = re.compile(r"(\d{9,10})\b")
_HIDDEN = frozenset("TD")
_INFO = re.compile(r"[:;!]2,([A-Za-z]*)$")  # ; and ! where the file system allows no colon


class Handle(Protocol):
    """What reaches a Maildir: the path of its root."""

    path: Any


def preview(handle: Handle) -> Preview:
    """Count the mails of each folder. Raises InputError where the path is no Maildir, SourceError where it is not
    readable.
    """
    root = _root(handle)
    counts = {name: sum(1 for _ in _files(folder)) for name, folder in _folders(root)}
    largest = sorted(counts.items(), key=lambda each: -each[1])
    notes = [f"{name}: {count:,}" for name, count in largest[:8]]
    if len(largest) > 8:
        notes.append(f"and {len(largest) - 8} more folders")
    return Preview({"mails": sum(counts.values()), "folders": len(counts)}, notes=tuple(notes))


def fingerprint(handle: Handle, now: datetime) -> str | None:
    """Return a digest of the directories' times, None while one may still change without showing it."""
    try:
        root = _root(handle)
        folders = _folders(root)
        digest = blake2b(VERSION.encode(), digest_size=16)
        newest = root.stat().st_mtime_ns
        for name, folder in folders:
            for part in ("cur", "new"):
                found = (folder / part).stat() if (folder / part).is_dir() else None
                digest.update(f"{name}/{part}:{found and (found.st_mtime_ns, found.st_ino)}\n".encode())
                newest = max(newest, found.st_mtime_ns if found else 0)
    except (OSError, InputError, SourceError):
        return None  # reading it says what is wrong
    return None if time.time_ns() - newest < SETTLED else digest.hexdigest()


def read(handle: Handle, known: Known) -> Iterator[Item]:
    """Yield what changed. Raises SourceError where the Maildir cannot be read, or all of it seems to be gone."""
    root = _root(handle)
    shelves: dict[str, dict[str, Leaf]] = {}
    folder_of = {}
    for name, folder in _folders(root):
        for file in _files(folder):
            leaf = Leaf(file.path, flags=_flags(file.name))
            unique = os.fsencode(_INFO.sub("", file.name)).decode("utf-8", "backslashreplace")
            shelf = f"{name}/{_shelf(unique)}"
            shelves.setdefault(shelf, {})[unique] = leaf
            folder_of[shelf] = name
    if not shelves and known.cursors:
        raise SourceError(f"{root.name} holds no mail any more", "check that its disk is mounted, then sync again")
    ordered = [
        Shelf(file, folder_of[file], dict(sorted(leaves.items(), key=lambda each: _age(each[0]), reverse=True)))
        for file, leaves in sorted(shelves.items(), key=lambda each: each[0].rpartition("/")[2], reverse=True)
    ]
    yield from read_tree(ordered, known)


def _shelf(unique: str) -> str:
    """Return the shelf of a name: the month of delivery, or one of a few where the name does not tell."""
    if match := _NAME.match(unique):
        return datetime.fromtimestamp(int(match[1]), UTC).strftime("%Y-%m")
    return f"00-{zlib.crc32(os.fsencode(unique)) % UNDATED:02d}"  # sorts behind all months


def _age(unique: str) -> tuple[int, str]:
    match = _NAME.match(unique)
    return (int(match[1]) if match else 0, unique)


def _folders(root: Path) -> list[tuple[str, Path]]:
    """Return the folders: name ('/' between levels) and directory. Both ways of nesting are known: `.Sent.2024` and
    `Sent/2024`.
    """
    found: list[tuple[str, Path]] = []
    waiting = [("", root, 0)]
    while waiting:
        name, directory, depth = waiting.pop()
        if (directory / "cur").is_dir():
            found.append((name or "INBOX", directory))
        if depth == DEPTH:
            continue
        with os.scandir(directory) as listing:
            for entry in listing:
                if entry.name in ("cur", "new", "tmp") or not entry.is_dir(follow_symlinks=False):
                    continue
                if entry.name.startswith("..") or (entry.name.startswith(".") and not (directory / "cur").is_dir()):
                    continue
                told = entry.name.lstrip(".").replace(".", "/") if entry.name.startswith(".") else entry.name
                waiting.append((f"{name}/{told}" if name else told, Path(entry.path), depth + 1))
    return sorted(found)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield a folder's mails: neither what the owner deleted and the program has not yet (T), nor drafts (D)."""
    for part in ("cur", "new"):
        if (folder / part).is_dir():
            with os.scandir(folder / part) as listing:
                yield from (
                    entry
                    for entry in listing
                    if not entry.name.startswith(".")
                    and entry.is_file(follow_symlinks=False)
                    and _HIDDEN.isdisjoint(_flags(entry.name))
                )


def _flags(name: str) -> str:
    return match[1] if (match := _INFO.search(name)) else ""


def _root(handle: Handle) -> Path:
    """Return the Maildir. Raises InputError where the path is none, SourceError where it may not be read."""
    root = Path(handle.path).expanduser()
    if root.is_file():
        raise InputError(f"{root} is a file, not a Maildir", f"try `steward connect mbox {root}`")
    if not root.is_dir():
        raise InputError(f"there is no folder {root}", "check the path")
    try:
        if not _folders(root):
            raise InputError(
                f"{root.name} is not a Maildir: no folder `cur` in it", f"try `steward connect eml {root}`"
            )
    except OSError as error:
        raise SourceError(f"{root.name} cannot be read: {error.strerror}", f"run `chmod -R u+rX {root}`") from error
    return root
