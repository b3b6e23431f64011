"""What a mail asks of its reader, read from its text by rules: whether it asks at all, and by when.

English, German and French. The rules look at what the sender wrote themselves: quoted text, forwarded text and
signatures are cut off first. A mail that says that no answer is needed asks for none.
"""

import re
from datetime import date, timedelta

from flows.language import MONTHS, WEEKDAYS

QUOTED = re.compile(
    r"(?m)^\s*>.*$"
    r"|^\s*(?:On|Am|Le)\b.{0,200}(?:wrote|schrieb|a écrit)[^\n]{0,80}:\s*$"
    r"|^\s*-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine)"
)
CUT = re.compile(
    r"(?ims)^-- $.*"
    r"|^\s*(?:On|Am|Le)\b[^\n]{0,200}(?:wrote|schrieb|a écrit)[^\n]{0,80}:\s*$.*"
    r"|^\s*-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine).*"
)
URL = re.compile(r"\b\w+://\S+")


def _any(*phrases: str) -> "re.Pattern[str]":
    return re.compile(rf"(?i)\b(?:{'|'.join(phrases)})\b")


NO_NEED = _any(
    r"no (?:reply|response|answer|action)(?: is| was)? (?:needed|necessary|required)",
    r"no need to (?:reply|answer|respond)",
    r"just (?:fyi|for your information)",
    r"for your information only",
    r"keine (?:antwort|rückmeldung) (?:nötig|erforderlich|notwendig)",
    r"nur zur (?:info|information|kenntnis)",
    r"(?:pas besoin|inutile) de (?:me )?répondre",
    r"pour information seulement",
)
# Sentences that are kind rather than asking: "let me know if …", "bei Fragen …".
POLITE = re.compile(
    r"(?i)(?:^|(?<=[.!?\n]))[^.!?\n]*"
    r"(?:\b(?:let me know|get back to me|reach out|feel free|don['’]t hesitate|happy to)\b[^.!?\n]*"
    r"\b(?:if|should|with any|any questions|anything)\b"
    r"|\bany (?:further )?questions\b|\b(?:bei|für) (?:rück)?fragen\b"
    r"|\b(?:sag|sagt|sagen sie|gib|geben sie|melde|meldet|melden sie)\b[^.!?\n]*\b(?:wenn|falls|sollte)\b"
    r"|\b(?:si|en cas de) (?:vous avez |tu as )?(?:des |une |la moindre )?questions?\b)[^.!?\n]*[.!?]?"
)
REQUEST = _any(
    r"(?:please|kindly) (?!find|note|see|ignore|disregard|feel)\w+",
    r"(?:can|could|would|will) you",
    r"let me know",
    r"i need (?:you|your)",
    r"we need your",
    r"waiting for your",
    r"get back to me",
    r"your (?:ok|okay|sign-off|approval|decision)",
    r"(?<!ich )(?<!wir )bitte (?!beachten|entschuldig|verzeih|denken|um\b)\w+",
    r"(?:kannst|könntest|könnten|können) (?:du|sie|ihr)",
    r"sag(?:t|en sie)? (?:mir |uns )?bescheid",
    r"merci de (?!votre|ta|ton)\w+",
    r"peux-tu|pouvez-vous|pourriez-vous|pourrais-tu",
    r"(?:dis|dites|tiens|tenez)-(?:moi|nous)",
)
URGENT = _any(
    r"urgent(?:ly)?",
    "asap",
    "as soon as possible",
    "time[- ]critical",
    "dringend",
    "so bald wie möglich",
    "dès que possible",
)
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
    return URL.sub("", QUOTED.sub("", CUT.sub("", body.replace("\r\n", "\n"))))


def asks(body: str) -> bool:
    """Return whether a mail asks its reader for something."""
    text = POLITE.sub("", own(body))
    return not NO_NEED.search(text) and ("?" in text or REQUEST.search(text) is not None)


def urgent(body: str) -> bool:
    return URGENT.search(own(body)) is not None


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
