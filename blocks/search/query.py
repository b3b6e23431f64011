"""From a question to queries of the index: its words, and the filters that its fields are."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from blocks.search.asked import EXAMPLES, Part
from blocks.search.kinds import CALLED, TRAITS, views
from blocks.search.store import STATE, TEXTS, parted
from context.errors import InputError
from context.home import Home

BOOST = {"title": 3.0, "sender": 2.0, "recipients": 2.0, "body": 1.0}
ANY_OF = frozenset({"from", "in", "kind"})  # given twice, one of both is enough; of the others both are wanted
_AGO = re.compile(r"(\d{1,4})([dwmy])")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


class Owner:
    """What a field may refer to: the owner's present, zone and addresses. The profile is read where one does."""

    def __init__(self, home: Home) -> None:
        self._home = home

    @cached_property
    def _profile(self) -> Any:
        from context.store import load

        return load(self._home)

    @property
    def now(self) -> datetime:
        return self._home.now()

    @property
    def zone(self) -> tzinfo:
        zone: tzinfo = self._profile.zone
        return zone

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(address.lower() for address in self._profile.identity.emails)


def analysed(part: Part, analyzer: Any) -> tuple[str, ...]:
    """Return the words of a part as the index knows them; none where it is but signs."""
    return tuple(analyzer.analyze(parted(part.text)))


def wanted(schema: Any, given: Sequence[Part], analyzer: Any, *, every: bool) -> Any:
    """Return the query for rows with all (`every`) or any of the words."""
    import tantivy

    occur = tantivy.Occur.Must if every else tantivy.Occur.Should
    return tantivy.Query.boolean_query([(occur, _anywhere(schema, part, analyzer)) for part in given])


def filters(
    schema: Any, parts: Sequence[Part], kinds: Sequence[str], analyzer: Any, owner: Owner
) -> list[tuple[Any, Any]]:
    """Return what a row must and must not be: fields, excluded words, phrases, the views. None of them scores.

    Raises InputError for a value that its field does not know.
    """
    import tantivy

    must, should, never = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
    found: list[tuple[Any, Any]] = []
    either: dict[str, list[Any]] = {}
    if kinds:
        either["view"] = [tantivy.Query.term_query(schema, "kind", view) for view in kinds]
    for part in parts:
        query = _field(schema, part, analyzer, owner) if part.field else _anywhere(schema, part, analyzer)
        if part.excluded:
            found.append((never, query))
        elif part.field in ANY_OF:
            either.setdefault(part.field, []).append(query)
        else:
            found.append((must, tantivy.Query.const_score_query(query, 0.0)))
    for group in either.values():
        one = tantivy.Query.boolean_query([(should, query) for query in group])
        found.append((must, tantivy.Query.const_score_query(one, 0.0)))
    return found


def demanded(schema: Any, parts: Sequence[Part], analyzer: Any) -> list[tuple[Any, Any]]:
    """Return the words that a row must hold, as filters."""
    import tantivy

    found = (_anywhere(schema, part, analyzer) for part in parts)
    return [(tantivy.Occur.Must, tantivy.Query.const_score_query(each, 0.0)) for each in found]


def joined(schema: Any, wanted: Any | None, narrowed: Sequence[tuple[Any, Any]]) -> Any:
    """Return the query for rows that fulfil both; without `wanted`, for all rows that the filters let through."""
    import tantivy

    must = tantivy.Occur.Must
    if wanted is not None:
        return tantivy.Query.boolean_query([(must, wanted), *narrowed])
    every = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
    state = (tantivy.Occur.MustNot, tantivy.Query.term_query(schema, "kind", STATE))
    return tantivy.Query.boolean_query([(must, every), state, *narrowed])


