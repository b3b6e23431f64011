"""One of the owner's own capabilities, composed like any other: rows become lines, each with its fact.

A row with the key of a view ("message_key") is cited as that view's row; any other by the statement that gives it.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from blocks.sandbox import Table
from context.errors import ConfigError, StewardError, StorageError
from context.home import Home
from flows.common.heed import heeded
from flows.common.items import Item
from flows.common.parts import CALLED, Part, cut, trimmed, unread
from flows.common.wording import ago, length, name, on, title
from flows.facts import SQL, Moment, Value
from flows.output import Line
from flows.own.query import Queries, check, typed
from flows.owned import Owned, Told, found, read
from flows.render.clean import plain
from flows.shape import Draft, View

LONGEST = 120  # characters of a text column in a line
# The key of a row → the view that `steward why` looks it up in.
KEYS = {
    "message_key": "messages", "instance_key": "event_instances", "event_key": "events", "task_key": "tasks",
    "document_key": "documents", "commit_key": "commits", "contact_key": "contacts", "person_id": "people",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A column of a row as a line says it, and what the fact then holds."""

    text: str
    values: dict[str, Value]


class OwnCapability:
    """A capability as `flows.capability` runs it, made of a folder of the owner's."""

    folder = Path(__file__).parent

    def __init__(self, home: Home, owned: Owned) -> None:
        self.home, self.owned = home, owned
        self.name = owned.name
        self.words_most = owned.front.words_most
        self.budget_usd = owned.front.budget
        self.wishes = owned.wishes

    def compose(self, view: View) -> Draft:
        """Return what the sections' rows say. Raises ConfigError, by file and line, where the SQL cannot run."""
        front, queries = self.owned.front, Queries(self.home, self.owned)
        try:
            parts = [_part(view, queries, number, told) for number, told in enumerate(front.sections)]
        finally:
            queries.close()
        called = f"{title(front.title, 80)}, {on(view.moment.day, view.moment.today)}"
        kept = trimmed(parts, called, front.words_most)
        fresh = [item for part in kept for item in part.shown if view.news(item.key, item.digest)]
        for item in (item for part in kept for item in part.shown):
            view.tell(item.key, item.digest)
        sections = tuple(section for section in (part.section() for part in kept) if section.lines or section.more)
        unsound = any(part.before for part in kept)
        return Draft(called, view.moment.day.isoformat(), sections, not fresh and not unsound)


def capability(home: Home, name: str) -> OwnCapability:
    """Return the owner's capability `name`.

    Raises InputError where there is none, ConfigError where its folder or its SQL has a fault, StorageError where
    nothing was published yet.
    """
    owned = read(home, name)
    tried(home, owned)
    return OwnCapability(home, owned)


def faults(home: Home) -> dict[str, StewardError]:
    """Return what is wrong with each of the owner's capabilities: its files, or its SQL where that can be tried."""
    wrong: dict[str, StewardError] = {}
    for item in found(home):
        if isinstance(item, tuple):
            wrong[item[0]] = item[1]
            continue
        try:
            tried(home, item)
        except ConfigError as error:
            wrong[item.name] = error
        except StorageError:  # nothing was published yet to try it on
            continue
    return wrong


def tried(home: Home, owned: Owned) -> None:
    """Raise ConfigError, by file and line, where the capability's SQL cannot run on what is published now.

    StorageError where nothing was published yet.
    """
    now = home.now()
    zone = ZoneInfo(owned.front.zone or "UTC")
    check(home, owned, Moment(now.astimezone(zone).date(), now, zone, now).parameters() | {"about": ""})


