"""Outputs: every document made, where its archive stands, and its version."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from blocks.ledger.store import Store, moment, stamp
from context.errors import InputError


@dataclass(frozen=True, slots=True)
class OutputRow:
    run: str
    capability: str
    subject: str
    made: datetime
    version: str
    path: str
    dry: bool


class Outputs:
    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self, run: str, capability: str, subject: str, made: datetime, version: str, path: str, dry: bool
    ) -> None:
        """Write down an output. The same run again replaces it: a run makes one output."""
        self._store.run(
            "INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?, ?, ?, ?)",
            (run, capability, subject, stamp(made), version, path, int(dry)),
        )

    def latest(self, capability: str, subject: str | None = None, before: datetime | None = None) -> OutputRow | None:
        """Return the newest output that was not a dry run: about `subject`, made before `before`, where given.

        Of two that were made at one moment (the clock of a demo home stands) it is the one written down last.
        """
        row = self._store.row(
            """SELECT * FROM outputs WHERE capability = ?1 AND NOT dry AND subject = coalesce(?2, subject)
            AND (?3 IS NULL OR made_at < ?3) ORDER BY made_at DESC, rowid DESC LIMIT 1""",
            (capability, subject, stamp(before) if before else None),
        )
        return _row(row) if row else None

    def sent(self, capability: str, since: datetime) -> list[str]:
        """Return the subjects of a capability's outputs since then that were, or were to be, sent somewhere."""
        rows = self._store.rows(
            """SELECT DISTINCT o.subject FROM outputs AS o JOIN deliveries AS d ON d.run = o.run
            WHERE o.capability = ? AND NOT o.dry AND o.made_at >= ? ORDER BY o.subject""",
            (capability, stamp(since)),
        )
        return [str(row["subject"]) for row in rows]

    def get(self, run: str) -> OutputRow:
        """Return the output of a run, named in full or by a prefix that no other has. Raises InputError."""
        rows = self._store.rows(
            "SELECT * FROM outputs WHERE substr(run, 1, length(?1)) = ?1 ORDER BY run = ?1 DESC LIMIT 2", (run,)
        )
        if not rows or not run:
            raise InputError(f"there is no output of run {run}", "run `steward sql 'FROM ledger_outputs'`")
        if len(rows) > 1 and rows[0]["run"] != run:
            raise InputError(f"more than one run begins with {run}", "give more of its id")
        return _row(rows[0])


def _row(row: sqlite3.Row) -> OutputRow:
    made = moment(row["made_at"])
    assert made is not None
    return OutputRow(row["run"], row["capability"], row["subject"], made, row["version"], row["path"], bool(row["dry"]))
