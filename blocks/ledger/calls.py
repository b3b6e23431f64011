"""Calls: every call of a model, what it cost, the caps on it, and the cache of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blocks.ledger.store import Store, stamp
from context.errors import RefusedError


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. `cost_usd` None: the price is not known. `outcome`: pending, ok, repaired, invalid, failed, cached.

    No prompt and no answer is kept here: `prompt_hash` tells equal prompts.
    """

    at: datetime
    run: str
    purpose: str
    model: str
    prompt_hash: str
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    latency_ms: int | None
    outcome: str
    tokens_cached: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `usd` since a moment, over all purposes or for one."""

    usd: float
    since: datetime
    purpose: str | None = None


_INSERT = """INSERT INTO calls (called_at, run, purpose, model, prompt_hash, tokens_in, tokens_out, tokens_cached,
    cost_usd, latency_ms, outcome, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class Calls:
    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, call: CallRow) -> int:
        """Write down a call that was made; return its id."""
        return self._store.insert(_INSERT, _values(call))

    def adopt(self, before: str, run: str) -> None:
        """Give the calls that were made under a passing name to the run that they turned out to belong to."""
        self._store.run("UPDATE calls SET run = ? WHERE run = ?", (run, before))

    def reserve(self, call: CallRow, caps: Sequence[Cap]) -> int:
        """Write down a call that is about to be made, at its estimated cost, unless that breaks a cap.

        Check and row are one transaction, so two processes cannot both spend the last cent; a process killed
        during the call leaves the estimate counted. `settle` puts the real figures in. Raises RefusedError.
        """
        with self._store.transaction():
            for cap in caps:
                spent = self.spent(cap.since, cap.purpose)
                if spent + (call.cost_usd or 0.0) > cap.usd:
                    what = f"the cap of {cap.usd:.2f} USD for {cap.purpose or 'all calls'}"
                    raise RefusedError(f"{what} is reached ({spent:.4f} spent)", "raise it in policies.yaml")
            return self._store.insert(_INSERT, _values(call))

    def settle(self, reserved: int, call: CallRow) -> None:
        """Replace a reservation by what the call was."""
        self._store.run(
            """UPDATE calls SET called_at = ?, run = ?, purpose = ?, model = ?, prompt_hash = ?, tokens_in = ?,
            tokens_out = ?, tokens_cached = ?, cost_usd = ?, latency_ms = ?, outcome = ?, error = ? WHERE id = ?""",
            (*_values(call), reserved),
        )

    def spent(self, since: datetime, purpose: str | None = None) -> float:
        """Return the USD spent or reserved since a moment. Calls of unknown price count as nothing."""
        row = self._store.rows(
            "SELECT total(cost_usd) FROM calls WHERE called_at >= ? AND purpose = coalesce(?, purpose)",
            (stamp(since), purpose),
        )[0]
        return float(row[0])

    def cached(self, key: str) -> str | None:
        """Return the answer (JSON text) kept under a key, if any."""
        row = self._store.row("SELECT answer FROM answers WHERE key = ?", (key,))
        return str(row["answer"]) if row else None

    def cache(self, key: str, answer_json: str, at: datetime) -> None:
        """Keep an answer under a key; the newest wins."""
        self._store.run(
            "INSERT OR REPLACE INTO answers (key, answer, cached_at) VALUES (?, ?, ?)",
            (key, answer_json, stamp(at)),
        )


def _values(call: CallRow) -> tuple[object, ...]:
    return (
        *(stamp(call.at), call.run, call.purpose, call.model, call.prompt_hash),
        *(call.tokens_in, call.tokens_out, call.tokens_cached, call.cost_usd, call.latency_ms),
        *(call.outcome, call.error),
    )
