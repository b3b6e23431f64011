"""SQL that a model writes, where one is configured: seen by the sandbox's gate, run there, mended once.

The model is given the documented views, the question that the owner typed, and nothing of any row: what others wrote
cannot steer it. An error goes back to it without the values that errors may quote. Its sentence is a template for the
first row's values, and is dropped where it says more than they hold.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from blocks.model.prompt import Prompt
from blocks.sandbox import Table
from blocks.warehouse import Warehouse
from context.errors import InputError, RefusedError, StewardError
from context.home import Home
from flows import verify
from flows.ask import say
from flows.ask.answer import NOW, Reply
from flows.ask.follow import Before
from flows.ask.metric import SHOWN
from flows.ask.question import Question
from flows.common.parts import CALLED, unread
from flows.doubts import FAMILIES
from flows.facts import SQL, Row
from flows.output import Fact, Line
from flows.shape import View

_VIEWS = (
    "addresses commits contacts context_glossary context_goals context_people context_projects documents "
    "event_instances events issues messages notifications passages people reviews source_health tasks threads"
)
VIEWS = frozenset(_VIEWS.split())
KEYS = {
    "instance_key": "event_instances", "message_key": "messages", "task_key": "tasks", "document_key": "documents",
    "commit_key": "commits", "contact_key": "contacts", "issue_key": "issues", "event_key": "events",
    "person_id": "people", "goal_id": "context_goals", "project_id": "context_projects",
    "address": "addresses",
}  # fmt: skip
SAME = {"source", "account"}  # columns that every view has: said once
QUOTING = re.compile(r"(?i)(?:conversion|invalid input|out of range|constraint) error")
MISSING = {
    "no such source": "No source that is connected holds things of that kind",
    "opinion": "That asks for an opinion; data holds what was sent, met, written and changed",
    "forecast": "That asks what will be; data holds what was, and what is planned",
    "unclear": "It is not clear what is asked: say what is to be counted or listed",
}


class Written(BaseModel):
    """What a model gives back: a query and a template, or why there is none."""

    model_config = ConfigDict(extra="forbid")
    way: Literal["sql", "unknown"]
    sql: str = Field(max_length=6000)
    answer: str = Field(max_length=300)
    missing: Literal["", "no such source", "opinion", "forecast", "unclear"]


@dataclass
class Runner:
    """Runs what the model writes, and keeps the table of the last query that ran."""

    warehouse: Warehouse
    tables: dict[str, Table] = field(default_factory=dict)

    def faults(self, made: Written) -> list[str]:
        """Return what is wrong with an answer: sentences for the model, without anything that a row holds."""
        if made.way == "unknown":
            return [] if made.missing else ["`missing` must say why it cannot be known"]
        try:
            table = self.tables[made.sql] = self.warehouse.query(made.sql)
        except (RefusedError, InputError) as error:
            return [scrubbed(error)]
        strange = {name for name, _ in say.FIELD.findall(made.answer)} - set(table.columns) - {"n"}
        return (
            [f"`answer` names columns that the result does not have: {', '.join(sorted(strange))}"] if strange else []
        )


def scrubbed(error: StewardError) -> str:
    """Return an error as the model may read it: those that can quote a row's value lose all but their kind."""
    found = QUOTING.search(error.what)
    return f"The query failed at a value of the data ({found[0].lower()}): use TRY_CAST" if found else error.what[:500]


def reply(view: View, home: Home, asked: Question, before: Before | None) -> Reply | None:
    """Return the answer of a SELECT written by a model; None where none is configured or gives a usable one."""
    if view.consult is None or home.now() - view.moment.as_of > NOW:
        return None  # what is asked as of another day would see rows that came later
    warehouse = Warehouse(home)
    try:
        runner = Runner(warehouse)
        prompt = Prompt(f"{instructions(view)}\n\n{schema(warehouse)}", given(before), question(view, asked))
        made = view.consult.choose(Written, prompt, runner.faults)
    finally:
        warehouse.close()
    if made is None:
        return None
    if made.way == "unknown":
        return Reply("unknown", [Line(text=MISSING[made.missing or "unclear"])])
    return _said(view, asked, made, runner.tables[made.sql])


