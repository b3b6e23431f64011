"""Who and what a question names: people, companies, projects, repositories, accounts, words of the glossary.

A person is an address: two who share a name stay two, and a question that names both is asked back. Somebody whom the
owner has nothing to do with is nobody beside somebody known of the same name.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from context.profile import Profile
from flows.ask.fold import WORD, fold, words
from flows.ask.lexicon import lexicon
from flows.common.wording import name as spoken
from flows.facts import Row
from flows.shape import View

RELATIONS = {
    "boss": "boss", "chef": "boss", "chefin": "boss", "manager": "boss", "mother": "mother", "mum": "mother",
    "mom": "mother", "mama": "mother", "mutter": "mother", "father": "father", "vater": "father", "dad": "father",
    "husband": "husband", "mann": "husband", "wife": "wife", "frau": "wife", "brother": "brother", "bruder": "brother",
    "sister": "sister", "schwester": "sister", "lawyer": "lawyer", "anwalt": "lawyer", "teacher": "teacher",
    "lehrerin": "teacher", "lehrer": "teacher", "engineer": "team", "colleague": "colleague", "kollege": "colleague",
}  # fmt: skip
MY = r"\b(?:my|mein|meine|meinem|meinen|meiner|our|the|vom|beim|zum|dem)\s+"
ALONE = frozenset({"mama", "mum", "mom", "dad"})  # said without "my" too


@dataclass(frozen=True)
class Named:
    """One thing that is named: its kind, the value that SQL is given, and how an answer says it.

    `others` are the people that it may be as well: more than one, and the owner is asked.
    """

    kind: str
    value: str
    said: str
    others: tuple[tuple[str, str, str], ...] = ()  # (person_id, name, address) of everybody it may be
    address: str = ""  # of a person


@dataclass
class Names:
    """What can be named in this home, for one question."""

    people: list[Row]
    known: list[Row]
    places: list[tuple[str, str, str]]
    own: str = ""  # the owner's own company
    words: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, view: View, text: str) -> "Names":
        asked = f" {' '.join(words(text))} "
        people = view.rows("people", words=asked)
        known = view.rows("known")
        places = [(row["kind"], row["name"], row["value"]) for row in view.rows("places")]
        places += list(_projects(view.profile))
        own = next((role.org for role in view.profile.roles if role.org), "") or ""
        names = cls(people, known, places, fold(own))
        names.words = {word for row in known for word in words(row["name"] or "") if len(word) > 3}
        names.words |= {word for _, name, _ in places for word in words(name) if len(word) > 4}
        return names

    def knows(self, word: str) -> bool:
        """Return whether a folded word is part of some name."""
        return word in self.words or word in RELATIONS or any(word in words(row["name"] or "") for row in self.people)

    def read(self, text: str) -> tuple[tuple[Named, ...], str]:
        """Return what a folded text names, and the text without it."""
        found: list[Named] = []
        for reader in (self._places, self._persons, self._relations, self._companies):
            more, text = reader(text)
            found += more
        return tuple(found), text

    def _places(self, text: str) -> tuple[list[Named], str]:
        found: dict[str, Named] = {}
        for kind, name, value in sorted(self.places, key=lambda place: -len(place[1])):
            if kind not in found and _place(name).search(text):
                found[kind] = Named(kind, value, name)
        for item in found.values():
            text = _place(item.said).sub(" ", text)
        return list(found.values()), text

    def _persons(self, text: str) -> tuple[list[Named], str]:
        """Return the people named, the longest names first; a name of several people holds them all."""
        found: list[Named] = []
        known = [row for row in [*self.people, *self.known] if row["known"]]
        while True:
            spans = _spans(text, known) or _spans(text, self.people)
            if not spans:
                return found, text
            most = max(spans)
            rows = {row["person_id"]: row for row in spans[most]}
            start, end = most[2], most[3]
            relations = [row for row in rows.values() if _told_apart(row, text[:start] + text[end:])]
            chosen = relations if len(relations) == 1 else list(rows.values())
            for row in relations if len(relations) == 1 else []:
                text = _without_apart(row, text)
            found.append(_person(chosen))
            text = f"{text[:start]} {text[end:]}" if len(relations) != 1 else _cut(text, rows.values())

    def _relations(self, text: str) -> tuple[list[Named], str]:
        found: list[Named] = []
        for word, relation in RELATIONS.items():
            pattern = rf"\b(?:{MY})?{word}\b" if word in ALONE else rf"{MY}{word}\b"
            if re.search(pattern, text):
                rows = [row for row in self.known if fold(row["relation"] or "") == relation]
                if rows:
                    found.append(_person(rows))
                    text = re.sub(pattern, " ", text)
        return found, text

    def _companies(self, text: str) -> tuple[list[Named], str]:
        """Return the companies named, by their whole name or its first word; their people's domains are the value."""
        domains: dict[str, set[str]] = {}
        for row in self.known:
            if row["organization"]:
                listed = json.loads(row["addresses"] or "[]")
                domains.setdefault(row["organization"], set()).update(a.rpartition("@")[2] for a in listed if "@" in a)
        found: list[Named] = []
        for company in sorted(domains, key=len, reverse=True):
            first = words(company)[:1]
            for spoken_as in (fold(company), *(word for word in first if len(word) > 4)):
                pattern = rf"(?<![\w-]){re.escape(spoken_as)}(?![\w-])"
                if re.search(pattern, text) and domains[company]:
                    value = "@(" + "|".join(re.escape(each) for each in sorted(domains[company])) + ')"'
                    found.append(Named("company", value, company))
                    text = re.sub(pattern, " ", text)
        return found, text


