"""The SQL files of the owner's capabilities: run in the sandbox, with the moment written in; faults by file and line.

They see what `steward sql` shows at the capability's tier, and nothing more; a model never writes or changes them.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from blocks.sandbox import Table
from blocks.warehouse import Warehouse
from context import store
from context.errors import ConfigError, InputError, RefusedError
from context.home import Home
from flows.facts import literal
from flows.owned import Owned, Told

# What is no code: quoted text, quoted names, comments. A parameter inside them is left alone.
PASSED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
MOST = 1000  # rows that are looked at
PARTS = re.compile(rf"(?s)({PASSED})|\$([A-Za-z_]\w*)")
QUOTED = re.compile(r"\"([^\"]+)\"|view (\w+)|function (\w+)|schema (\w+)|near \"?(\w+)")
# view → the family of sources that fills it
FAMILIES = {
    "messages": ("mail",), "threads": ("mail",), "events": ("calendar",), "event_instances": ("calendar",),
    "tasks": ("tasks",), "documents": ("docs",), "passages": ("docs",), "commits": ("repos",), "branches": ("repos",),
    "issues": ("repos",), "reviews": ("repos",), "notifications": ("repos",), "contacts": ("people",),
    "people": ("mail", "calendar"), "addresses": ("mail", "calendar"),
}  # fmt: skip


class Queries:
    """The SQL of one capability, on the newest published data. Close it when done."""

    def __init__(self, home: Home, owned: Owned) -> None:
        self.owned = owned
        self._warehouse = Warehouse(home)
        self._owner = store.load(home).policies.tier(owned.name) == "private"

    def close(self) -> None:
        self._warehouse.close()

    def statement(self, told: Told, parameters: Mapping[str, Any]) -> str:
        """Return a section's SELECT with its parameters written in. Raises ConfigError for one that does not exist."""
        text = self.owned.statement(told)

        def put(part: "re.Match[str]") -> str:
            if part[1] is not None:
                return part[1]
            if part[2] not in parameters:
                known = ", ".join(f"${name}" for name in parameters)
                raise self._fault(told, text[: part.start()].count("\n") + 1, f"unknown ${part[2]}; there are {known}")
            return literal(parameters[part[2]])

        return PARTS.sub(put, text).rstrip().rstrip(";").rstrip()

    def rows(self, told: Told, statement: str, above: int = 0) -> Table:
        """Run a section's statement, which stands below `above` lines of ours.

        Raises ConfigError, by file and line, where the sandbox refuses it, StorageError where nothing was published.
        """
        try:
            return self._warehouse.query(statement, owner=self._owner, limit=MOST)
        except (InputError, RefusedError) as error:
            says, _, place = error.what.partition(" LINE ")
            number = re.match(r"\d+", place)
            line = int(number[0]) - above if number else self._line(told, says)
            raise self._fault(told, line, says) from error

    def check(self, told: Told, parameters: Mapping[str, Any]) -> None:
        """Raise ConfigError unless the statement can run and has every column that the section's line names."""
        statement = self.statement(told, parameters)
        self.columns(told, self.rows(told, f"SELECT * FROM (\n{statement}\n) LIMIT 0", 1))  # noqa: S608 - in the sandbox

    def columns(self, told: Told, table: Table) -> None:
        """Raise ConfigError, at the line in prompt.md, where a column that the section's line names is not there."""
        from string import Formatter

        for _, column, _, _ in Formatter().parse(told.line):
            if column and column not in table.columns:
                index = self.owned.front.sections.index(told)
                says = f"{told.sql}.sql has no column {column}; it has {', '.join(table.columns)}"
                raise self.owned.fault(says, ("sections", index, "line"))

    def families(self, told: Told) -> tuple[str, ...]:
        """Return the families of sources that a section's SQL reads."""
        code = PARTS.sub(" ", self.owned.statement(told)).lower()
        named = [FAMILIES[word] for word in re.findall(r"\w+", code) if word in FAMILIES]
        return tuple(dict.fromkeys(family for each in named for family in each))

    def _line(self, told: Told, what: str) -> int:
        """Return the line of the SQL file on which the first word stands that a fault names."""
        lines = self.owned.statement(told).lower().splitlines()
        for groups in QUOTED.findall(what):
            word = next((name for name in groups if name), "").lower()
            for number, line in enumerate(lines, 1):
                if word and re.search(rf"\b{re.escape(word)}\b", line.partition("--")[0]):
                    return number
        return 1

    def _fault(self, told: Told, line: int, says: str) -> ConfigError:
        place = f"capabilities/{self.owned.name}/{told.sql}.sql:{line}"
        return ConfigError(f"{place}: {says}", "mend it, then run `steward deploy`")


def check(home: Home, owned: Owned, parameters: Mapping[str, Any]) -> None:
    """Raise ConfigError, by file and line, for the first fault in a capability's SQL."""
    queries = Queries(home, owned)
    try:
        for told in owned.front.sections:
            queries.check(told, parameters)
    finally:
        queries.close()


def typed(value: Any, kind: str) -> Any:
    """Return a value of the sandbox as what it is: times and dates come as text."""
    if not isinstance(value, str):
        return value
    try:
        if kind.startswith("TIMESTAMP"):
            return datetime.fromisoformat(value)
        return date.fromisoformat(value) if kind == "DATE" else value
    except ValueError:
        return value
