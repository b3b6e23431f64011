"""The words of a draft that a program writes, in English, German and French. Nothing here says yes or no."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.language import DAYS_IN, MONTHS_IN


@dataclass(frozen=True)
class Words:
    """`formal` greets whom the owner is not near to. `{}` takes a name, a question, a zone."""

    near: str
    formal: str
    bare: str
    opening: str
    answer: str
    times: str
    no_times: str
    closing: str


WORDS: dict[str, Words] = {
    "en": Words(
        "Hi {},", "Dear {},", "Hello,", "thank you for your mail.", "your answer to “{}”",
        "These times would suit me ({}):", "times that suit you", "Best regards",
    ),
    "de": Words(
        "Hallo {},", "Guten Tag {},", "Guten Tag,", "vielen Dank für die Nachricht.", "Antwort auf „{}“",
        "Diese Zeiten passen mir ({}):", "Zeiten, die passen", "Viele Grüße",
    ),
    "fr": Words(
        "Bonjour {},", "Bonjour {},", "Bonjour,", "merci pour le message.", "réponse à « {} »",
        "Ces horaires me conviendraient ({}) :", "horaires possibles", "Cordialement",
    ),
}  # fmt: skip
# Whom the owner greets by first name, by the profile's word for what they are to the owner.
NEAR = re.compile(
    r"(?i)\b(?:family|husband|wife|partner|mother|father|brother|sister|son|daughter|friend|team|colleague|boss|manager"
    r"|mann|frau|mutter|vater|bruder|schwester|sohn|tochter|freund|freundin|kollege|kollegin"
    r"|mari|femme|mère|père|frère|sœur|amie?|collègue)\b"
)


def when(language: str, begins: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """Return a stretch of time as it is said: "Thursday 26 March, 10:00–10:30"."""
    first, last = begins.astimezone(zone), ends.astimezone(zone)
    weekday, month = DAYS_IN[language][first.weekday()], MONTHS_IN[language][first.month - 1]
    clock = f"{first:%H:%M}–{last:%H:%M}"
    if language == "de":
        return f"{weekday.capitalize()}, {first.day}. {month.capitalize()}, {clock} Uhr"
    if language == "fr":
        return f"{weekday} {first.day} {month}, {clock}"
    return f"{weekday.capitalize()} {first.day} {month.capitalize()}, {clock}"
