"""A source of files and what is held of it: synced as the loader does, compared with one reading of the end."""

import itertools
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from tests.connectors.store import Store

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


class Stand:
    """One source. Each write gets a time of its own, as it has in life: a test is faster than a file system's clock."""

    def __init__(self, module: Any, root: Path, path: Path | None = None, **settings: Any) -> None:
        self.module, self.root = module, root
        root.mkdir(parents=True, exist_ok=True)
        self.handle = SimpleNamespace(path=str(path or root), account="account", **settings)
        self.store = Store(module.TABLES)
        self.mark: str | None = None
        self.seconds = itertools.count(1_772_000_000)

    def sync(self) -> int:
        """Read as the loader does: not at all where the fingerprint is the same. Return how many rows were given."""
        mark = self.module.fingerprint(self.handle, NOW)
        if mark is not None and mark == self.mark:
            return 0
        given = self.store.sync(self.module, self.handle, NOW)
        self.mark = mark
        return given

    def whole(self) -> Store:
        """Return what one reading of all, by somebody who holds nothing, gives."""
        found = Store(self.module.TABLES)
        found.sync(self.module, self.handle, NOW)
        return found

    def check(self) -> None:
        """Assert that what is held, by readings of changes and by a full one, is what is there."""
        self.sync()
        wanted = self.whole()
        assert self.store.differences(wanted) == {}
        self.store.sync(self.module, self.handle, NOW, full=True)
        assert self.store.differences(wanted) == {}
        assert self.sync() == 0

    # --- what happens to files -----------------------------------------------------------------------------------

    def stamp(self, path: Path) -> None:
        """Give a file or folder a time that nothing had before."""
        seconds = next(self.seconds)
        os.utime(path, (seconds, seconds))

    def write(self, name: str, data: bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.stamp(path)
        return path

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())

    def folders(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_dir())

    def move(self, old: str, new: str) -> None:
        target = self.root / new
        if target.exists() or str(new).startswith(f"{old}/"):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.root / old).rename(target)

    def delete(self, name: str) -> None:
        path = self.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def happen(
    stand: Stand, data: st.DataObject, content: Callable[[int], bytes], names: list[str], most: int = 10
) -> None:
    """Let files be written, edited, touched, copied, moved and deleted, alone and by the folder; sync in between."""

    def pick(count: int) -> int:
        return data.draw(st.integers(0, count - 1))

    for _ in range(data.draw(st.integers(1, most))):
        files, folders, what = stand.files(), stand.folders(), pick(9)
        if what < 3 or not files:
            stand.write(names[pick(len(names))], content(pick(6)))
        elif what == 3:
            stand.write(files[pick(len(files))], content(pick(6)))
        elif what == 4:
            stand.stamp(stand.root / files[pick(len(files))])
        elif what == 5:
            stand.move(files[pick(len(files))], names[pick(len(names))])
        elif what == 6 and folders:
            stand.move(folders[pick(len(folders))], ("new", "a/new", "Über")[pick(3)])
        elif what == 7 and folders and len(files) > 3:
            stand.delete(folders[pick(len(folders))])
        elif len(files) > 1:
            stand.delete(files[pick(len(files))])
        if pick(3) == 0:
            stand.sync()
