"""What changed in a folder since it was last read, for sources whose files are small enough to be read whole."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from connectors.shape import Cursor, Gone, Item, Known, Reject
from connectors.walk import Entry, Tree, open_beneath

Items = Callable[[str, bytes], Iterable[Item]]


def changed(root: Path, tree: Tree, known: Known, version: int, most: int, items: Items) -> Iterator[Item]:
    """Yield what went, what may not be read, and for each changed file, newest first, its `items` and a cursor.

    `items(key, data)` makes a file's bytes into rows and rejects. Files above `most` bytes are set aside. A `version`
    other than that of the last reading means that every file is read again.
    """
    here = {entry.key for entry in tree.entries}
    for key in sorted(known.cursors):
        if key not in here and not tree.hides(key):
            yield Gone(key)
    for folder in tree.blocked:
        yield Reject(folder, "", "unreadable", "the folder may not be listed", b"")
    for entry in tree.entries:
        value = {"stamp": entry.stamp, "version": version}
        if known.cursors.get(entry.key) == value:
            continue
        data = content(root, entry, most)
        if data is None:
            yield Reject(entry.key, "", "unreadable", f"may not be read, or is larger than {most >> 20} MiB", b"")
            continue
        yield from items(entry.key, data)
        yield Cursor(entry.key, value)


def content(root: Path, entry: Entry, most: int) -> bytes | None:
    """Return a file's bytes; None where they cannot be had or are more than `most`."""
    if entry.size > most:
        return None
    try:
        with open_beneath(root, entry.name) as file:
            return file.read(most)
    except OSError:
        return None
