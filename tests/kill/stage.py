"""What a kill test is played on: sources in two states, with the server behind them where they have one."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Connected:
    """A source as the ledger has it, with the secrets that its block would hold."""

    name: str
    kind: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)


class Stage(Protocol):
    """Sources that were opened in their first state, and can be brought to a second one, once."""

    def sources(self) -> list[Connected]: ...

    def change(self) -> None:
        """Bring the sources to their second state: rows come, change and go."""
        ...


Opening = Callable[[Path], AbstractContextManager[Stage]]  # in a folder of its own; its server runs while it is open


@dataclass(frozen=True)
class Play:
    """A stage by name: the kinds that it has, and what it needs that is not here (None where nothing is missing)."""

    name: str
    kinds: tuple[str, ...]
    open: Opening
    missing: Callable[[], str | None] = lambda: None
