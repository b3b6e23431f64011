"""Small changes to YAML text in place: a scalar for a scalar, a further key in a `{…}`. All else is `context.patch`'s.

Whoever calls this parses the result and compares: what is odd here (anchors, tags, values over several lines) gives no
result, or one that the comparison refuses.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from context.reading import Document, Loc

PLAIN = re.compile(r"[A-Za-z][\w.@/+-]*( [\w.@/+-]+)*", re.ASCII)  # words that need no quotes
_KEYWORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off"))
_TOKEN = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'""")
_FLOW = re.compile(r"[^\s,\[\]{}#&*!|>\"'%@`][^,\[\]{}\n]*?(?=\s*(?:[,\[\]{}]|\s#|$))", re.MULTILINE)
_BLOCK = re.compile(r"[^\s\[\]{}#&*!|>\"'%@`][^\n]*?(?=\s+#|\s*$)", re.MULTILINE)


class Edit(NamedTuple):
    """Put `text` in the place of `begin`:`end`."""

    begin: int
    end: int
    text: str


class Odd(Exception):  # noqa: N818 - not a fault: only a sign that this is no small change
    """This is no small change."""


def spotted(before: Document, after: Any) -> str | None:
    """Return the text of `before` changed in place so that it holds `after`; None where that takes more."""
    try:
        edits = sorted(_edits(before, before.node, before.data, after, ()))
    except Odd:
        return None
    text = before.text
    for edit in reversed(edits):
        text = text[: edit.begin] + edit.text + text[edit.end :]
    return text


def _edits(document: Document, node: Any, old: Any, new: Any, loc: Loc) -> Iterator[Edit]:
    if isinstance(old, dict) and isinstance(new, dict) and isinstance(node, CommentedMap):
        if list(new)[: len(old)] != list(old):
            raise Odd
        for key in old:
            yield from _child(document, node, old[key], new[key], (*loc, key))
        if added := {key: new[key] for key in new if key not in old}:
            yield _added(document, node, added)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and isinstance(node, CommentedSeq):
        for index, (was, is_) in enumerate(zip(old, new, strict=True)):
            yield from _child(document, node, was, is_, (*loc, index))
    else:
        raise Odd


def _child(document: Document, holder: Any, old: Any, new: Any, loc: Loc) -> Iterator[Edit]:
    if type(old) is type(new) and old == new:
        return
    if isinstance(old, dict | list):
        yield from _edits(document, holder[loc[-1]], old, new, loc)
        return
    if old is None or isinstance(new, dict | list):
        raise Odd
    line, column = holder.lc.value(loc[-1]) if isinstance(holder, CommentedMap) else holder.lc.item(loc[-1])
    begin = _offset(document.text, line, column)
    flow = bool(holder.fa.flow_style())
    found = _TOKEN.match(document.text, begin) or (_FLOW if flow else _BLOCK).match(document.text, begin)
    if not found:
        raise Odd
    yield Edit(begin, found.end(), scalar(new, found[0][0]))


def _added(document: Document, node: CommentedMap, added: Mapping[str, Any]) -> Edit:
    if not node.fa.flow_style() or not node:
        raise Odd
    begin = _offset(document.text, node.lc.line, node.lc.col)
    if document.text[begin] != "{":
        raise Odd
    end = _closing(document.text, begin)
    kept = len(document.text[:end].rstrip())
    if document.text[kept - 1] == ",":
        kept -= 1
    pairs = "".join(f", {key}: {scalar(value)}" for key, value in added.items() if value is not None)
    return Edit(kept, end, pairs)


def scalar(value: Any, like: str = "") -> str:
    """Return a scalar as YAML text, in quotes where `like` is a quote or the text needs them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise Odd
    if like not in ("'", '"') and PLAIN.fullmatch(value) and value.casefold() not in _KEYWORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _closing(text: str, begin: int) -> int:
    """Return where the bracket that opens at `begin` is closed."""
    depth, position = 0, begin
    while position < len(text):
        if found := _TOKEN.match(text, position):
            position = found.end()
            continue
        sign = text[position]
        if sign == "#" and text[position - 1].isspace():
            raise Odd  # a comment inside of the brackets
        depth += (sign in "{[") - (sign in "}]")
        if depth == 0:
            return position
        position += 1
    raise Odd


def _offset(text: str, line: int, column: int) -> int:
    position = 0
    for _ in range(line):
        position = text.index("\n", position) + 1
    return position + column
