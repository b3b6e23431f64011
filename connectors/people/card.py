"""vCards as properties: versions 2.1, 3.0 and 4.0, as Google, Apple, Outlook, phones and Nextcloud write them.

Rules: vCard 2.1 (versit, 1996), RFC 2426, RFC 6350; grouped properties of Apple (`item1.EMAIL`, `item1.X-ABLabel`);
parameter values in circumflex escapes (RFC 6868). A line that is no property costs that line, not the card.
"""

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

MOST_CARD = 20 * 2**20  # bytes: a card with a photograph has one or two
_BEGIN = re.compile(rb"(?im)^[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*\r?$")
_END = re.compile(rb"(?im)^[ \t]*END[ \t]*:[ \t]*VCARD[ \t]*\r?$")
_NAME = re.compile(r"(?:(?P<group>[\w.-]+)\.)?(?P<name>[A-Za-z][\w-]*)")
_SPLIT = {separator: re.compile(rf"(?<!\\)((?:\\\\)*){separator}") for separator in ",;"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BULKY = frozenset(("PHOTO", "LOGO", "SOUND", "KEY", "X-MS-CARDPICTURE", "X-MS-TNEF"))


class NoCardError(ValueError):
    """The text between BEGIN and END is no card. `reason` is a short constant."""

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(error)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card: its group, its parameters (names in upper case, values in lower), its value still escaped."""

    name: str
    group: str | None
    parameters: Mapping[str, Sequence[str]]
    value: str

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self.parameters.get("TYPE", ()))

    def text(self) -> str:
        """Return the value as one text."""
        return unescape(self.value).strip()

    def parts(self, separator: str = ";") -> list[str]:
        """Return the components of a structured value (N, ORG, ADR)."""
        return [unescape(part).strip() for part in split(self.value, separator)]


@dataclass(slots=True)
class Card:
    """The properties of a card in their order, and its version ("2.1" where it gives none)."""

    version: str
    properties: list[Property] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [found for found in self.properties if found.name == name]

    def first(self, name: str) -> str | None:
        """Return the first value of a property that has one."""
        return next((text for found in self.all(name) if (text := found.text())), None)

    def label(self, group: str | None) -> str | None:
        """Return Apple's label of a group of properties, such as `_$!<Work>!$_` or the owner's own word."""
        if group is None:
            return None
        found = next((item for item in self.all("X-ABLABEL") if item.group == group), None)
        return found.text().removeprefix("_$!<").removesuffix(">!$_") if found else None


def cards(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, bytes) of each card in a file; one that is never ended goes up to the next."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # Windows Contacts and some phones write UTF-16
        data = data.decode("utf-16", "replace").encode("utf-8")
    starts = [match.start() for match in _BEGIN.finditer(data)]
    starts = _outermost(data, starts)
    for start, following in pairwise([*starts, len(data)]):
        piece = data[start:following]
        ends = list(_END.finditer(piece))
        yield data.count(b"\n", 0, start) + 1, piece[: ends[-1].end()] if ends else piece.rstrip()


def _outermost(data: bytes, starts: Sequence[int]) -> list[int]:
    """Return the starts of cards that are not inside another (vCard 2.1 nests an AGENT's card in its value)."""
    return [
        start for start in starts if not re.search(rb"(?i)AGENT[^\n:]*:[ \t\r\n]*$", data[max(0, start - 60) : start])
    ]


def parse(raw: bytes) -> Card:
    """Return a card of its bytes. Raises NoCardError where it does not end, is too large, or has no property."""
    if len(raw) > MOST_CARD:
        raise NoCardError("too-large", f"a card of {len(raw)} bytes")
    if not _END.search(raw):
        raise NoCardError("not-ended", "the card has no END:VCARD")
    if b"\0" in raw:
        raise NoCardError("damaged", "the card holds zero bytes")
    found: list[Property] = []
    depth = 0
    for line in _lines(raw.decode("latin-1")):  # bytes as they are: a fold may split a character, a charset follow
        entry = _property(line)
        if entry is None:
            continue
        if entry.name in ("BEGIN", "END"):
            depth += 1 if entry.name == "BEGIN" else -1
        elif depth <= 1 and entry.name not in _BULKY:
            found.append(entry)
    version = next((entry.value.strip() for entry in found if entry.name == "VERSION"), "2.1")
    kept = [entry for entry in found if entry.name != "VERSION"]
    if not kept:
        raise NoCardError("empty", "the card has no property")
    return Card(version, kept)


def split(value: str, separator: str) -> list[str]:
    """Split a value at its unescaped separators; the parts stay escaped."""
    marked = _SPLIT[separator].sub("\\1\0", value)
    return marked.split("\0")


def unescape(value: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _lines(text: str) -> Iterator[str]:
    """Yield logical lines: folded ones joined, and quoted-printable values (2.1) that go on after a soft break."""
    held: str | None = None
    soft = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if held is not None and soft:
            held, soft = held[:-1] + line.lstrip(" \t"), line.endswith("=")
        elif held is not None and line[:1] in (" ", "\t") and line.strip():
            held += line[1:]
        else:
            if held is not None:
                yield held
            held = line
            soft = line.endswith("=") and "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    if held is not None:
        yield held


def _property(line: str) -> Property | None:
    """Return the property of a line; None where it is none."""
    head, value = _head(line)
    if value is None:
        return None
    name, *given = split(head, ";")
    found = _NAME.fullmatch(name.strip())
    if not found:
        return None
    parameters: dict[str, list[str]] = {}
    for parameter in given:
        key, equals, told = parameter.partition("=")
        if not equals:  # 2.1: TEL;HOME;QUOTED-PRINTABLE:
            bare = key.strip().upper()
            key, told = ("ENCODING" if bare in ("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT") else "TYPE"), key
        values = [part.strip().strip('"').replace("^n", "\n").replace("^'", '"').lower() for part in told.split(",")]
        parameters.setdefault(key.strip().upper(), []).extend(part for part in values if part)
    return Property(found["name"].upper(), found["group"], parameters, _decoded(value, parameters))


def _head(line: str) -> tuple[str, str | None]:
    """Split a line at the colon that ends its parameters: not one in a quoted value."""
    quoted = False
    for position, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return line[:position], line[position + 1 :]
    before, colon, after = line.partition(":")  # a quote that is never closed
    return before, after if colon else None


def _decoded(value: str, parameters: Mapping[str, Sequence[str]]) -> str:
    """Return a value's text: in the charset it names (2.1), else UTF-8, else what Windows and older phones write."""
    data = value.encode("latin-1")
    encodings = parameters.get("ENCODING", ())
    if "quoted-printable" in encodings:
        data = quopri.decodestring(data).replace(b"\r\n", b"\n")
    elif "b" in encodings or "base64" in encodings:
        try:
            data = binascii.a2b_base64(data)
        except binascii.Error:
            return ""
    charset = next(iter(parameters.get("CHARSET", ())), "utf-8")
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return data.decode("cp1252", "replace")
