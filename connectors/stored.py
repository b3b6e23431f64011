"""The blocks as they lie in Prefect's database, seen without Prefect.

One damaged row makes Prefect's server fail for every request that meets it: it can be neither loaded, nor saved anew,
nor deleted, and the answer is an unexplained 500. So a row is looked at before Prefect is asked for it.
"""

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from context.home import Home

ROWS = "SELECT d.id, d.data FROM block_document AS d JOIN block_type AS t ON t.id = d.block_type_id WHERE d.name = ?"


def fault(home: Home, name: str, secrets: Collection[str]) -> str | None:
    """Return what is wrong with the block called `name`, which holds `secrets`; None where it can be loaded."""
    try:
        with _database(home) as database:
            found = [content for (_, content) in _contents(home, database, ROWS, name)]
    except FileNotFoundError:
        return "its block is gone"
    except sqlite3.Error:
        return "Prefect's database cannot be read"
    if not found:
        return "its block is gone"
    if not any(content is not None and content.keys() >= set(secrets) for content in found):
        return "its block is damaged"
    return None


def clear(home: Home, slug: str, name: str) -> None:
    """Remove the block of a type (`slug`) called `name` where it is damaged, so that it can be saved anew."""
    with contextlib.suppress(FileNotFoundError), _database(home) as database:
        for row, content in _contents(home, database, f"{ROWS} AND t.slug = ?", name, slug):
            if content is None:
                database.execute("DELETE FROM block_document WHERE id = ?", (row,))
        database.commit()


@contextmanager
def _database(home: Home) -> Iterator[sqlite3.Connection]:
    """Open Prefect's database. Raises FileNotFoundError where there is none yet."""
    path = home.prefect / "prefect.db"
    if not path.is_file():
        raise FileNotFoundError(path)
    database = sqlite3.connect(path, timeout=30)
    try:
        yield database
    finally:
        database.close()


def _contents(home: Home, database: sqlite3.Connection, sql: str, *values: str) -> list[tuple[Any, Any]]:
    """Return the ids of blocks with what they hold: a mapping, or None where that cannot be read.

    Prefect stores a JSON string: the block's fields as JSON, locked by Fernet with PREFECT_SERVER_ENCRYPTION_KEY.
    """
    from cryptography.fernet import Fernet, InvalidToken

    from blocks.engine import secret

    lock = Fernet(secret(home, "encryption-key"))
    found: list[tuple[Any, Any]] = []
    for row, data in database.execute(sql, values).fetchall():
        try:
            content = json.loads(lock.decrypt(json.loads(data)))
        except (InvalidToken, ValueError, TypeError):
            content = None
        found.append((row, content if isinstance(content, dict) else None))
    return found
