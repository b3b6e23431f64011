"""A store in memory that takes a connector's items as the loader does (connectors/gather.py, connectors/delta.py).

For property tests: hundreds of small syncs in the time of one real one. tests/connectors/load/test_store.py holds it to
the real loader. Rows are compared as the raw tables hold them, without dlt's own columns and without cursors.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from connectors.columns import clean, to_arrow
from connectors.shape import Cursor, Gone, Grant, Item, Known, Reject, Rows, Table

Keyed = dict[tuple[str, str], dict[str, Any]]  # (file, key) → the row


@dataclass
class _Open:
    """What was given for one file since its last cursor."""

    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)


@dataclass
class Store:
    """What one source holds after some syncs.

    store = Store(module.TABLES)
    store.sync(module, handle, now)     # read and take everything; `full=True` as `steward sync --full`
    assert store.differences(other) == {}
    """

    declared: Sequence[Table]
    tables: dict[str, Keyed] = field(default_factory=lambda: defaultdict(dict))
    rejects: Keyed = field(default_factory=dict)
    cursors: dict[str, dict[str, Any]] = field(default_factory=dict)
    grant: Grant | None = None
    given: int = 0

    def known(self, now: datetime, zone: str = "UTC", *, full: bool = False) -> Known:
        """Return what the loader tells a connector at this point."""
        told = {} if full else {file: dict(value) for file, value in self.cursors.items()}
        return Known(told, now, zone, self.loaded, again=not told and bool(self.cursors))

    def loaded(self, table: str, file: str, keys: Collection[str] | None = None, /) -> list[dict[str, Any]]:
        [declared] = [one for one in self.declared if one.name == table]
        columns = ("key", "row_hash", *declared.columns)
        return [{name: row[name] for name in columns} for (where, key), row in self.tables[table].items()
                if where == file and (keys is None or key in keys)]  # fmt: skip

    def sync(self, connector: Any, handle: Any, now: datetime, zone: str = "UTC", *, full: bool = False) -> int:
        """Read a source and take what it gives; return how many rows it gave. What was sealed before an error stays."""
        known = self.known(now, zone, full=full)
        return self.take(connector.read(handle, known), known.cursors)

    def take(self, items: Iterable[Item], told: Collection[str] | None = None, most: int | None = None) -> int:
        """Take a reading's items; `told` are the files whose cursors the connector knew (all of them by default).

        `most`: stop after so many items, as if killed there.
        """
        told = set(self.cursors) if told is None else set(told)
        before = self.given
        opened: dict[str, _Open] = defaultdict(_Open)
        seen: set[str] = set()
        for count, item in enumerate(items):
            if most is not None and count >= most:
                return self.given - before
            if isinstance(item, Grant):
                self.grant = item
                continue
            seen.add(item.file)
            self._take(item, opened)
        for file in sorted(self.cursors.keys() - told - seen):  # a full reading did not meet them again
            self._forget(file)
        for file, _ in sorted(self.rejects):
            if file not in self.cursors:  # what has no cursor is tried again at each reading
                self._drop(self.rejects, file)
        for file, left in opened.items():
            self._reject(file, left.rejects)
        return self.given - before

    def _take(self, item: Item, opened: dict[str, _Open]) -> None:
        match item:
            case Rows(table, file, rows):
                [declared] = [one for one in self.declared if one.name == table]
                made, bad = to_arrow(declared, "source", "account", file, rows)
                opened[file].rows += [(table, row) for row in made.to_pylist()]
                opened[file].rejects += bad
                self.given += made.num_rows
            case Reject(file=file):
                opened[file].rejects.append(item)
            case Gone(file, keys) if keys:
                opened[file].gone.update(keys)
            case Gone(file):
                opened.pop(file, None)
                self._forget(file)
            case Cursor(file, value, whole):
                self._seal(file, opened.pop(file, _Open()), whole)
                self.cursors[file] = orjson.loads(orjson.dumps(dict(value)))

    def _seal(self, file: str, given: _Open, whole: bool) -> None:
        for rows in (*self.tables.values(), self.rejects):
            named = "position" if rows is self.rejects else "key"
            for place in [place for place, row in rows.items() if place[0] == file]:
                if whole or rows[place][named] in given.gone:
                    del rows[place]
        for table, row in given.rows:
            self.tables[table][file, row["key"]] = row
        self._reject(file, given.rejects)

    def _reject(self, file: str, rejects: Iterable[Reject]) -> None:
        for reject in rejects:
            digest = hashlib.sha256(reject.raw).hexdigest()
            row = {
                "key": clean(f"{reject.position}#{reject.reason}#{digest[:16]}"),
                "position": clean(reject.position),
                "reason": reject.reason,
                "error": clean(reject.error[:2000]),
                "sha256": digest,
            }
            self.rejects[file, row["key"]] = row

    def _forget(self, file: str) -> None:
        for rows in (*self.tables.values(), self.rejects):
            self._drop(rows, file)
        self.cursors.pop(file, None)

    @staticmethod
    def _drop(rows: Keyed, file: str) -> None:
        for place in [place for place in rows if place[0] == file]:
            del rows[place]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table in the order of file and key."""
        return [row for _, row in sorted(self.tables[table].items())]

    def contents(self, ignoring: Collection[str] = ()) -> dict[str, dict[Any, Any]]:
        """Return all rows and rejects by table, file and key; `ignoring` these columns (and so the row's hash)."""
        left = {*ignoring, "row_hash"} if ignoring else set()
        found = {
            name: {place: _without(row, left) for place, row in rows.items()} for name, rows in self.tables.items()
        }
        return {name: rows for name, rows in {**found, "rejects": dict(self.rejects)}.items() if rows}

    def differences(self, other: "Store", ignoring: Collection[str] = ()) -> dict[str, dict[Any, Any]]:
        """Return by table what two stores hold otherwise: place → (mine, the other's). Empty: they are equal."""
        mine, theirs = self.contents(ignoring), other.contents(ignoring)
        found: dict[str, dict[Any, Any]] = {}
        for table in sorted(mine.keys() | theirs.keys()):
            left, right = mine.get(table, {}), theirs.get(table, {})
            different = {place for place in left.keys() | right.keys() if left.get(place) != right.get(place)}
            if different:
                found[table] = {place: (left.get(place), right.get(place)) for place in sorted(different)}
        return found


def _without(row: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
