"""Table: the answer to a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with their DuckDB types, and rows of plain values: None, bool, int, float, str, lists and dicts of these.

    Times are ISO 8601 text in UTC, blobs hexadecimal text. `truncated`: there are more rows. `generation` is the
    published file that was asked; `layers` names what confined the query ("landlock", "seccomp", "limits").
    """

    columns: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[Any]]
    truncated: bool
    generation: int = 0
    layers: Sequence[str] = ()
