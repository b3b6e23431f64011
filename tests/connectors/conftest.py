"""A loader that keeps everything in memory: what connectors yield is applied as connectors/shape.py says it is."""

import collections
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.shape import Cursor, Gone, Item, Known, Reject, Rows, Table

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass
class Shelf:
    """What was loaded from one connection: rows by table, file and key; cursors; rejects of the last reading."""

    module: Any
    handle: Any
    zone: str = "Europe/Berlin"
    tables: dict[str, dict[str, dict[str, dict[str, Any]]]] = field(default_factory=dict)
    cursors: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    counts: collections.Counter[str] = field(default_factory=collections.Counter)

    def read(self, most: int | None = None, *, moves: bool = True) -> "Shelf":
        """Read once, to the end or (as if killed) until `most` items; only what stands before a cursor is kept."""
        self.rejects, self.counts = [], collections.Counter()
        loaded = self._loaded if moves else lambda _table, _file: ()
        known = Known(cursors=dict(self.cursors), now=NOW, zone=self.zone, loaded=loaded)
        pending: list[Item] = []
        for count, item in enumerate(self.module.read(self.handle, known)):
            if most is not None and count >= most:
                return self
            self.counts[type(item).__name__] += 1
            pending.append(item)
            if isinstance(item, Cursor | Gone):
                self._commit(pending)
                pending = []
        self._commit(pending)
        return self

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for file in self.tables.get(table, {}).values() for row in file.values()]

    def by_key(self, table: str) -> dict[str, dict[str, Any]]:
        return {row["key"]: row for row in self.rows(table)}

    @property
    def reasons(self) -> dict[str, str]:
        return {reject.file: reject.reason for reject in self.rejects}

    def _loaded(self, table: str, file: str) -> Sequence[Mapping[str, Any]]:
        return [dict(row) for row in self.tables.get(table, {}).get(file, {}).values()]

    def _commit(self, items: list[Item]) -> None:
        new: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        for item in items:
            if isinstance(item, Rows):
                self._check(item)
                new.setdefault((item.table, item.file), {}).update({row["key"]: dict(row) for row in item.rows})
            elif isinstance(item, Reject):
                assert isinstance(item.raw, bytes)
                self.rejects.append(item)
        for item in items:
            if isinstance(item, Gone):
                for files in self.tables.values():
                    files.pop(item.file, None)
                self.cursors.pop(item.file, None)
            elif isinstance(item, Cursor):
                if item.whole:
                    for files in self.tables.values():
                        files.pop(item.file, None)
                self.cursors[item.file] = item.value
        for (table, file), rows in new.items():
            self.tables.setdefault(table, {}).setdefault(file, {}).update(rows)

    def _check(self, item: Rows) -> None:
        [table] = [table for table in self.module.TABLES if table.name == item.table]
        assert isinstance(table, Table)
        for row in item.rows:
            assert row["key"], "a row without a key"
            assert set(row) - {"key"} <= set(table.columns), "an undeclared column"
            for name, (kind, _) in table.columns.items():
                assert fits(row.get(name), kind), f"{name} is not {kind}: {row[name]!r}"


def fits(value: Any, kind: str) -> bool:
    if value is None or kind == "json":
        return True
    if kind == "timestamp":
        return isinstance(value, datetime) and value.tzinfo is not None
    expected = {"text": str, "bigint": int, "double": float, "bool": bool, "date": object}[kind]
    return isinstance(value, expected) and not (kind == "text" and "\0" in value)


@pytest.fixture
def shelf() -> Callable[..., Shelf]:
    """A maker of empty shelves: `shelf(module, path=…)`."""
    return lambda module, **settings: Shelf(module, SimpleNamespace(account="test", **settings))
