"""By when: the day that a sentence names, counted from the day on which it was written. English, German and French.

A day is stated where the words fix one ("by Friday", "am 12. März", "in two working days", "end of the month"), and
inferred where they fix only about when ("next week", "in the coming days"). Working days leave out weekends and the
days that the caller gives as holidays.
"""

import re
from collections.abc import Collection
from datetime import date

from flows.common.promises.model import DueIs
from flows.common.promises.resolving import (
    FEW,
    FRIDAY,
    SUNDAY,
    Found,
    Resolve,
    coming,
    dated,
    month_end,
    next_week,
    ordinal,
    part_of_month,
    span,
    stated,
    this_week,
    week,
    weekday,
)
from flows.language import MONTHS, NUMBERS, SHORT_MONTHS, SHORT_WEEKDAYS, WEEKDAYS


def _words(names: Collection[str]) -> str:
    return "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))


_DAY, _MONTH, _NUMBER = _words(WEEKDAYS), _words({**MONTHS, **SHORT_MONTHS}), _words(NUMBERS)
_BUSINESS = r"working|business|week|werk|arbeits|bank"


def due(text: str, sent: date, holidays: Collection[date] = ()) -> tuple[date | None, DueIs]:
    """Return the day by which a sentence written on `sent` says that something will be, and how it says so.

    A day with a word of limit before it ("by", "bis", "d'ici") counts before others, else the first one named.
    """
    found: list[tuple[bool, int, Found]] = []
    taken: list[tuple[int, int]] = []
    for pattern, resolve in RULES:
        for match in pattern.finditer(text):
            if any(match.start() < end and begin < match.end() for begin, end in taken):
                continue
            resolved = resolve(match, sent, holidays)
            if resolved is None or _possessive(text, match) or _named_again(text, match, taken):
                continue
            taken.append(match.span())
            found.append((_limit(text, match) is None, match.start(), resolved))
    return min(found)[2] if found else (None, "none")


LIMIT = re.compile(
    r"(?i)\b(?:by|before|until|till|no later than|latest|within|bis|spätestens|vor|innerhalb|avant|"
    r"d['’]ici|au plus tard)"
    r"(?:\s+(?:the|on|zum|am|von|le|à|au|la|de|noon|midday|mittag|midi|\d{1,2}(?:[:.h]\d\d)?\s?(?:am|pm|"
    r"uhr|h|o'clock)?))*\s*$"
)


def _limit(text: str, match: "re.Match[str]") -> "re.Match[str] | None":
    return LIMIT.search(text[: match.start()]) or LIMIT.match(match.group().split()[0])


def _possessive(text: str, match: "re.Match[str]") -> bool:
    """Whether a day names something else: "Thursday's notes", "the Monday meeting", "die Sitzung vom Freitag"."""
    after, before = text[match.end() :], text[: match.start()]
    return bool(
        re.match(r"['’]s\b", after)
        or re.match(
            r"(?i)\s+(?:meeting|call|session|review|report|notes|minutes|slot|workshop|sync|stand-?up)\b", after
        )
        or re.search(r"(?i)\b(?:vom|dated|since|seit|depuis|from|last|letzte[nrms]?|vergangene[nrms]?)\s+$", before)
        or re.match(r"(?i)\s+(?:dernier|passée?)\b", after)
    )


def _named_again(text: str, match: "re.Match[str]", taken: Collection[tuple[int, int]]) -> bool:
    """Whether a date that was read already follows at once: "Tuesday 24 March" is no Tuesday of its own."""
    return any(
        re.fullmatch(r"(?i),?\s*(?:the |dem |den |der |le )?", text[match.end() : begin])
        for begin, _ in taken
        if begin >= match.end()
    )


