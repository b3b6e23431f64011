"""Answering by a named metric: its rows, the sentence that says them, and what they rest on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from context.home import Home
from flows import facts
from flows.ask import metric as metric_sql
from flows.ask import say
from flows.ask.frame import Frame
from flows.ask.metric import FAMILIES, SHOWN, Metric
from flows.common.parts import CALLED, unread
from flows.common.wording import on
from flows.facts import SQL, Row, Value
from flows.output import Line, Section
from flows.shape import View

NOW = timedelta(minutes=5)  # so old a moment is the present
VIEWS = {
    "mails": "messages",
    "meetings": "event_instances",
    "tasks": "tasks",
    "documents": "documents",
    "commits": "commits",
}
ABOUT = {"calendar": "the calendar", "mail": "your mail", "repos": "the commits"}


@dataclass
class Reply:
    """What is to be said: lines of the answer, rows, and how it was found. `kind` names the way it was answered."""

    kind: str
    lines: list[Line]
    rows: list[Line] = field(default_factory=list)
    more: int = 0
    how: list[Line] = field(default_factory=list)

    def sections(self) -> tuple[Section, ...]:
        found = [
            Section(title=TITLES[self.kind], lines=tuple(self.lines)),
            Section(title="Rows", lines=tuple(self.rows), more=self.more, verbatim=True),
            Section(title="How", lines=tuple(self.how), verbatim=True),
        ]
        return tuple(section for section in found if section.lines or section.more)


TITLES = {
    "metric": "Answer",
    "sql": "Answer",
    "profile": "Answer",
    "search": "Found by these words",
    "which": "Which one?",
    "unknown": "Cannot be known from your data",
}


def metric(view: View, home: Home, frame: Frame) -> Reply:
    """Return the answer of a metric, or why it cannot be known."""
    made = frame.metric
    families = [family for family in made.reads if family in FAMILIES[:6]]
    if families and not any(_readable(view, family) for family in families):
        missing = [Line(text=_absent(view, family)) for family in families[:1]]
        return Reply("unknown", missing)
    if made.present and home.now() - view.moment.as_of > NOW:
        return Reply("unknown", [Line(text="How that stood on another day is not kept: it is known as of now alone")])
    if outside := _outside(view, frame, families):
        return Reply("unknown", [Line(text=outside)])
    parameters = frame.parameters(view)
    sql = metric_sql.narrowed(made.sql, parameters)
    rows = run(view, home, made, sql, parameters)
    words = frame.words(view.moment)
    first: Row = {**words, **(rows[0] if rows else {}), "n": len(rows)}
    nothing = not rows or (not made.list and not next(iter(rows[0].values()), None))
    text = say.filled(made.empty if nothing else made.answer, first, view.moment)
    doubts = [line for family in families for line in unread(view, (family, CALLED[family]))]
    if nothing and doubts:
        text = f"Not known: {text[0].lower()}{text[1:]} in what was read"
    values: dict[str, Value] = {**frame.kept(), **{name: said.strip() for name, said in words.items() if said}}
    values |= say.values(rows[0], view.moment) if rows else {}
    values["said"] = text
    fact = view.book.add("a", SQL, facts.written(sql, parameters), text, values, origin="system")
    reply = Reply("profile" if "context" in made.reads else "metric", [Line(text=text, facts=(fact,)), *doubts])
    if not nothing:
        _list(view, home, frame, rows, parameters, fact, reply)
    reply.how += [Line(text=facts.written(sql, parameters), facts=(fact,))]
    reply.how += [Line(text=note) for note in _notes(view, frame, families)]
    return reply


def run(view: View, home: Home, made: Metric, sql: str, parameters: dict[str, Any]) -> list[Row]:
    """Return the rows of a statement; what the owner saved runs in the sandbox, as all that Steward did not write."""
    if not made.own:
        return facts.rows(view.con, sql, parameters)
    from blocks.warehouse import Warehouse

    warehouse = Warehouse(home)
    try:
        table = warehouse.query(facts.written(sql, parameters))
    finally:
        warehouse.close()
    return say.rows(table)


def _list(
    view: View, home: Home, frame: Frame, rows: list[Row], parameters: dict[str, Any], fact: str, reply: Reply
) -> None:
    """Add the rows behind an answer: those of its own SELECT, or those that it counts."""
    made = frame.metric
    if made.list:
        listed, template, view_name = rows, made.list, ""
    elif made.line:
        listed = run(view, home, made, metric_sql.narrowed(made.rows, parameters), parameters)
        template, view_name = made.line, next(name for rows_of, name in VIEWS.items() if _over(made, rows_of))
    else:
        return
    for row in listed[:SHOWN]:
        text = say.filled(template, row, view.moment)
        key, where = str(row.get("key") or ""), str(row.get("view_") or view_name or SQL)
        cited = fact
        if where != SQL and key:
            cited = view.book.add("r", where, key, text, say.values(row, view.moment))
        reply.rows.append(Line(text=text, facts=(cited,), external=True))
    total = int(listed[0].get("rows_", len(listed))) if listed else 0
    reply.more = max(0, total - SHOWN)


def _over(made: Metric, rows_of: str) -> bool:
    return f"FROM {VIEWS[rows_of]} AS" in made.rows


def _readable(view: View, family: str) -> bool:
    return view.health[family].state not in ("absent", "never")


def _absent(view: View, family: str) -> str:
    called = CALLED[family]
    if view.health[family].state == "absent":
        return f"No source of that kind is connected ({called.lower()}): `steward connect` adds one"
    return f"{called}: never read, so nothing is known of it; `steward sync` reads it"


def _outside(view: View, frame: Frame, families: list[str]) -> str | None:
    """Return what is to be said of a period that lies wholly outside what was loaded."""
    if frame.period is None:
        return None
    limits = {row["family"]: row for row in view.rows("bounds")}
    for family in families:
        held = limits.get(family)
        if held is None or held["first_at"] is None:
            continue
        first, last = view.moment.local(held["first_at"]), view.moment.local(held["last_at"])
        asked = frame.period.said(view.moment.today).strip()
        if frame.period.until <= first:
            said = f"{on(first)} {first.year}"
            return f"What was {asked} is before the oldest of {ABOUT[family]} that was loaded, {said}"
        if family == "calendar" and frame.period.first > last:
            return (
                f"What is {asked} is after the newest of {ABOUT[family]} that was loaded, {on(last, view.moment.today)}"
            )
        if family != "calendar" and frame.period.first > view.moment.today:
            return f"What will be {asked} has not happened yet: data holds what was"
    return None


def _notes(view: View, frame: Frame, families: list[str]) -> list[str]:
    notes = []
    limits: dict[str, datetime | None] = {row["family"]: row["first_at"] for row in view.rows("bounds")}
    for family in families:
        held = limits.get(family)
        if frame.period and held and frame.period.first < view.moment.local(held) - say.SLACK:
            notes.append(
                f"What was loaded of {ABOUT[family]} begins on {on(view.moment.local(held), view.moment.today)}"
            )
    return notes
