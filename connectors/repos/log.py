"""What git prints about commits, as rows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.repos.command import Git, GitError
from connectors.repos.repository import moment, text

MOST_BODY = 64_000  # characters of a message
_FORMAT = "%x00".join(("%H", "%P", "%aN", "%aE", "%at", "%ct", "%ad", "%s", "%b"))
_ZONE = re.compile(r"([+-])(\d\d)(\d\d)")


def commits(git: Git, shas: Sequence[str], repo: str, *, reachable: bool, counted: bool) -> list[dict[str, Any]]:
    """Return the rows of the commits named, in that order; with numbers of lines if `counted` and git can tell.

    Raises GitError where a commit cannot be read.
    """
    given = "\n".join(shas).encode()
    told = git.run(
        "log", "--no-walk=unsorted", "--stdin", "-z", f"--format={_FORMAT}", "--date=format:%z", "--encoding=UTF-8",
        given=given,
    )  # fmt: skip
    fields = told.split(b"\0")[:-1]
    lines = _lines(git, given) if counted else {}
    width = _FORMAT.count("%x00") + 1
    return [
        {"repo": repo, "reachable": reachable, **_row(fields[start : start + width], lines)}
        for start in range(0, len(fields), width)
    ]


def _row(fields: Sequence[bytes], lines: Mapping[str, tuple[int, int, int]]) -> dict[str, Any]:
    sha, parents, name, address, authored, committed, zone, subject, body = map(text, fields)
    offset = _ZONE.fullmatch(zone.strip())
    counts = lines.get(sha) if " " not in parents else None
    files, added, deleted = counts or (None, None, None)
    return {
        "key": sha,
        "sha": sha,
        "author_name": " ".join(name.split()) or None,
        "author_address": address.strip().lower() or None,
        "authored_at": moment(authored),
        "committed_at": moment(committed),
        "zone": f"{offset[1]}{offset[2]}:{offset[3]}" if offset else None,
        "subject": subject.strip(),
        "body": body.strip()[:MOST_BODY] or None,
        "parents": parents.split(),
        "files_changed": files,
        "additions": added,
        "deletions": deleted,
    }


def _lines(git: Git, given: bytes) -> Mapping[str, tuple[int, int, int]]:
    """Return commit → (files, lines added, lines deleted); nothing where git cannot compare the files."""
    try:
        told = git.run(
            "log", "--no-walk=unsorted", "--stdin", "-z", "--format=%x01%H", "--numstat", "--root", "--find-renames",
            "-l400", "--no-ext-diff", "--no-textconv", "--no-relative", "--submodule=short", "-O/dev/null",
            given=given,
        )  # fmt: skip
    except GitError:
        return {}
    found: dict[str, tuple[int, int, int]] = {}
    sha, parts = "", iter(told.split(b"\0"))
    for part in parts:
        if part.startswith(b"\1"):
            sha = part[1:].decode()
            found[sha] = (0, 0, 0)
        elif part.strip(b"\n"):
            added, deleted, name = part.lstrip(b"\n").split(b"\t", 2)
            if not name:  # a renamed file: its two names follow
                next(parts), next(parts)
            files, above, below = found[sha]
            found[sha] = (files + 1, above + _number(added), below + _number(deleted))
    return found


def _number(told: bytes) -> int:
    return int(told) if told.isdigit() else 0  # "-" for a binary file
