"""How right a capability is, measured on labels that its rules never saw: pairs of what is true and what was said."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from context.home import Home

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint


@dataclass(frozen=True)
class Pair:
    """One thing that was judged. `expected` or `given` is None where the label, or the capability, has nothing."""

    key: str
    expected: str | None
    given: str | None
    text: str = ""  # what a reader needs to see to understand a mistake


@dataclass(frozen=True)
class Bar:
    """A figure that must be reached: "recall(reply)" at least 0.95."""

    name: str
    figure: float
    least: float

    @property
    def reached(self) -> bool:
        return self.figure >= self.least


@dataclass(frozen=True)
class Scores:
    """What one capability scored. Tokens and cost are of all that was asked of a model meanwhile."""

    capability: str
    pairs: tuple[Pair, ...]
    bars: tuple[Bar, ...] = ()
    tokens: int = 0
    cost_usd: float | None = 0.0
    notes: tuple[str, ...] = field(default=())

    def precision(self, label: str) -> float:
        """Return which share of what was said to be `label` is; 1.0 where nothing was."""
        said = [pair for pair in self.pairs if pair.given == label]
        return sum(pair.expected == label for pair in said) / len(said) if said else 1.0

    def recall(self, label: str) -> float:
        """Return which share of what is `label` was said to be; 1.0 where nothing is."""
        true = [pair for pair in self.pairs if pair.expected == label]
        return sum(pair.given == label for pair in true) / len(true) if true else 1.0

    def confusion(self) -> dict[tuple[str | None, str | None], int]:
        """Return how often each (expected, given) was met."""
        return dict(Counter((pair.expected, pair.given) for pair in self.pairs))

    def mistakes(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.expected != pair.given]


# What `flows/<capability>/evaluate.py` calls `evaluate`: over a loaded demo home; a model only where one is given.
Evaluate = Callable[[Home, "Endpoint | None"], Scores]
