"""A question, read by code: its period, the people, projects and places it names, and what its other words mean.

Nothing here answers. What is left in `unknown` was not understood, and then no metric may answer.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from flows.ask import period as periods
from flows.ask.fold import WORD, fold, nearest, words
from flows.ask.lexicon import lexicon
from flows.ask.names import Named, Names
from flows.ask.period import DAYS, MONTHS, UNITS, Period

QUOTED = re.compile(r"[\"“„«]([^\"”“»]{2,80})[\"”“»]")
ABOUTS = ("about", "regarding", "concerning", "called", "titled", "named", "uber", "wegen", "betreffend", "namens")
ABOUT = re.compile(rf"\b(?:zum thema|{'|'.join(ABOUTS)})\s+")
PAST = re.compile(
    r"\b(?:did|had|was|were|has|sent|wrote|got|received|met|spent|spend|hatte|hatten|hat|war|waren|gab|bekam|schrieb"
    r"|ge\w+t|ge\w+en|bekommen|erhalten|verbracht|erledigt)\b"
)
FUTURE = re.compile(
    r"\b(?:do i have|will|coming|upcoming|am i|are there|is there|ansteh\w*|steht|stehen|werde|due|fallig\w*)\b"
)
GROUPS = re.compile(
    r"\b(?:per|pro|each|every|a|by|je|jede[nrms]?|nach)\s+(?:single )?(day|week|month|tag|woche|monat)s?\b"
)
FOLDERS = {
    "inbox": "inbox", "posteingang": "inbox", "archive": "archive", "archiv": "archive", "junk": "junk|spam",
    "spam": "junk|spam", "trash": "trash|papierkorb|deleted",
}  # fmt: skip
_PERIOD_WORDS = """last next this week month today yesterday tomorrow heute gestern morgen letzte letzten letzter
woche monat nachste nachsten diese diesen since between weeks months previous coming quarter weekend wochenende
quartal"""
PERIOD_WORDS = frozenset(_PERIOD_WORDS.split())


@dataclass(frozen=True)
class Question:
    """What was understood. `meanings` holds a set for each word that has one; `spelled` what was read as what."""

    text: str
    period: Period | None
    named: tuple[Named, ...]
    topic: str = ""
    group: str = ""
    direction: str = "both"
    folder: str = ""
    tense: int = 0
    meanings: tuple[frozenset[str], ...] = ()
    unknown: tuple[str, ...] = ()
    spelled: tuple[tuple[str, str], ...] = ()
    mended: str = field(default="", compare=False)  # the whole text, folded, slips put right

    def of(self, kind: str) -> tuple[Named, ...]:
        return tuple(item for item in self.named if item.kind == kind)


def read(text: str, names: Names, today: date) -> Question:
    """Return the question as far as it is understood."""
    topic, seen = _quoted(text)
    seen, spelled = _mended(fold(seen), names)
    tense = -1 if PAST.search(seen) else 1 if FUTURE.search(seen) else 0
    period, rest = periods.read(seen, today, tense)
    group, rest = _taken(GROUPS, rest)
    about, rest = _about(rest, names) if not topic else ("", rest)
    named, rest = names.read(rest)
    folder, left = _folder(rest)
    meanings, unknown = _meanings(left)
    return Question(
        text=text,
        period=period,
        named=named,
        topic=topic or about,
        group=UNITS.get(group, ""),
        direction=_direction(rest, bool(named)),
        folder=folder,
        tense=tense,
        meanings=tuple(meanings),
        unknown=tuple(unknown),
        spelled=spelled,
        mended=seen,
    )


def _quoted(text: str) -> tuple[str, str]:
    found = QUOTED.search(text)
    if found is None:
        return "", text
    return found[1].strip(), f"{text[: found.start()]} {text[found.end() :]}"


def _mended(text: str, names: Names) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text with slips of the finger put right, where only one known word is near."""
    known = set(PERIOD_WORDS).union(lexicon(), MONTHS, DAYS, FOLDERS, ABOUTS)
    spelled: list[tuple[str, str]] = []

    def mend(found: re.Match[str]) -> str:
        word = re.sub(r"'s$", "", found[0])
        if word in known or word.rstrip("s") in known or names.knows(word):
            return found[0]
        near = nearest(word, known | names.words)
        if near is not None:
            spelled.append((word, near))
        return near or found[0]

    return WORD.sub(mend, text), tuple(spelled)


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.search(text)
    return (found[1], f"{text[: found.start()]} {text[found.end() :]}") if found else ("", text)


def _about(text: str, names: Names) -> tuple[str, str]:
    """Return what follows "about" up to the next word of the owner's own grammar, and the text without it.

    What is one of the owner's projects or people stays where it is: that is known better than by its words.
    """
    found = ABOUT.search(text)
    if found is None:
        return "", text
    taken: list[str] = []
    end = found.end()
    for word in WORD.finditer(text, found.end()):
        meanings = lexicon().get(word[0], frozenset())
        if (meanings and not (meanings <= {"stop"} and not taken)) or names.knows(word[0]):
            break
        end = word.end()
        if not meanings:
            taken.append(word[0])
    return " ".join(taken), f"{text[: found.start()]} {text[end:]}"


def _folder(text: str) -> tuple[str, str]:
    for word in words(text):
        if word in FOLDERS:
            return FOLDERS[word], re.sub(rf"\b{word}\b", " ", text)
    return "", text


def _meanings(text: str) -> tuple[list[frozenset[str]], list[str]]:
    meanings: list[frozenset[str]] = []
    unknown: list[str] = []
    for word in words(text):
        held = lexicon().get(word)
        if held is None:
            unknown.append(word)
        elif "stop" not in held:
            meanings.append(held)
    return meanings, unknown


OUT = re.compile(
    r"\b(?:did i|have i|i have|i've|ich|i)\b.*\b(?:send|sent|write|wrote|written|geschrieben|gesendet|geschickt|schrieb"
    r"|schreibe|mail|mailed|verschickt)\b|\b(?:send|write|schreibe) (?:i|ich)\b|\boutgoing\b"
    r"|\b(?:mails?|e-?mails?|messages?|nachrichten) (?:to|an)\b|\bto whom\b|\ban wen\b|\bwhom do i\b|\bwem\b"
)
BOTH = re.compile(r"\bexchanged?\b|\b(?:and i|und ich|and me|und mir)\b|\bgewechselt\b|\bboth\b")
IN = re.compile(
    r"\b(?:get|got|gotten|receive|received|bekommen|erhalten|bekam|gekriegt|came|arrived|come|reached|incoming)\b"
    r"|\b(?:from|von|vom)\b|\b(?:me|mir|mich|us|uns)\b"
)


def _direction(rest: str, named: bool) -> str:
    """Return which way mail is meant: "in", "out" or "both"."""
    if BOTH.search(rest):
        return "both"
    if OUT.search(rest):
        return "out"
    if IN.search(rest) or (
        named and re.search(r"\b(?:send|sent|write|wrote|written|schreibt|schrieb|geschrieben|geschickt)\b", rest)
    ):
        return "in"
    return "both"
