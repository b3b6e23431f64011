"""The published files: `warehouse-<generation>.duckdb`, two kept, and the link to the newest.

A new name for each generation, because the same path opened twice by one process gives the old data.
"""

import os
import re
import shutil
from pathlib import Path

from blocks.warehouse.clone import settle

KEEP = 2  # the newest, and the one that a reader may just have resolved
TEMPORARY = ".publish-"
_NAME = re.compile(r"warehouse-(\d{1,18})\.duckdb")


class Generations:
    """The published files in the folder of the link."""

    def __init__(self, link: Path) -> None:
        self.link, self.folder = link, link.parent

    def path(self, generation: int) -> Path:
        return self.folder / f"warehouse-{generation}.duckdb"

    def temporary(self, generation: int) -> Path:
        return self.folder / f"{TEMPORARY}{generation}.duckdb"

    def all(self) -> list[int]:
        """Return the generations that stand here, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(int(found[1]) for path in self.folder.iterdir() if (found := _NAME.fullmatch(path.name)))

    def newest(self) -> int | None:
        """Return the generation that the link names; without a usable link the newest that stands here."""
        try:
            named = _NAME.fullmatch(self.link.readlink().name)
        except OSError:  # no link, or a plain file that a backup made of it
            named = None
        if named and self.path(int(named[1])).exists():
            return int(named[1])
        return max(self.all(), default=None)

    def point(self, generation: int) -> None:
        """Let the link name a generation, in one step."""
        temporary = self.folder / f"{TEMPORARY}link"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(self.path(generation).name)
        os.replace(temporary, self.link)  # noqa: PTH105 - Path.replace follows no link either; this says atomic
        settle(self.folder)

    def tidy(self) -> None:
        """Finish or remove what a killed publish left. Only the writer may call it.

        A file has its final name only once it is whole and on the disk; so the newest one is good even if the
        link never came to name it.
        """
        for path in self.folder.glob(f"{TEMPORARY}*"):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        there = self.all()
        if there and (not self.link.is_symlink() or self.link.readlink().name != self.path(there[-1]).name):
            self.point(there[-1])
        self.prune()

    def prune(self, keep: int = KEEP) -> None:
        """Remove all but the newest generations. Who has one open keeps reading it."""
        for generation in self.all()[:-keep]:
            self.path(generation).unlink(missing_ok=True)
