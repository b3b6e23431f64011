"""What the owner would do with their day: tasks, replies owed, time for the weightiest goal; each with its facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.common import items
from flows.common.items import pressing, tied
from flows.common.ties import Tie, Ties
from flows.common.wording import count, due, length, title
from flows.facts import SQL, Row, Value
from flows.plan.lengths import ASSUMED, said
from flows.plan.packing import GRID, LEAST, Block, Want
from flows.shape import View

REPLY = timedelta(minutes=10)
LETTERS = timedelta(minutes=60)  # answering mail takes no more of a day than this
STRETCH = timedelta(minutes=90)  # at most, for a goal that nothing on the list serves


@dataclass(frozen=True)
class Work:
    """A want, and how it is told. `view`, `key` and `values` make its fact once it is known when it is done."""

    want: Want
    rank: tuple[Any, ...]
    title: str
    why: str
    view: str
    key: str
    values: dict[str, Value]
    also: tuple[str, ...] = ()  # further facts: the goal that it serves
    external: bool = False

    def fact(self, view: View, blocks: list[Block], rest: timedelta = timedelta()) -> str:
        """Write down the fact of this work with the times it was given, and how much of it found no room."""
        clock = view.moment.clock
        times: dict[str, Value] = {
            "minutes": minutes(self.want.length),
            "length": length(minutes(self.want.length)),
            "begins": [clock(block.begins) for block in blocks],
            "ends": [clock(block.ends) for block in blocks],
            "parts": [length(minutes(block.ends - block.begins)) for block in blocks],
            "rest": length(minutes(rest)) if rest else None,
        }
        values = {**self.values, **times}
        origin: Any = "external" if self.external else "owner"
        return view.book.add("b", self.view, self.key, f"{self.title}: {self.why}", values, origin=origin)


def minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def wanted(view: View, ties: Ties, readable: bool) -> list[Work]:
    """Return what there is to do, the most pressing first; without mail where it cannot be read."""
    found = [_task(view, ties, row) for row in view.rows("tasks")]
    letters = _letters(view, ties) if readable else None
    found += [letters] if letters else []
    return sorted(found, key=lambda work: work.rank)


def _task(view: View, ties: Ties, row: Row) -> Work:
    moment, day = view.moment, row["due"]
    told, tie = title(row["title"], 80), ties.of(row["title"], row["list"])
    stated = said(row["title"], row["notes"])
    late = max((moment.day - day).days, 0)
    why = due(day, moment.day) + ("" if stated else f", {length(minutes(ASSUMED))} assumed")
    values: dict[str, Value] = {
        "task": told,
        "due": day.isoformat(),
        "days": late,
        "list": title(row["list"]),
        "assumed": None if stated else minutes(ASSUMED),
    }
    until: datetime | None = row["due_at"] if row["due_at"] and day == moment.day else None
    pressed = pressing(day, moment.day)
    key = f"tasks:{row['task_key']}"
    want = Want(key, stated or ASSUMED, until, day <= moment.day, _kept(view, tie))
    rank = (-want.must, -pressed, -tie.weight, day, row["task_key"])
    return Work(want, rank, told, why, "tasks", row["task_key"], values, tied(view, tie))


def _kept(view: View, tie: Tie) -> tuple[tuple[datetime, datetime], ...]:
    """Return the stretches of the day that a protected routine keeps for the goal that something serves."""
    if tie.goal is None:
        return ()
    moment = view.moment
    routines = [routine for routine in view.profile.routines if routine.protect and routine.goal == tie.goal.id]
    return tuple(window for routine in routines for window in routine.when.on(moment.day, moment.zone))


def _letters(view: View, ties: Ties) -> Work | None:
    """Return the answering of mail as one piece of work; it must be done where an answer is wanted on the day."""
    owed = items.replies(view, ties)
    if not owed:
        return None
    pressed = [item for item in owed if item.rank[0] <= -60]
    number = len(pressed) or len(owed)
    span = min(max(REPLY * number, LEAST), LETTERS) // GRID * GRID
    what = f"Answer {count(number, 'mail')}"
    why = "wanted by today" if pressed else "waiting for you"
    shown = [item.facts[0] for item in (pressed or owed)[:3]]
    rank = (-bool(pressed), -60 if pressed else -20, 0.0, view.moment.day, "letters")
    values: dict[str, Value] = {"mails": number}
    statement = view.statement("replies")
    return Work(Want("letters", span, None, bool(pressed)), rank, what, why, SQL, statement, values, tuple(shown), True)


def goal(view: View, ties: Ties) -> Work | None:
    """Return time for the weightiest goal: what is left of the room goes there."""
    heaviest = ties.heaviest()
    if heaviest is None:
        return None
    told = title(heaviest.statement, 80)
    by = f"by {heaviest.by.isoformat()}" if heaviest.by else "your weightiest goal"
    values: dict[str, Value] = {"goal": told, "by": heaviest.by.isoformat() if heaviest.by else None}
    want = Want(f"goal:{heaviest.id}", STRETCH, None, False, _kept(view, Tie(goal=heaviest)))
    return Work(want, (), told, by, "context_goals", heaviest.id, values)