RULES: tuple[tuple["re.Pattern[str]", Resolve], ...] = (
    (re.compile(r"(?P<iso>\b\d{4}-\d\d-\d\d)\b"), dated),
    (
        re.compile(
            rf"(?i)\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|"
            rf"er)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?(?:\s+(?P<year>20\d\d))?"
            rf"|\b(?P<month2>{_MONTH})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
        ),
        dated,
    ),
    (re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.(?P<year>20\d\d|\d\d(?!\d))?(?![\d:])"), dated),
    (re.compile(r"\b(?P<day>\d{1,2})/(?P<number>\d{1,2})/(?P<year>20\d\d)\b"), dated),
    (
        re.compile(
            r"(?i)\b(?:end of (?:the |this )?month|monatsende|ende (?:des|dieses) monats|(?:la )?fin du mois"
            rf"|(?:end of|ende|fin)\s+(?P<month>{_MONTH}))\b"
        ),
        month_end,
    ),
    (re.compile(r"(?i)\b(?:the day after tomorrow|übermorgen|après-demain)\b"), stated(2)),
    (
        re.compile(
            r"(?i)(?<!good )(?<!heute )(?<!guten )(?<!am )(?<!jeden )\b(?:tomorrow|demain)\b"
            r"|(?<!heute )(?<!Guten )(?<!guten )(?<!am )(?<!jeden )\bmorgen\b"
        ),
        stated(1),
    ),
    (
        re.compile(
            r"(?i)\b(?:today|tonight|this (?:morning|afternoon|evening)|(?:by |before )(?:noon|lunch|"
            r"midday)\b(?! (?:on|to))"
            r"|by eod|eod|cob|by (?:the )?(?:end|close) of (?:the )?(?:day|business)|(?:with)?in (?:the|an|"
            r"the next) hour"
            r"|by \d{1,2}(?::\d\d)?\s?(?:am|pm)(?! (?:on|tomorrow))|heute|aujourd['’]hui|ce (?:soir|matin|midi)|"
            r"cet après-midi"
            r"|dans l['’]heure|bis (?:heute )?(?:mittag|feierabend)(?! am))\b"
        ),
        stated(0),
    ),
    (
        re.compile(
            r"(?i)\b(?P<part>(?:(?:the )?(?:early|mid|middle of|end of|beginning of|start of|late)|anfang|mitte|ende"
            r"|(?:en |au )?(?:début|milieu|fin)(?: de)?)\s*(?:the |der |de )?(?:la )?)?"
            r"(?:next week|(?:nächste|kommende)[rn]? woche|(?:la )?semaine prochaine)\b"
        ),
        next_week,
    ),
    (
        re.compile(
            r"(?i)\b(?:(?:the )?end of (?:the |this )?week|this week|within the week|eow|(?:ende (?:der|"
            r"dieser) )woche|diese[r]? woche"
            r"|cette semaine|(?:la )?fin de (?:la |cette )?semaine|(?:by|before|bis|vor|zum|vorm|avant) (?:the |"
            r"dem |zum |le )?"
            r"(?:weekend|wochenende|week-end))\b"
        ),
        this_week,
    ),
    (
        re.compile(r"(?i)\b(?:(?:over|at|on|this) the weekend|this weekend|am wochenende|ce week-end)\b"),
        lambda match, sent, holidays: (week(sent, 0, SUNDAY), "stated"),
    ),
    (
        re.compile(
            rf"(?i)\b(?:(?:with)?in|innerhalb von|innert|binnen|dans(?: les)?|sous|d['’]ici)\s+(?:the next\s+|"
            rf"den nächsten\s+)?"
            rf"(?P<number>\d{{1,2}}|{FEW}|{_NUMBER}|an?|eine[mr]?|une?)\s*(?P<business>(?:{_BUSINESS})[\s-]*)?"
            r"(?P<unit>days?|weeks?|hours?|tage?n?|wochen?|stunden?|std|jours?|semaines?|heures?|h)\b(?:\s+ouvr\w+)?"
        ),
        span,
    ),
    (
        re.compile(
            rf"(?i)\b(?P<part>mid(?:dle of)?|early|late|beginning of|start of|mitte|anfang|(?:à la )?mi|"
            rf"début)[\s-]+(?P<month>{_MONTH})\b"
        ),
        part_of_month,
    ),
    (
        re.compile(r"(?i)\b(?:after the weekend|nach dem wochenende|après le week-end)\b"),
        lambda m, sent, h: (week(sent, 1, 0), "inferred"),
    ),
    (
        re.compile(r"(?i)\b(?:the week after next|übernächste[rn]? woche)\b"),
        lambda m, sent, h: (week(sent, 2, FRIDAY), "inferred"),
    ),
    (
        re.compile(
            r"(?i)\b(?:mid-?week|mitte der woche|(?:in|over) the course of (?:the|this) week|im laufe der woche|"
            r"(?:dans|courant) (?:la |de la )?semaine|later this week)\b"
        ),
        lambda m, sent, h: (week(sent, sent.weekday() > FRIDAY, FRIDAY), "inferred"),
    ),
    (
        re.compile(
            r"(?i)\b(?:(?:in|over|during) the course of (?:the|this) day|later on|(?:im|"
            r"am) (?:laufe des )?(?:nachmittag|tages|abend)|dans (?:la journée|l['’]après-midi|la soirée)"
            r"|(?:right|straight) away|this minute|at once|after lunch|over lunch|nach dem (?:mittag|essen)|"
            r"nachher|sofort|umgehend|tout de suite|immédiatement|in an? (?:minute|moment|second)"
            r"|in (?:\d+|a few|ein paar|zehn|ten) (?:minutes|minuten)|in der mittagspause|vor feierabend|"
            r"avant ce soir)\b"
        ),
        lambda m, sent, h: (sent, "inferred"),
    ),
    (
        re.compile(
            r"(?i)\b(?:by|before|until|bis|vor|avant|gegen|at) (?:spätestens )?\d{1,2}(?:[:.h]\d\d)?(?:\s?(?:uhr|"
            r"h|o'clock|am|pm))\b"
        ),
        stated(0),
    ),
    (re.compile(r"(?i)\b(?:by|before|until|bis|vor|avant) (?:spätestens )?\d{1,2}[:.]\d\d\b"), stated(0)),
    (
        re.compile(
            r"(?i)\b(?:in the (?:coming|next few) days|in den (?:nächsten|kommenden) tagen|dans les prochains jours"
            r"|dans les jours qui viennent)\b"
        ),
        coming,
    ),
    (
        re.compile(rf"(?i)\b(?:by|on|before|until|(?:{_DAY}),?) the (?P<ordinal>\d{{1,2}})(?:st|nd|rd|th)\b"),
        ordinal,
    ),
    (re.compile(r"(?i)\b(?:bis zum|am|bis|zum|den|dem) (?P<ordinal>\d{1,2})\.(?=\s*(?:$|[,;)!a-zäöü]|[.]))"), ordinal),
    (
        re.compile(
            rf"(?i)\b(?:avant le|pour le|d['’]ici le|d['’]ici au|le|(?:{_DAY})) (?P<ordinal>\d{{1,2}})(?=\s*(?:$|"
            rf"[,;)!.]))"
        ),
        ordinal,
    ),
    (
        re.compile(
            rf"(?i)\b(?:(?P<next>next|nächste[nmr]?)\s+|(?:this|coming|diese[nmr]?|kommende[nmr]?)\s+)?"
            rf"(?:(?P<weekday>{_DAY})|(?:(?<=by )|(?<=on )|(?<=till )|"
            rf"(?<=until ))(?P<short>{_words(SHORT_WEEKDAYS)}))"
            r"(?:abend|morgen|mittag|nachmittag|vormittag|früh)?\b"
        ),
        weekday,
    ),
)
