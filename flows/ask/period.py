"""What time a question means: "last week", "in February", "am Dienstag", "since 1 March", "die letzten 30 Tage".

English and German. Everything is a span of whole local days, resolved from the owner's date; a weekday or a date
without a year is the nearest one in the question's own direction (`tense`: −1 past, 1 future, 0 not said).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flows.ask.fold import fold
from flows.language import MONTHS as LONG_MONTHS
from flows.language import NUMBERS, SHORT_MONTHS, WEEKDAYS

DAY = timedelta(days=1)
Match = re.Match[str]
MONTHS = {fold(name): number for name, number in LONG_MONTHS.items()} | SHORT_MONTHS
DAYS = {fold(name): number for name, number in WEEKDAYS.items()}
UNITS = {
    "day": "day", "tag": "day", "week": "week", "woche": "week", "month": "month", "monat": "month",
    "quarter": "quarter", "quartal": "quarter", "year": "year", "jahr": "year", "weekend": "weekend",
    "wochenende": "weekend",
}  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Days from `first` until before `until`."""

    first: date
    until: date

    @property
    def last(self) -> date:
        return self.until - DAY

    def said(self, today: date) -> str:
        """Return it as an answer says it: "on Tue 24 Mar", "in February 2026", "from 16 to 22 March"."""
        first, last = self.first, self.last
        if first == last:
            near = {today: "today", today - DAY: "yesterday", today + DAY: "tomorrow"}
            named = f"{first:%a} {first.day} {first:%b}" + ("" if first.year == today.year else f" {first.year}")
            return f"{near[first]} ({named})" if first in near else f"on {named}"
        if first.day == 1 and self.until == step(first, "month", 1):
            return f"in {first:%B %Y}"
        if first.month == first.day == 1 and self.until == step(first, "year", 1):
            return f"in {first.year}"
        year = "" if first.year == last.year == today.year else f" {last.year}"
        start = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%b}"
        if first.year != last.year:
            start += f" {first.year}"
        return f"from {start} to {last.day} {last:%b}{year}"

    def shifted(self, steps: int) -> "Period":
        """Return the period of the same kind so many before (negative) or after this one."""
        if self.first.day == 1 and self.until == step(self.first, "month", 1):
            first = step(self.first, "month", steps)
            return Period(first, step(first, "month", 1))
        length = self.until - self.first
        return Period(self.first + steps * length, self.until + steps * length)


def begin(day: date, unit: str) -> date:
    """Return the first day of the week, month … that `day` is in. Weeks begin on Monday (ISO 8601)."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "weekend":
        return day - timedelta(days=day.weekday()) + timedelta(days=5)
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1) if unit == "year" else day


def step(day: date, unit: str, count: int) -> date:
    """Return the day so many units on; of months and longer the first one's number must exist (begin there)."""
    if unit in ("day", "week", "weekend"):
        return day + count * timedelta(days=1 if unit == "day" else 7)
    months = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
    return date(months // 12, months % 12 + 1, day.day)


def whole(today: date, unit: str, count: int) -> Period:
    """Return the unit that lies `count` units from that of today."""
    first = step(begin(today, unit), unit, count)
    return Period(first, first + timedelta(days=2) if unit == "weekend" else step(first, unit, 1))


def read(text: str, today: date, tense: int = 0) -> tuple[Period | None, str]:
    """Return the period that a folded text names, and the text without it. The first that is found counts."""
    for pattern, reader in READERS:
        for found in pattern.finditer(text):
            try:
                period = reader(found, today, tense)
            except ValueError:  # the 31st of a short month
                continue
            if period is not None:
                return period, f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


_UNIT = rf"(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})(?:s|en|e|n)?"
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(map(fold, NUMBERS), key=len, reverse=True))})"
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_WEEKDAY = rf"(?P<weekday>{'|'.join(sorted(DAYS, key=len, reverse=True))})"
_LAST = r"last|past|previous|letzte[nrms]?|vergangene[nrms]?|vorige[nrms]?"
_NEXT = r"next|coming|following|nachste[nrms]?|kommende[nrms]?"
_THIS = r"this|current|diese[nrms]?|aktuelle[nrms]?|laufende[nrms]?"
_IN = (
    r"(?:(?:in|on|during|for|at|over|im|am|in der|im monat|fur|within|of|from|vom|von)\s+"
    r"(?:the\s+|der\s+|den\s+|dem\s+|die\s+)?)?"
)
_ISO = r"\d{4}-\d\d-\d\d"
_FOLDED = {fold(name): value for name, value in NUMBERS.items()}


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _FOLDED[text]


