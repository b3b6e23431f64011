"""Shown: which items an output has told the owner, and in which state, so that nothing is told twice unchanged."""

from datetime import datetime

from blocks.ledger.store import Store, moment, stamp


class Shown:
    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, capability: str, item_key: str, digest: str, at: datetime, run: str) -> None:
        """Write down that an item was told; `digest` is of what was told about it."""
        self._store.run(
            "INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?, ?)", (capability, item_key, digest, stamp(at), run)
        )

    def last(self, capability: str, item_key: str, before: datetime | None = None) -> tuple[str, datetime] | None:
        """Return the digest and the moment of the item's last telling (before a moment, where given)."""
        row = self._store.row(
            """SELECT digest, shown_at FROM shown WHERE capability = ?1 AND item_key = ?2
            AND (?3 IS NULL OR shown_at < ?3) ORDER BY shown_at DESC LIMIT 1""",
            (capability, item_key, stamp(before) if before else None),
        )
        at = moment(row["shown_at"]) if row else None
        return (row["digest"], at) if row and at else None
