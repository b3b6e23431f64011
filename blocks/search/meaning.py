"""Search by meaning: vectors of what the index holds, made little by little, and what lies near a question.

The texts come from the index itself, so a vector never outlives its row, and nothing else need be open.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from blocks import embed
from blocks.search import query, store
from blocks.search.passages import passages
from context.home import Home

if TYPE_CHECKING:
    import numpy as np

    from blocks.search.vectors import Vectors

DEEP = 60  # rows that a question brings by their meaning, at most
NARROW = 20_000  # rows that filters leave: up to so many are compared one by one; more are looked for among the nearest
WIDE = 1_000
BATCH = 32  # texts whose vectors are kept at once: a kill costs no more
# Where a model's floor is not known: standard deviations by which a row must stand out from the average of all, and
# the likeness it must have where there are too few rows for that
SPREAD, FEW, FLOOR = 4.0, 50, 0.35
ALONE = 0.14  # a single word says so little that models find a likeness to anything: so much more is asked of it
WEAK = 0.13  # so far below the floor a row may lie to speak for its words
WITHOUT = ("contacts",)  # views whose rows say nothing but names
Tell = Callable[[int, int], None]  # told of texts done, and of all


@dataclass(frozen=True, slots=True)
class Progress:
    """How far meaning is: `done` of `texts` have vectors; all that is newer than `reached` has."""

    model: str | None
    texts: int = 0
    done: int = 0
    reached: datetime | None = None

    @property
    def whole(self) -> bool:
        return self.done >= self.texts


@dataclass(frozen=True, slots=True)
class Near:
    """A row that lies near a question; `start` is where its nearest passage begins.

    A `sure` one is an answer by itself; another only speaks for a row that holds words of the question.
    """

    address: Any
    likeness: float
    start: int
    sure: bool


class Meaning:
    """Meaning of what one index holds. Importing this costs nothing; numpy and the model are imported when used."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._vectors: Vectors | None = None

    @property
    def vectors(self) -> "Vectors":
        if self._vectors is None:
            from blocks.search.vectors import Vectors

            self._vectors = Vectors(self._home.search)
        return self._vectors

    def ready(self) -> bool:
        """Whether there is anything to compare with. Cheap: numpy is not imported for it."""
        return (self._home.search / "vectors.json").exists() and embed.available(self._home) is not None

    def progress(self, index: Any, searcher: Any) -> Progress:
        """Return how far it is."""
        if (name := embed.available(self._home)) is None:
            return Progress(None)
        held = self.vectors.contents(name)
        texts: dict[int, int] = {}
        for moment, content, _ in listing(index, searcher):
            texts.setdefault(content, moment)
        waiting = [moment for content, moment in texts.items() if content not in held]
        reached = datetime.fromtimestamp(max(waiting), UTC) if waiting and max(waiting) > 0 else None
        return Progress(name, len(texts), len(texts) - len(waiting), reached)

    def catch_up(self, index: Any, searcher: Any, seconds: float, tell: Tell | None = None) -> int:
        """Make vectors of texts that have none, newest first, for so many seconds; return of how many texts.

        What is made is kept every few texts. Raises a StewardError where the model cannot be asked.
        """
        if (name := embed.available(self._home)) is None:
            return 0
        until = time.monotonic() + seconds
        held = self.vectors.contents(name)
        waiting: dict[int, Any] = {}
        for _, content, address in listing(index, searcher):
            if content not in held:
                waiting.setdefault(content, address)
        if not waiting or (model := embed.embedder(self._home)) is None:
            return 0
        from blocks.search.vectors import Row

        done = kept = 0
        rows: list[Row] = []
        for part in _parts(waiting, searcher, model.most):
            if time.monotonic() >= until:
                break
            made = model.embed([text for _, _, text in part])
            rows += [Row(content, start, vector) for (content, start, _), vector in zip(part, made, strict=True)]
            done += len({content for content, _, _ in part})
            if done >= kept + BATCH:
                self.vectors.add(model.name, rows)
                rows, kept = [], done
                if tell:
                    tell(done, len(waiting))
        self.vectors.add(model.name, rows)
        return done

    def keep(self, index: Any) -> None:
        """Wipe the vectors of what the index holds no more."""
        if (self._home.search / "vectors.json").exists():
            self.vectors.keep({content for _, content, _ in listing(index, index.searcher())})

    def near(
        self, index: Any, searcher: Any, text: str, narrowed: Sequence[tuple[Any, Any]], *, alone: bool = False
    ) -> list[Near]:
        """Return the rows nearest to a text that the filters let through, nearest first. `alone`: it is one word.

        Raises a StewardError where the model cannot be asked.
        """
        import numpy as np

        if (model := embed.embedder(self._home)) is None:
            return []
        among = _among(index, searcher, narrowed) if narrowed else None
        if among is not None and not among:
            return []
        asked = model.embed([text])[0]
        contents, starts, likeness = self.vectors.near(model.name, asked)
        if not len(contents):
            return []
        floor = _floor(model, likeness) + (ALONE if alone else 0.0)
        good = likeness >= floor - WEAK
        if among is not None:
            good &= np.isin(contents, np.fromiter(among, np.int64, len(among)))
        contents, starts, likeness = contents[good], starts[good], likeness[good]
        best: dict[int, tuple[float, int]] = {}
        for place in np.argsort(-likeness, kind="stable")[:WIDE].tolist():
            best.setdefault(int(contents[place]), (float(likeness[place]), int(starts[place])))
            if len(best) == (WIDE if narrowed and among is None else DEEP):
                break
        return _found(index, searcher, best, narrowed, floor)[:DEEP]


