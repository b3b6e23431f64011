"""A view's file: its header (what the view and each column mean), and its SELECT."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
STORED = "-- @stored"
_ENTRY = re.compile(r"-- ([a-z][a-z0-9_]*): (\S.*)")
_MORE = re.compile(r"--   +(\S.*)")


@dataclass
class View:
    name: str
    comment: str
    body: str
    stored: bool = False
    columns: dict[str, str] = field(default_factory=dict)


def pages(folder: Path = HERE) -> list[View]:
    """Return the views of a folder's *.sql files, by name. Raises ValueError where a header is not as it should be."""
    return [parse(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.sql"))]


def parse(name: str, text: str) -> View:
    """Return the view that a file's text describes."""
    lines = text.splitlines()
    stored = lines[:1] == [STORED]
    lines = lines[1:] if stored else lines
    length = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    entries = list(_entries(name, lines[:length]))
    if not entries or entries[0][0] != name:
        raise ValueError(f"{name}.sql: the first line should be `-- {name}: what one row is`")
    view = View(name, entries[0][1], "\n".join(lines[length:]).strip(), stored)
    for column, comment in entries[1:]:
        if column in view.columns:
            raise ValueError(f"{name}.sql: {column} is described twice")
        view.columns[column] = comment
    return view


def _entries(name: str, header: Iterable[str]) -> Iterable[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in header:
        if entry := _ENTRY.fullmatch(line):
            found.append((entry[1], entry[2].strip()))
        elif (more := _MORE.fullmatch(line)) and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {more[1].strip()}")
        else:
            raise ValueError(f"{name}.sql: a header line is not `-- column: text`: {line}")
    return found
