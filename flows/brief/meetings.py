"""The day's events as slots and facts, the day's shape in words, and its problems as items."""

from dataclasses import dataclass

from context.sight import HIDDEN
from flows.common import agenda as sums
from flows.common.agenda import Problem, Slot
from flows.common.items import Item
from flows.common.meetings import slot
from flows.common.ties import Ties
from flows.common.wording import count, length, title
from flows.facts import SQL, Row, Value
from flows.output import Line
from flows.shape import View

GRAVITY = {"limit": 58, "clash": 55}  # how much a problem of today deserves to be decided first


@dataclass(frozen=True)
class Day:
    """The timed events of the day, and the lines that say what shape they give it."""

    slots: tuple[Slot, ...]
    lines: tuple[Line, ...]
    free: tuple[str, str] | None  # the longest free block on the owner's clock
    free_fact: str | None
    meetings: int
    whole_days: int


def read(view: View) -> Day:
    """Read the day's events and say its shape: meetings, hours, first, last, longest free block, all-day events."""
    slots = tuple(slot(view, row) for row in view.rows("meetings"))
    shape = view.rows("shape")[0]
    lines = [_shape(view, shape, slots)]
    free, free_fact = None, None
    gap = sums.longest_free(view.moment.day, view.moment.zone, view.profile.hours, slots, view.profile.limits())
    if gap is not None:
        free = (view.moment.clock(gap[0]), view.moment.clock(gap[1]))
        span = sums.minutes([gap])
        said = f"Longest free block {free[0]}–{free[1]} ({length(span)})"
        values: dict[str, Value] = {
            "free_from": free[0],
            "free_until": free[1],
            "minutes": span,
            "length": length(span),
        }
        free_fact = view.book.add("f", SQL, view.statement("meetings"), said, values, origin="system")
        lines.append(Line(text=said, facts=(free_fact,)))
    whole = view.rows("whole_days")
    if whole:
        lines.append(_whole(view, whole))
    return Day(slots, tuple(lines), free, free_fact, int(shape["meetings"]), len(whole))


def _shape(view: View, row: Row, slots: tuple[Slot, ...]) -> Line:
    meetings = [slot for slot in slots if slot.meeting]
    own = len(slots) - len(meetings)
    blocks = f", and {count(own, 'block')} of your own" if own else ""
    number, minutes = int(row["meetings"]), int(row["minutes"])
    values: dict[str, Value] = {
        "meetings": number,
        "minutes": minutes,
        "length": length(minutes),
        "blocks": own,
        "date": view.moment.day.isoformat(),
    }
    if not number:
        said = f"No meetings{blocks}" if own else "No meetings"
        facts = [view.book.add("d", SQL, view.statement("shape"), said, values, origin="system")]
        return Line(text=said, facts=(*facts, *(slot.fact for slot in slots[:3])))
    clock = view.moment.clock
    first, last = meetings[0], max(meetings, key=lambda slot: (slot.ends, slot.begins, slot.key))
    values |= {"first": clock(row["first_at"]), "last": clock(row["last_at"])}
    said = f"{count(number, 'meeting')}, {length(minutes)} in all{blocks}"
    if number == 1:
        told = f"{said}: {clock(first.begins)}–{clock(first.ends)} “{first.title}”"
    else:
        told = f"{said}; first {clock(first.begins)} “{first.title}”, last until {clock(last.ends)} “{last.title}”"
    fact = view.book.add("d", SQL, view.statement("shape"), said, values, origin="system")
    return Line(text=told, facts=tuple(dict.fromkeys((fact, first.fact, last.fact))), external=True)


