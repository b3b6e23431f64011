"""How answers are said: the templates of metrics, filled with what the query gave. `{name:form}`; no computing here."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from blocks.sandbox import Table
from flows.common import wording
from flows.facts import Moment, Row, Value
from flows.render.clean import plain

FIELD = re.compile(r"\{(\w+)(?::([^}]+))?\}")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
OWN = ("period", "scope", "way", "group")  # Steward's own words
LONG = 80
SLACK = timedelta(days=4)  # a period that begins so little before the first row is whole: holidays


def filled(template: str, row: Row, moment: Moment) -> str:
    """Return a template with the values of a row in its places."""

    def put(found: re.Match[str]) -> str:
        own = found[1] in OWN
        return str(row.get(found[1]) or "") if own else said(row.get(found[1]), found[2] or "", moment)

    return " ".join(FIELD.sub(put, template).split()).replace(" ,", ",").replace(" :", ":")


def said(value: Any, form: str, moment: Moment) -> str:
    """Return a value in a form: `length` of minutes, `when` of an instant, `due` of a day, else a noun to count."""
    if value is None:
        return {"due": "no due day", "when": "never"}.get(form, "–")
    if isinstance(value, datetime):
        local = value.astimezone(moment.zone)
        return f"{wording.on(local.date(), moment.today)} {local:%H:%M}"
    if isinstance(value, date):
        return wording.due(value, moment.today) if form == "due" else wording.on(value, moment.today)
    if form == "length":
        return wording.length(int(value))
    if form and isinstance(value, int | float):
        one, _, many = form.partition(",")
        return wording.count(int(value), one, many or None)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and ADDRESS.fullmatch(value):
        return value  # renderers decide how an address is shown
    return wording.title(value, LONG) if isinstance(value, str) else plain(str(value), limit=LONG)


def values(row: Row, moment: Moment) -> dict[str, Value]:
    """Return a row as the values of a fact: what a sentence that cites it may say."""
    held: dict[str, Value] = {}
    for name, value in row.items():
        if name in ("key", "view_", "rows_", "source", "attendees", "uid"):
            continue
        if isinstance(value, datetime):
            local = value.astimezone(moment.zone)
            held[name] = f"{local:%Y-%m-%d %H:%M}"
        elif isinstance(value, date):
            held[name] = value.isoformat()
        elif value is None or isinstance(value, bool | int | float):
            held[name] = value
        else:
            held[name] = str(value) if ADDRESS.fullmatch(str(value)) else wording.title(str(value), 200)
    return held


def rows(table: Table) -> list[Row]:
    """Return the rows of a table of the sandbox with their times as times: it gives them as text."""
    return [
        {
            name: _moment(kind, value) if isinstance(value, str) else value
            for name, kind, value in zip(table.columns, table.types, row, strict=True)
        }
        for row in table.rows
    ]


def _moment(kind: str, value: str) -> datetime | date | str:
    try:
        if kind == "TIMESTAMP WITH TIME ZONE":
            return datetime.fromisoformat(value)
        return date.fromisoformat(value) if kind == "DATE" else value
    except ValueError:  # a year that Python does not know
        return value
