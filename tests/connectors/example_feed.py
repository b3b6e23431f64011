"""A reading list in JSON Feed format (jsonfeed.org, version 1.1), the example of CONTRIBUTING: a complete connector.

It would live in `connectors/reading/feed.py`, with `articles.sql` in `connectors/views/` and one line in `KINDS`
(connectors/kinds.py); nothing else changes. Table: `articles`. Handle: `path`, one file.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.shape import Cursor, Item, Known, Preview, Reject, Rows, Table
from context.errors import InputError, SourceError, StewardError

ARTICLES = Table(
    name="articles",
    comment="Articles of a reading list",
    columns={
        "title": ("text", "Title"),
        "url": ("text", "Where it is"),
        "tags": ("json", "Tags: an array of texts"),
        "published_at": ("timestamp", "When it was published"),
    },
    history=("title",),  # what a row was in these columns is kept when it changes
)
TABLES = (ARTICLES,)


def preview(handle: Any) -> Preview:
    """Return how many articles there are. Raises InputError (exit code 2) before anything is connected."""
    data = _bytes(handle, InputError)
    return Preview({"articles": len(_items(handle, data, InputError))}, len(data))


def fingerprint(handle: Any, now: datetime) -> str | None:
    """Return a digest that is cheap to make: equal to the last one, nothing else of the source is looked at."""
    try:
        found = Path(handle.path).stat()
    except OSError as error:
        raise SourceError(f"{handle.path} cannot be read", "check the path, then run `steward sync`") from error
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield all articles if the file changed. A bad one is set aside with its reason and costs no other.

    Raises SourceError where the file as a whole cannot be read: the source has then failed, its rows stay as they are.
    """
    data = _bytes(handle, SourceError)
    value = {"sha256": hashlib.sha256(data).hexdigest()}
    file = Path(handle.path).name
    if known.cursors.get(file) == value:
        return
    rows = []
    for position, item in enumerate(_items(handle, data, SourceError), 1):
        try:
            rows.append(_row(item))
        except (KeyError, TypeError, ValueError) as error:
            yield Reject(file, f"item {position}", "bad-item", repr(error), json.dumps(item).encode())
    yield Rows(ARTICLES.name, file, rows)
    yield Cursor(file, value)  # seals what stands above it; `whole` by default: articles not given again are deleted


def _row(item: Any) -> dict[str, Any]:
    told = item.get("date_published")
    published = datetime.fromisoformat(told) if told else None
    return {
        "key": str(item["id"]),
        "title": item.get("title"),
        "url": item.get("url"),
        "tags": list(item.get("tags", ())),
        "published_at": published.astimezone(UTC) if published else None,
    }


def _items(handle: Any, data: bytes, error: type[StewardError]) -> list[Any]:
    try:
        return list(json.loads(data)["items"])
    except (ValueError, KeyError, TypeError) as fault:
        raise error(f"{handle.path} is no JSON Feed", "export the list as JSON Feed, then try again") from fault


def _bytes(handle: Any, error: type[StewardError]) -> bytes:
    try:
        return Path(handle.path).read_bytes()
    except OSError as fault:
        raise error(f"{handle.path} cannot be read: {fault.strerror}", "check the path, then try again") from fault
