"""The loader's own tables, and quarantine: what could not be read is kept byte for byte, with its reason.

A reject is a row like any other: when its file is read again and the record succeeds, the row goes, and with the last
row that names it the kept file.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from connectors.shape import Reject, Table
from context.home import Home, write_private

CURSORS = Table(
    "cursors",
    "How far each file of each source was read; saved with the rows it speaks of.",
    {
        "value": ("json", "What the connector needs to go on from there."),
        "shape": ("text", "Digest of the declared columns and the owner's zone; another one means reading again."),
    },
)
REJECTS = Table(
    "rejects",
    "Records that could not be read, kept in quarantine.",
    {
        "position": ("text", "Where in its file the record stands."),
        "reason": ("text", "Why, in constant words, for counting."),
        "error": ("text", "The parser's own words."),
        "sha256": ("text", "Digest of the record's bytes."),
        "size": ("bigint", "Bytes of the record."),
        "path": ("text", "The kept bytes, below the home's data folder."),
    },
)
CHANGES = Table(
    "changes",
    "What rows were before they changed or went; only ever added to.",
    {
        "table_name": ("text", "The raw table of the row."),
        "row_key": ("text", "Key of the row in its table, within source and file."),
        "changed_at": ("timestamp", "When the sync that saw it ran, in UTC."),
        "change": ("text", "updated or deleted."),
        "before": ("json", "The kept columns as they were."),
    },
)
OWN = (CURSORS, REJECTS, CHANGES)


def keep(home: Home, reject: Reject) -> dict[str, Any]:
    """Write a rejected record's bytes to quarantine (0600, named by its digest) and return its row."""
    digest = hashlib.sha256(reject.raw).hexdigest()
    path = home.quarantine / digest
    if not path.exists():
        write_private(path, reject.raw)
    return {
        "key": f"{reject.position}#{reject.reason}#{digest[:16]}",
        "position": reject.position,
        "reason": reject.reason,
        "error": reject.error[:2000],
        "sha256": digest,
        "size": len(reject.raw),
        "path": f"quarantine/{digest}",
    }


def prune(home: Home, kept: Iterable[str]) -> int:
    """Delete what no reject names any more (`kept` are the digests still named); return how many files went."""
    named = set(kept)
    gone = [path for path in home.quarantine.iterdir() if path.name not in named]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
