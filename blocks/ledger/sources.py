"""Sources: a mirror of each connection (never a secret) and how its last reads went."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from blocks.ledger.store import Store, moment, stamp
from context.errors import InputError

State = Literal["never", "ok", "backfilling", "stale", "failed", "needs_reauth"]

STALE_AFTER = timedelta(hours=2)  # eight missed syncs at the default of one every 15 minutes
GRANT_SOON = timedelta(days=3)  # from here on the owner is told: over a weekend there is still time


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A connection and its health. Counts are those of the last successful read; `rows` is what stands after it.

    `state` is as written; `state_at` also knows "stale", which only the passing of time makes.
    """

    name: str
    kind: str
    family: str
    account: str
    settings: Mapping[str, Any]
    connected_at: datetime
    state: State
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    rows: int | None
    rows_in: int | None
    rows_changed: int | None
    rows_deleted: int | None
    rejects: int | None
    fingerprint: str | None
    error: str | None
    mend: str | None
    grant_until: datetime | None

    def state_at(self, now: datetime) -> State:
        """Return the state as it is at `now`: "stale" where the last success is older than STALE_AFTER.

        A success that is yet to come was written by a clock that ran ahead: it says nothing, and is stale too.
        """
        if self.state == "ok" and self.last_success_at and abs(now - self.last_success_at) > STALE_AFTER:
            return "stale"
        return self.state

    def grant_days(self, now: datetime) -> int | None:
        """Return the whole days for which it may still be read, negative where that is past; None: no end is known."""
        return None if self.grant_until is None else (self.grant_until - now) // timedelta(days=1)

    def grant_ends(self, now: datetime) -> bool:
        """Whether a new grant is wanted by now: this one is gone, or ends within GRANT_SOON."""
        soon = self.grant_until is not None and self.grant_until - now <= GRANT_SOON
        return soon or self.state == "needs_reauth"


class Sources:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def connect(self, name: str, kind: str, family: str, account: str, settings: Mapping[str, Any]) -> None:
        """Write down a connection. Doing it again replaces what it is and keeps its history.

        A changed setting forgets the fingerprint: the next sync must look. When the new grant ends, a read will tell;
        a source that waited for one (needs_reauth) waits no more.
        """
        self._store.run(
            """INSERT INTO sources (name, kind, family, account, settings, connected_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, family = excluded.family,
              account = excluded.account, settings = excluded.settings,
              fingerprint = CASE WHEN settings = excluded.settings AND kind = excluded.kind THEN fingerprint END,
              grant_until = NULL, error = CASE WHEN state <> 'needs_reauth' THEN error END,
              mend = CASE WHEN state <> 'needs_reauth' THEN mend END,
              state = CASE WHEN state <> 'needs_reauth' THEN state
                WHEN last_success_at IS NULL THEN 'never' ELSE 'ok' END""",
            (name, kind, family, account, json.dumps(settings, sort_keys=True), stamp(self._now())),
        )

    def remove(self, name: str) -> bool:
        """Forget a connection; return whether it was there."""
        return self._store.run("DELETE FROM sources WHERE name = ?", (name,)) == 1

    def all(self) -> list[SourceRow]:
        return [_row(row) for row in self._store.rows("SELECT * FROM sources ORDER BY name")]

    def get(self, name: str) -> SourceRow | None:
        row = self._store.row("SELECT * FROM sources WHERE name = ?", (name,))
        return _row(row) if row else None

    def attempt(self, name: str, at: datetime) -> None:
        """Write down that a read begins."""
        self._update(name, "last_attempt_at = ?", stamp(at))

    def succeed(
        self,
        name: str,
        at: datetime,
        rows: int,
        rows_in: int,
        changed: int,
        deleted: int,
        rejects: int,
        fingerprint: str | None,
        backfilling: bool = False,
    ) -> None:
        """Write down a finished read; counts are taken after the write. An earlier error is forgotten."""
        self._update(
            name,
            """state = ?, last_attempt_at = ?, last_success_at = ?, rows = ?, rows_in = ?, rows_changed = ?,
            rows_deleted = ?, rejects = ?, fingerprint = ?, error = NULL, mend = NULL""",
            "backfilling" if backfilling else "ok",
            *(stamp(at), stamp(at)),
            *(rows, rows_in, changed, deleted, rejects, fingerprint),
        )

    def fail(
        self, name: str, at: datetime, state: Literal["failed", "needs_reauth"], error: str, mend: str | None
    ) -> None:
        """Write down a read that failed. What the last success brought stays."""
        self._update(name, "state = ?, last_attempt_at = ?, error = ?, mend = ?", state, stamp(at), error, mend)

    def grant(self, name: str, until: datetime | None) -> None:
        """Write down when the leave to read ends; None where it has no end that is known."""
        self._update(name, "grant_until = ?", stamp(until) if until else None)

    def _update(self, name: str, assignments: str, *values: Any) -> None:
        if self._store.run(f"UPDATE sources SET {assignments} WHERE name = ?", (*values, name)) != 1:  # noqa: S608
            raise InputError(f"there is no source called {name}", "run `steward sources`")


def _row(row: sqlite3.Row) -> SourceRow:
    values = dict(row)
    for column in ("connected_at", "last_attempt_at", "last_success_at", "grant_until"):
        values[column] = moment(values[column])
    return SourceRow(**{**values, "settings": json.loads(values["settings"])})
