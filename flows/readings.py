"""Ways to read a time, date, length, sum or share: patterns, each with the function that says what it may mean.

A pattern's function returns every reading of a match; none means that it is no claim of this kind.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from flows.language import MONTHS, NUMBERS, SHORT_MONTHS, SHORT_WEEKDAYS, WEEKDAYS

Reading = tuple[str, object]  # ("time", minutes) ("date", (y, m, d, weekday)) ("length", minutes) ("number", 3.0) …
Partial = tuple[int | None, int | None, int | None, int | None]

HOURS = {word: value for word, value in NUMBERS.items() if 1 <= value <= 12 and word not in ("second", "third", "pair")}
NUMBER = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
_HOUR = "|".join(sorted(map(re.escape, HOURS), key=len, reverse=True))
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_SHORT_DAY = "|".join(name.title() for name in SHORT_WEEKDAYS)
_SHORT_MONTH = "|".join(name.title() for name in SHORT_MONTHS)
_ANY_DAY = rf"(?:(?i:{_DAY})|(?:{_SHORT_DAY})\b\.?)"
_ANY_MONTH = rf"(?:(?i:{_MONTH})|(?:{_SHORT_MONTH})\b\.?)"
DIGITS = r"\d+(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_CURRENCY = {"€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "dollar": "USD",
             "dollars": "USD", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "¥": "JPY", "jpy": "JPY", "chf": "CHF",
             "francs": "CHF", "franken": "CHF"}  # fmt: skip
_SIGN = "[€$£¥]"
_SCALES = "k|m|bn|thousand|million|billion|tausend"
_UNIT = "|".join(word for word in _CURRENCY if word.isalpha())
_SCALE = {"k": 1e3, "m": 1e6, "bn": 1e9, "thousand": 1e3, "million": 1e6, "billion": 1e9, "tausend": 1e3}
AT = r"(?:at|by|from|until|till|before|after|since|around|um|bis|ab|vor|nach|à|dès|jusqu['’]à)"


def values(digits: str) -> set[float]:
    """Return what digits with separators may mean, in either convention."""
    plain = re.sub(r"['’\s\u00a0\u202f]", "", digits)
    found = set()
    for thousands, point in ((",", "."), (".", ",")):
        said = plain.replace(thousands, "").replace(point, ".")
        grouped = all(len(part) == 3 for part in plain.partition(point)[0].split(thousands)[1:])
        if grouped and said.count(".") <= 1:
            found.add(float(said))
    return found


def spoken(words: str) -> set[float]:
    """Return what number words mean: "twenty-five" is 25, "three hundred" is 300."""
    total, current = 0, 0
    for word in re.split(r"[\s-]+", words.casefold()):
        value = NUMBERS.get(word)
        if value is None:  # "and", or half of a word that is written with a hyphen
            continue
        current = max(current, 1) * value if value >= 100 else current + value
        if value >= 1000:
            total, current = total + current, 0
    whole = NUMBERS.get(words.casefold())
    return {float(total + current)} | ({float(whole)} if whole is not None else set())


def _number(text: str) -> set[float]:
    return values(text) if text[0].isdigit() else spoken(text)


def twice(hour: int, minute: int) -> set[int]:
    """Return the minutes of the day that an hour without "am" or "pm" may mean."""
    first = hour * 60 + minute
    return {first % 1440} | ({(first + 720) % 1440} if hour <= 12 else set())


def halved(hour: int, half: str) -> int:
    """Return the hour of the day that "9 am" or "9 pm" means. No hour over 12 has a half: "21 am" is 21."""
    return hour % 24 if hour > 12 else hour % 12 + (12 if half.lower() == "p" else 0)


def _time(match: "re.Match[str]", today: date | None) -> set[Reading]:
    hour, minute = int(match["h"]), int(match["m"] or 0)
    if hour > 24:
        return set()
    half = match["ap"]
    if half:
        minutes = {halved(hour, half) * 60 + minute}
    elif match["h"].startswith("0") or hour > 12:
        minutes = {(hour * 60 + minute) % 1440}
    else:
        minutes = twice(hour, minute)
    readings: set[Reading] = {("time", value) for value in minutes}
    if match["sep"] == "." and not half:
        readings |= {("number", value) for value in values(match[0])}
    if match["sep"] in ("h", "H"):
        readings.add(("length", float(hour * 60 + minute)))
    return readings


def _clock(match: "re.Match[str]", today: date | None) -> set[Reading]:
    """Read "9 am", "9 Uhr 30", "nine o'clock", "nine thirty"."""
    hour = HOURS.get(match["h"].casefold()) if not match["h"].isdigit() else int(match["h"])
    if hour is None or hour > 24:
        return set()
    said = match.groupdict().get("m")
    minute = int(said) if said and said.isdigit() else NUMBERS.get((said or "").casefold().partition("-")[0], 0)
    if said and "-" in said:
        minute += NUMBERS.get(said.casefold().partition("-")[2], 0)
    half = (match.groupdict().get("ap") or "").lower()
    if half:
        return {("time", halved(hour, half) * 60 + minute)}
    return {("time", value) for value in twice(hour, minute)}


def _relative(match: "re.Match[str]", today: date | None) -> set[Reading]:
    """Read "half past nine", "quarter to ten", "twenty past eight", "halb zehn", "viertel vor neun"."""
    said = match["n"].casefold()
    step = 30 if said in ("half", "halb") else 15 if said in ("quarter", "viertel") else next(iter(_number(said)))
    hour = HOURS.get(match["h"].casefold()) or (int(match["h"]) if match["h"].isdigit() else None)
    if hour is None:
        return set()
    back = said == "halb" or (match["way"] or "").casefold() in ("to", "before", "vor")
    first = hour * 60 + (-step if back else step)
    return {("time", int(first) % 1440), ("time", int(first + 720) % 1440)}


def _noon(match: "re.Match[str]", today: date | None) -> set[Reading]:
    return {("time", 720 if match[0].casefold() in ("noon", "midday", "mittag", "mittags", "midi") else 0)}


def _length(match: "re.Match[str]", today: date | None) -> set[Reading]:
    hours = _number(match["h"])
    extra = sum(_number(match["m"])) if match["m"] else 0.0
    return {("length", hour * 60 + extra + (30 if match["half"] else 0)) for hour in hours}


def _minutes(match: "re.Match[str]", today: date | None) -> set[Reading]:
    return {("length", value) for value in _number(match["m"])}


def _hour(match: "re.Match[str]", today: date | None) -> set[Reading]:
    said = match[0].casefold()
    return {
        ("length", 90.0 if "and a half" in said else 30.0 if "half" in said else 15.0 if "quarter" in said else 60.0)
    }


def _money(match: "re.Match[str]", today: date | None) -> set[Reading]:
    sign = match.groupdict().get("sign") or match.groupdict().get("unit") or ""
    scale = _SCALE.get((match.groupdict().get("scale") or "").casefold(), 1.0)
    return {("money", (value * scale, _CURRENCY[sign.casefold()])) for value in _number(match["n"])}


def _share(match: "re.Match[str]", today: date | None) -> set[Reading]:
    return {("share", value) for value in _number(match["n"])}


def _iso(match: "re.Match[str]", today: date | None) -> set[Reading]:
    try:
        return {("date", partial(date.fromisoformat(match[0].strip())))}
    except ValueError:
        return {("date", (0, 0, 0, 0))}


def _date(match: "re.Match[str]", today: date | None) -> set[Reading]:
    said = match["month"].rstrip(".")
    month = MONTHS.get(said.casefold()) or SHORT_MONTHS.get(said.casefold())
    day = int(match["d"]) if match["d"] else None
    year = int(match["y"]) if match.groupdict().get("y") else None
    return {("date", (year, month, day, _weekday(match.groupdict().get("w"))))}


def _slashed(match: "re.Match[str]", today: date | None) -> set[Reading]:
    one, two = int(match["a"]), int(match["b"])
    year = int(match["y"]) if match["y"] else None
    year = year + 2000 if year is not None and year < 100 else year
    pairs = {(one, two), (two, one)} if match["s"] == "/" else {(one, two)}
    return {("date", (year, month, day, None)) for day, month in pairs if month <= 12 and day <= 31}


def _day(match: "re.Match[str]", today: date | None) -> set[Reading]:
    return {("date", (None, None, None, _weekday(match[0])))}


def _weekday(said: str | None) -> int | None:
    word = (said or "").strip(" ,.").casefold()
    return WEEKDAYS.get(word, SHORT_WEEKDAYS.get(word))


def _near(match: "re.Match[str]", today: date | None) -> set[Reading]:
    """Read "today", "tomorrow", "yesterday"; without a `today` they are claims that nothing holds."""
    steps = {
        "tomorrow": 1,
        "morgen": 1,
        "demain": 1,
        "mañana": 1,
        "yesterday": -1,
        "gestern": -1,
        "hier": -1,
        "ayer": -1,
    }
    if today is None:
        return {("date", (0, 0, 0, 0))}
    return {("date", partial(today + timedelta(days=steps.get(match[0].casefold(), 0)))), ("day", match[0].casefold())}


def partial(day: date) -> Partial:
    return (day.year, day.month, day.day, day.weekday())


Reader = Callable[["re.Match[str]", date | None], set[Reading]]

_N = rf"(?:{DIGITS}|(?i:{NUMBER})(?:-(?i:{NUMBER}))?)"
_H = r"(?i:h|hrs?|hours?|stunden?|heures?|horas?)\b"
_M = r"(?i:m|mins?|minutes?|minuten?|minutos?)\b"
_W = rf"(?:(?P<w>{_ANY_DAY}),?\s+)?"
_HALF_DAY = r"(?:\s*(?P<ap>[aApP])\.?[mM]\b\.?)"
_ALONE = "|".join(name.title() for name in sorted(MONTHS, key=len, reverse=True))
_DATES = (
    (r"\b\d{4}-\d\d-\d\d\b", _iso),
    (
        rf"\b{_W}(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s+(?:of )?(?P<month>{_ANY_MONTH})"
        r"(?:,?\s+(?P<y>\d{4}))?(?!\w)",
        _date,
    ),
    (
        rf"\b{_W}(?P<month>{_ANY_MONTH})\s+(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![:\w])"
        r"(?:,?\s+(?P<y>\d{4}))?",
        _date,
    ),
    (r"(?<![\w.])(?P<a>\d{1,2})(?P<s>[./])(?P<b>\d{1,2})(?:(?P=s)(?P<y>\d{4}|\d\d)?)(?![\w])", _slashed),
    (r"(?<![\w.])(?P<a>\d{1,2})(?P<s>/)(?P<b>\d{1,2})(?P<y>)(?![\w/])", _slashed),
    (rf"\b{_ANY_DAY}(?!\w)", _day),
    # a month alone counts when it is written as a name: "may" and "march" are verbs
    (rf"\b(?P<month>(?:{_ALONE})|(?:{_SHORT_MONTH})\b\.?)(?P<d>)(?:\s+(?P<y>\d{{4}}))?(?!\w)", _date),
    (
        r"(?i)\b(?:today|tonight|tomorrow|yesterday|heute|morgen|gestern|aujourd['’]hui|demain|hier|hoy|mañana|ayer)\b",
        _near,
    ),
)
_AMOUNTS = (
    (rf"(?P<sign>{_SIGN})\s?(?P<n>{DIGITS})(?:\s?(?i:(?P<scale>{_SCALES}))\b)?", _money),
    (rf"\b(?P<n>{_N})\s?(?:(?i:(?P<scale>{_SCALES}))\s?)?(?:(?P<sign>{_SIGN})|(?i:(?P<unit>{_UNIT}))\b)", _money),
    (rf"\b(?P<n>{_N})\s?(?:%|(?i:percent|per cent|prozent|pour cent|por ciento)\b)", _share),
)
_TIMES = (
    (
        r"(?i)\b(?:an hour and a half|half an hour|a half hour|half hour|(?:a )?quarter of an hour|an hour"
        r"|eine (?:halbe )?stunde|une heure)\b",
        _hour,
    ),
    (rf"(?<![\w:.])(?P<h>\d{{1,2}})(?P<sep>[:hH])(?P<m>[0-5]\d)(?!\d|:\d){_HALF_DAY}?", _time),
    (
        rf"\b(?P<h>{_N})\s?-?{_H}(?:\s*(?:and\s+)?(?:(?P<m>\d{{1,2}})\s?(?:{_M})?|(?P<half>a half)))?(?![\w:])",
        _length,
    ),
    (rf"\b(?P<h>{_N})(?P<m>)(?P<half> and a half)\s+{_H}", _length),
    (rf"\b(?P<m>{_N})\s?-?{_M}", _minutes),
    (rf"(?<![\w:.,])(?P<h>\d{{1,2}})(?P<sep>\.)(?P<m>[0-5]\d)(?!\d|[.,:]\d|\s?[%€$£]){_HALF_DAY}?", _time),
    (rf"(?<![\w:.])(?P<h>\d{{1,2}}){_HALF_DAY}", _clock),
    (r"(?i)\b(?P<h>\d{1,2})\s*uhr\b(?:\s+(?P<m>[0-5]\d)\b)?", _clock),
    (
        rf"(?i)\b(?P<n>half|quarter|viertel|halb|(?:{NUMBER})|\d{{1,2}}(?=\s+minutes))(?:\s+minutes)?\s+"
        rf"(?P<way>past|after|to|before|nach|vor)\s+(?P<h>{_HOUR}|\d{{1,2}})\b",
        _relative,
    ),
    (rf"(?i)\b(?P<n>halb|half)(?P<way>)\s+(?P<h>{_HOUR})\b", _relative),
    (rf"(?i)\b(?P<h>{_HOUR}|\d{{1,2}})\s+o['’]?\s?clock\b", _clock),
    (rf"(?i)\b(?P<h>{_HOUR})(?:\s+|-)(?P<m>(?:twenty|thirty|forty|fifty)(?:-(?:five))?|fifteen|ten)\b", _clock),
    (r"(?i)\b(?:noon|midday|midnight|mittags?|mitternacht|midi|minuit)\b", _noon),
)
READERS: tuple[tuple["re.Pattern[str]", Reader], ...] = tuple(
    (re.compile(pattern), reader) for pattern, reader in (*_DATES, *_AMOUNTS, *_TIMES)
)
