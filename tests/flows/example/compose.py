"""Birthdays of the coming week: a whole capability, as small as one can be."""

from pathlib import Path

from flows.output import Line, Section
from flows.shape import Draft, View

name = "birthdays"
folder = Path(__file__).parent
words_most = 80


def compose(view: View) -> Draft:
    """Return the week's birthdays; what was told before and has not changed is not told again."""
    lines = []
    for row in view.rows("soon"):
        key, day = str(row["contact_key"]), row["birthday"]
        if not view.news(key, day.isoformat()):
            continue
        view.tell(key, day.isoformat())
        text = f"{row['name']}: {day:%a} {day.day} {day:%b}"
        fact = view.book.add(
            "b", "contacts", key, text, {"name": row["name"], "date": day.isoformat(), "days": row["days_left"]}
        )
        lines.append(Line(text=text, facts=(fact,), external=True))
    section = Section(title="Birthdays this week", lines=tuple(lines))
    return Draft("Birthdays", view.moment.day.isoformat(), (section,) if lines else (), empty=not lines)
