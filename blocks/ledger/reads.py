"""Reads: what other tools (MCP clients) asked for and were given, so that the owner can see who saw what."""

from dataclasses import dataclass
from datetime import datetime

from blocks.ledger.store import Store, moment, stamp


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One request: `request` is the query or the purpose, never the answer; `outcome` is ok or refused."""

    at: datetime
    client: str
    tool: str
    request: str
    tier: str
    rows: int | None
    outcome: str = "ok"


class Reads:
    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, read: ReadRow) -> None:
        self._store.run(
            """INSERT INTO reads (read_at, client, tool, request, tier, rows, outcome)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (stamp(read.at), read.client, read.tool, read.request, read.tier, read.rows, read.outcome),
        )

    def latest(self, limit: int = 100) -> list[ReadRow]:
        """Return the newest requests first."""
        found: list[ReadRow] = []
        for row in self._store.rows("SELECT * FROM reads ORDER BY read_at DESC, id DESC LIMIT ?", (limit,)):
            at = moment(row["read_at"])
            assert at is not None
            found.append(
                ReadRow(*(at, row["client"], row["tool"], row["request"], row["tier"], row["rows"], row["outcome"]))
            )
        return found
