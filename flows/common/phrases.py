"""Many phrases as one pattern that is quick on ordinary text: for a text in lower case, matched at whole words.

Python's matcher looks at the next letter before it tries an alternative, but only where letters are compared as they
are and the alternative begins with one. So the text is lower-cased once, leading groups are multiplied out ("(?:can|
could) you" → "can you|could you"), and what begins alike is put together. It matches the same as the plain pattern.
"""

import re
from collections.abc import Iterable

REPEATS = frozenset("?*+{")


def phrases(*texts: str) -> "re.Pattern[str]":
    """Return the pattern of all `texts`, each a regular expression for lower-case text, between word bounds."""
    return re.compile(rf"\b(?:{'|'.join(_grouped(_each(texts)))})\b")


def listed(text: str) -> "re.Pattern[str]":
    """Return the pattern of the phrases that ` | ` separates in `text`, over as many lines as they take."""
    return phrases(*" ".join(text.split()).split(" | "))


def _each(texts: Iterable[str]) -> list[str]:
    return [found for text in texts for part in split(text) for found in _spread(part)]


def _grouped(alternatives: list[str]) -> list[str]:
    """Return alternatives with those of one first letter put together."""
    letters: dict[str, list[str]] = {}
    others = []
    for each in alternatives:
        if each[:1].isalpha() and each[1:2] not in REPEATS:
            letters.setdefault(each[0], []).append(each[1:])
        else:
            others.append(each)
    return [*(f"{letter}(?:{'|'.join(rest)})" for letter, rest in letters.items()), *others]


def split(text: str) -> list[str]:
    """Return the alternatives of a pattern that no group holds."""
    found, depth, start, skip = [], 0, 0, False
    for place, sign in enumerate(text):
        if skip or sign == "\\":
            skip = not skip
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == "|" and not depth:
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]]


def _spread(text: str) -> list[str]:
    """Return a phrase with its leading group multiplied out."""
    if not text.startswith("(?:"):
        return [text]
    depth = 0
    for end, sign in enumerate(text):  # noqa: B007 - where the group ends
        depth += (sign == "(") - (sign == ")")
        if not depth:
            break
    rest = text[end + 1 :]
    if rest[:1] in REPEATS and rest[:1] != "?":
        return [text]
    inner = split(text[3:end])
    after = rest[1:] if rest[:1] == "?" else rest
    chosen = [*inner, ""] if rest[:1] == "?" else inner
    return [found for each in chosen for found in _spread(each + after)]
