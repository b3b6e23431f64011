"""What can be asked: every table and column of the published surface, with its meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

OPEN, OWN = "main", "mine"  # what tools may see; what only the owner sees besides

_QUERY = """
SELECT c.schema_name, c.table_name, coalesce(t.comment, ''), c.column_name, c.data_type, coalesce(c.comment, '')
FROM duckdb_columns() AS c
JOIN (SELECT schema_name, table_name AS name, comment FROM duckdb_tables() WHERE NOT internal
      UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views() WHERE NOT internal) AS t
  ON t.schema_name = c.schema_name AND t.name = c.table_name
WHERE NOT c.internal AND c.schema_name IN ('main', 'mine')
ORDER BY c.table_name, c.schema_name, c.column_index
"""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Documented:
    """A table or view as a query can name it."""

    schema: str
    name: str
    comment: str
    columns: Sequence[Column]


def documented(con: Any, owner: bool) -> list[Documented]:
    """Return the tables by name; what exists for the owner in a fuller form is listed once, in that form."""
    found: dict[tuple[str, str], tuple[str, list[Column]]] = {}
    for schema, name, comment, column, kind, meaning in con.execute(_QUERY).fetchall():
        found.setdefault((schema, name), (comment, []))[1].append(Column(column, kind, meaning))
    return [
        Documented(schema, name, comment, tuple(columns))
        for (schema, name), (comment, columns) in found.items()
        if (schema == OPEN and not (owner and (OWN, name) in found)) or (schema == OWN and owner)
    ]
