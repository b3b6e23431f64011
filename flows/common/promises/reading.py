"""The commitments of a view: mails and traces read once, opened, closed, and as the owner said."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from blocks.ledger import Verdict
from blocks.ledger.verdicts import standing
from flows.common.promises.model import Commitment
from flows.common.promises.opening import found
from flows.common.promises.settling import Trace, settled
from flows.facts import Moment, Row
from flows.shape import View

NONE, KEPT, DROPPED = "no commitment", "kept", "dropped"  # the words of the owner's verdicts


def read(view: View, more: Iterable[Commitment] = (), moment: Moment | None = None) -> list[Commitment]:
    """Return all commitments of the 120 days before a moment (the view's, by default), with their states.

    `more` are commitments that something else than the rules has found. The owner's verdicts win.
    """
    seen = moment or view.moment
    also = {"as_of": seen.as_of, "day": seen.day} if moment else {}
    rows = view.rows("letters", **also)
    opened = [*found(rows, view.profile.zone, holidays(view.rows("holidays", **also))), *more]
    opened.sort(key=lambda one: (one.made_at, one.key))
    known = [trace(row) for row in view.rows("traces", **also)]
    return judged(settled(opened, rows, seen.today, view.profile.zone, known), view.verdicts)


def holidays(rows: Iterable[Row]) -> frozenset[date]:
    """Return the days off that stand in the owner's own calendars of holidays.

    No list of the world's holidays is shipped: they differ by country, state and year, and whoever lives by them has
    such a calendar, as every calendar program offers it.
    """
    return frozenset(
        row["start_date"] + timedelta(days=number)
        for row in rows
        for number in range((row["end_date"] - row["start_date"]).days)
    )


def judged(commitments: Iterable[Commitment], verdicts: tuple[Verdict, ...]) -> list[Commitment]:
    """Return the commitments as the owner's verdicts have them."""
    result = []
    for one in commitments:
        domain = one.who_owes.rpartition("@")[2]
        said = standing(
            verdicts, {"item": one.row[1], "thread": one.thread_id, "sender": one.who_owes, "domain": domain}
        )
        if said is None or said.verdict not in (NONE, KEPT, DROPPED):
            result.append(one)
        elif said.verdict != NONE:
            result.append(replace(one, state="kept" if said.verdict == KEPT else "dropped", closed_by=None))
    return result


def trace(row: Row) -> Trace:
    """Return a row of `traces.sql` as a trace."""
    words = (row["who"] or "").replace('"', " ").replace(",", " ").split()
    return Trace(row["view"], row["key"], row["seen_at"], row["about"] or "", frozenset(w for w in words if "@" in w))
