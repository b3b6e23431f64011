"""Walk a folder of the owner's: what lies in it, under names that stay the same, and never outside it.

Shared by every source that is a folder. Symbolic links are never followed: what a link inside the folder points to is
found under its own name, and what one points to outside is not the folder's. Hidden names, version control, caches and
installed packages are left out, as they are other programs' business.
"""

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path

from context.errors import InputError, StewardError

SKIPPED = frozenset(("node_modules", "bower_components", "__pycache__", "site-packages", "__MACOSX", "$RECYCLE.BIN"))
MARKERS = ("pyvenv.cfg", "CACHEDIR.TAG")  # https://bford.info/cachedir/: a folder with one is not for backup or search


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file. `key` is its path from the root, in NFC with slashes; `name` is that path as the disk has it."""

    key: str
    name: str
    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int

    @property
    def stamp(self) -> list[int]:
        """Size, time of change, inode: where all are as before, the content is taken to be as before."""
        return [self.size, self.mtime_ns, self.inode]


@dataclass(frozen=True, slots=True)
class Tree:
    """What a walk found: the files, newest first, and the folders (keys, "" the root) that could not be listed."""

    entries: Sequence[Entry]
    blocked: Sequence[str]
    left_out: int

    def hides(self, key: str) -> bool:
        """Whether `key` may still exist, in a folder that could not be listed."""
        return any(not folder or key.startswith(folder + "/") for folder in self.blocked)


def root_of(path: str | Path, error: type[StewardError], connect: str) -> Path:
    """Return the real folder at `path`.

    Raises `error` where there is none or it cannot be listed; `connect` is the command that would connect a right one.
    """
    given = Path(path).expanduser()
    try:
        root = given.resolve(strict=True)
        if not root.is_dir():
            raise error(f"{given} is a file, not a folder", f"give the folder: `{connect} {given.parent}`")
        with os.scandir(root):
            return root
    except FileNotFoundError:
        raise error(f"there is no folder {given}", f"check the path, then run `{connect} PATH`") from None
    except PermissionError:
        raise error(f"{given} cannot be read", f"run `chmod u+rx {given}`") from None
    except OSError as fault:
        raise error(f"{given} cannot be read: {fault.strerror}", "check the disk, then try again") from fault
    except RuntimeError:
        raise error(f"{given} is a loop of links", f"check the path, then run `{connect} PATH`") from None


def walk(root: Path, wanted: Callable[[str], bool], include: Iterable[str] = (), exclude: Iterable[str] = ()) -> Tree:
    """Return the files under `root` whose lower-cased name is `wanted` and whose key the patterns allow."""
    included, excluded = matcher(include), matcher(exclude)
    entries: dict[str, Entry] = {}
    blocked: list[str] = []
    left_out = 0
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder if folder else root) as listing:
                found = sorted(listing, key=lambda entry: entry.name)
        except FileNotFoundError:
            continue  # removed while we looked
        except OSError:
            blocked.append(_key(folder))
            continue
        if folder and any(entry.name in MARKERS for entry in found):
            continue
        for item in found:
            name = f"{folder}/{item.name}" if folder else item.name
            if item.name.startswith((".", "~$")) or (excluded and excluded(_key(name))):
                continue
            with suppress(FileNotFoundError):
                if item.is_dir(follow_symlinks=False):
                    if item.name not in SKIPPED:
                        folders.append(name)
                elif item.is_file(follow_symlinks=False):
                    if not wanted(item.name.lower()) or (included and not included(_key(name))):
                        left_out += 1
                        continue
                    entry = _entry(name, item.stat(follow_symlinks=False))
                    if entry.key in entries:  # twins that differ only in their Unicode form keep their own
                        twins = (entries.pop(entry.key), entry)
                        entries |= {_text(twin.name): replace(twin, key=_text(twin.name)) for twin in twins}
                    else:
                        entries[entry.key] = entry
    newest_first = sorted(entries.values(), key=lambda entry: (-entry.mtime_ns, entry.key))
    return Tree(newest_first, blocked, left_out)


def digest(root: Path, tree: Tree, *settings: object) -> str:
    """Return a digest of the tree's state: equal only while no file, name, permission or setting changed."""
    told = hashlib.sha256(repr((str(root), settings, sorted(tree.blocked))).encode())
    for entry in sorted(tree.entries, key=lambda entry: entry.key):
        told.update(repr((entry.key, *entry.stamp, entry.ctime_ns)).encode("utf-8", "surrogateescape"))
    return told.hexdigest()


def open_beneath(root: Path, name: str) -> BufferedReader:
    """Open `name` under `root` for reading, refusing a link at any step, so that a swapped-in one cannot lead outside.

    Raises OSError where it is gone, not readable, no regular file any more, or behind a link.
    """
    *folders, last = name.split("/")
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever
        descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{last} is no regular file")
    return os.fdopen(descriptor, "rb")


def matcher(patterns: Iterable[str]) -> Callable[[str], bool] | None:
    """Return a test of keys against glob patterns; None where there are none.

    As in .gitignore: a pattern without a slash matches a name at any depth, one with a slash the path from the root;
    `**` spans folders; a pattern that matches a folder matches all in it. Raises InputError for what is no glob.
    """
    parts = [_translate(unicodedata.normalize("NFC", pattern)) for pattern in patterns if pattern.strip("/ ")]
    if not parts:
        return None
    try:
        compiled = re.compile("|".join(parts), re.DOTALL)
    except re.error as error:
        raise InputError(
            "a pattern of `include` or `exclude` is no glob", "write it like `*.md` or `drafts/**`"
        ) from error
    return lambda key: compiled.fullmatch(key) is not None


def _translate(pattern: str) -> str:
    """Return the regular expression of one pattern."""
    anywhere = "/" not in pattern.rstrip("/")
    steps = ["(?:[^/]+/)*" if step == "**" else _step(step) + "/" for step in pattern.strip("/").split("/")]
    joined = "".join(steps)
    joined = joined[:-1] if joined.endswith("/") else joined + "[^/]+"
    return f"(?:{'(?:[^/]+/)*' if anywhere else ''}{joined}(?:/.*)?)"


def _step(glob: str) -> str:
    """Return the regular expression of one name's pattern: `*`, `?` and `[a-c]`, none of which spans a slash."""
    out, at = [], 0
    while at < len(glob):
        character, close = glob[at], glob.find("]", at + 2)
        if character == "[" and close > 0:
            inside = glob[at + 1 : close].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"(?!/)[^{inside[1:]}]" if inside[0] in "!^" else f"[{inside}]")
            at = close
        else:
            out.append({"*": "[^/]*", "?": "[^/]"}.get(character) or re.escape(character))
        at += 1
    return "".join(out)


def _entry(name: str, found: os.stat_result) -> Entry:
    return Entry(_key(name), name, found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", _text(name))


def _text(name: str) -> str:
    """Return a name as text: bytes that are no UTF-8 are written out, as `\\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
