"""A Git repository on this machine: its commits, newest first, and its branches.

Tables: `commits`, `branches`. The cursor holds the tips of all refs: only what they lead to and the tips before did not
is read. Commits that a force-push or a deleted branch left behind stay, marked `reachable = false`. Nothing that the
repository could name is executed, and nothing is fetched (see command.py). Handle: `path`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.repos import log
from connectors.repos.command import GitError
from connectors.repos.repository import Branch, Repository, stamp
from connectors.repos.tables import BRANCHES, COMMITS
from connectors.shape import Cursor, Item, Known, Preview, Reject, Rows
from context.errors import InputError, SourceError

TABLES = (COMMITS, BRANCHES)

VERSION = 1  # raised when rows change in meaning: everything is then read anew
CHUNK = 500  # commits between two cursors
WALK = 600  # seconds that listing the hashes may take; a million takes ten on one core


def preview(handle: Any) -> Preview:
    """Return how many commits and branches there are. Raises InputError for what is no repository."""
    repository = Repository.open(handle.path, InputError)
    try:
        branches, tips = repository.refs()
        given = "\n".join(tips).encode()
        commits = (
            int(repository.git.lines("rev-list", "--count", "--stdin", given=given, seconds=WALK)[0]) if tips else 0
        )
    except GitError as error:
        raise InputError(f"{repository.folder} is damaged", "run `git fsck` there") from error
    notes = [f"{branch.name} is checked out" for branch in branches if branch.is_head]
    if repository.shallow():
        notes.append("a shallow clone: older commits are not there")
    if repository.is_partial():
        notes.append("a partial clone: numbers of lines are left out")
    return Preview({"commits": commits, "branches": len(branches)}, notes=notes)


def fingerprint(handle: Any, now: datetime) -> str | None:
    """Return a digest of the refs, read as files; git is not started."""
    found = stamp(handle.path)
    return f"{VERSION}:{found}" if found else None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the branches, then the commits that are new, in chunks with a cursor each.

    Raises SourceError where the repository is away or damaged.
    """
    repository = Repository.open(handle.path, SourceError)
    try:
        branches, tips = repository.refs()
        yield from _branches(repository, branches, known.cursors.get("branches"))
        yield from History(repository, tips, known.cursors.get("commits")).items()
    except GitError as error:
        raise SourceError(
            f"git cannot read {repository.folder}", "run `git fsck` there, then `steward sync`"
        ) from error


def _branches(repository: Repository, branches: Sequence[Branch], before: Mapping[str, Any] | None) -> Iterator[Item]:
    rows = [
        {
            "key": branch.name,
            "repo": repository.name,
            "name": branch.name,
            "tip": branch.tip,
            "is_head": branch.is_head,
            "updated_at": branch.updated_at,
        }
        for branch in branches
    ]
    digest = hashlib.sha256(repr((VERSION, rows)).encode()).hexdigest()
    if before is None or before.get("digest") != digest:
        yield Rows(BRANCHES.name, "branches", rows)
        yield Cursor("branches", {"digest": digest})


class History:
    """What is left to read, as ranges of commits: {tips, without, skip, reachable}.

    A range is listed in the same order each time, so `skip` says how far it was read. Ranges of commits that no ref
    leads to come last; what the present tips lead to is then left out of them.
    """

    def __init__(self, repository: Repository, tips: list[str], before: Mapping[str, Any] | None) -> None:
        self.repository, self.tips = repository, tips
        self.state = {
            "version": VERSION,
            "mailmap": repository.mailmap(),
            "shallow": repository.shallow(),
            "tips": tips,
        }
        self.ranges: list[dict[str, Any]] = []
        self.whole = before is None
        self.changed = before is None or any(before.get(name) != value for name, value in self.state.items())
        if before is not None:
            self._continue(before)
        elif tips:
            self.ranges = [_range(tips, [])]

    def _continue(self, before: Mapping[str, Any]) -> None:
        old = list(before["tips"])
        if self.repository.missing(old):  # another repository in the same place, or a history pruned away
            self.whole = True
            self.ranges = [_range(self.tips, [])]
        elif any(before.get(name) != self.state[name] for name in ("version", "mailmap", "shallow")):
            self.ranges = [_range(self.tips, []), _range(old, [], reachable=False)]
        else:
            self.ranges = [dict(one) for one in before["ranges"]]
            if old != self.tips:
                for one in self.ranges:
                    one["skip"] = one["skip"] if one["reachable"] else 0
                self.ranges = [_range(self.tips, old), *self.ranges, _range(old, [], reachable=False)]

    def items(self) -> Iterator[Item]:
        counted = not self.repository.is_partial()
        while self.ranges:
            one = self.ranges[0]
            without = one["without"] if one["reachable"] else self.tips
            shas = _listed(self.repository, one["tips"], without)[one["skip"] :]
            for start in range(0, len(shas), CHUNK):
                chunk = shas[start : start + CHUNK]
                yield from self._rows(chunk, one["reachable"], counted)
                one["skip"] += len(chunk)
                if start + CHUNK >= len(shas):
                    self.ranges.pop(0)
                yield self._cursor()
            if not shas:
                self.ranges.pop(0)
        if self.changed:
            yield self._cursor()

    def _rows(self, shas: Sequence[str], reachable: bool, counted: bool) -> Iterator[Item]:
        """Yield the rows of the commits; where git fails on them together, of each that it can read alone."""
        repository = self.repository
        try:
            rows = log.commits(repository.git, shas, repository.name, reachable=reachable, counted=counted)
            yield Rows(COMMITS.name, "commits", rows)
        except (GitError, ValueError) as error:
            if len(shas) == 1:
                yield Reject("commits", shas[0], "damaged", str(error)[:500], _raw(repository, shas[0]))
                return
            half = len(shas) // 2
            yield from self._rows(shas[:half], reachable, counted)
            yield from self._rows(shas[half:], reachable, counted)

    def _cursor(self) -> Cursor:
        whole, self.whole, self.changed = self.whole, False, False
        return Cursor("commits", {**self.state, "ranges": [dict(one) for one in self.ranges]}, whole)


def _range(tips: Sequence[str], without: Sequence[str], *, reachable: bool = True) -> dict[str, Any]:
    return {"tips": list(tips), "without": list(without), "skip": 0, "reachable": reachable}


def _listed(repository: Repository, tips: Sequence[str], without: Sequence[str]) -> Sequence[str]:
    """Return the hashes that the tips lead to and `without` do not, newest first."""
    if not tips:
        return []
    given = "\n".join([*tips, *(f"^{sha}" for sha in without)]).encode()
    return repository.git.lines("rev-list", "--ignore-missing", "--stdin", given=given, seconds=WALK)


def _raw(repository: Repository, sha: str) -> bytes:
    try:
        return repository.git.run("cat-file", "commit", sha)
    except GitError:
        return b""
