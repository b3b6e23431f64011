"""Turn a changed YAML tree into text by touching no line of the owner's that need not change.

Small changes are made in place (`context.spot`). For the others the emitter is asked, which has its own taste in
spacing and drops some comments: so what it makes of the old data is compared with what it makes of the new, and only
that difference is carried over to the owner's own text (a three-way merge by lines, in which the old emission is the
ancestor). The result is parsed again; if it does not hold exactly the new data, the emitter's text is taken instead,
and if that does not either, nothing is written.
"""

import difflib
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any, NamedTuple

from context.errors import StorageError
from context.reading import Document, parse, plain, yaml
from context.spot import spotted

_COMMENT = re.compile(r"(?:^|\s)(#.*)$")
_MARGIN = re.compile(r" *(?:- +)*")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")


class Segment(NamedTuple):
    """Lines `a`:`b` of the emitted old text stand for lines `c`:`d` of the owner's."""

    a: int
    b: int
    c: int
    d: int


def patched(text: str, node: Any) -> str:
    """Return `text` changed so that it holds what `node` holds; `text` is valid YAML.

    Raises StorageError where no text was found that says exactly that.
    """
    breaks = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    before = parse("", text)
    assert isinstance(before, Document)
    wanted = plain(node)
    if (small := spotted(before, wanted)) is not None and _holds_now(small, wanted):
        return small.replace("\n", breaks)
    new = emitted(node, text)
    if before.node is None:  # only comments: there is no node that could carry them
        result = text.rstrip("\n") + "\n" + new if text.strip() else new
    else:
        result = _merged(text.splitlines(), emitted(before.node, text).splitlines(), new.splitlines())
    if not _holds_now(result, wanted):
        result = new
        if not _holds_now(result, wanted):
            raise StorageError("the change cannot be written as YAML without loss", "edit the file by hand")
    return result.replace("\n", breaks)


def _holds_now(text: str, wanted: Any) -> bool:
    document = parse("", text)
    return isinstance(document, Document) and document.data == wanted


def emitted(node: Any, like: str) -> str:
    """Return the emitter's text of `node`, with lists indented as in `like`."""
    dialect = yaml()
    usual = "  - " if isinstance(node, dict) else "- "
    dash = next((line for line in like.splitlines() if line.lstrip().startswith("- ")), usual)
    offset = min(len(dash) - len(dash.lstrip()), 8)
    dialect.indent(mapping=2, sequence=offset + 2, offset=offset)
    out = StringIO()
    dialect.dump(node, out)
    return out.getvalue()


def _merged(mine: list[str], old: list[str], new: list[str]) -> str:
    segments = list(_aligned(mine, old))
    lines: list[str] = []
    done = 0  # segments already written
    for begin, end, first, last in _changes(old, new):
        while done < len(segments) and segments[done].b <= begin and not _holds(segments[done], begin, end):
            lines += mine[segments[done].c : segments[done].d]
            done += 1
        touched = []
        while done < len(segments) and _holds(segments[done], begin, end):
            touched.append(segments[done])
            done += 1
        start, stop = (touched[0].a, touched[-1].b) if touched else (begin, end)
        wanted = [*old[min(start, begin) : begin], *new[first:last], *old[end : max(stop, end)]]
        lost = mine[touched[0].c : touched[-1].d] if touched else []
        fresh = [_indented(line, begin, segments, mine, old) for line in wanted]
        lines += [*_saved(lost, fresh), *fresh]
    for segment in segments[done:]:
        lines += mine[segment.c : segment.d]
    return "\n".join(lines) + "\n"


def _aligned(mine: list[str], old: list[str]) -> Iterator[Segment]:
    """Say which of the owner's lines each emitted line stands for, whatever the spacing."""
    a, b = (["".join(line.split()) for line in lines] for lines in (old, mine))
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Segment(i + n, i + n + 1, k + n, k + n + 1) for n in range(j - i))
        else:
            yield Segment(i, j, k, m)


def _changes(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def _holds(segment: Segment, begin: int, end: int) -> bool:
    """Return whether a change of old lines `begin`:`end` reaches into a segment; an insertion between two does not."""
    if begin == end:
        return segment.a < begin < segment.b
    return segment.a < end and begin < segment.b


def _saved(lost: list[str], fresh: list[str]) -> Iterator[str]:
    """Give the owner's comments that would vanish with `lost`, each on a line of its own."""
    kept = "\n".join(fresh)
    margin = " " * (len(fresh[0]) - len(fresh[0].lstrip())) if fresh else ""
    for line in lost:
        found = _COMMENT.search(_QUOTED.sub(lambda quoted: "_" * len(quoted[0]), line))
        if found and (comment := line[found.start(1) :].rstrip()) not in kept:
            yield margin + comment


def _indented(line: str, near: int, segments: list[Segment], mine: list[str], old: list[str]) -> str:
    """Return an emitted line with the margin, and the gap after a dash, that the owner gives to lines of its depth."""
    margin = _margin(line)
    pairs = [
        (abs(segment.a - near), _margin(old[segment.a]), _margin(mine[segment.c]))
        for segment in segments
        if segment.b - segment.a == 1 == segment.d - segment.c
    ]
    same = [(far, yours) for far, theirs, yours in pairs if theirs == margin]
    if not same and "-" not in margin:  # the keys of an entry stand under its first one, which a dash precedes
        same = [(far, " " * len(yours)) for far, theirs, yours in pairs if len(theirs) == len(margin)]
    return min(same)[1] + line[len(margin) :] if same and line.strip() else line


def _margin(line: str) -> str:
    found = _MARGIN.match(line)
    return found[0] if found else ""
