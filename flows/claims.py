"""What a sentence claims: times, dates, lengths of time, sums, shares and numbers, in digits and in words.

A claim may read in several ways ("9.30" is a time or a number, "1.500" is 1500 or 1.5): it has every reading. It holds
where one of its readings is held. Whatever was read as a claim is blanked out of the text that is left.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from flows.readings import AT, DIGITS, NUMBER, READERS, Reader, Reading, spoken, twice, values

# A number that stands alone: not in a word or a name ("p95", "INV-2231"), perhaps after a word like "at".
LEFT = re.compile(
    rf"(?<![\w])(?<![^\W\d_]-)(?P<at>(?i:{AT})\s+)?"
    rf"(?:(?P<digits>{DIGITS})(?![\w])|(?P<words>(?i:\b(?:{NUMBER})(?:[- ](?:and )?(?:{NUMBER}))*\b)))"
)


@dataclass(frozen=True)
class Claim:
    """One claim: how it is written, every way to read it, and the words after a number (its noun)."""

    text: str
    readings: frozenset[Reading]
    nouns: tuple[str, ...] = ()


@dataclass
class Claims:
    """Every claim of a text, and the text that is left."""

    found: list[Claim] = field(default_factory=list)
    rest: str = ""


def normal(text: str) -> str:
    """Return text as claims are read from: NFKC, fractions written out, one kind of dash and of space."""
    text = re.sub(r"(\d)\s*½", r"\1.5", text).replace("½", " half ")
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\u2010-\u2015\u2212]", "-", text)


def read(text: str, today: date | None = None) -> Claims:
    """Return what `text` claims; relative days ("tomorrow") count from `today`."""
    result = Claims(rest=normal(text))
    for pattern, reader in READERS:

        def take(match: "re.Match[str]", reader: Reader = reader) -> str:
            readings = reader(match, today)
            if not readings:
                return match[0]
            result.found.append(Claim(match[0].strip(), frozenset(readings)))
            return " " * len(match[0])

        result.rest = pattern.sub(take, result.rest)
    result.found += _numbers(result)
    return result


def _numbers(result: Claims) -> Iterator[Claim]:
    """Yield the numbers that are left, each with the two words after it, and blank them."""
    rest = result.rest
    for match in list(LEFT.finditer(rest)):
        meant = values(match["digits"]) if match["digits"] else spoken(match["words"])
        readings: set[Reading] = {("number", value) for value in meant}
        if match["at"]:
            readings |= {("time", minute) for v in meant if v == int(v) <= 24 for minute in twice(int(v), 0)}
        after = re.findall(r"[^\W\d_]+", rest[match.end() : match.end() + 40].split(".")[0])[:2]
        start = match.start("digits") if match["digits"] else match.start("words")
        end = match.end()
        yield Claim(rest[start:end], frozenset(readings), tuple(word.casefold() for word in after))
        result.rest = result.rest[:start] + " " * (end - start) + result.rest[end:]
