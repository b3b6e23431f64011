"""What the owner typed, as parts: words, "phrases", beginnings*, fields as from:ana; each may be -excluded.

Read without an index: this module knows how a question is written, not what is in it. `str` of it reads the same again.
"""

import re
from dataclasses import dataclass

from context.errors import InputError

MOST = 32  # parts; what follows is not read
LONGEST = 4_000  # characters
# `to` is To and Cc, invited people and assignees; `in` a source, account, folder, calendar, list or repository
NAMES = ("from", "to", "in", "before", "after", "has", "subject", "kind")
ALSO = {"title": "subject"}
EXAMPLES = {
    "from": "from:ana or from:ana@firm.example",
    "to": "to:ana or to:me",
    "in": "in:inbox",
    "before": "before:2026-03-25",
    "after": "after:2026-03-25",
    "has": "has:attachment",
    "subject": 'subject:invoice or subject:"two words"',
    "kind": "kind:mail",
}
_PART = re.compile(r'(-?)(?:([A-Za-z]+):(?![:/]))?(?:"([^"]*)"?|([^\s"]+))')
_ALONE = re.compile(r"-?([A-Za-z]+):")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `field` is "" for words. `text` is as typed, without its quotes; a `quoted` one stands together."""

    text: str
    field: str = ""
    quoted: bool = False
    excluded: bool = False

    @property
    def prefix(self) -> bool:
        """Whether its last word may go on."""
        return not self.quoted and self.text.endswith("*")

    def __str__(self) -> str:
        field = f"{self.field}:" if self.field else ""
        return f"{'-' if self.excluded else ''}{field}" + (f'"{self.text}"' if self.quoted else self.text)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its words and its fields, in the order typed."""

    parts: tuple[Part, ...]

    @property
    def words(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.field)

    @property
    def fields(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.field)

    def __str__(self) -> str:
        return " ".join(map(str, self.parts))


def read(text: str) -> Asked:
    """Read what was typed. Raises InputError for a field that there is not, and one without a value."""
    parts: list[Part] = []
    for match in _PART.finditer(text[:LONGEST]):
        sign, named, quoted, plain = match.groups()
        field = named.lower() if named else ""
        field = ALSO.get(field, field)
        value = quoted if quoted is not None else plain
        if field and field not in NAMES:
            raise InputError(
                f"there is no field {named}: (there are {', '.join(f'{name}:' for name in NAMES)})",
                f'to find it as it stands, put it in quotes: "{named}:{value.replace(chr(34), "")[:40]}"',
            )
        if not field and quoted is None and (alone := _ALONE.fullmatch(plain)):
            field = ALSO.get(alone[1].lower(), alone[1].lower())
            if field in NAMES:
                raise InputError(f"{plain} has no value", f"write {EXAMPLES[field]}, without a blank after the colon")
            field = ""
        if field and not value.strip(" *"):
            raise InputError(f"{named}: has no value", f"write {EXAMPLES[field]}")
        parts.append(Part(value, field, quoted is not None, bool(sign)))
    return Asked(tuple(parts[:MOST]))
