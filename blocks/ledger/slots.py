"""Slots: which scheduled moments were served, by whom, and how each ended. A slot is claimed once, whoever tries."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blocks.ledger.store import Store, moment, stamp

Outcome = Literal["done", "superseded", "skipped", "failed", "caught_up"]


@dataclass(frozen=True, slots=True)
class SlotRow:
    """`outcome` None: claimed and still running, or its process died."""

    name: str
    slot: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    outcome: Outcome | None
    reason: str | None
    finished_at: datetime | None


class Slots:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def claim(self, name: str, slot: datetime, by: str) -> bool:
        """Claim a slot for a run; False where it is claimed or finished already."""
        changed = self._store.run(
            """INSERT INTO slots (name, slot, claimed_by, claimed_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING""",
            (name, stamp(slot), by, stamp(self._now())),
        )
        return changed == 1

    def reclaim(self, name: str, slot: datetime, by: str, held_by: str) -> bool:
        """Take an unfinished slot over from a run that is known to be dead; False where somebody else did."""
        changed = self._store.run(
            """UPDATE slots SET claimed_by = ?, claimed_at = ?
            WHERE name = ? AND slot = ? AND claimed_by = ? AND outcome IS NULL""",
            (by, stamp(self._now()), name, stamp(slot), held_by),
        )
        return changed == 1

    def finish(self, name: str, slot: datetime, outcome: Outcome, reason: str | None, at: datetime) -> bool:
        """Say how a slot ended, claimed or not; the first word stands, False for a later one."""
        changed = self._store.run(
            """INSERT INTO slots (name, slot, outcome, reason, finished_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
              finished_at = excluded.finished_at WHERE outcome IS NULL""",
            (name, stamp(slot), outcome, reason, stamp(at)),
        )
        return changed == 1

    def open(self, name: str) -> list[SlotRow]:
        """Return the slots that were claimed and not finished, oldest first."""
        return self._rows("WHERE name = ? AND outcome IS NULL ORDER BY slot", name)

    def all(self, name: str) -> list[SlotRow]:
        """Return every slot of a name, oldest first."""
        return self._rows("WHERE name = ? ORDER BY slot", name)

    def get(self, name: str, slot: datetime) -> SlotRow | None:
        return next(iter(self._rows("WHERE name = ? AND slot = ?", name, stamp(slot))), None)

    def first(self, name: str) -> SlotRow | None:
        """Return the oldest slot of a name."""
        return next(iter(self._rows("WHERE name = ? ORDER BY slot LIMIT 1", name)), None)

    def since(self, name: str, moment: datetime) -> list[SlotRow]:
        """Return the slots of a name from `moment` on, oldest first."""
        return self._rows("WHERE name = ? AND slot >= ? ORDER BY slot", name, stamp(moment))

    def names(self) -> list[str]:
        return [row["name"] for row in self._store.rows("SELECT DISTINCT name FROM slots ORDER BY name")]

    def _rows(self, clause: str, *values: str) -> list[SlotRow]:
        return [_slot(row) for row in self._store.rows(f"SELECT * FROM slots {clause}", values)]  # noqa: S608


def _slot(row: sqlite3.Row) -> SlotRow:
    slot = moment(row["slot"])
    assert slot is not None
    return SlotRow(
        row["name"],
        slot,
        row["claimed_by"],
        moment(row["claimed_at"]),
        row["outcome"],
        row["reason"],
        moment(row["finished_at"]),
    )
