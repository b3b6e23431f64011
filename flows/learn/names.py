"""Names out of typed columns, as a profile may hold them: short, plain, and never a sentence of somebody else's."""

import re

from flows.render.clean import plain

LONGEST, WORDS = 40, 6
ADDRESS = re.compile(r"[a-z0-9._%+'-]{1,64}@[\w.-]{1,120}\.\w{2,24}")  # what a profile may take up unseen
# Words of meetings that are held whatever the project is.
_COMMON = """
stand up standup standups daily weekly monthly jour fixe sync meeting call chat check in checkin catch one on lunch
coffee retro retrospective planning sprint review all hands team office hours hand over handover interview recruiting
besprechung runde woche täglich wöchentlich mittagessen kaffee termin übergabe planung abstimmung rückblick réunion
point hebdomadaire déjeuner café équipe bilan pipeline us on-call and und et the with mit avec hiring
"""
COMMON = frozenset(_COMMON.split())


def clean(text: object, fallback: str | None = None) -> str | None:
    """Return a name as it may stand in the profile; `fallback`, or None, where the text is none.

    A name is short, has a letter, and no address, link or markup; anything else is somebody's text.
    """
    flat = " ".join(str(text or "").split())
    seen = plain(flat, limit=LONGEST + 1).strip(" \"'“”„‚‘’<>()[]{}*_`#")
    good = (
        0 < len(seen) <= LONGEST
        and len(seen.split()) <= WORDS
        and any(letter.isalpha() for letter in seen)
        and not re.search(r"[@<>{}\[\]`|\\]|://|www\.|[\r\n]", flat)
    )
    return seen if good else fallback


def person(name: object, address: str) -> str:
    """Return how somebody is called: by the name seen with their address, else by the part of it before the @."""
    local = address.partition("@")[0].replace(".", " ").replace("_", " ").title()
    return clean(name, None) or clean(local, None) or "Somebody"


def project(title: object) -> str | None:
    """Return a project's name out of a title; None where only words of meetings are left of it."""
    seen = clean(title)
    if seen is None or "/" in seen or re.search(r"\d:\d", seen):
        return None
    words = [word for word in re.findall(r"[^\W\d_][\w-]*", seen) if not set(word.casefold().split("-")) <= COMMON]
    return " ".join(words) if words and len(" ".join(words)) >= 3 else None
