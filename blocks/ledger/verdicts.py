"""Verdicts: what the owner said is right, about one item or about all of a thread, a sender or a domain.

A verdict is sticky: it stands until it is removed, and the newest one of the narrowest scope counts. Nothing but the
owner's own word makes one.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from blocks.ledger.store import Store, moment, stamp
from context.errors import InputError

Scope = Literal["item", "thread", "sender", "domain", "all"]
NARROWEST: tuple[Scope, ...] = ("item", "thread", "sender", "domain", "all")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`verdict` is a word of the capability ("reply", "noise", "no commitment"); `said` is the owner's own text.

    `scope` and `about` say of what it holds: a row's key, a thread's id, an address or a domain in lower case.
    `run` and `fact` name the statement that was corrected, where one was.
    """

    id: int
    capability: str
    scope: Scope
    about: str
    verdict: str
    said: str
    given_at: datetime
    run: str | None = None
    fact: str | None = None
    removed_at: datetime | None = None


class Verdicts:
    def __init__(self, store: Store) -> None:
        self._store = store

    def give(
        self,
        capability: str,
        scope: Scope,
        about: str,
        verdict: str,
        said: str,
        at: datetime,
        run: str | None = None,
        fact: str | None = None,
    ) -> int:
        """Write down a verdict and return its number."""
        return self._store.insert(
            """INSERT INTO verdicts (capability, scope, about, verdict, said, given_at, run, fact)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (capability, scope, about, verdict, said, stamp(at), run, fact),
        )

    def all(self, capability: str | None = None, as_of: datetime | None = None) -> tuple[Verdict, ...]:
        """Return the verdicts that stand (at `as_of`, where given), newest first."""
        rows = self._store.rows(
            """SELECT * FROM verdicts WHERE capability = coalesce(?1, capability)
            AND (?2 IS NULL OR given_at <= ?2) AND (removed_at IS NULL OR (?2 IS NOT NULL AND removed_at > ?2))
            ORDER BY given_at DESC, id DESC""",
            (capability, stamp(as_of) if as_of else None),
        )
        return tuple(_verdict(row) for row in rows)

    def remove(self, number: int, at: datetime) -> Verdict:
        """Take a verdict back; it stays on record. Raises InputError where there is none of that number."""
        row = self._store.row("SELECT * FROM verdicts WHERE id = ? AND removed_at IS NULL", (number,))
        if row is None:
            raise InputError(f"there is no verdict {number}", "run `steward verdicts` to see those that stand")
        self._store.run("UPDATE verdicts SET removed_at = ? WHERE id = ?", (stamp(at), number))
        return _verdict(row)


def standing(verdicts: Iterable[Verdict], known: dict[Scope, str | None]) -> Verdict | None:
    """Return the verdict that holds for something: of the narrowest scope, the newest.

    `known` says what it is in each scope, such as {"item": key, "thread": id, "sender": address, "domain": …}. Verdicts
    come newest first, as `Verdicts.all` gives them.
    """
    found = [each for each in verdicts if each.scope == "all" or known.get(each.scope) == each.about]
    return min(found, key=lambda each: NARROWEST.index(each.scope), default=None)


def _verdict(row: sqlite3.Row) -> Verdict:
    given = moment(row["given_at"])
    assert given is not None
    return Verdict(
        row["id"], row["capability"], row["scope"], row["about"], row["verdict"], row["said"], given, row["run"],
        row["fact"], moment(row["removed_at"]),
    )  # fmt: skip