def _relative(found: Match, today: date, _tense: int) -> Period:
    steps = -1 if re.fullmatch(_LAST, found["way"]) else 1 if re.fullmatch(_NEXT, found["way"]) else 0
    return whole(today, UNITS[found["unit"]], steps)


def _far(found: Match, today: date, _tense: int) -> Period:
    forward = found["way"] in ("after next", "ubernachste", "ubernachsten")
    return whole(today, UNITS[found["unit"]], 2 if forward else -2)


def _rolling(found: Match, today: date, _tense: int) -> Period:
    unit, count = UNITS[found["unit"]], _number(found["n"])
    length = timedelta(days=count * {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}.get(unit, 7))
    if re.fullmatch(_NEXT, found["way"]):
        return Period(today, today + length)
    return Period(today + DAY - length, today + DAY)


def _ago(found: Match, today: date, _tense: int) -> Period:
    unit, count = UNITS[found["unit"]], _number(found["n"])
    day = today - timedelta(days=count * (7 if unit == "week" else 1)) if unit in ("day", "week") else None
    return Period(day, day + DAY) if day and unit == "day" else whole(today, unit, -count)


def _near(found: Match, today: date, _tense: int) -> Period:
    shift = {
        "today": 0, "heute": 0, "tonight": 0, "yesterday": -1, "gestern": -1, "tomorrow": 1, "morgen": 1,
        "vorgestern": -2, "ubermorgen": 2, "day before yesterday": -2, "day after tomorrow": 2,
    }[found["word"]]  # fmt: skip
    day = today + shift * DAY
    return Period(day, day + DAY)


def _weekday(found: Match, today: date, tense: int) -> Period:
    way, number = found["way"] or "", DAYS[found["weekday"]]
    gap = (number - today.weekday()) % 7
    past = re.fullmatch(_LAST, way) or (not way and tense < 0)
    if re.fullmatch(_THIS, way):
        day = begin(today, "week") + number * DAY
    elif past:
        day = today - ((7 - gap) if gap else 7) * DAY if way or gap else today
    else:
        day = today + (gap or (7 if way else 0)) * DAY
    return Period(day, day + DAY)


def _year(found: Match, month: int, day: int, today: date, tense: int) -> int:
    """Return the year of a date that names none: the nearest in the question's direction."""
    if found.groupdict().get("y"):
        return int(found["y"])
    if tense < 0:
        return today.year - ((month, day) > (today.month, today.day))
    if tense > 0:
        return today.year + ((month, day) < (today.month, 1 if day == 1 else today.day))
    gaps = {
        year: abs((date(year, month, min(day, 28)) - today).days)
        for year in (today.year - 1, today.year, today.year + 1)
    }
    return min(gaps, key=lambda year: gaps[year])


def _month(found: Match, today: date, tense: int) -> Period:
    month = MONTHS[found["month"]]
    first = date(_year(found, month, 1, today, tense), month, 1)
    return Period(first, step(first, "month", 1))


def _date(found: Match, today: date, tense: int) -> Period:
    if found.groupdict().get("iso"):
        day = date.fromisoformat(found["iso"])
    else:
        month = MONTHS[found["month"]] if found.groupdict().get("month") else int(found["m"])
        day = date(_year(found, month, int(found["d"]), today, tense), month, int(found["d"]))
    return Period(day, day + DAY)


def _numbered(found: Match, today: date, _tense: int) -> Period:
    """Return a numbered quarter or ISO week, of this year where none is named."""
    year = int(found["y"]) if found["y"] else today.year
    if found["q"]:
        first = date(year, int(found["q"]) * 3 - 2, 1)
        return Period(first, step(first, "quarter", 1))
    first = date.fromisocalendar(year, int(found["w"]), 1)
    return Period(first, first + 7 * DAY)


def _bare_year(found: Match, _today: date, _tense: int) -> Period:
    return Period(date(int(found["y"]), 1, 1), date(int(found["y"]) + 1, 1, 1))


