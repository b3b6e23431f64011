"""A repository on disk: where its parts lie, its branches, and what its history begins from."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.repos.command import Git, GitError
from context.errors import StewardError

CONNECT = "steward connect git"
_REFS = ("refs/heads", "refs/remotes", "refs/tags")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}  # Windows-1252 taken for Latin-1
_FIELDS = "%00".join(("%(refname)", "%(objectname)", "%(objecttype)", "%(*objectname)", "%(*objecttype)", "%(symref)"))


@dataclass(frozen=True)
class Branch:
    """A branch; `name` is main, or origin/main for a remote's."""

    name: str
    tip: str
    is_head: bool
    updated_at: datetime | None


@dataclass(frozen=True)
class Repository:
    """A repository: `folder` is its worktree, or it is bare; `common` holds the refs, `own` this worktree's HEAD."""

    git: Git
    folder: Path
    own: Path
    common: Path

    @property
    def name(self) -> str:
        inside = self.common.name in (".git", ".bare")
        name = (self.common.parent if inside else self.common).name.removesuffix(".git")
        return text(os.fsencode(name)) or "repository"

    @classmethod
    def open(cls, path: str | Path, error: type[StewardError]) -> "Repository":
        """Return the repository at `path`: a worktree's top, a linked worktree, a bare one, or a .git folder.

        Raises `error` for anything else.
        """
        folder = Path(path).expanduser()
        if not folder.exists():
            raise error(f"there is no folder {folder}", f"check the path, then run `{CONNECT} PATH`")
        if not folder.is_dir():
            raise error(f"{folder} is a file, not a repository", f"run `{CONNECT} {folder.parent}`")
        git = Git(folder.resolve())
        try:
            common, own = git.lines("rev-parse", "--path-format=absolute", "--git-common-dir", "--git-dir")
        except GitError as fault:
            raise error(
                f"{folder} is no git repository", f"give the folder that holds .git: `{CONNECT} PATH`"
            ) from fault
        try:
            top = git.lines("rev-parse", "--path-format=absolute", "--show-toplevel")[0]
        except (GitError, IndexError):
            top = ""  # a bare repository, or the .git folder itself
        inside = Path(top) if top else Path(own)
        if inside.resolve() != folder.resolve():
            raise error(f"{folder} is a folder inside the repository {inside}", f"run `{CONNECT} {inside}`")
        return cls(git, folder.resolve(), Path(own), Path(common))

    def refs(self) -> tuple[Sequence[Branch], list[str]]:
        """Return (branches, tips): tips are the commits that branches, tags and a detached HEAD point to, sorted."""
        head = self._head()
        branches, tips = list[tuple[str, str]](), set[str]()
        for line in self.git.lines("for-each-ref", f"--format={_FIELDS}", *_REFS):
            ref, sha, kind, inner, inner_kind, symbolic = line.split("\0")
            if symbolic:
                continue  # origin/HEAD only repeats another
            commit = sha if kind == "commit" else inner if inner_kind == "commit" else None
            if commit is None:
                continue  # a tag of a file or tree
            tips.add(commit)
            if not ref.startswith("refs/tags/"):
                branches.append((ref, commit))
        if head and not head.startswith("refs/"):
            tips.add(head)
        times = self._times([sha for _, sha in branches])
        return [
            Branch(text(os.fsencode(_short(ref))), sha, ref == head, times.get(sha)) for ref, sha in branches
        ], sorted(tips)

    def _head(self) -> str:
        """Return the ref that is checked out, or the commit where HEAD is detached, or nothing."""
        for arguments in (("symbolic-ref", "-q", "HEAD"), ("rev-parse", "-q", "--verify", "HEAD^{commit}")):
            try:
                return self.git.lines(*arguments)[0]
            except (GitError, IndexError):
                continue
        return ""

    def _times(self, commits: Sequence[str]) -> Mapping[str, datetime | None]:
        if not commits:
            return {}
        given = "\n".join(sorted(set(commits))).encode()
        lines = self.git.lines("log", "--no-walk=unsorted", "--stdin", "--format=%H %ct", given=given)
        return {sha: moment(seconds) for sha, _, seconds in (line.partition(" ") for line in lines)}

    def missing(self, commits: Sequence[str]) -> bool:
        """Whether one of the commits is no longer in the repository at all."""
        if not commits:
            return False
        given = "\n".join(commits).encode()
        return any(not line.endswith(" commit") for line in self.git.lines(
            "cat-file", "--batch-check=%(objectname) %(objecttype)", given=given
        ))  # fmt: skip

    def is_partial(self) -> bool:
        """Whether files may be missing (a partial clone), so that line counts would have to be fetched."""
        try:
            self.git.run("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$")
        except GitError:
            return False
        return True

    def shallow(self) -> str:
        """Return where a shallow clone's history is cut, as a digest; nothing where it is whole."""
        return _digest(self.common / "shallow")

    def mailmap(self) -> str:
        """Return a digest of the names' map, which changes how every commit reads; nothing where there is none."""
        if (self.folder / ".mailmap").is_file():
            return _digest(self.folder / ".mailmap")
        try:
            return hashlib.sha256(self.git.run("cat-file", "blob", "HEAD:.mailmap")).hexdigest()
        except GitError:
            return ""


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def text(data: bytes) -> str:
    """Return a field as text: UTF-8, which git converts to where a commit names its encoding, else Windows-1252."""
    try:
        found = data.decode("utf-8")
    except UnicodeDecodeError:
        found = data.decode("cp1252", "replace")
    return _CONTROLS.sub("", found.replace("\r\n", "\n").replace("\r", "\n")).translate(_C1)


def moment(seconds: str) -> datetime | None:
    """Return the time of Unix seconds; None outside the years 1 to 9999, or where there is no number."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def stamp(path: str | Path) -> str | None:
    """Return a digest of everything that a commit, fetch, checkout or rewrite touches, without starting git.

    None where the folder does not look like a repository: git shall say what is wrong.
    """
    folder = Path(path).expanduser()
    try:
        own = _own(folder)
        common = own
        if (own / "commondir").is_file():
            common = (own / (own / "commondir").read_text().strip()).resolve()
        parts = [str(folder), *_state(own, common, folder)]
    except (OSError, ValueError):
        return None
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _own(folder: Path) -> Path:
    """Return this worktree's git folder (gitrepository-layout(5))."""
    link = folder / ".git"
    if link.is_file():
        return (folder / link.read_text().strip().removeprefix("gitdir:").strip()).resolve()
    own = link if link.is_dir() else folder
    if not (own / "HEAD").exists():
        raise FileNotFoundError(own)
    return own


def _state(own: Path, common: Path, folder: Path) -> Iterator[str]:
    for path in (own / "HEAD", common / "shallow", common / "packed-refs", common / "reftable" / "tables.list"):
        yield _digest(path)
    yield _digest(folder / ".mailmap")
    for top in _REFS:
        for parent, folders, files in os.walk(common / top):
            folders.sort()
            for name in sorted(files):
                yield f"{parent}/{name} {_digest(Path(parent, name))}"


def _digest(path: Path) -> str:
    """Return a digest of a file; nothing where there is none, or a pipe, which would never end."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
