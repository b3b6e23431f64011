"""What a mail asks of its reader, read from its text by rules: whether it asks at all, for what, and by when.

English, German and French, and the question marks of any script. The rules look at what the sender wrote themselves:
quoted text, forwarded text and signatures are cut off first. A mail that says that no answer is needed asks for none.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice

from flows.common.wishes import (
    ASKING,
    DECIDING,
    DISCLAIMER,
    IDLE,
    LATER,
    MEETING,
    NO_NEED,
    POLITE,
    REQUEST,
    THANKS,
    URGENT,
)
from flows.language import MONTHS, WEEKDAYS, spans

# Lines from which on nothing is the sender's own: "On 3 March Bo wrote:", "--- Forwarded message ---".
WROTE = re.compile(r"(?i)(?:On|Am|Le)\b.{0,200}(?:wrote|schrieb|a écrit).{0,80}:$")
BROKEN = re.compile(r"(?i)(?:wrote|schrieb|a écrit)\s?:$")  # the end of such a line, broken in two
FORWARDED = re.compile(
    r"(?i)-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|Message transféré)"
)
MOST = 8  # questions of one mail that are looked at
URL = re.compile(r"\w+://\S+")

_HI = (
    "hi|hello|hey|dear|hallo|liebe[rs]?|guten (?:tag|morgen)|moin|servus|bonjour|salut|cher|chère|morning"
    "|good (?:morning|afternoon|evening)"
)
_GREETING = re.compile(
    rf"(?is)\A\W*(?:{_HI})\s+(?:(?:mr|mrs|ms|dr|frau|herr|madame|monsieur)\.?\s+)?"
    r"(?P<names>[^\W\d_][\w'’-]*(?:(?:\s*,\s*|\s+(?:and|und|et|&)\s+)[^\W\d_][\w'’-]*){0,3})\s*[,!:\n–-]"
)
# A line may also begin with a date: "27. März" is no point of a list.
_BULLET = re.compile(rf"(?i)\n(?=[ \t]*(?:[-*•·]|\d{{1,2}}[.)](?!\s+(?:{'|'.join(MONTHS)})\b))[ \t])")
_GAP = re.compile(r"\n[ \t]*\n")
_HELLO = re.compile(rf"(?i)\A\W*(?:{_HI})\b[^,!?.\n]{{0,40}}[,!\n]\s*")
_DAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
BY = re.compile(
    r"(?i)\b(?:by|before|until|till|due(?: on| by)?|no later than|bis(?: zum| spätestens)?|vor|spätestens(?: am)?"
    r"|avant(?: le)?|d['’]ici(?: à| au)?|pour)\s+(?:the\s+)?"
    # a time of the day may come before the day: "by noon tomorrow", "bis 12 Uhr am Freitag"
    r"(?:(?:noon|midday|eod|cob|mittag|midi|\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m| uhr| ?h)?),?\s+(?:on |of |am )?)?"
    r"(?:end of (?:the )?|close of |ende des |la fin de |this |next |diese[nms]? |nächste[nm] |le )?"
    r"(?:(?P<now>today|tonight|eod|cob|noon|heute|aujourd['’]hui|ce soir)"
    r"|(?P<next>tomorrow|morgen|demain)"
    rf"|(?P<weekday>{_DAY})"
    r"|(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s+(?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)\b"
)


def own(body: str) -> str:
    """Return what the sender wrote themselves: without quotes, what was forwarded, signature and addresses."""
    text = body.replace("\r\n", "\n")
    if any(sign in text for sign in (">", "--", "rote:", "chrieb", "crit")):
        text = _unquoted(text)
    return URL.sub("", text) if "://" in text else text


def _unquoted(text: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        if line == "-- " or (bare.startswith("--") and FORWARDED.match(bare)):
            break
        if bare.endswith(":") and (WROTE.match(bare) or BROKEN.search(bare)):
            if kept and not WROTE.match(bare):
                kept.pop()
            break
        if not bare.startswith(">"):
            kept.append(line)
    return "\n".join(kept)


def asks(body: str) -> bool:
    """Return whether a mail asks its reader for something."""
    return bool(questions(own(body)))


def sentences(said: str) -> list[str]:
    """Return the sentences and the points of a list in `own` text, each on one line."""
    found: list[str] = []
    for part in _GAP.split(_BULLET.sub("\n\n", said)):
        found += [part[begin:end] for begin, end in spans(part)]
    return [" ".join(each.split()) for each in found if each.strip()]


def questions(said: str) -> tuple[str, ...]:
    """Return the sentences of `own` text that ask for something, in their order, each on one line."""
    low = said.lower()
    if not (ASKING.search(said) or REQUEST.search(low)) or NO_NEED.search(low):
        return ()
    found = (part for part in sentences(said) if _asked(part, part.lower()))
    return tuple(dict.fromkeys(_ungreeted(part) for part in islice(found, MOST)))


def _ungreeted(part: str) -> str:
    """Return a sentence without the greeting that stands in its line: "Hi Ana, could you …"."""
    hello = _HELLO.match(part)
    return (part[hello.end() :] if hello else part) or part


def _asked(part: str, low: str) -> bool:
    if "?" in part or (not part.isascii() and ASKING.search(f"{part} ")):
        rest = IDLE.sub("", low)
        if rest != low and not ASKING.search(f"{rest} ") and not REQUEST.search(rest):
            return False
    elif not REQUEST.search(low):
        return False
    return not POLITE.search(low) and not DISCLAIMER.search(low)


def decides(asked: Iterable[str]) -> bool:
    """Return whether one of the `questions` is for a decision: an approval, a yes or no, one of several."""
    return any(DECIDING.search(part.lower()) for part in asked)


def meets(asked: Iterable[str]) -> bool:
    """Return whether one of the `questions` is for a time to meet or to speak."""
    return any(MEETING.search(part.lower()) for part in asked)


def later(said: str) -> bool:
    """Return whether the sender says that the next step is theirs: "I will get back to you"."""
    return LATER.search(said.lower()) is not None


def thanks(said: str) -> bool:
    """Return whether the text begins as a thanks or an "understood" does."""
    return THANKS.match(said) is not None


def greeted(said: str) -> tuple[str, ...]:
    """Return the names that the greeting addresses, folded: "Hi Tomasz and Ana," has two; none where it has none."""
    found = _GREETING.match(said)
    return tuple(re.split(r"\s*(?:,|&|\b(?:and|und|et)\b)\s*", found["names"].casefold())) if found else ()


def urgent(body: str) -> bool:
    return URGENT.search(own(body).lower()) is not None


def deadline(body: str, sent: date) -> date | None:
    """Return the first day by which a mail wants something; weekdays and "tomorrow" count from the day it was sent."""
    for found in BY.finditer(own(body)):
        if (day := _resolved(found, sent)) is not None:
            return day
    return None


def _resolved(found: "re.Match[str]", sent: date) -> date | None:
    if found["now"]:
        return sent
    if found["next"]:
        return sent + timedelta(days=1)
    if found["weekday"]:
        return sent + timedelta(days=(WEEKDAYS[found["weekday"].lower()] - sent.weekday()) % 7)
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        month = MONTHS[(found["month"] or found["month2"]).lower()]
        day = date(sent.year, month, int(found["day"] or found["day2"]))
    except ValueError:  # the 31st of a short month
        return None
    return day if day >= sent - timedelta(days=90) else day.replace(year=day.year + 1)