def _place(name: str) -> re.Pattern[str]:
    after = "project|projekt|team|repo|repository|account|konto"
    return re.compile(rf"(?<![\w-])(?:the )?{re.escape(fold(name))}(?:[- ](?:{after}))?(?![\w-])")


def _projects(profile: Profile) -> Iterable[tuple[str, str, str]]:
    for project in profile.projects:
        for name in (project.name, *project.aliases):
            yield "project", name, project.id


def _spans(text: str, people: list[Row]) -> dict[tuple[int, int, int, int], list[Row]]:
    """Return where names stand in a text: (words matched, whole name?, start, −end…) → the people it may be."""
    found: dict[tuple[int, int, int, int], list[Row]] = {}
    marks = [(re.sub(r"'s$", "", word[0]), word.start(), word.end()) for word in WORD.finditer(text)]
    for row in people:
        parts = [part for part in words(row["name"] or "") if len(part) > 2]
        listed = json.loads(row["addresses"] or "[]")
        for number, (word, start, _) in enumerate(marks):
            if word in listed:
                found.setdefault((9, 1, start, marks[number][2]), []).append(row)
            length = 0
            while number + length < len(marks) and marks[number + length][0] in parts:
                length += 1
            common = all(marks[number + n][0] in lexicon() for n in range(length))
            if length and (not common or length == len(parts)):
                span = (length, int(length == len(parts)), start, marks[number + length - 1][2])
                found.setdefault(span, []).append(row)
    return found


def _told_apart(row: Row, rest: str) -> bool:
    """Return whether the rest of a question says which of several it is: by relation, company or address."""
    said = set(words(rest))
    relation = fold(row["relation"] or "")
    near = {word for word, meant in RELATIONS.items() if meant == relation} | {relation}
    company = {word for word in words(row["organization"] or "") if len(word) > 4}
    listed = set(json.loads(row["addresses"] or "[]"))
    return bool(said & ((near | company | listed) - {""}))


def _without_apart(row: Row, text: str) -> str:
    relation = fold(row["relation"] or "")
    gone = {word for word, meant in RELATIONS.items() if meant == relation} | {relation}
    gone |= {word for word in words(row["organization"] or "") if len(word) > 4}
    return re.sub(rf"\b(?:{'|'.join(re.escape(word) for word in sorted(gone) if word)})\b", " ", text)


def _cut(text: str, rows: Iterable[Row]) -> str:
    parts = {part for row in rows for part in [*words(row["name"] or ""), *json.loads(row["addresses"] or "[]")]}
    return re.sub(
        rf"(?<!\w)(?:{'|'.join(re.escape(part) for part in sorted(parts, key=len, reverse=True))})(?:'s)?(?!\w)",
        " ",
        text,
    )


def _person(rows: list[Row]) -> Named:
    first = rows[0]
    others = tuple((row["person_id"], spoken(row["name"]), row["address"] or "") for row in rows)
    return Named(
        "person", first["person_id"], spoken(first["name"]), others if len(others) > 1 else (), first["address"] or ""
    )
