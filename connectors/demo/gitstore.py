"""A git repository written object by object, in git's own formats (gitformat-index, gitformat-pack's object headers).

`git` itself would put its version's compression, the clock and the index's file numbers into the bytes; written here,
the same history has the same commits and the same files everywhere. `git fsck --strict` accepts it (the tests ask).
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from connectors.demo.world import put


@dataclass(frozen=True)
class Identity:
    name: str
    address: str

    def signed(self, when: datetime) -> str:
        return f"{self.name} <{self.address}> {int(when.timestamp())} {when:%z}"


def stored(data: bytes) -> bytes:
    """Return a zlib stream of stored blocks (RFC 1950, RFC 1951 3.2.4): no compression, so no library chooses."""
    out = [b"\x78\x01"]
    for start in range(0, max(len(data), 1), 0xFFFF):
        block = data[start : start + 0xFFFF]
        last = start + 0xFFFF >= len(data)
        size = len(block)
        out.append(bytes([last]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + block)
    return b"".join([*out, zlib.adler32(data).to_bytes(4, "big")])


@dataclass
class Repository:
    """A history in memory: objects by id, branches and tags by name."""

    objects: dict[str, bytes] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    trees: dict[str, dict[str, bytes]] = field(default_factory=dict)  # commit → path → content

    def add(self, kind: str, content: bytes) -> str:
        data = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(data).hexdigest()  # noqa: S324 - git's own naming
        self.objects[name] = data
        return name

    def tree(self, files: Mapping[str, bytes]) -> str:
        """Add the tree of the files (path → content) with its blobs and subtrees; return its id."""
        entries: dict[str, tuple[str, str]] = {}
        folders: dict[str, dict[str, bytes]] = {}
        for path, content in files.items():
            head, _, rest = path.partition("/")
            if rest:
                folders.setdefault(head, {})[rest] = content
            else:
                entries[head] = ("100644", self.add("blob", content))
        for name, inside in folders.items():
            entries[name] = ("40000", self.tree(inside))
        # git sorts a folder as if its name ended in a slash
        ordered = sorted(entries.items(), key=lambda item: item[0] + ("/" if item[1][0] == "40000" else ""))
        return self.add(
            "tree",
            b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(id_) for name, (mode, id_) in ordered),
        )

    def commit(
        self, files: dict[str, bytes], parents: list[str], author: Identity, when: datetime, message: str
    ) -> str:
        """Add a commit of these files; return its id. Author and committer are the same."""
        signed = author.signed(when)
        lines = [f"tree {self.tree(files)}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {signed}", f"committer {signed}", "", message]
        name = self.add("commit", ("\n".join(lines) + "\n").encode())
        self.trees[name] = dict(files)
        return name

    def index(self, files: Mapping[str, bytes]) -> bytes:
        """Return an index (version 2) whose file times are zero: git compares the contents when it is first asked."""
        out = [b"DIRC" + (2).to_bytes(4, "big") + len(files).to_bytes(4, "big")]
        for path in sorted(files, key=str.encode):
            name = path.encode()
            blob = self.add("blob", files[path])
            entry = bytes(24) + (0o100644).to_bytes(4, "big") + bytes(12) + bytes.fromhex(blob)
            entry += min(len(name), 0xFFF).to_bytes(2, "big") + name
            out.append(entry + bytes(8 - len(entry) % 8))
        data = b"".join(out)
        return data + hashlib.sha1(data).digest()  # noqa: S324 - git's own checksum

    def write(self, folder: Path, branch: str, when: datetime) -> None:
        """Lay the repository down with `branch` checked out."""
        git = folder / ".git"
        files = self.trees[self.branches[branch]]
        put(git / "index", self.index(files), when)
        put(git / "HEAD", f"ref: refs/heads/{branch}\n", when)
        put(git / "config", "[core]\n\trepositoryformatversion = 0\n\tfilemode = false\n\tbare = false\n", when)
        for name, data in self.objects.items():
            put(git / "objects" / name[:2] / name[2:], stored(data), when)
        for name, target in self.branches.items():
            put(git / "refs" / "heads" / name, target + "\n", when)
        for name, target in self.tags.items():
            put(git / "refs" / "tags" / name, target + "\n", when)
        for path, content in files.items():
            put(folder / path, content, when)
