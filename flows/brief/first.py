"""The one thing to do first, chosen by typed code: the item of most weight, and why; or nothing, said plainly.

A score is made of the deadline (today or just past 60, tomorrow 40, within a week 15; long past 30, then 5), the goal's
weight (up to 30), the nearness of the person (up to 20), urgency in words (10) and days of waiting (up to 10); an event
that clashes (55) or runs into a limit (58) competes with them. Under `ENOUGH` nothing presses, and the brief does not
pretend that it does.
"""

from collections.abc import Iterable

from flows.brief.meetings import Day
from flows.common.items import Item, tied
from flows.common.ties import Tie, Ties
from flows.common.wording import on
from flows.output import Line
from flows.shape import View

ENOUGH = 40


def choose(view: View, ties: Ties, items: Iterable[Item], day: Day | None) -> tuple[Line, Item | None]:
    """Return the line to begin with, and the item that it is about."""
    able = [item for item in items if item.first and item.score >= ENOUGH]
    if able:
        best = min(able, key=lambda item: (-item.score, item.key))
        return Line(text=best.first, facts=(*best.facts, *best.serves), external=best.external), best
    goal = ties.heaviest()
    hours = view.profile.hours
    if hours is not None and not hours.on(view.moment.day, view.moment.zone):
        return Line(text="Nothing presses: a day off."), None
    if not _sound(view):
        return Line(text="Nothing presses in what could be read."), None
    if goal is not None and day is not None and day.free is not None and day.free_fact is not None:
        facts = (day.free_fact, *tied(view, Tie(goal=goal)))
        until = f", due {on(goal.by, view.moment.today)}" if goal.by else ""
        free = f"{day.free[0]}–{day.free[1]}"
        said = f"Nothing presses: a normal day. Give {free} to “{goal.statement}”, your weightiest goal{until}"
        return Line(text=said, facts=facts), None
    return Line(text="Nothing presses: a normal day."), None


def _sound(view: View) -> bool:
    """Whether enough was read to call a day normal: a fresh calendar, and nothing else failed or old."""
    others = (view.health[family].state for family in ("mail", "tasks"))
    return view.health["calendar"].sound and all(state in ("ok", "absent") for state in others)
