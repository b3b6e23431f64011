"""Contacts from vCards: one file, or a folder of them, exported from Google, Apple, Outlook, a phone or a server.

Table: `contacts`. Each card is read alone; one that cannot be is set aside and costs no other. A card is known by its
UID, else by what it holds. Handle: `path`.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from connectors.changed import changed, content
from connectors.people.card import Card, NoCardError, Property, cards, parse
from connectors.people.tables import CONTACTS
from connectors.shape import Item, Known, Preview, Reject, Rows
from connectors.walk import Entry, Tree, digest, root_of, walk
from context.errors import InputError, SourceError, StewardError

TABLES = (CONTACTS,)

VERSION = 1  # raised when rows change in meaning: everything is then read anew
MOST_FILE = 500 * 2**20  # bytes; an address book of five thousand people with photographs
MOST_NOTES = 20_000  # characters
CONNECT = "steward connect vcard"
SUFFIXES = frozenset((".vcf", ".vcard"))

_ADDRESS = re.compile(r"[^\s@<>\"(),:;]+@[^\s@<>\"(),:;]+")
_KINDS = ("home", "work", "cell", "mobile", "iphone", "fax", "pager")
_SPOKEN = {"cell": "mobile", "iphone": "mobile"}
_BIRTHDAY = re.compile(r"(?:(?P<year>\d{4})-?|--)(?P<month>\d\d)-?(?P<day>\d\d)(?:[T ].*)?")
_NO_YEAR = ("1604", "0000")  # what Apple and others write for a year that is not known


def preview(handle: Any) -> Preview:
    """Return how many cards there are. Raises InputError for a wrong path, a folder without a file, a file without
    a card.
    """
    root, tree = _tree(handle, InputError)
    count = sum(sum(1 for _ in cards(content(root, entry, MOST_FILE) or b"")) for entry in tree.entries)
    if not tree.entries and not tree.blocked:
        raise InputError(f"there are no .vcf files in {root}", f"check the path, then run `{CONNECT} PATH`")
    if not count and Path(handle.path).expanduser().is_file():
        raise InputError(f"{handle.path} holds no contacts", f"export them as vCard (.vcf), then run `{CONNECT} PATH`")
    notes = [f"{folder} may not be read" for folder in tree.blocked]
    return Preview({"contacts": count}, sum(entry.size for entry in tree.entries), notes)


def fingerprint(handle: Any, now: datetime) -> str:
    """Return a digest of names, sizes and times. Raises SourceError where the path is away."""
    return digest(*_tree(handle, SourceError), VERSION)


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the contacts of each changed file, with a cursor each. Raises SourceError where the path is away."""
    yield from changed(*_tree(handle, SourceError), known, VERSION, MOST_FILE, items)


def items(file: str, data: bytes) -> Iterator[Rows | Reject]:
    """Yield the contacts of a text of vCards, and what of it cannot be read."""
    rows: list[dict[str, Any]] = []
    twins: Counter[str] = Counter()
    found = False
    for line, raw in cards(data):
        found = True
        try:
            row = contact(parse(raw))
        except NoCardError as error:
            yield Reject(file, f"line {line}", error.reason, str(error), raw)
            continue
        twins[row["key"]] += 1
        if twins[row["key"]] > 1:
            row["key"] += f"-{twins[row['key']]}"
        rows.append(row)
    if not found and data.strip():
        yield Reject(file, "", "no-card", "the file holds no BEGIN:VCARD", data[:MOST_NOTES])
    if rows:
        yield Rows(CONTACTS.name, file, rows)


