"""Reading the index: one question, by words and by meaning, with the same filters on both."""

from collections.abc import Sequence
from typing import Any, Literal

from blocks import embed
from blocks.search import asked, fusing, query, reading, store
from blocks.search.asked import Part
from blocks.search.kinds import KINDS
from blocks.search.meaning import Meaning, Near, Progress, Tell
from blocks.search.results import Found, Why
from context.errors import InputError, StewardError, StorageError
from context.home import Home

DEEP = 50  # rows that the words bring to a fusion, at least
Order = Literal["best", "newest"]
Narrowed = list[tuple[Any, Any]]


class Searching:
    """Search of what lies under one home; see `Index.search`."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self.meaning = Meaning(home)
        self._opened: tuple[tuple[str, int], Any, Any] | None = None

    def opened(self) -> tuple[Any, Any] | None:
        """Return the index and a reader of its last commit, opened again only where there is a newer one.

        None where nothing was loaded yet. Raises StorageError where there are rows and no index that can be read.
        """
        stamp = store.stamp(self._home.search)
        if stamp is not None and (self._opened is None or self._opened[0] != stamp):
            index = store.open_current(self._home.search)
            self._opened = None
            if index is not None and (store.state(index) or {}).get("schema") == store.SCHEMA:
                self._opened = (stamp, index, index.searcher())
        if stamp is None or self._opened is None:
            if self._home.warehouse.exists():
                raise StorageError("the search index is missing, damaged or older", "run `steward sync`")
            return None
        return self._opened[1], self._opened[2]

    def progress(self) -> Progress:
        """Return how far meaning is."""
        opened = self.opened()
        return self.meaning.progress(*opened) if opened else Progress(None)

    def catch_up(self, seconds: float, tell: Tell | None = None) -> int:
        """See `Index.understand`."""
        if not embed.available(self._home) or (opened := self.opened()) is None:
            return 0
        return self.meaning.catch_up(*opened, seconds, tell)

    def search(self, text: str, kinds: Sequence[str], limit: int, order: Order, meaning: bool) -> Found:
        if unknown := sorted(set(kinds) - KINDS.keys()):
            raise InputError(f"nothing called {', '.join(unknown)} is searched", f"choose of {', '.join(KINDS)}")
        given, analyzer = asked.read(text), store.analyzer()
        sound = [part for part in given.words if query.analysed(part, analyzer)]
        words = [part for part in sound if not part.excluded]
        fields = [*given.fields, *(part for part in sound if part.excluded)]
        if not words and not given.fields:
            raise InputError("there is no word to search for", 'try `steward search "invoice 2231"`')
        schema = store.schema()
        narrowed = query.filters(schema, fields, kinds, analyzer, query.Owner(self._home))
        if (opened := self.opened()) is None:
            return Found([])
        return Question(self.meaning, opened, analyzer, words, narrowed, limit, order).answer(meaning)


class Question:
    """One question to one state of the index."""

    def __init__(
        self,
        meaning: Meaning,
        opened: tuple[Any, Any],
        analyzer: Any,
        words: Sequence[Part],
        narrowed: Narrowed,
        limit: int,
        order: Order,
    ) -> None:
        self._meaning = meaning
        self._index, self._searcher = opened
        self._analyzer = analyzer
        self._words = words
        self._narrowed = narrowed
        self._limit = limit
        self._order = order

    def answer(self, meaning: bool) -> Found:
        if not self._words:
            built = query.joined(self._index.schema, None, self._narrowed)
            return self._found(built, self._run(built, "newest"), "fields")
        exact, meaning = self._built(every=True), meaning and self._meaning.ready()
        found = self._run(exact, self._order, DEEP if meaning else 1)
        near, note = self._near() if meaning and (self._order == "best" or not found.hits) else ([], "")
        sure = [row for row in near if row.sure]
        if found.hits and sure:
            ranked = fusing.fused(found.hits, sure, first=fusing.named(self._words))
            total = max(found.count, len(ranked))
            return Found(self._hits(exact, ranked), total=total, note=note)
        if found.hits:
            return self._found(exact, found, "words", note=note)
        if sure:
            ranked = fusing.fused([], sure)
            if self._order == "newest":
                times = self._searcher.fast_field_values("moment", [row.address for row in ranked])
                ranked = [row for _, row in sorted(zip(times, ranked, strict=True), key=lambda pair: -(pair[0] or 0))]
            return Found(self._hits(exact, ranked), loosened=True, total=len(ranked), note=note)
        if len(self._words) < 2:
            return Found([], note=note)
        some = self._built(every=False)
        found = self._run(some, self._order, DEEP if near else 1)
        if not near or self._order == "newest":
            return self._found(some, found, "words", loosened=True, note=note)
        ranked = fusing.backed(found.hits, near)
        return Found(self._hits(some, ranked), loosened=True, total=found.count, note=note)

    def _built(self, *, every: bool) -> Any:
        schema = self._index.schema
        return query.joined(schema, query.wanted(schema, self._words, self._analyzer, every=every), self._narrowed)

    def _run(self, built: Any, order: Order, least: int = 1) -> Any:
        return reading.run(self._searcher, built, max(self._limit, least), order)

    def _near(self) -> tuple[list[Near], str]:
        """Return what means the same, and what is to be said of that.

        What stands in quotes or ends with a star is a demand: it must be in those rows, too.
        """
        schema = self._index.schema
        demands = [part for part in self._words if part.quoted or part.prefix]
        narrowed = [*self._narrowed, *query.demanded(schema, demands, self._analyzer)]
        text = " ".join(part.text for part in self._words)
        try:
            alone = len(text.split()) == 1
            return self._meaning.near(self._index, self._searcher, text, narrowed, alone=alone), ""
        except StewardError as error:
            return [], f"by words only: {error.what}"

    def _found(self, built: Any, found: Any, why: Why, *, loosened: bool = False, note: str = "") -> Found:
        ranked = [fusing.Ranked(address, float(score or 0), why) for score, address in found.hits]
        return Found(self._hits(built, ranked), loosened=loosened, total=found.count, note=note)

    def _hits(self, built: Any, ranked: Sequence[fusing.Ranked]) -> list[Any]:
        return reading.hits(self._index, self._searcher, built, ranked, self._limit)
