"""What is remembered of a source: the cursors that were told, and those that this reading gave since."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.mail.imap import block
from connectors.shape import Cursor, Gone, Known


@dataclass
class Memory:
    """What is remembered of a source: the cursors that were told, and those that this reading gave since."""

    known: Known
    cursors: dict[str, Mapping[str, Any]] = field(init=False)
    fresh: set[tuple[str, int]] = field(default_factory=set)  # read in this run: not yet to be found by `known.loaded`

    given: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # keys by file, since its last seal
    broke: dict[tuple[str, int], int] = field(
        default_factory=dict
    )  # mails asked for when a connection broke: how often
    seals: int = 0  # how often something was sealed: whether a broken connection got anywhere

    def __post_init__(self) -> None:
        self.cursors = dict(self.known.cursors)

    def folders(self) -> set[str]:
        """Return the folders that anything is remembered of."""
        return {block.folder_of(file) for file in self.cursors}

    def blocks(self, folder: str) -> dict[int, str]:
        """Return the blocks of a folder that have a cursor, of whatever form: number → file."""
        found = {}
        for file in self.cursors:
            name, _, last = file.rpartition("/")
            if name == folder and last.isdigit():
                found[int(last)] = file
        return found

    def seal(self, file: str, value: Mapping[str, Any], whole: bool) -> Cursor:
        self.cursors[file] = value
        self.seals += 1
        return Cursor(file, value, whole)

    def gone(self, file: str) -> Gone:
        self.cursors.pop(file, None)
        self.given.pop(file, None)
        return Gone(file)