def _part(view: View, queries: Queries, number: int, told: Told) -> Part:
    """Return a section: its rows as items, and what could not be read."""
    statement = queries.statement(told, view.moment.parameters() | {"about": view.about or ""})
    table = queries.rows(told, statement)
    queries.columns(told, table)
    [items] = heeded(view, _items(view, number, told, statement, table))
    if table.truncated:
        view.notes.append(f"“{told.heading}” has more rows than the {len(table.rows):,} that were looked at")
    families = queries.families(told)
    warning = unread(view, *((family, CALLED[family]) for family in families))
    absent = tuple(
        Line(text=f"{CALLED[family]}: not connected") for family in families if view.health[family].state == "absent"
    )
    before = (*warning, *absent)
    if not items:
        sound = bool(told.empty) and not before
        return Part(told.heading, before=before, after=(_nothing(view, number, told, statement),) if sound else ())
    if told.repeat:
        return Part(told.heading, tuple(items[: told.most]), before, more=len(items) - len(items[: told.most]))
    return cut(view, told.heading, items, told.most, before)


def _nothing(view: View, number: int, told: Told, statement: str) -> Line:
    said = plain(told.empty or "", limit=LONGEST)
    fact = view.book.add(_letter(number), SQL, statement, said, {"rows": 0}, origin="system")
    return Line(text=said, facts=(fact,))


def _letter(number: int) -> str:
    return "abcdefgh"[number]


def _items(view: View, number: int, told: Told, statement: str, table: Table) -> list[Item]:
    """Return a section's rows as items, in the order that the SQL gives them; a row that stands twice is one item."""
    items: dict[str, Item] = {}
    for place, row in enumerate(table.rows):
        values = {name: typed(value, kind) for name, value, kind in zip(table.columns, row, table.types, strict=True)}
        text, held = _line(view.moment, told.line, values)
        view_name, key = _cited(values, statement, place)
        digest = hashlib.sha256(json.dumps([told.line, *row], default=str).encode()).hexdigest()[:16]
        known = f"{told.sql}:{key if view_name != SQL else digest}"
        if known in items:
            continue
        fact = view.book.add(_letter(number), view_name, key, text, held)
        items[known] = Item(known, digest, text, (fact,), (place,))
    return list(items.values())


def _cited(values: dict[str, Any], statement: str, place: int) -> tuple[str, str]:
    """Return view and key of a row; where it has none, the statement that gives this row alone."""
    for column, view in KEYS.items():
        if isinstance(values.get(column), str):
            return view, str(values[column])
    return SQL, f"SELECT * FROM (\n{statement}\n) LIMIT 1 OFFSET {place}"  # noqa: S608 - run in the sandbox only


def _line(moment: Moment, template: str, row: dict[str, Any]) -> tuple[str, dict[str, Value]]:
    """Return how a row reads, and the values of its columns that the line says."""
    said, held = "", dict[str, Value]()
    for text, column, form, _ in Formatter().parse(template):
        said += text
        if column:
            cell = _cell(moment, column, row[column], form or "")
            said += cell.text
            held |= cell.values
    return plain(said, limit=400), held


def _cell(moment: Moment, column: str, value: Any, form: str) -> Cell:
    if value is None:
        return Cell("–", {column: None})
    if isinstance(value, datetime):
        return _instant(moment, column, value if value.tzinfo else value.replace(tzinfo=UTC), form)
    if isinstance(value, date):
        days = (moment.today - value).days
        text = ago(days) if form == "ago" else on(value, moment.today)
        return Cell(text, {column: value.isoformat(), f"{column}_days": days})
    if isinstance(value, bool):
        return Cell("yes" if value else "no", {column: value})
    if isinstance(value, int | float):
        text = length(round(value)) if form == "length" else f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"
        return Cell(text, {column: value} | ({f"{column}_said": text} if text != str(value) else {}))
    flat = value if isinstance(value, str) else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = name(flat) if form == "name" else title(re.sub(r"\s+", " ", flat), LONGEST)
    return Cell(text, {column: text})


def _instant(moment: Moment, column: str, value: datetime, form: str) -> Cell:
    day, clock = moment.local(value), moment.clock(value)
    days = (moment.today - day).days
    said = {"date": on(day, moment.today), "time": clock, "ago": ago(days)}.get(form)
    held: dict[str, Value] = {column: day.isoformat(), f"{column}_time": clock, f"{column}_days": days}
    return Cell(said or f"{on(day, moment.today)} {clock}", held)
