"""How long a piece of work takes, as its title or note says it: "(45 min)", "[2h]", "~1,5 Std."."""

import re
from datetime import timedelta

ASSUMED = timedelta(minutes=30)  # where nothing is said; the plan says that it is assumed
LONGEST = timedelta(hours=8)
_SAID = re.compile(
    r"(?i)(?:~\s*|\bca\.?\s*|\best\.?:?\s*|[(\[]\s*~?\s*)(?P<number>\d{1,3}(?:[.,]\d{1,2})?)\s*"
    r"(?P<unit>h(?=\d)|(?:h|hrs?|hours?|std|stunden?|heures?|m|min|mins|minutes?|minuten)\b)\s*(?P<rest>\d{1,2})?"
)


def said(*texts: str | None) -> timedelta | None:
    """Return the length that one of the texts says; None where none does. What makes no sense says nothing."""
    for text in texts:
        match = _SAID.search(text or "")
        if match is None:
            continue
        number = float(match["number"].replace(",", "."))
        hours = match["unit"].lower().startswith(("h", "s"))
        length = timedelta(hours=number) if hours else timedelta(minutes=number)
        if hours and match["rest"]:
            length += timedelta(minutes=int(match["rest"]))
        if timedelta(0) < length <= LONGEST:
            return length
    return None
