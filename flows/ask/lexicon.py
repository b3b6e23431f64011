"""The words that questions are made of, and what each may mean."""

from functools import cache
from pathlib import Path

LEXICON = Path(__file__).with_name("words.txt")


@cache
def lexicon() -> dict[str, frozenset[str]]:
    """Return what each word may mean: one thing for most, several for some."""
    found: dict[str, set[str]] = {}
    for line in LEXICON.read_text("utf-8").splitlines():
        if not line.startswith("#") and ":" in line:
            meaning, _, listed = line.partition(":")
            for word in listed.split():
                found.setdefault(word, set()).add(meaning)
    return {word: frozenset(meanings) for word, meanings in found.items()}
