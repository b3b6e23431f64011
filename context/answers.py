"""How the answers of the interview are read: the text of one in, the entry that it says out.

An entry says no more than its owner did: what the answer leaves out stays unsaid. Each reader raises ValueError with
what was expected.
"""

import re
from datetime import date
from typing import Any

from context.tier import TIERS
from context.windows import hours, parse
from context.words import language

Entry = dict[str, Any]
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_DATE = re.compile(r"\s*[,;]?\s*\bby (\d{4}-\d\d-\d\d)\s*$", re.IGNORECASE)
_WHEN = re.compile(r"^(\S+)\s+((?:\d{1,2}:\d\d\s*[-–]\s*\d{1,2}:\d\d,?\s*)+|)(.*)$")


def words(text: str) -> str:
    return text


def emails(text: str) -> list[str]:
    found = [word.lower() for word in re.split(r"[\s,;]+", text) if word]
    if wrong := [word for word in found if not _EMAIL.fullmatch(word)]:
        raise ValueError(f"{wrong[0]!r} is no mail address; expected one like dana@example.org")
    return found


def languages(text: str) -> list[str]:
    return [language(word) for word in re.split(r"[\s,;]+", text) if word]


def role(text: str) -> Entry:
    title, _, org = text.partition(" at ")
    return {"title": title.strip(), "org": org.strip() or None}


def working_hours(text: str) -> dict[str, str]:
    days: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        day, _, times = part.partition(" ")
        days[day.upper()] = times.strip()
    hours(days)
    return days


def _timed(text: str) -> tuple[str, str]:
    """Split "MON,WED 16:15-18:00 fetch the children" into its schedule and its words."""
    found = _WHEN.match(text.replace(", ", ","))
    if not found:
        raise ValueError('expected days, times and what it is, like "MON,WED 16:15-18:00 fetch the children"')
    when, what = f"{found[1]} {found[2]}".strip(" ,"), found[3].strip()
    parse(when)
    if not what:
        raise ValueError("expected also what it is, after the times")
    return when, what


def limit(text: str) -> Entry:
    when, what = _timed(text)
    return {"rule": what, "hard": True, "when": when}


def focus(text: str) -> Entry:
    when, what = _timed(text)
    return {"name": what, "when": when, "protect": True}


def goal(text: str) -> Entry:
    if not (found := _DATE.search(text)):
        return {"statement": text}
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        raise ValueError(f"{found[1]} is no date of the calendar") from None
    return {"statement": text[: found.start()], "by": day}


def project(text: str) -> Entry:
    name, _, next_ = text.partition(":")
    return {"name": name.strip(), "next": next_.strip() or None}


def person(text: str) -> Entry:
    emails = _EMAIL.findall(text)
    name, _, relation = _EMAIL.sub("", text).replace("<>", " ").partition(",")
    if not name.strip():
        raise ValueError('expected a name, like "Ana Brandt <ana@client.example>, client"')
    entry: Entry = {"name": " ".join(name.split()), "emails": [email.lower() for email in emails] or None}
    return entry | {"relation": relation.strip(" ,") or None, "tier": 1}


def preference(text: str) -> Entry:
    word = text.split()[0].casefold().strip(",.:")
    strength = word if word in ("always", "never", "avoid", "prefer") else "prefer"
    return {"rule": text, "strength": strength, "origin": "owner"}


def term(text: str) -> Entry:
    term, sign, means = re.split(r"\s*(=|:)\s*", text, maxsplit=1) if re.search("[=:]", text) else (text, "", "")
    if not sign or not term.strip() or not means.strip():
        raise ValueError('expected a word and what it means, like "Kestrel = the billing rewrite"')
    return {"term": term.strip(), "means": means.strip()}


def dollars(text: str) -> float:
    try:
        amount = float(text.strip().lstrip("$").replace(",", "."))
    except ValueError:
        amount = -1
    if not 0 <= amount < 10_000:
        raise ValueError("expected an amount in US dollars, like 1.50")
    return amount


def tier(text: str) -> str:
    if (word := text.strip().casefold()) not in TIERS[:3]:
        raise ValueError("expected public, work or private")
    return word
