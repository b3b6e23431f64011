"""Folding: how the words of a question are compared. No small or capital letters, no accents, plain quotes."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+(?:['.@&/+_-][^\W_]+)*")


def fold(text: str) -> str:
    """Return text in small letters without accents: "März" and "MARZ" are alike."""
    seen = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ß", "ss").casefold())
    return "".join(letter for letter in seen if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return the folded words of a text, without a possessive "'s"."""
    return [re.sub(r"'s$", "", word) for word in WORD.findall(fold(text))]


def distance(one: str, other: str) -> int:
    """Return how many letters were mistyped: left out, added, changed, or two changed about (Damerau, restricted)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, target in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearest(word: str, known: set[str]) -> str | None:
    """Return the one word of `known` that `word` may be a slip of; None where there is none, or more than one."""
    if len(word) < 5 or not word.isalpha():
        return None
    most = 1 if len(word) < 8 else 2
    near = [
        (distance(word, other), other)
        for other in known
        if other[0] == word[0] and abs(len(other) - len(word)) <= most and len(other) >= 4
    ]
    found = sorted(pair for pair in near if pair[0] <= most)
    if not found or (len(found) > 1 and found[0][0] == found[1][0]):
        return None
    return found[0][1]