def _whole(view: View, whole: list[Row]) -> Line:
    facts, names = [], []
    for row in whole:
        said = title(row["summary"], 40)
        values: dict[str, Value] = {
            "title": said,
            "from": row["start_date"].isoformat(),
            "until": row["end_date"].isoformat(),
        }
        facts.append(view.book.add("a", "event_instances", row["instance_key"], f"All day: “{said}”", values))
        names.append(f"“{said}”")
    shown, left = 3, len(names) - 3
    if left <= 0:
        return Line(text=f"All day: {', '.join(names)}", facts=tuple(facts), external=True)
    counted: dict[str, Value] = {"events": len(names), "more": left}
    text = f"{count(len(names), 'event')} all day"
    total = view.book.add("a", SQL, view.statement("whole_days"), text, counted, origin="system")
    said = f"All day: {', '.join(names[:shown])} and {left} more"
    return Line(text=said, facts=(total, *facts[:shown]), external=True)


def problems(view: View, ties: Ties, slots: tuple[Slot, ...]) -> list[Item]:
    """Return what is wrong with the day as items, the gravest first."""
    found = sums.problems(view.moment.day, view.moment.zone, slots, view.profile.limits())
    return [_problem(view, ties, problem) for problem in found]


def _problem(view: View, ties: Ties, problem: Problem) -> Item:
    moment = view.moment
    when = f"{moment.clock(problem.begins)}–{moment.clock(problem.ends)}"
    names = [f"“{slot.title}”" for slot in problem.slots]
    facts = tuple(slot.fact for slot in problem.slots)
    tie = max((ties.of(slot.title) for slot in problem.slots), key=lambda tie: tie.weight)
    first = ""
    if problem.kind == "clash":
        line = f"Double booked {when}: {' and '.join(names)}"
        first = f"Decide between {' and '.join(names)}: they overlap {when}" + (f", {tie.why}" if tie.why else "")
    elif problem.kind == "limit":
        facts += (limit_fact(view, problem),)
        line = f"{names[0]} runs into {_limit(problem)}, {when}"
        first = f"Move {names[0]}: it runs into {_limit(problem)}, {when}"
    elif problem.kind == "stretch":
        line = f"No break for {length(sums.minutes([(problem.begins, problem.ends)]))}, {when}"
    elif problem.kind == "chain":
        line = f"{count(len(names), 'meeting')} without a gap, {when}"
    else:
        shown = names[:3]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        line = f"No agenda: {', '.join(shown)}{more}"
    if problem.kind != "limit":
        facts = (_run_fact(view, problem, line), *facts[:3])
    upcoming = problem.ends > moment.as_of
    return Item(
        key=f"problem:{problem.key}",
        digest=f"{moment.today}:{when}",  # a day's problems are told on that day, also where a preview told them
        line=line,
        facts=facts,
        rank=(),
        score=GRAVITY.get(problem.kind, 0) + round(30 * tie.weight) if upcoming and first else 0,
        first=first,
    )


def _limit(problem: Problem) -> str:
    """Return a limit as it may be named: a hidden one is opaque already."""
    assert problem.limit is not None
    rule = title(problem.limit.rule, 80)
    return f"time that is {rule}" if problem.limit.id.startswith(HIDDEN) else f"your limit “{rule}”"


def limit_fact(view: View, problem: Problem) -> str:
    assert problem.limit is not None
    limit, clock = problem.limit, view.moment.clock
    values: dict[str, Value] = {"rule": limit.rule, "from": clock(problem.begins), "until": clock(problem.ends)}
    return view.book.add("c", "context_constraints", limit.id, limit.rule, values, origin="owner")


def _run_fact(view: View, problem: Problem, line: str) -> str:
    clock, span = view.moment.clock, sums.minutes([(problem.begins, problem.ends)])
    values: dict[str, Value] = {
        "from": clock(problem.begins),
        "until": clock(problem.ends),
        "minutes": span,
        "length": length(span),
        "meetings": len(problem.slots),
        "more": max(len(problem.slots) - 3, 0),
    }
    keys = ", ".join("'" + slot.key.replace("'", "''") + "'" for slot in problem.slots)
    sql = f"SELECT * FROM event_instances WHERE instance_key IN ({keys}) ORDER BY starts_at"  # noqa: S608 - quoted keys
    return view.book.add("r", SQL, sql, line, values, origin="system")
