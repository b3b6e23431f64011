"""Two rankings made one: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from blocks.search.asked import Part
from blocks.search.meaning import Near
from blocks.search.results import Why

K = 60  # the paper's constant: how little the first ranks differ


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row that was found; `start` is where its text is nearest to the question, in characters."""

    address: Any
    score: float
    why: Why
    start: int = 0


def fused(words: Sequence[tuple[float, Any]], near: Sequence[Near], *, first: bool = False) -> list[Ranked]:
    """Return all rows of both, best first. With `first`, those that hold the words stand before all others."""
    place = {_name(address): rank for rank, (_, address) in enumerate(words)}
    also = {_name(row.address): rank for rank, row in enumerate(near)}
    ranked = []
    for address, start in [(a, 0) for _, a in words] + [
        (n.address, n.start) for n in near if _name(n.address) not in place
    ]:
        name = _name(address)
        score = sum(1 / (K + 1 + ranks[name]) for ranks in (place, also) if name in ranks)
        why: Why = "both" if name in place and name in also else "words" if name in place else "meaning"
        ranked.append(Ranked(address, score, why, start))
    return sorted(ranked, key=lambda row: (first and row.why == "meaning", -row.score))


def backed(words: Sequence[tuple[float, Any]], near: Sequence[Near]) -> list[Ranked]:
    """Return the rows that hold some words, those first that are also somewhat near to the question."""
    held = {_name(address) for _, address in words}
    ranked = fused(words, [row for row in near if _name(row.address) in held])
    return [replace(row, why="words") for row in ranked]


def named(words: Sequence[Part]) -> bool:
    """Whether the words name one thing, as `invoice 2231` does: what means the same is then something else."""
    return any(part.quoted or any(character.isdigit() for character in part.text) for part in words)


def _name(address: Any) -> tuple[int, int]:
    return address.segment_ord, address.doc
