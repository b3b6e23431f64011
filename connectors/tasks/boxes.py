"""Finding check boxes in Markdown: which lines are tasks, under which headings, with which lines below them.

Rules: CommonMark 0.31 for headings, code fences and list markers; GitHub's task list items for the box; the other
letters in it are those of Obsidian's and Logseq's users.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

STATUSES: dict[str, Literal["open", "done", "cancelled"]] = {
    **dict.fromkeys(" /><?!*~o", "open"),  # begun, moved, planned, doubted, important: all still to be done
    **dict.fromkeys("xX", "done"),
    "-": "cancelled",
}
_BOX = re.compile(r"(?P<indent>[ \t>]*)(?:[-*+]|\d{1,9}[.)])[ \t]+\[(?P<mark>.)\](?:[ \t]+(?P<text>.*\S))?[ \t]*")
_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})(.*)")
_FRONT = re.compile(r"\A---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")


@dataclass
class Box:
    """A line with a check box. `line` counts from 1; `notes` are the lines below that are indented under it."""

    text: str
    status: Literal["open", "done", "cancelled"]
    line: int
    indent: int
    headings: tuple[str, ...]
    notes: list[str] = field(default_factory=list)


def boxes(text: str) -> Iterator[Box]:
    """Yield the check boxes in order; those without words are templates, those in code or comments examples."""
    headings: list[tuple[int, str]] = []
    current: Box | None = None
    previous = ""
    for number, line in _prose(text):
        heading = _heading(line, previous)
        if heading:
            if current:
                yield current
            current = None
            level, name = heading
            headings = [(above, other) for above, other in headings if above < level] + [(level, name)] * bool(name)
        elif (found := _BOX.fullmatch(line)) and found["mark"] in STATUSES and not _is_code(line, previous, current):
            if current:
                yield current
            current = None
            if found["text"]:
                path = tuple(name for _, name in headings)
                current = Box(found["text"], STATUSES[found["mark"]], number, _width(found["indent"]), path)
        elif current and line.strip():
            if _width(line) > current.indent:
                current.notes.append(line.strip(" \t>"))
            elif _ITEM.match(line) or not previous.strip():
                yield current
                current = None
            else:
                current.notes.append(line.strip(" \t>"))  # a paragraph goes on without indentation
        previous = line
    if current:
        yield current


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) of what is neither front matter nor in a code block or comment."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT.match(unified)
    skipped = front[0].count("\n") if front else 0
    fence = ""
    comment = False
    for number, line in enumerate(unified.split("\n")[skipped:], skipped + 1):
        mark = _FENCE.fullmatch(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
        elif comment:
            comment = "-->" not in line
        elif mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
        elif line.lstrip().startswith("<!--"):
            comment = "-->" not in line
        else:
            yield number, line


def _heading(line: str, previous: str) -> tuple[int, str] | None:
    """Return (level, words) where the line is a heading, or underlines the one before as such."""
    if found := _HEADING.fullmatch(line):
        return len(found[1]), " ".join((found[2] or "").split())
    if (under := _UNDERLINE.fullmatch(line)) and previous.strip() and not _ITEM.match(previous):
        if previous[:1] in " \t>#":
            return None
        return (1 if under[1][0] == "=" else 2), " ".join(previous.split())
    return None


def _is_code(line: str, previous: str, current: Box | None) -> bool:
    """Whether the line is an indented code block: four spaces after an empty line, where no list is open."""
    return _width(line) >= 4 and not previous.strip() and current is None


def _width(text: str) -> int:
    """Return how far a line is indented, a tab going on to the next column of four."""
    width = 0
    for character in text:
        if character == "\t":
            width += 4 - width % 4
        elif character in " >":
            width += 1
        else:
            break
    return width
