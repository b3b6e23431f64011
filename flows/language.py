"""Words of the calendar and of counting, in English, German, French and Spanish, and where sentences end.

Data that rules read text with.
"""

import re
from collections.abc import Iterator

_EN = """monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
_DE = """montag dienstag mittwoch donnerstag freitag samstag sonntag
januar februar märz april mai juni juli august september oktober november dezember
null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn
achtzehn neunzehn zwanzig"""
_FR = """lundi mardi mercredi jeudi vendredi samedi dimanche
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
dix-huit dix-neuf vingt"""
_ES = """lunes martes miércoles jueves viernes sábado domingo
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete
dieciocho diecinueve veinte"""

WEEKDAYS: dict[str, int] = {"sonnabend": 5}  # name → 0 for Monday
MONTHS: dict[str, int] = {}  # name → 1 for January
NUMBERS: dict[str, int] = {}  # word → what it counts

for _language in (_EN, _DE, _FR, _ES):
    _words = _language.split()
    WEEKDAYS |= {name: number for number, name in enumerate(_words[:7])}
    MONTHS |= {name: number for number, name in enumerate(_words[7:19], 1)}
    NUMBERS |= {name: number for number, name in enumerate(_words[19:])}

_TEXTS = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES}
DAYS_IN = {language: tuple(text.split()[:7]) for language, text in _TEXTS.items()}  # from Monday on
MONTHS_IN = {language: tuple(text.split()[7:19]) for language, text in _TEXTS.items()}

# Short forms in English; "mon", "sun" and "mar" are also other words, so a number must stand beside them.
SHORT_WEEKDAYS = {name[:3]: number for name, number in WEEKDAYS.items() if name in _EN.split()[:7]}
SHORT_MONTHS = {name[:3]: number for number, name in enumerate(_EN.split()[7:19], 1)} | {"sept": 9}

TENS = {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "thousand": 1000, "million": 1_000_000, "dozen": 12, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60,
    "hundert": 100, "tausend": 1000, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100,
    "mille": 1000, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "cien": 100, "mil": 1000,
    "couple": 2, "pair": 2, "twice": 2, "both": 2, "triple": 3, "half-dozen": 6,
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
NUMBERS |= TENS

# Small words that nearly every text of a language has, and the others of these four have not.
_SMALL = {
    "en": "the and you of is are we with this that have will for it be not can could would please thanks from your our",
    "de": "der die das und ist ich wir sie nicht mit für ein eine einen auf zu den dem im noch bitte danke auch wie du",
    "fr": "le la les et vous nous est pas une des du pour avec dans je sur votre merci que qui ce cette au il bien",
    "es": "el los las y usted es no una para con por que del nos gracias su está muy favor se al lo",
}
SMALL = {language: frozenset(words.split()) for language, words in _SMALL.items()}

_END = re.compile(r"[.!?…][\"”»’)\]]?(?=\s)|[。？！؟]")
_SHORT = r"z\.\s?B|d\.\s?h|bzw|ca|Nr|Dr|Fr|Hr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|usw|inkl|evtl|ggf|Tel|p\.\s?ex|M|Mme"
_ABBREVIATED = re.compile(rf"(?:^|\W)(?:[a-z]|{_SHORT})\.$")  # a small letter alone begins one: "z. B.", "p. ex."
_NUMBERED = re.compile(r"(?<![:.\d])\b\d{1,2}\.$")
_WORD = re.compile(r"\s*(\w*)")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of a text begins and ends; together they are the text."""
    begin = 0
    for end in _END.finditer(text):
        if not goes_on(text[begin : end.end()], text[end.end() :]):
            yield begin, end.end()
            begin = end.end()
    if begin < len(text):
        yield begin, len(text)


def goes_on(head: str, rest: str) -> bool:
    """Return whether the full stop at the end of `head` ends no sentence: `rest` goes on with it.

    It does after an abbreviation, and after an ordinal number before a month or a small letter: "zum 27. März".
    """
    if not head.endswith("."):
        return False
    word = _WORD.match(rest)
    following = word[1] if word else ""
    if _NUMBERED.search(head) and (following.lower() in MONTHS or following[:1].islower()):
        return True
    return _ABBREVIATED.search(head) is not None


def spoken(text: str) -> str | None:
    """Return the language that a text is in, "en", "de", "fr" or "es"; None where too little of it tells.

    The first words tell; a text in two languages is in the one that more of its small words are of.
    """
    words = [word.casefold() for word in text.split()[:400]]
    bare = [word.strip(".,;:!?()\"'“”„»«") for word in words]
    counts = {language: sum(word in small for word in bare) for language, small in SMALL.items()}
    best = max(counts, key=lambda language: counts[language])
    rest = max(count for language, count in counts.items() if language != best)
    return best if counts[best] > rest else None