def _since(found: Match, today: date, _tense: int) -> Period | None:
    start, rest = read(found["rest"], today, -1)
    if start is None or rest.strip(" ?.!,"):
        return None
    return Period(start.first, max(today + DAY, start.first + DAY))


def _between(found: Match, today: date, tense: int) -> Period | None:
    one, left = read(found["one"], today, tense)
    other, right = read(found["other"], today, tense)
    if one is None or other is None or left.strip() or right.strip(" ?.!,") or other.until <= one.first:
        return None
    return Period(one.first, other.until)


Reader = Callable[[Match, date, int], Period | None]
_DATE = rf"(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of )?{_MONTH}\b\.?(?:,? (?P<y>\d{{4}}))?"
_SINCE = r"\b(?:since|seit|starting)\s+(?:dem |der )?"
_SPOKEN: tuple[tuple[str, Reader], ...] = (
    (
        r"\b(?:between|from|zwischen|von|vom)\s+(?P<one>(?:[\w.-]+\s+){1,4}?)(?:and|to|until|till|und|bis(?: zum)?)\s+"
        r"(?P<other>(?:the )?[\w.-]+(?: [\w.-]+){0,2})",
        _between,
    ),
    (_SINCE + r"(?P<rest>[\w.-]+(?: [\w.-]+){0,3}?)(?=\s*[?.!,]*$| with| from| by| mit| von)", _since),
    (_SINCE + r"(?P<rest>[\w.-]+(?: [\w.-]+){0,2})", _since),
    (_SINCE + r"(?P<rest>[\w.-]+(?: [\w.-]+)?)", _since),
    (_SINCE + r"(?P<rest>[\w.-]+)", _since),
    (rf"\b{_IN}(?P<way>{_LAST}|{_NEXT}) {_N} {_UNIT}\b", _rolling),
    (rf"\b{_N} {_UNIT} ago\b", _ago),
    (rf"\bvor {_N} {_UNIT}\b", _ago),
    (rf"\b{_IN}(?P<word>day before yesterday|day after tomorrow)\b", _near),
    (rf"\b{_IN}(?P<unit>week|month)(?: (?P<way>before last|after next))\b", _far),
    (rf"\b{_IN}(?P<way>vorletzte|vorletzten|ubernachste|ubernachsten) {_UNIT}\b", _far),
    (rf"\b{_IN}(?P<way>{_LAST}|{_NEXT}|{_THIS}) {_UNIT}\b(?: so far| bisher)?", _relative),
    (rf"\b{_IN}(?P<iso>{_ISO})\b", _date),
    (rf"\b{_IN}{_DATE}", _date),
    (rf"\b{_IN}{_MONTH}\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y>\d{{4}}))?", _date),
    (r"\b(?:on |am |vom )?(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.(?:\s?(?P<y>\d{4}))?", _date),
    (
        rf"\b{_IN}(?:q(?P<q>[1-4])|(?:calendar )?(?:week|kw|kalenderwoche|woche) (?P<w>\d{{1,2}}))\b"
        r"(?: (?P<y>\d{4}))?",
        _numbered,
    ),
    (rf"\b{_IN}(?:(?P<way>{_LAST}|{_NEXT}|{_THIS}) )?{_WEEKDAY}s?\b", _weekday),
    (
        rf"\b(?:in|im|during|for|of|fur|from|von|vom|im monat|all|im ganzen)\s+(?:the month of )?{_MONTH}\b\.?"
        r"(?: (?P<y>\d{4}))?",
        _month,
    ),
    (
        rf"\b{_MONTH}\b(?: (?P<y>\d{{4}}))?(?<!\bmay)(?<!\bmar)(?<!\bmai)(?<!\bmarch)(?<!\bsept)(?<!\bdec)(?<!\bjan)",
        _month,
    ),
    (rf"\b{_IN}(?P<word>today|heute|tonight|yesterday|gestern|tomorrow|morgen|vorgestern|ubermorgen)\b", _near),
    (r"\b(?:in|im jahr|during|for) (?P<y>20\d\d)\b", _bare_year),
)
READERS = tuple((re.compile(pattern), reader) for pattern, reader in _SPOKEN)
