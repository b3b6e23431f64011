"""Plain words to a query: all of them by default, "phrases" in quotes, -not these, beginnings with a star*."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blocks.search.store import TEXTS, parted

BOOST = {"title": 3.0, "people": 2.0, "body": 1.0}
MOST_WORDS = 32
_PART = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other; with `prefix`, the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False


def terms(text: str, analyzer: Any) -> list[Term]:
    """Read what the owner typed. Nothing typed is an error: signs that make no word are left out."""
    found = []
    for match in _PART.finditer(text):
        typed = match[2] if match[2] is not None else match[3]
        words = tuple(analyzer.analyze(parted(typed)))
        if words:
            prefix = match[3] is not None and typed.endswith("*")
            found.append(Term(words, prefix, excluded=bool(match[1])))
    return found[:MOST_WORDS]


def build(schema: Any, given: Sequence[Term], views: Sequence[str], *, every: bool) -> Any:
    """Return the query: rows of the views with all (`every`) or any of the terms, and none of the excluded ones."""
    import tantivy

    must, should, never = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
    wanted = [_anywhere(schema, term) for term in given if not term.excluded]
    words = tantivy.Query.boolean_query([(must if every else should, each) for each in wanted])
    parts = [(must, words)]
    parts += [(never, _anywhere(schema, term)) for term in given if term.excluded]
    if views:
        kinds = [(should, tantivy.Query.term_query(schema, "kind", view)) for view in views]
        parts.append((must, tantivy.Query.const_score_query(tantivy.Query.boolean_query(kinds), 0.0)))
    return tantivy.Query.boolean_query(parts)


def _anywhere(schema: Any, term: Term) -> Any:
    """The term in whichever field fits best."""
    import tantivy

    fields = [tantivy.Query.boost_query(_in(schema, field, term), BOOST[field]) for field in TEXTS]
    return tantivy.Query.disjunction_max_query(fields, tie_breaker=0.1)


def _in(schema: Any, field: str, term: Term) -> Any:
    import tantivy

    if term.prefix:
        return tantivy.Query.phrase_prefix_query(schema, field, list(term.words))
    if len(term.words) == 1:
        return tantivy.Query.term_query(schema, field, term.words[0])
    return tantivy.Query.phrase_query(schema, field, list(term.words))