def day(text: str, field: str, owner: Owner) -> datetime:
    """Return when the day (or month, or year) that was meant begins, in the owner's zone. Raises InputError."""
    today = owner.now.astimezone(owner.zone).date()
    word = text.lower()
    named = {"today": 0, "yesterday": -1, "tomorrow": 1}
    try:
        if word in named:
            begins = today + timedelta(days=named[word])
        elif ago := _AGO.fullmatch(word):
            begins = today - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
        elif given := _DAY.fullmatch(word):
            begins = date(int(given[1]), int(given[2] or 1), int(given[3] or 1))
        else:
            raise ValueError
        return datetime(begins.year, begins.month, begins.day, tzinfo=owner.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"{field}:{text[:40]} is no date",
            f"write {field}:2026-03-25, {field}:2026-03, {field}:yesterday or {field}:7d (days, w, m or y ago)",
        ) from None


def _field(schema: Any, part: Part, analyzer: Any, owner: Owner) -> Any:
    import tantivy

    query = tantivy.Query
    if part.field in ("before", "after"):
        return _time(schema, part, owner)
    if part.field == "kind":
        if (meant := views(part.text)) is None:
            raise InputError(f"kind:{part.text[:40]} is nothing that is searched", f"write kind: and {_or(CALLED)}")
        return _any([query.term_query(schema, "kind", view) for view in meant])
    if part.field == "has":
        word = part.text.lower()
        trait = word if word in TRAITS else word.removesuffix("s")
        if trait not in TRAITS:
            raise InputError(f"has:{part.text[:40]} is not known", f"write has: and {_or(TRAITS)}")
        return query.term_query(schema, "trait", trait)
    if part.field in ("from", "to"):
        return _person(schema, part, analyzer, owner)
    return _in(schema, {"in": "place", "subject": "title"}[part.field], _words(part, analyzer), part.prefix)


def _time(schema: Any, part: Part, owner: Owner) -> Any:
    """`after:` is from the day's beginning on, `before:` ends with it; what has no time is neither."""
    import tantivy

    begins = int(day(part.text, part.field, owner).timestamp())
    whole = tantivy.FieldType.Integer
    if part.field == "after":
        return tantivy.Query.range_query(schema, "last", whole, begins, None)
    known = (tantivy.Occur.MustNot, tantivy.Query.term_query(schema, "moment", 0))
    earlier = tantivy.Query.range_query(schema, "moment", whole, None, begins, include_upper=False)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, earlier), known])


def _person(schema: Any, part: Part, analyzer: Any, owner: Owner) -> Any:
    """An address or @domain is compared whole; other words are looked for in the names and addresses."""
    import tantivy

    exact = {"from": "person_from", "to": "person_to"}[part.field]
    if part.text.lower() == "me" and not part.quoted:
        if not (own := owner.addresses):
            raise InputError(f"{part.field}:me needs your addresses", "add them with `steward context edit profile`")
        return _any([tantivy.Query.term_query(schema, exact, address) for address in own])
    if "@" in part.text and not part.prefix and " " not in part.text:
        return tantivy.Query.term_query(schema, exact, part.text.lower())
    return _in(schema, {"from": "sender", "to": "recipients"}[part.field], _words(part, analyzer), part.prefix)


def _words(part: Part, analyzer: Any) -> tuple[str, ...]:
    """Return the words of a field's value. Raises InputError where it has none."""
    if not (words := analysed(part, analyzer)):
        raise InputError(f"{part.field}: has no word", f"write {EXAMPLES[part.field]}")
    return words


def _anywhere(schema: Any, part: Part, analyzer: Any) -> Any:
    """The part in any field; each that has it adds to the score, by its weight."""
    import tantivy

    words = analysed(part, analyzer)
    fields = [tantivy.Query.boost_query(_in(schema, field, words, part.prefix), BOOST[field]) for field in TEXTS]
    return _any(fields)


def _in(schema: Any, field: str, words: Sequence[str], prefix: bool) -> Any:
    import tantivy

    if prefix:
        return tantivy.Query.phrase_prefix_query(schema, field, list(words))
    if len(words) == 1:
        return tantivy.Query.term_query(schema, field, words[0])
    return tantivy.Query.phrase_query(schema, field, list(words))


def _any(queries: Sequence[Any]) -> Any:
    import tantivy

    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _or(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"