def contact(card: Card) -> dict[str, Any]:
    """Return a card's row. Raises NoCardError for a card that names nobody and says nothing."""
    addresses = _listed(card, "EMAIL", "address")
    organization = next((", ".join(part for part in found.parts() if part) for found in card.all("ORG")), "")
    title = card.first("TITLE") or card.first("ROLE")
    row = {
        "name": _name(card) or organization or (addresses[0]["address"] if addresses else None),
        "addresses": addresses,
        "phones": _listed(card, "TEL", "number"),
        "organization": organization or None,
        "job_title": title,
        "birthday": _birthday(card.first("BDAY")),
        "notes": "\n\n".join(text for found in card.all("NOTE") if (text := found.text()))[:MOST_NOTES] or None,
        "updated_at": _moment(card.first("REV")),
    }
    if not any((row["name"], row["phones"], row["notes"])):
        raise NoCardError("empty", "the card has neither a name nor an address nor a number")
    return {"key": card.first("UID") or _hash(card), **row}


def _hash(card: Card) -> str:
    """Return an identity for a card without UID: name, addresses and numbers, whatever their order."""
    told = sorted({f"{found.name}:{found.value.strip().casefold()}" for found in card.properties
                   if found.name in ("FN", "N", "EMAIL", "TEL", "ORG")})  # fmt: skip
    return "sha256:" + hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _name(card: Card) -> str | None:
    if shown := card.first("FN"):
        return " ".join(shown.split())
    for found in card.all("N"):
        family, given, middle, before, after, *_ = [*found.parts(), "", "", "", "", ""]
        if name := " ".join(part for part in (before, given, middle, family, after) if part):
            return " ".join(name.split())
    return card.first("NICKNAME")


def _listed(card: Card, name: str, called: str) -> list[dict[str, str | None]]:
    """Return mail addresses or numbers once each, the preferred first, else in the card's order."""
    ranked = sorted(card.all(name), key=_preference)
    listed: dict[str, dict[str, str | None]] = {}
    for found in ranked:
        text = found.text()
        if name == "EMAIL":
            address = _ADDRESS.search(text.removeprefix("mailto:"))
            value = address[0].lower() if address else ""
        else:
            value = " ".join(re.sub(r"^tel:", "", text, flags=re.IGNORECASE).split())
        if value:
            listed.setdefault(value, {called: value, "kind": _kind(card, found)})
    return list(listed.values())


def _preference(found: Property) -> int:
    """Return a rank: PREF=1…100 of version 4, the `pref` type of the others, else last."""
    told = next(iter(found.parameters.get("PREF", ())), "")
    if told.isdigit():
        return int(told)
    return 1 if "pref" in found.types or "PREF" in found.parameters else 101


def _kind(card: Card, found: Property) -> str | None:
    types = set(found.types)
    label = (card.label(found.group) or "").lower()
    named = next((kind for kind in _KINDS if kind in types or kind == label), None)
    if named in ("home", "work") and types & {"cell", "fax", "mobile"}:
        named = "fax" if "fax" in types else "mobile"
    return _SPOKEN.get(named, named) if named else None


def _birthday(told: str | None) -> str | None:
    found = _BIRTHDAY.fullmatch(told.strip()) if told else None
    if not found:
        return None
    year = found["year"] if found["year"] not in _NO_YEAR else None
    try:
        date(int(year or 2000), int(found["month"]), int(found["day"]))  # 2000 has a 29 February
    except ValueError:
        return None
    return f"{year or '-'}-{found['month']}-{found['day']}"


def _moment(told: str | None) -> datetime | None:
    """Return REV as a time in UTC, in the basic or extended format of ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(told.strip()) if told else None
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC) if found else None


def _tree(handle: Any, error: type[StewardError]) -> tuple[Path, Tree]:
    """Return the folder and its cards; a single file is a folder with one, whatever its name ends with."""
    path = Path(handle.path).expanduser()
    if not path.exists():
        raise error(f"there is no file or folder {path}", f"check the path, then run `{CONNECT} PATH`")
    if path.is_file():
        path = path.resolve()
        root = root_of(path.parent, error, CONNECT)
        found = path.stat()
        entry = Entry(path.name, path.name, found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)
        if not os.access(path, os.R_OK):
            raise error(f"{path} cannot be read", f"run `chmod u+r {path}`")
        return root, Tree([entry], [], 0)
    root = root_of(path, error, CONNECT)
    return root, walk(root, lambda name: PurePosixPath(name).suffix in SUFFIXES)
