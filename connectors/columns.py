"""Rows to Arrow: the declared columns, the common ones, the hash; and what cannot be a row, set aside.

pyarrow is imported here at module level: import this module only when there is something to load.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pyarrow as pa

from connectors.shape import Reject, Table, Type

ARROW: Mapping[Type, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "json": pa.string(),  # JSON text on the way; the warehouse's column is JSON
}
COMMON: Mapping[str, Type] = {
    "source": "text",
    "account": "text",
    "file": "text",
    "key": "text",
    "row_hash": "text",
    "_deleted": "bool",
}
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
SMALLEST, LARGEST = -(2**63), 2**63 - 1


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a raw table: common columns first, all nullable."""
    declared = {name: kind for name, (kind, _) in table.columns.items()}
    return pa.schema([(name, ARROW[kind]) for name, kind in {**COMMON, **declared}.items()])


def to_arrow(
    table: Table, source: str, account: str, file: str, rows: Sequence[Mapping[str, Any]] | Any
) -> tuple[pa.Table, list[Reject]]:
    """Return rows as an Arrow table of `arrow_schema`, and those that do not fit their columns as rejects.

    `rows` are dicts, or an Arrow table with `key` (and `row_hash`, else it is computed from the row).
    """
    if isinstance(rows, pa.Table):
        return _completed(table, source, account, file, rows), []
    good: list[dict[str, Any]] = []
    bad: list[Reject] = []
    for position, row in enumerate(rows):
        try:
            good.append(_row(table, source, account, file, row))
        except (TypeError, ValueError, OverflowError) as error:
            where = str(row.get("key") or f"{table.name} {position}")
            bad.append(Reject(file, where, "bad-row", str(error), _kept(row)))
    return pa.Table.from_pylist(good, schema=arrow_schema(table)), bad


def hashed(values: Mapping[str, Any]) -> str:
    """Return the digest that tells two versions of a row apart; nulls do not count, so a new column changes none."""
    told = {name: value for name, value in values.items() if value is not None}
    data = orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z, default=repr)
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def clean(text: str) -> str:
    """Return text that UTF-8 can hold: lone surrogates (left by broken encodings) become U+FFFD, NUL goes."""
    return text.replace("\0", "").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _kept(row: Mapping[str, Any]) -> bytes:
    """Return what quarantine keeps of a row: JSON where that can hold it (no number over 64 bits)."""
    try:
        return orjson.dumps(_printable(row), default=repr, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return repr(row).encode("utf-8", "replace")


def _row(table: Table, source: str, account: str, file: str, row: Mapping[str, Any]) -> dict[str, Any]:
    key = row.get("key")
    if not isinstance(key, str) or not key:
        raise ValueError("the row has no key")
    unknown = row.keys() - table.columns.keys() - {"key", "row_hash"}
    if unknown:
        raise ValueError(f"columns that {table.name} does not declare: {', '.join(sorted(unknown))}")
    values = {name: _value(name, kind, row.get(name)) for name, (kind, _) in table.columns.items()}
    own = row.get("row_hash")
    common = {"source": source, "account": account, "file": clean(file), "key": clean(key)}
    return {**common, "row_hash": own or hashed(values), "_deleted": None, **values}


def _value(name: str, kind: Type, value: Any) -> Any:
    """Return a value as its column holds it. Raises TypeError, ValueError or OverflowError where it cannot."""
    if value is None:
        return None
    if kind == "json":
        return _json(value)
    if kind == "text":
        return clean(_instance(name, value, str))
    if kind == "bool":
        return _instance(name, value, bool)
    if kind == "bigint":
        if isinstance(value, bool) or not SMALLEST <= _instance(name, value, int) <= LARGEST:
            raise ValueError(f"{name} is not a 64-bit integer")
        return value
    if kind == "double":
        return float(value)
    if kind == "date":
        if isinstance(value, datetime):
            raise TypeError(f"{name} is a date and was given a time")
        return _instance(name, value, date)
    moment: datetime = _instance(name, value, datetime)
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
    return moment.astimezone(UTC)


def _instance(name: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{name} should be {kind.__name__}, not {type(value).__name__}")
    return value


def _json(value: Any) -> str:
    """Return JSON text. A string that looks like an object or a list is taken to be JSON text already."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        orjson.loads(value)
        return value
    try:
        told = orjson.dumps(value, option=_OPTIONS)
    except TypeError:  # lone surrogates, keys that are no text, sets: rare, and looking for them is not free
        return orjson.dumps(_printable(value), option=_OPTIONS).decode()
    return (orjson.dumps(_printable(value), option=_OPTIONS) if b"\\u0000" in told else told).decode()


def _printable(value: Any) -> Any:
    """Return a value that orjson can write: no lone surrogates at any depth, keys as text."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(name)): _printable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_printable(inner) for inner in value]
    return value


def _completed(table: Table, source: str, account: str, file: str, rows: pa.Table) -> pa.Table:
    """Return a connector's Arrow table with every column of the schema, in its order and types."""
    unknown = set(rows.column_names) - set(table.columns) - set(COMMON)
    if unknown or "key" not in rows.column_names:
        raise ValueError(f"Arrow rows of {table.name}: {', '.join(sorted(unknown)) or 'no key'}")
    fixed = {"source": source, "account": account, "file": clean(file)}
    hashes = None if "row_hash" in rows.column_names else pa.array(_hashes(table, rows.to_pylist()), pa.string())
    columns = []
    for field in arrow_schema(table):
        if field.name in fixed:
            columns.append(pa.repeat(pa.scalar(fixed[field.name], field.type), rows.num_rows))
        elif field.name == "row_hash" and hashes is not None:
            columns.append(hashes)
        elif field.name in rows.column_names and field.name != "_deleted":
            columns.append(rows.column(field.name).cast(field.type))
        else:
            columns.append(pa.nulls(rows.num_rows, field.type))
    return pa.table(columns, schema=arrow_schema(table))


def _hashes(table: Table, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [hashed({name: row.get(name) for name in table.columns}) for row in rows]
