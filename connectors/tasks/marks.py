"""What people write into the line of a task besides its words: dates, priority, labels, repetition.

Notations: Obsidian Tasks (📅 ✅ ➕ ⏫ 🔁), Dataview ([due:: 2026-03-01]), TaskPaper (@due(2026-03-01)), todo.txt
(due:2026-03-01, (A)), and plain words ((due 2026-03-01), !high).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

NOON = time(12)  # of a day without a time: in any zone where it is read it stays that day, or nearly so

_DAY = r"(?P<day>\d{4}-\d{2}-\d{2})(?:[T ](?P<time>\d{1,2}:\d{2}))?"
_SIGNS = {
    "due": ("📅📆🗓", "due"),
    "done": ("✅", "done|completed|completion"),
    "cancelled": ("❌", "cancelled|canceled"),
    "created": ("➕", "created|added"),
    "scheduled": ("⏳⌛", "scheduled"),
    "start": ("🛫", "start|starts"),
}
_DAY_2 = _DAY.replace("<day>", "<day2>").replace("<time>", "<time2>")
_DATED = {
    name: re.compile(
        rf"[{signs}]\uFE0F?\s*{_DAY}|"
        rf"(?:[\[({{]\s*|@)?\b(?:{words})(?:::?\s*|\(\s*|\s+(?=\d)){_DAY_2}\s*[\])}}]*",
        re.IGNORECASE,
    )
    for name, (signs, words) in _SIGNS.items()
}
_LEVELS = {"highest": 1, "urgent": 1, "high": 1, "medium": 5, "med": 5, "low": 9, "lowest": 9}
_EMOJI = {"🔺": 1, "⏫": 2, "🔼": 4, "🔽": 7, "⏬": 9}
_PRIORITY = re.compile(
    rf"(?<!\S)!(?P<word>{'|'.join(_LEVELS)})\b|(?P<emoji>[{''.join(_EMOJI)}])\uFE0F?"
    rf"|[\[(@]?\bpriority(?:::?\s*|\()(?P<named>{'|'.join(_LEVELS)})\s*[\])]?|^\((?P<letter>[A-Z])\)(?=\s)",
    re.IGNORECASE,
)
_REPEAT = re.compile(r"🔁\s*(?P<rule>[\w ]+?)(?=\s*(?:[^\w\s]|$))|[\[(]?\brepeat(?:::)\s*(?P<named>[\w ]+)[\])]?")
_IDENTITY = re.compile(r"(?:🆔|⛔)\s*[\w,-]+|(?<!\S)\^[\w-]+$")  # Obsidian's ids, dependencies and block references
_LABEL = re.compile(r"(?<![\w/#&])#(?P<label>(?:[^\W_]|[_/-])*[^\W\d_](?:[^\W_]|[_/-])*)")
_LOOSE = re.compile(r"(?:\s+[–—-])?\s+(?=[,;.](?:\s|$))")
_TRAILING = re.compile(rf"(?:\s*{_LABEL.pattern})+\s*$".replace("?P<label>", "?:"))


@dataclass
class Marks:
    """The line's words, and what was marked. Days without a time are at noon where a time is asked for."""

    title: str
    due_date: date | None = None
    due_at: datetime | None = None
    completed_at: datetime | None = None
    created_at: datetime | None = None
    cancelled: bool = False
    priority: int | None = None
    labels: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)


def marks(text: str, zone: str) -> Marks:
    """Take the marks out of a task's text. Times are the owner's (`zone`); a day that does not exist stays text."""
    told = Marks(text)
    for name in _DATED:
        _dated(told, name, ZoneInfo(zone))
    _priority(told)
    if found := _REPEAT.search(told.title):
        told.notes.append(f"repeats {(found['rule'] or found['named']).strip()}")
        told.title = _without(told.title, found)
    told.title = _IDENTITY.sub("", told.title).strip()
    told.labels = tuple(dict.fromkeys(_LABEL.findall(told.title)))
    bare = _TRAILING.sub("", told.title).strip()
    told.title = bare or told.title
    return told


def _dated(told: Marks, name: str, zone: ZoneInfo) -> None:
    found = _DATED[name].search(told.title)
    if not found:
        return
    try:
        day = date.fromisoformat(found["day"] or found["day2"])
        clock = found["time"] or found["time2"]
        moment = time.fromisoformat(clock.zfill(5)) if clock else None
    except ValueError:
        return  # 2026-02-30: what the owner wrote stays to be seen
    at = datetime.combine(day, moment or NOON, zone).astimezone(UTC)
    told.title = _without(told.title, found)
    if name == "due":
        told.due_date, told.due_at = day, at if moment else None
    elif name == "done":
        told.completed_at = at
    elif name == "created":
        told.created_at = at
    elif name == "cancelled":
        told.cancelled = True
    else:
        told.notes.append(f"{name} {day.isoformat()}")


def _priority(told: Marks) -> None:
    found = _PRIORITY.search(told.title)
    if not found:
        return
    if word := found["word"] or found["named"]:
        told.priority = _LEVELS[word.lower()]
    elif found["emoji"]:
        told.priority = _EMOJI[found["emoji"]]
    else:
        told.priority = min(9, ord(found["letter"].upper()) - ord("A") + 1)
    told.title = _without(told.title, found)


def _without(text: str, found: re.Match[str]) -> str:
    """Return the text without the match, and without the dash or comma that led to it."""
    left = " ".join(f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".split())
    return _LOOSE.sub("", left).rstrip(" ,;–—")
