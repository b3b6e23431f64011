"""From documents of the index to hits: once each, with the piece of text that matched."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from blocks.search import store
from blocks.search.fusing import Ranked
from blocks.search.results import Hit

SNIPPET = 200  # characters
_BREAKS = str.maketrans("\n\r\t", "   ")


def run(searcher: Any, built: Any, limit: int, order: str) -> Any:
    """Search for some more than asked: one mail in two folders is two documents and one hit."""
    by = {"order_by_field": "moment"} if order == "newest" else {}
    return searcher.search(built, limit=max(1, limit) * 2, **by)


def hits(index: Any, searcher: Any, built: Any, ranked: Sequence[Ranked], limit: int) -> list[Hit]:
    import tantivy

    made: dict[tuple[str, str, str], Hit] = {}
    snippets = tantivy.SnippetGenerator.create(searcher, built, index.schema, "body") if ranked else None
    if snippets is not None:
        snippets.set_max_num_chars(SNIPPET)
    for row in ranked:
        document = searcher.doc(row.address)
        view = str(document.get_first("kind"))
        source, _, key = bytes(document.get_first("id")).decode().split("\0", 2)
        if (view, source, key) in made:
            continue
        text, marks = _snippet(snippets, document, row.start)
        moment = document.get_first("moment")
        when = datetime.fromtimestamp(moment, UTC) if moment else None
        title = store.whole(str(document.get_first("title") or ""))
        made[view, source, key] = Hit(view, key, source, title, text, when, row.score, marks, row.why)
        if len(made) == limit:
            break
    return list(made.values())


def _snippet(snippets: Any, document: Any, start: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the piece of the text that matches, on one line, and the ranges in it (in characters) that do.

    Where no word of it does, it is what stands at `start`.
    """
    found = snippets.snippet_from_doc(document)
    data = found.fragment().encode()
    if not data:
        whole = store.whole(str(document.get_first("body") or ""))
        return " ".join(whole[start : start + SNIPPET * 2].split())[:SNIPPET], ()
    pieces: list[tuple[str, bool]] = []
    at = 0
    for span in found.highlighted():  # in bytes
        pieces += [
            (data[at : span.start].decode("utf-8", "ignore"), False),
            (data[span.start : span.end].decode(), True),
        ]
        at = span.end
    pieces.append((data[at:].decode("utf-8", "ignore"), False))
    text, marks = "", []
    for piece, marked in pieces:
        shown = store.whole(piece).translate(_BREAKS)
        if marked:
            marks.append((len(text), len(text) + len(shown)))
        text += shown
    return text, tuple(marks)