def instructions(view: View) -> str:
    return (view.folder / "sql.md").read_text("utf-8")


def schema(warehouse: Warehouse) -> str:
    """Return the views with the meaning of each column, as the prompt has them. The same views give the same text."""
    said = []
    for table in warehouse.schema():
        if table.name in VIEWS:
            columns = [f"  {c.name} {c.type}: {c.comment}" for c in table.columns if c.name not in SAME]
            said.append("\n".join([f"{table.name}: {table.comment}", *columns]))
    return "\n".join(dict.fromkeys(said))


def given(before: Before | None) -> str:
    """Return the question that a follow-up goes on from, with its query: the owner's words and Steward's."""
    return f"Earlier question: {before.question}\nIts query: {before.sql}" if before else "No earlier question."


def question(view: View, asked: Question) -> str:
    moment = view.moment
    return (
        f"Today is {moment.today:%A} {moment.today.isoformat()}; the owner's zone is {moment.zone.key}.\n{asked.text}"
    )


def _said(view: View, asked: Question, made: Written, table: Table) -> Reply:
    rows = say.rows(table)
    doubts = _doubts(view, made.sql)
    first: Row = {**(rows[0] if rows else {}), "n": len(rows)}
    values = {**say.values(first, view.moment), "question": asked.text}
    key = " ".join(made.sql.split()).rstrip("; ")
    plain = _plain(rows, table, view)
    if not rows:
        plain = "Nothing found" if not doubts else "Not known: nothing in what was read"
    text = plain if not rows else _template(made.answer, first, values, asked, key, view) or plain
    cited = view.book.add("a", SQL, key, text, {**values, "said": text}, origin="system")
    found = Reply("sql", [Line(text=text, facts=(cited,)), *doubts])
    for row in rows[:SHOWN] if len(rows) > 1 or text != plain else []:
        found.rows.append(_row(view, row, cited))
    found.more = max(0, len(rows) - SHOWN)
    more = "; there are more rows" if table.truncated else ""
    found.how = [Line(text=key, facts=(cited,)), Line(text=f"A model wrote this query; no row was shown to it{more}")]
    return found


def _template(template: str, first: Row, values: dict[str, Any], asked: Question, key: str, view: View) -> str | None:
    """Return the model's sentence with the first row's values; None where it says what they do not hold."""
    text = say.filled(template, first, view.moment)
    held = " ".join(say.said(value, "", view.moment) for value in first.values())
    fact = Fact(id="a1", view=SQL, key=key, text=held, values=values)
    wrong = verify.check(text, [fact], Line(text=asked.text, facts=("a1",)), today=view.moment.today)
    return None if wrong or not say.FIELD.search(template) else text


def _plain(rows: list[Row], table: Table, view: View) -> str:
    """Return the answer without words of a model: the one row by its columns, or how many rows there are."""
    if len(rows) == 1:
        return ", ".join(f"{name}: {say.said(value, '', view.moment)}" for name, value in rows[0].items())
    return f"{len(rows)}{' or more' if table.truncated else ''} rows"


def _row(view: View, row: Row, cited: str) -> Line:
    text = " · ".join(
        say.said(value, "", view.moment) for name, value in row.items() if name not in KEYS or len(row) == 1
    )
    key = next((name for name in KEYS if row.get(name)), None)
    if key is not None:
        text = text or str(row[key])
        cited = view.book.add("r", KEYS[key], str(row[key]), text, say.values(row, view.moment))
    return Line(text=text, facts=(cited,), external=True)


def _doubts(view: View, sql: str) -> list[Line]:
    """Return the lines on the sources behind a query that were not read lately."""
    named = set(re.findall(r"[a-z_]+", sql.lower()))
    also = {"event_instances": "calendar", "threads": "mail", "addresses": "mail", "people": "mail"}
    families = {family for name, family in (FAMILIES | also).items() if name in named}
    return [line for family in sorted(families) for line in unread(view, (family, CALLED[family]))]
