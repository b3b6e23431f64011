"""Words of the profile that have a closed set elsewhere: time zones (IANA) and languages (BCP 47), and near misses."""

import difflib
import re
from collections.abc import Iterable
from functools import cache
from zoneinfo import available_timezones

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")  # RFC 5646: language-Script-REGION


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_name(name: str) -> str:
    """Return `name` if it is an IANA time zone. Raises ValueError with the nearest one otherwise."""
    if name not in zones():
        raise ValueError(f"expected an IANA time zone like Europe/Berlin{hint(name, zones())}")
    return name


def language(tag: str) -> str:
    """Return `tag` if it has the form of a language tag (RFC 5646). Raises ValueError otherwise."""
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("expected a language tag like en, fr or pt-BR")
    return tag


def near(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the choice that `word` was probably meant to be."""
    by_fold = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=cutoff)
    if found:
        return by_fold[found[0]]
    ends = [choice for fold, choice in by_fold.items() if fold.rpartition("/")[2] == word.casefold().replace(" ", "_")]
    return min(ends) if ends else None


def hint(word: str, choices: Iterable[str]) -> str:
    """Return "; did you mean …?" or nothing."""
    found = near(word, choices)
    return f"; did you mean {found}?" if found else ""