def _floor(model: embed.Embedder, likeness: "np.ndarray") -> float:
    """Return how alike a row must be to be found."""
    if model.floor is not None:
        return model.floor
    return float(likeness.mean() + SPREAD * likeness.std()) if len(likeness) >= FEW else FLOOR


def listing(index: Any, searcher: Any) -> Iterator[tuple[int, int, Any]]:
    """Yield time, content and address of each row that has a meaning, newest first."""
    import tantivy

    count = searcher.num_docs
    if not count:
        return
    without = [(tantivy.Occur.MustNot, tantivy.Query.term_query(index.schema, "kind", view)) for view in WITHOUT]
    built = query.joined(index.schema, None, without)
    hits = searcher.search(built, limit=count, count=False, order_by_field="moment").hits
    addresses = [address for _, address in hits]
    contents = searcher.fast_field_values("content", addresses) if addresses else []
    for (moment, address), content in zip(hits, contents, strict=True):
        yield moment or 0, content, address


def _parts(waiting: dict[int, Any], searcher: Any, most: int) -> Iterator[list[tuple[int, int, str]]]:
    """Yield the passages of texts with their content and place, about as many at once as a model wants, texts whole."""
    part: list[tuple[int, int, str]] = []
    for content, address in waiting.items():
        document = searcher.doc(address)
        title = store.whole(str(document.get_first("title") or ""))
        body = store.whole(str(document.get_first("body") or ""))
        part += [(content, start, text) for start, text in passages(title, body)]
        if len(part) >= most:
            yield part
            part = []
    if part:
        yield part


def _among(index: Any, searcher: Any, narrowed: Sequence[tuple[Any, Any]]) -> set[int] | None:
    """Return the contents of the rows that the filters let through; None where there are too many to name."""
    built = query.joined(index.schema, None, narrowed)
    if (count := searcher.search(built, limit=1).count) > NARROW:
        return None
    addresses = [address for _, address in searcher.search(built, limit=max(1, count), count=False).hits]
    return set(searcher.fast_field_values("content", addresses)) if addresses else set()


def _found(
    index: Any, searcher: Any, best: dict[int, tuple[float, int]], narrowed: Sequence[tuple[Any, Any]], floor: float
) -> list[Near]:
    """Return the rows of some contents that the filters let through, nearest first."""
    import tantivy

    if not best:
        return []
    named = tantivy.Query.term_set_query(index.schema, "content", list(best))
    wanted = tantivy.Query.const_score_query(named, 1.0)
    built = query.joined(index.schema, wanted, narrowed)
    addresses = [address for _, address in searcher.search(built, limit=4 * len(best), count=False).hits]
    contents = searcher.fast_field_values("content", addresses) if addresses else []
    near = [
        Near(address, *best[content], best[content][0] >= floor)
        for address, content in zip(addresses, contents, strict=True)
    ]
    return sorted(near, key=lambda row: -row.likeness)
