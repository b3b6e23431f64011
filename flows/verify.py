"""The verifier: a sentence is refused where it says what the facts that it cites do not hold.

It refuses numbers, times, dates, lengths, sums and shares, names, titles in quotation marks, addresses, links, ids, and
words for a state ("cancelled", "urgent") that are not in the cited facts; a "not" that came or went; markup and hidden
characters; and any sentence without a citation. It does not understand sentences: who did what to whom is not checked,
which is why a model may only say the program's own lines again and never choose, order or add any.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flows import claims
from flows.claims import Claim
from flows.language import NUMBERS
from flows.output import Fact, Line
from flows.readings import Partial, Reading
from flows.render.clean import ADDRESS, HOST, INVISIBLE
from flows.vocabulary import COMMON, EITHER, FUNCTION, NEGATIONS, STATES, UNITS, stem

MOST = 45  # words of one line
WORD = re.compile(r"[^\W_]+(?:['’.&+-][^\W_]+)*")
QUOTED = re.compile(r"[“\"«„]([^”\"»“]{1,200})[”\"»“]")
MARKUP = re.compile(r"[<>`\[\]{}|\\*_#^~]")
AT = re.compile(r"\S*@\S+")


@dataclass(frozen=True)
class Held:
    """What facts hold: every reading of every claim, their words and texts, and the numbers that stand at each noun."""

    readings: frozenset[Reading]
    words: frozenset[str]
    texts: tuple[str, ...]
    bound: dict[str, frozenset[float]]

    def holds(self, claim: Claim) -> bool:
        return any(self._one(reading) for reading in claim.readings)

    def _one(self, reading: Reading) -> bool:
        kind, value = reading
        if kind == "date":
            return any(k == "date" and _covers(held, value) for k, held in self.readings)  # type: ignore[arg-type]
        if kind == "day":
            return str(value) in self.words
        return reading in self.readings

    def phrase(self, text: str) -> bool:
        """Return whether the words of `text` stand together in one of the held texts."""
        wanted = " ".join(WORD.findall(fold(text)))
        return not wanted or any(f" {wanted} " in f" {' '.join(WORD.findall(held))} " for held in self.texts)


def check(
    text: str, cited: Sequence[Fact], line: Line, *, today: date | None = None, foreign: Collection[str] = ()
) -> list[str]:
    """Return what is wrong with `text`, said in place of `line` and resting on `cited`; nothing where all is held.

    `line` is the program's own, whose words (but no numbers or names of its own) may be used. `today` resolves
    "tomorrow". `foreign` are names of other facts of the same output: they may not slip in, in any case of letters.
    The sentences returned name the kind of fault and the offending words; they go back to the model.
    """
    if line.facts and not cited:
        return ["no fact is cited"]
    if stray := [fact.id for fact in cited if fact.id not in line.facts]:
        return [f"fact {stray[0]} is not a fact of this line"]
    held = holding(cited, today)
    own = _words(line.text)
    faults = [*_form(text, held)]
    said = claims.read(QUOTED.sub(lambda found: " " if held.phrase(found[1]) else found[0], text), today)
    counted = [claim for claim in said.found if not _idle(claim, held)]
    faults += [f"“{claim.text}” is not in the cited facts" for claim in counted if not held.holds(claim)]
    faults += [fault for claim in counted if (fault := _noun(claim, held, own))]
    faults += [
        f"the quotation “{quoted}” is not in the cited facts"
        for quoted in QUOTED.findall(text)
        if not held.phrase(quoted)
    ]
    faults += _names(said.rest, held, own, {fold(name) for name in foreign})
    faults += _states(text, held, own)
    faults += _polarity(text, line.text)
    return list(dict.fromkeys(faults))


def holding(facts: Iterable[Fact], today: date | None) -> Held:
    """Return what `facts` hold: their texts, and their values as text, number, time or date."""
    texts: list[str] = []
    readings: set[Reading] = set()
    bound: dict[str, set[float]] = {}
    for fact in facts:
        texts.append(fact.text)
        for name, value in fact.values.items():
            if isinstance(value, bool) or value is None:
                continue
            if isinstance(value, int | float):
                readings.add(("number", float(value)))
                bound.setdefault(stem(name), set()).add(float(value))
                if stem(name) == "minute":
                    readings.add(("length", float(value)))
            else:
                texts += value if isinstance(value, list) else [value]
    for text in texts:
        for claim in claims.read(text, today).found:
            readings |= _grouped(claim.readings)
            for noun in claim.nouns[:1]:
                bound.setdefault(stem(noun), set()).update(_floats(claim))
    words = frozenset(word for text in texts for word in _words(AT.sub(" ", text)))  # an address says no words
    folded = tuple(fold(text) for text in texts)
    return Held(frozenset(readings), words, folded, {noun: frozenset(found) for noun, found in bound.items()})


def _grouped(readings: frozenset[Reading] | set[Reading]) -> set[Reading]:
    """Return readings without the lesser of two that one text has: "1,500" in a fact is no 1.5, though it may be said
    as "1.500"."""

    def thousandfold(reading: Reading) -> Reading | None:
        kind, value = reading
        if isinstance(value, float):
            return kind, value * 1000
        return (kind, (value[0] * 1000, *value[1:])) if kind == "money" and isinstance(value, tuple) else None

    return {reading for reading in readings if thousandfold(reading) not in readings - {reading}}


def fold(text: str) -> str:
    return claims.normal(text).casefold().replace("’", "'")


def _words(text: str) -> set[str]:
    """Return the words of a text, folded: whole ("cut-over"), in parts ("cut", "over") and without "'s"."""
    found: set[str] = set()
    for word in WORD.findall(fold(text)):
        bare = re.sub(r"'s$", "", word)
        found |= {word, bare, *re.split(r"['.&+-]", bare)}
    return found - {""}


def _covers(held: object, claim: Partial) -> bool:
    """Return whether a held date is what a claim says of it: every part that the claim names is the same."""
    assert isinstance(held, tuple)
    return any(part is not None for part in claim) and all(
        said is None or said == part for said, part in zip(claim, held, strict=True)
    )


def _floats(claim: Claim) -> set[float]:
    return {float(value) for kind, value in claim.readings if kind == "number" and isinstance(value, float)}


def _form(text: str, held: Held) -> list[str]:
    """Return faults of form: length, line ends, hidden characters, markup, links and addresses."""
    faults = []
    if not text.strip():
        return ["the text is empty"]
    if len(text.split()) > MOST:
        faults.append(f"it has more than {MOST} words")
    if INVISIBLE.search(unicodedata.normalize("NFC", text)) or "\n" in text:
        faults.append("it holds hidden characters or line ends")
    raw = " ".join(held.texts)
    faults += [f"markup ({mark}) is not allowed" for mark in sorted(set(MARKUP.findall(text))) if mark not in raw]
    for pattern in (ADDRESS, HOST, AT):
        for found in pattern.finditer(claims.normal(text)):
            if fold(found[0]).strip(".,;:!?()'\"“”") not in raw.split() and not held.phrase(found[0]):
                faults.append(f"the link or address {found[0][:40]} is not in the cited facts")
    if ADDRESS.search(claims.normal(text)):
        faults.append("links are not allowed")
    return faults


def _idle(claim: Claim, held: Held) -> bool:
    """Return whether a word like "one" stands for no number here: nothing that is counted follows it."""
    noun = stem(claim.nouns[0]) if claim.nouns else ""
    return claim.text.casefold() in EITHER and noun not in held.bound and noun not in UNITS


def _noun(claim: Claim, held: Held, own: set[str]) -> str | None:
    """Return the fault of a number that is held, but of something else: "5 hours" where the facts have 5 days."""
    numbers = _floats(claim)
    if (
        not numbers
        or not claim.nouns
        or any(kind == "time" and (kind, v) in held.readings for kind, v in claim.readings)
    ):
        return None
    noun = next((word for word in claim.nouns if stem(word) in held.bound), None)
    if noun is not None:
        return None if numbers & held.bound[stem(noun)] else f"“{claim.text} {noun}” is not in the cited facts"
    first = claim.nouns[0]
    known = first in held.words or first in own or (first in FUNCTION and stem(first) not in UNITS)
    return None if known else f"“{claim.text} {first}” is not in the cited facts"


def _names(rest: str, held: Held, own: set[str], foreign: set[str]) -> list[str]:
    """Return faults of names: capitalised, mixed or caseless words that neither the facts nor the line have."""
    faults: list[str] = []
    run: list[str] = []
    start = True
    end = 0
    for match in WORD.finditer(rest):
        word, gap = match[0], rest[end : match.start()]
        start = start or bool(re.search(r"[.!?:;]\s|[“\"(–]|\s-\s", gap))
        if start or gap.strip() or "  " in gap:
            faults += _run(run, held)
            run = []
        faults += _name(word, start, held, own, foreign)
        if word[0].isupper() and not (start and fold(word) in COMMON):
            run.append(word)
        else:
            faults += _run(run, held)
            run = []
        start, end = False, match.end()
    return faults + _run(run, held)


def _run(run: list[str], held: Held) -> list[str]:
    """Return the fault of capitalised words side by side that never stand so in the facts ("Bo Okafor")."""
    proper = [re.sub(r"['’]s$", "", word) for word in run if fold(word) not in COMMON]
    if len(proper) > 1 and not held.phrase(" ".join(proper)):
        return [f"the name {' '.join(proper)} is not in the cited facts"]
    return []


def _name(word: str, start: bool, held: Held, own: set[str], foreign: set[str]) -> list[str]:
    said = fold(word)
    bare = re.sub(r"'s$", "", said)
    if said in held.words or bare in held.words or all(part in held.words for part in re.split(r"['.&+-]", bare)):
        return []
    mixed = any(letter.isdigit() for letter in word) and not word.isdigit()
    capital = any(letter.isupper() for letter in word)
    caseless = any(letter.isalpha() and letter.lower() == letter.upper() for letter in word)
    if bare in foreign and bare not in COMMON:
        return [f"the name {word} is not in the cited facts"]
    if bare in own and not mixed and (start or not capital or bare in COMMON):
        return []
    if mixed or caseless:
        return [f"“{word}” is not in the cited facts"]
    if capital and not (bare in COMMON and (start or word == "I" or bare.startswith("i'"))):
        return [f"the name {word} is not in the cited facts"]
    return []


def _states(text: str, held: Held, own: set[str]) -> list[str]:
    """Return faults of state: "cancelled", "urgent", "morning" … that neither the facts nor the line say."""
    said = _words(QUOTED.sub(" ", text))
    known = held.words | own
    return [
        f"“{word}” is not said by the cited facts"
        for group in STATES
        for word in sorted(said & group)
        if not known & group
    ]


def _polarity(text: str, line: str) -> list[str]:
    """Return the fault of a "not" that the line does not have, or that got lost."""
    now, before = (_words(QUOTED.sub(" ", item)) for item in (text, line))
    denies, denied = bool(now & NEGATIONS or "n't" in fold(text)), bool(before & NEGATIONS or "n't" in fold(line))
    if denies == denied:
        return []
    return ["it denies what the line does not deny"] if denies else ["it leaves out the line's “not”"]


def names(facts: Iterable[Fact]) -> set[str]:
    """Return the words of the people, titles and places that facts name: what may not slip into another line."""
    found: set[str] = set()
    for fact in facts:
        for value in fact.values.values():
            for text in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
                found |= {fold(word) for word in WORD.findall(text) if word[0].isupper()}
    return {word for word in found if word not in COMMON and word not in NUMBERS}
