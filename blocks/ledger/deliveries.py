"""Deliveries: who was sent which output, so that nothing is sent twice.

A delivery is claimed before it is sent and settled after. A claim that nobody settled means that its process died in
between: the message may be out. Then the provider is asked, never the send repeated.

An output that lasts (one message about a subject, kept up to date) has a delivery for each of its runs, of which at
most one is sent: the one whose text the message shows. Those that it took the place of are replaced.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blocks.ledger.store import Store, moment, stamp

# The deliveries of other outputs about the same subject, to the same place as delivery ?1.
ALIKE = """id IN (
    SELECT other.id FROM deliveries AS mine JOIN outputs AS made ON made.run = mine.run
    JOIN outputs AS more ON more.capability = made.capability AND more.subject = made.subject
    JOIN deliveries AS other ON other.run = more.run AND other.channel = mine.channel AND other.target = mine.target
    WHERE mine.id = ?1)"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`fresh`: this claim is the caller's to send. Otherwise it is sent, or pending in another process, or unknown.

    `ref` is the provider's name for what was sent (a Slack ts, a path); `attempts` numbers the claims. `begun_at` is
    when the first attempt was made of those that may have got through.
    """

    id: int
    run: str
    channel: str
    target: str
    state: Literal["pending", "sent", "failed", "unknown", "replaced"]
    ref: str | None
    attempts: int
    claimed_at: datetime
    begun_at: datetime
    error: str | None
    fresh: bool = False


class Deliveries:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def claim(self, run: str, channel: str, target: str) -> Delivery:
        """Claim the sending of a run's output to one target; exactly one caller gets it `fresh`.

        A failed delivery (known not to be out) can be claimed again, and one that was replaced; a pending or unknown
        one cannot: see `retake`.
        """
        with self._store.transaction():
            row = self._find(run, channel, target)
            if row is None:
                self._store.run(
                    """INSERT INTO deliveries (run, channel, target, state, claimed_at, begun_at)
                    VALUES (?1, ?2, ?3, 'pending', ?4, ?4)""",
                    (run, channel, target, stamp(self._now())),
                )
            elif row["state"] in ("failed", "replaced"):
                self._again(row["id"], row["attempts"], "failed", "replaced")
                self._store.run("UPDATE deliveries SET begun_at = claimed_at WHERE id = ?", (row["id"],))
            else:
                return _delivery(row)
            row = self._find(run, channel, target)
            assert row is not None
            return _delivery(row, fresh=True)

    def retake(self, delivery: Delivery) -> bool:
        """Claim a pending or unknown delivery that the provider says is not out; False where another was quicker."""
        return self._again(delivery.id, delivery.attempts, "pending", "unknown")

    def sent(self, delivery: int, ref: str | None, at: datetime) -> None:
        self._settle(delivery, "sent", ref, None, at)

    def took_place(self, delivery: int, ref: str | None, at: datetime) -> None:
        """Settle a lasting output's delivery: the message `ref` now shows it, and no other run of its subject."""
        with self._store.transaction():
            self._settle(delivery, "sent", ref, None, at)
            self._store.run(
                f"UPDATE deliveries SET state = 'replaced' WHERE state = 'sent' AND id <> ?1 AND {ALIKE}",  # noqa: S608
                (delivery,),
            )

    def replaced(self, delivery: int, at: datetime) -> None:
        """Settle a delivery that nobody needs: a newer output of its subject was made."""
        self._settle(delivery, "replaced", None, None, at)

    def standing(self, capability: str, subject: str, channel: str, target: str) -> Delivery | None:
        """Return the delivery whose text the message about a subject shows; None where there is no message yet."""
        return next((item for item in self._about(capability, subject, channel, target) if item.state == "sent"), None)

    def begun(self, capability: str, subject: str, channel: str, target: str) -> datetime | None:
        """Return when the first attempt was made that may have brought out a message about a subject; None for none."""
        about = self._about(capability, subject, channel, target)
        return min((item.begun_at for item in about if item.state in ("pending", "unknown")), default=None)

    def failed(self, delivery: int, error: str, at: datetime) -> None:
        """Settle a delivery that certainly is not out."""
        self._settle(delivery, "failed", None, error, at)

    def unknown(self, delivery: int, error: str, at: datetime) -> None:
        """Settle a delivery that may be out: the request left and no answer came."""
        self._settle(delivery, "unknown", None, error, at)

    def pending(self) -> list[Delivery]:
        """Return what was claimed and is not known to be sent or failed, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM deliveries WHERE state IN ('pending', 'unknown') ORDER BY claimed_at, id"
        )
        return [_delivery(row) for row in rows]

    def undelivered(self, since: datetime) -> list[Delivery]:
        """Return the deliveries claimed since then that are not known to be out, oldest first."""
        rows = self._store.rows(
            """SELECT * FROM deliveries WHERE state NOT IN ('sent', 'replaced') AND claimed_at >= ?
            ORDER BY claimed_at, id""",
            (stamp(since),),
        )
        return [_delivery(row) for row in rows]

    def of(self, run: str) -> list[Delivery]:
        return [
            _delivery(row) for row in self._store.rows("SELECT * FROM deliveries WHERE run = ? ORDER BY id", (run,))
        ]

    def _about(self, capability: str, subject: str, channel: str, target: str) -> list[Delivery]:
        rows = self._store.rows(
            """SELECT d.* FROM deliveries AS d JOIN outputs AS o ON o.run = d.run
            WHERE o.capability = ? AND o.subject = ? AND d.channel = ? AND d.target = ? ORDER BY d.id DESC""",
            (capability, subject, channel, target),
        )
        return [_delivery(row) for row in rows]

    def _find(self, run: str, channel: str, target: str) -> sqlite3.Row | None:
        return self._store.row(
            "SELECT * FROM deliveries WHERE run = ? AND channel = ? AND target = ?", (run, channel, target)
        )

    def _again(self, delivery: int, attempts: int, *states: str) -> bool:
        """Compare-and-set: nobody else has claimed it since the caller looked."""
        marks = ", ".join("?" * len(states))
        changed = self._store.run(
            f"""UPDATE deliveries SET state = 'pending', attempts = attempts + 1, claimed_at = ?, error = NULL
            WHERE id = ? AND attempts = ? AND state IN ({marks})""",  # noqa: S608 - only question marks
            (stamp(self._now()), delivery, attempts, *states),
        )
        return changed == 1

    def _settle(self, delivery: int, state: str, ref: str | None, error: str | None, at: datetime) -> None:
        self._store.run(
            "UPDATE deliveries SET state = ?, ref = coalesce(?, ref), error = ?, settled_at = ? WHERE id = ?",
            (state, ref, error, stamp(at), delivery),
        )


def _delivery(row: sqlite3.Row, fresh: bool = False) -> Delivery:
    claimed = moment(row["claimed_at"])
    begun = moment(row["begun_at"]) or claimed
    assert claimed is not None
    assert begun is not None
    return Delivery(
        *(row["id"], row["run"], row["channel"], row["target"], row["state"], row["ref"], row["attempts"]),
        claimed,
        begun,
        row["error"],
        fresh,
    )
