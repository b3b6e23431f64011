"""Facts: a capability's SQL files, run over the published warehouse, and the book in which their rows become facts.

A capability is a folder; each `<name>.sql` in it is one SELECT with named parameters (`$day`, `$as_of`, …). A row's
fact cites (view, key). A fact about many rows cites its statement, with the parameters written in: whoever doubts a
count runs it (`steward why` does).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from context.errors import StorageError
from context.windows import bounds
from flows.output import Fact

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]
Value = str | int | float | bool | None | list[str]
SQL = "sql"  # the view of a fact whose key is a statement
PARAMETER = re.compile(r"\$([A-Za-z_]\w*)")


@dataclass(frozen=True)
class Moment:
    """What day an output is about and from when the world is seen.

    Nothing later than `as_of` is known. `zone` is where the owner is; `since` is when they were last told.
    """

    day: date
    as_of: datetime
    zone: ZoneInfo
    since: datetime

    @property
    def begins(self) -> datetime:
        return bounds(self.day, self.zone)[0]

    @property
    def ends(self) -> datetime:
        return bounds(self.day, self.zone)[1]

    @property
    def today(self) -> date:
        """The owner's date at `as_of`, from which ages count."""
        return self.as_of.astimezone(self.zone).date()

    def parameters(self) -> dict[str, Any]:
        """Return what every SQL file may name."""
        return {
            "day": self.day,
            "day_begins": self.begins,
            "day_ends": self.ends,
            "as_of": self.as_of,
            "since": self.since,
            "zone": self.zone.key,
        }

    def clock(self, instant: datetime) -> str:
        """Return the owner's wall clock: "09:30"."""
        return instant.astimezone(self.zone).strftime("%H:%M")

    def local(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()


def statement(folder: Path, name: str) -> str:
    """Return the SQL file `name` of a capability."""
    return (folder / f"{name}.sql").read_text("utf-8")


def rows(con: "DuckDBPyConnection", sql: str, parameters: Mapping[str, Any]) -> list[Row]:
    """Run one SELECT with those of `parameters` that it names; times come back in UTC.

    Raises StorageError where the published warehouse does not have what it reads.
    """
    import duckdb

    try:
        [parsed] = con.extract_statements(sql)
        named = {name: parameters[name] for name in parsed.named_parameters}
        found = con.execute(parsed, named)
        columns = [column[0] for column in found.description or ()]
        return [dict(zip(columns, _utc(row), strict=True)) for row in found.fetchall()]
    except duckdb.Error as error:
        what = str(error).splitlines()[0]
        raise StorageError(f"the warehouse cannot answer ({what})", "run `steward sync`") from error


def written(sql: str, parameters: Mapping[str, Any]) -> str:
    """Return a statement with its parameters written in, so that it runs as it stands."""
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    text = " ".join(" ".join(lines).split()).rstrip("; ")
    # in one go: a value may hold a "$day" of its own, which names nothing
    return PARAMETER.sub(lambda found: literal(parameters[found[1]]) if found[1] in parameters else found[0], text)


def _utc(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        item.astimezone(UTC) if isinstance(item, datetime) and item.tzinfo is not None else item for item in row
    )


def literal(value: object) -> str:
    """Return a value as SQL writes it."""
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.astimezone(UTC).isoformat(sep=' ')}'"
    if isinstance(value, date | time):
        return f"DATE '{value.isoformat()}'" if isinstance(value, date) else f"TIME '{value.isoformat()}'"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(item) for item in value)}]"
    return "'" + str(value).replace("'", "''") + "'"


@dataclass
class Book:
    """The facts of one output. An id is a letter and a number ("e1", "m2"); the same row keeps one id."""

    facts: list[Fact] = field(default_factory=list)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        letter: str,
        view: str,
        key: str,
        text: str,
        values: Mapping[str, Value],
        *,
        origin: Literal["owner", "system", "external"] = "external",
        url: str | None = None,
    ) -> str:
        """Write a fact down and return its id. Nothing is written twice: the first text of a row stays."""
        if (view, key) in self._known:
            return self._known[view, key]
        self._counts[letter] = self._counts.get(letter, 0) + 1
        name = f"{letter}{self._counts[letter]}"
        self._known[view, key] = name
        self.facts.append(Fact(id=name, view=view, key=key, text=text, values=dict(values), origin=origin, url=url))
        return name

    def only(self, cited: set[str]) -> tuple[Fact, ...]:
        """Return the facts that an output cites."""
        return tuple(fact for fact in self.facts if fact.id in cited)
