"""Ids and what refers to them, across the files: nothing dangles, nothing is named twice."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from context.reading import Document, Finding, Loc
from context.words import hint


class Place(NamedTuple):
    """A list of entries: the file, and the key it stands under (None: the file is the list)."""

    file: str
    key: str | None


LISTS: dict[str, Place] = {
    "role": Place("profile.yaml", "roles"),
    "constraint": Place("profile.yaml", "constraints"),
    "routine": Place("profile.yaml", "routines"),
    "term": Place("profile.yaml", "glossary"),
    "goal": Place("goals.yaml", None),
    "project": Place("projects.yaml", None),
    "person": Place("people.yaml", None),
    "preference": Place("preferences.yaml", None),
}
REFERENCES = (  # (kind of the entry, its field, kind that it names)
    ("routine", "goal", "goal"),
    ("term", "project", "project"),
    ("project", "goal", "goal"),
    ("project", "people", "person"),
)
SCOPES = ("person", "project", "goal")  # a preference about one of these names it by id, or all of them by "*"

Entries = dict[str, list[tuple[Document, Loc, dict[str, Any]]]]


def entries(documents: Mapping[str, Document]) -> Entries:
    """Return all entries by kind with where they stand, as far as the files have the expected shape."""
    found: Entries = {kind: [] for kind in LISTS}
    for kind, (file, key) in LISTS.items():
        document = documents.get(file)
        if document is None:
            continue
        holder = document.data if key is None else _get(document.data, key)
        for index, entry in enumerate(holder if isinstance(holder, list) else ()):
            if isinstance(entry, dict):
                found[kind].append((document, (index,) if key is None else (key, index), entry))
    return found


def broken(documents: Mapping[str, Document]) -> list[Finding]:
    """Return every id given twice and every reference to an id that is not there.

    References into a file that could not be read are not judged.
    """
    every = entries(documents)
    readable = {kind for kind, (file, _) in LISTS.items() if file in documents}
    return [*_twice(documents, every), *_dangling(every, readable), *_scopes(every, readable)]


def _twice(documents: Mapping[str, Document], every: Entries) -> Iterator[Finding]:
    first: dict[str, str] = {}
    if "profile.yaml" in documents:
        identity = _get(documents["profile.yaml"].data, "identity")
        first[str(_get(identity, "id") or "p_owner")] = "the owner"
    for document, loc, entry in (item for kind in every.values() for item in kind):
        name = entry.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            yield document.finding((*loc, "id"), f"the id {name} is already that of {first[name]}; give it another")
        else:
            first[name] = f"{document.file}:{document.line((*loc, 'id'))}"


def _dangling(every: Entries, readable: set[str]) -> Iterator[Finding]:
    for kind, field, target in REFERENCES:
        if target not in readable:
            continue
        ids = _ids(every, target)
        for document, loc, entry in every[kind]:
            value = entry.get(field)
            for place, name in _names((*loc, field), value):
                if name not in ids:
                    yield document.finding(place, _unknown(target, name, ids))


def _scopes(every: Entries, readable: set[str]) -> Iterator[Finding]:
    for document, loc, entry in every["preference"]:
        kind, name = _get(entry.get("scope"), "kind"), _get(entry.get("scope"), "value") or "*"
        if kind in SCOPES and kind in readable and name != "*" and name not in _ids(every, kind):
            yield document.finding((*loc, "scope", "value"), _unknown(kind, str(name), _ids(every, kind)))


def _unknown(kind: str, name: str, ids: set[str]) -> str:
    return f"expected the id of a {kind}, and there is none called {name}{hint(name, ids)}"


def _names(loc: Loc, value: Any) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, list):
        yield from (((*loc, index), name) for index, name in enumerate(value) if isinstance(name, str))


def _ids(every: Entries, kind: str) -> set[str]:
    return {entry["id"] for _, _, entry in every[kind] if isinstance(entry.get("id"), str)}


def _get(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, dict) else None
