"""The hardened connection: what DuckDB's own settings can keep out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from blocks.sandbox.gate import Names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SETTINGS = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",  # else a Python variable is a table
    "memory_limit": "512MB",
    "threads": "1",  # also: nothing needs a new thread once the process is confined
    "temp_directory": "",
    "max_expression_depth": "250",
    "pivot_limit": "1000",
}


def connect(path: Path | str, schemas: Sequence[str]) -> "DuckDBPyConnection":
    """Open a published file for a query that is not trusted. Names are looked for in `schemas`, in their order."""
    import duckdb

    con = duckdb.connect(path, read_only=True, config={**SETTINGS})
    con.execute(f"SET search_path = '{','.join(schemas)}'; SET TimeZone = 'UTC'")
    # The file that is open stays open. Without this, `COPY … TO '<file>.wal'` forges a log for the next to open it.
    con.execute("SET disabled_filesystems = 'LocalFileSystem'")
    con.execute("SET lock_configuration = true")
    return con


def names(con: "DuckDBPyConnection", schemas: Sequence[str]) -> Names:
    """Return what can be asked for in these schemas."""
    rows = con.execute(
        """SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal
        UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"""
    ).fetchall()
    return Names({schema: {name.lower() for found, name in rows if found == schema} for schema in schemas})
