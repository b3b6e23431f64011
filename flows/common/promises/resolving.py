"""The day that a few words name, counted from the day on which they were written. Ordinary functions over matches.

A day is stated where the words fix one, and inferred where they fix only about when.
"""

import re
from collections.abc import Callable, Collection
from datetime import date, timedelta

from flows.common.promises.model import DueIs
from flows.language import MONTHS, NUMBERS, SHORT_MONTHS, SHORT_WEEKDAYS, WEEKDAYS

Found = tuple[date, DueIs]
Resolve = Callable[["re.Match[str]", date, Collection[date]], Found | None]
FRIDAY, SUNDAY = 4, 6
FEW = r"a few|few|a couple of|ein paar|einigen|wenigen|quelques"
ONE = ("a", "an", "one", "einem", "einer", "ein", "une", "un")


def working(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def later(day: date, number: int, holidays: Collection[date] = ()) -> date:
    """Return the working day that comes `number` working days after `day`."""
    while number > 0:
        day += timedelta(days=1)
        number -= working(day, holidays)
    return day


def stated(days: int) -> "Callable[[re.Match[str], date, Collection[date]], Found]":
    return lambda match, sent, holidays: (sent + timedelta(days=days), "stated")


def weekday(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found | None:
    name = (match["weekday"] or match["short"]).lower()
    number = WEEKDAYS[name] if name in WEEKDAYS else SHORT_WEEKDAYS[name]
    ahead = (number - sent.weekday()) % 7 or 7
    if match["next"] and number > sent.weekday():  # "next Friday", said on a Tuesday, is not this one
        ahead += 7
    return sent + timedelta(days=ahead), "stated"


def dated(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found | None:
    parts = match.groupdict()
    try:
        if parts.get("iso"):
            return date.fromisoformat(parts["iso"]), "stated"
        name = (parts.get("month") or parts.get("month2") or "").lower().rstrip(".")
        month = int(parts["number"]) if parts.get("number") else MONTHS.get(name) or SHORT_MONTHS[name]
        year = int(parts["year"]) if parts.get("year") else sent.year
        day = date(year + 2000 if year < 100 else year, month, int(parts.get("day") or parts["day2"]))
    except (ValueError, KeyError):
        return None
    if not parts.get("year") and day < sent:
        if (sent - day).days < 90:
            return None  # a day that has been: no promise is for then
        day = day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else day
    return (day, "stated") if day >= sent else None


def ordinal(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found | None:
    """Return the next day of that number: "by the 12th"."""
    number = int(match["ordinal"])
    first = sent.replace(day=1)
    for _ in range(3):
        try:
            day = first.replace(day=number)
        except ValueError:
            day = sent - timedelta(days=1)
        if day >= sent:
            return day, "stated"
        first = (first + timedelta(days=32)).replace(day=1)
    return None


def week(sent: date, weeks: int, weekday: int) -> date:
    return sent - timedelta(days=sent.weekday()) + timedelta(days=7 * weeks + weekday)


def this_week(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found:
    return week(sent, sent.weekday() > FRIDAY, FRIDAY), "stated"


def next_week(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found:
    part = (match["part"] or "").lower()
    if re.search(r"early|start|beginning|anfang|début", part):
        return week(sent, 1, 1), "inferred"
    if re.search(r"mid|mitte|milieu", part):
        return week(sent, 1, 2), "inferred"
    return week(sent, 1, FRIDAY), "stated" if re.search(r"end|ende|fin", part) else "inferred"


def month_end(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found:
    name = (match["month"] or "").lower()
    number = MONTHS.get(name) or SHORT_MONTHS.get(name) or sent.month
    year = sent.year + (number < sent.month)
    following = date(year + number // 12, number % 12 + 1, 1)
    return following - timedelta(days=1), "stated"


def part_of_month(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found | None:
    """Return the 15th for the middle of a month, the 5th for its beginning, the 25th for late in it."""
    name, part = match["month"].lower(), match["part"].lower()
    month = MONTHS.get(name) or SHORT_MONTHS.get(name) or sent.month
    number = 15 if "mi" in part else 25 if part == "late" else 5
    day = date(sent.year, month, number)
    return (day if day >= sent else day.replace(year=day.year + 1)), "inferred"


def span(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found | None:
    said = match["number"].lower()
    vague = bool(re.fullmatch(FEW, said))
    number = 3 if vague else int(said) if said.isdigit() else 1 if said in ONE else NUMBERS.get(said, 0)
    unit = match["unit"].lower()
    if not 0 < number <= 60:
        return None
    kind: DueIs = "inferred" if vague else "stated"
    if re.match(r"hour|stunde|heure|h\b|std", unit):
        return sent + timedelta(days=number // 24), kind
    if re.match(r"week|woche|semaine", unit):
        return sent + timedelta(weeks=number), kind
    business = match["business"] or "ouvr" in match.group().lower()
    return (later(sent, number, holidays) if business or vague else sent + timedelta(days=number)), kind


def coming(match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Found:
    return later(sent, 5, holidays), "inferred"
