"""What a search gives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Why = Literal["words", "meaning", "both", "fields"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One row that was found: `view`, `source` and `key` cite it.

    `title` and `snippet` are foreign text, to be rendered as such; `marks` are the ranges of the snippet that
    matched; `why` says by what the row was found.
    """

    view: str
    key: str
    source: str
    title: str
    snippet: str
    when: datetime | None
    score: float
    marks: tuple[tuple[int, int], ...] = ()
    why: Why = "words"

    def plain(self) -> dict[str, str | float | None]:
        """Return it as JSON can hold it."""
        names = ("view", "source", "key", "title", "snippet", "why")
        when = self.when.isoformat() if self.when else None
        return {**{name: getattr(self, name) for name in names}, "when": when, "score": round(self.score, 4)}


class Found(list[Hit]):
    """Hits, best or newest first. `total`: how many rows there are, at least.

    `loosened`: no row holds all the words; these mean the same, or hold some of them, as each says. `note`: why
    meaning was not asked, though there is a model.
    """

    def __init__(self, hits: list[Hit], *, loosened: bool = False, total: int = 0, note: str = "") -> None:
        super().__init__(hits)
        self.loosened = loosened
        self.total = total
        self.note = note

    @property
    def loosely(self) -> str:
        """What to say of hits of which none holds all the words."""
        return "no row holds all of these words; " + (
            "these are near to them in meaning" if self[0].why == "meaning" else "these hold some of them"
        )
