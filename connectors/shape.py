"""The shape that every connector has: what it gives to the loader, and what it is told.

A connector is a module over one handle that imports neither dlt, DuckDB nor pyarrow at module level:

- `preview(handle) -> Preview`: what would be read, said before anything is; raises SourceError or InputError.
- `fingerprint(handle, now) -> str | None`: a cheap digest of the source's state (sizes, times, names). The same
  digest as after the last finished load means that nothing changed and nothing heavy is imported. None: only a read
  can tell.
- `read(handle, known) -> Iterator[Item]`: the items, newest first. A plain generator: no I/O but the source's own.
- `TABLES`: the tables it fills, with every column declared.
- `ZONED = False`, where the owner's zone decides nothing: another zone is then no reason to read everything again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Type = Literal["text", "bigint", "double", "bool", "timestamp", "date", "json"]


@dataclass(frozen=True)
class Table:
    """A raw table: declared columns (name → type, comment), merged by (source, file, key).

    The loader adds source, account, file, key, row_hash and `_deleted` itself. `history` keeps what a row was, in
    `raw.changes`, whenever it changes or goes. `indexed` names the columns that full-text search reads.
    """

    name: str
    comment: str
    columns: Mapping[str, tuple[Type, str]]
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, all from one file (or feed). Each row has a `key`, unique in (source, file).

    `rows` is a list of dicts with the declared columns (a missing one is null), or a pyarrow Table with them and
    `row_hash`.
    """

    table: str
    file: str
    rows: Sequence[Mapping[str, Any]] | Any


@dataclass(frozen=True, slots=True)
class Gone:
    """A file that is there no more: its rows in every table are deleted, at once.

    With `keys` the file is still there and only its rows of these keys go, in every table, and its rejects at these
    positions, when its next cursor seals what was said of it. What is given beside stays; keys that nothing has are
    passed over: a server may tell of what was never seen.
    """

    file: str
    keys: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """One bad record, set aside. `reason` is a short constant word list ("bad-date"), `error` the parser's own text."""

    file: str
    position: str
    reason: str
    error: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to here `file` was read; saved in one package with the rows above it. The loader commits only at cursors.

    `whole` says that the rows given for `file` since its last cursor are all that it holds: the others are deleted.
    """

    file: str
    value: Mapping[str, Any]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """What a server said of our leave to read: when it ends (UTC), or None where it has no end that is known."""

    until: datetime | None


Item = Rows | Gone | Reject | Cursor | Grant


class Loaded(Protocol):
    """See `Known`."""

    def __call__(
        self, table: str, file: str, keys: Collection[str] | None = None, /
    ) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class Known:
    """What a connector is told: where it stopped (file → cursor value), the home's present, the owner's zone (IANA).

    `loaded(table, file)` gives the rows (`key`, `row_hash` and the declared columns) that earlier loads hold for that
    file, so that what merely moved need not be made again; where nothing is at hand it gives none, and the work is done
    again. `loaded(table, file, keys)` gives those of these keys alone.
    `again` says that no cursor is told though rows are there (a full reading): files are to be given whole, so that
    what went from them goes.
    """

    cursors: Mapping[str, Mapping[str, Any]]
    now: datetime
    zone: str = "UTC"
    loaded: Loaded = lambda _table, _file, _keys=None: ()
    again: bool = False


@dataclass(frozen=True)
class Preview:
    """What a source would read: counts by kind ("mails": 1500), bytes, and lines the owner should see."""

    counts: Mapping[str, int]
    size: int = 0
    notes: Sequence[str] = field(default_factory=tuple)


class Connector(Protocol):
    """The module shape; see the top of this file."""

    TABLES: Sequence[Table]

    @staticmethod
    def preview(handle: Any) -> Preview: ...

    @staticmethod
    def fingerprint(handle: Any, now: datetime) -> str | None: ...

    @staticmethod
    def read(handle: Any, known: Known) -> Iterator[Item]: ...
