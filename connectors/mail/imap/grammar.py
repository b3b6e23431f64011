"""What an IMAP server says, as Python values (RFC 9051, section 9): lists and strings, sets of UIDs, folder names,
flags and times.
"""

import base64
import binascii
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from connectors.mail.marks import Marks

DEPTH = 32
LABELS = 100  # keywords of one mail
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TOKEN = re.compile(rb' *(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|(\{\d+\}$)|((?:\[[^]]{0,500}\]|[^\s()"{])+))')
_ESCAPED = re.compile(rb"\\(.)")
_SHIFTED = re.compile(r"&([^-]*)-")


class GarbledError(ValueError):
    """That is not IMAP."""


def values(parts: Sequence[bytes]) -> list[Any]:
    """Return the values of an answer: lists, bytes, None for NIL. `parts` are its lines, with the literals between.

    Raises GarbledError.
    """
    top: list[Any] = []
    stack = [top]
    for number in range(0, len(parts), 2):
        line, at = parts[number], 0
        while at < len(line):
            found = _TOKEN.match(line, at)
            if found is None:
                if line[at:].strip():
                    raise GarbledError("an answer that is no IMAP")
                break
            opening, closing, quoted, literal, atom = found.groups()
            if opening:
                stack.append([])
                stack[-2].append(stack[-1])
            elif closing:
                stack.pop()
            elif literal:
                stack[-1].append(parts[number + 1])
            else:
                stack[-1].append(_string(quoted, atom))
            if not 0 < len(stack) <= DEPTH:
                raise GarbledError("brackets that do not match")
            at = found.end()
    if len(stack) != 1:
        raise GarbledError("brackets that do not match")
    return top


def _string(quoted: bytes | None, atom: bytes) -> bytes | None:
    if quoted is not None:
        return _ESCAPED.sub(rb"\1", quoted)
    return None if atom.upper() == b"NIL" else atom


def pairs(found: Sequence[Any]) -> dict[bytes, Any]:
    """Return a list of names and values as a dict; names in capitals. Raises GarbledError."""
    if len(found) % 2 or not all(isinstance(name, bytes) for name in found[::2]):
        raise GarbledError("names without values")
    return {name.upper(): value for name, value in zip(found[::2], found[1::2], strict=True)}


def number(value: Any) -> int:
    """Return an unsigned number of at most 64 bits. Raises GarbledError."""
    if not isinstance(value, bytes) or not value.isdigit() or len(value) > 20:
        raise GarbledError("no number where one belongs")
    return int(value)


def ranges(text: bytes) -> list[tuple[int, int]]:
    """Return the ranges of a set such as `3:5,9`. Raises GarbledError."""
    found = []
    for part in text.split(b","):
        first, _, last = part.partition(b":")
        low, high = number(first), number(last or first)
        found.append((min(low, high), max(low, high)))
    return found


def uid_set(uids: Iterable[int]) -> bytes:
    """Return UIDs as a set, neighbours joined."""
    joined: list[list[int]] = []
    for uid in sorted(uids):
        if joined and joined[-1][1] == uid - 1:
            joined[-1][1] = uid
        else:
            joined.append([uid, uid])
    return ",".join(f"{low}:{high}" if high > low else str(low) for low, high in joined).encode()


def listed(words: Sequence[bytes]) -> "array[int]":
    """Return the numbers of a SEARCH answer. Raises GarbledError."""
    try:
        return array("L", map(int, words))
    except (ValueError, OverflowError):
        raise GarbledError("no number where one belongs") from None


def folder_name(raw: bytes) -> str:
    """Return a folder's name: modified UTF-7 (RFC 3501, 5.1.3); UTF-8 where a server sends that against the rule.

    What cannot be decoded is kept as it is written.
    """
    text = raw.decode("utf-8", "backslashreplace")
    return text if not raw.isascii() else _SHIFTED.sub(_unshifted, text)


def _unshifted(found: re.Match[str]) -> str:
    if not found[1]:
        return "&"
    code = found[1].replace(",", "/")
    try:
        return base64.b64decode(code + "=" * (-len(code) % 4), validate=True).decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        return found[0]


def folder_code(name: str) -> bytes:
    """Return a folder's name in modified UTF-7."""

    def shifted(found: re.Match[str]) -> str:
        code = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{code}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-")).encode()


def quoted(text: bytes) -> bytes:
    """Return a string as a command gives it. Raises GarbledError for what only a literal could hold."""
    if b"\r" in text or b"\n" in text or b"\0" in text:
        raise GarbledError("a line break in a name")
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def chunks(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield so many UIDs at a time: servers limit the length of a command (RFC 7162, 4)."""
    for at in range(0, len(uids), size):
        yield uids[at : at + size]


def marks(flags: Sequence[bytes]) -> Marks:
    """Read a mail's flags (RFC 9051, 2.3.2); keywords are labels. \\Recent is a matter of the session, not the mail."""
    told = {flag.lower() for flag in flags}
    words = sorted({flag.decode("utf-8", "replace").replace("\0", "") for flag in flags if not flag.startswith(b"\\")})
    seen, answered, flagged = (name in told for name in (b"\\seen", b"\\answered", b"\\flagged"))
    return Marks(seen, answered, flagged, b"\\deleted" in told, tuple(words[:LABELS]))


def moment(value: Any) -> datetime | None:
    """Return an INTERNALDATE ("17-Jul-1996 02:44:25 -0700") in its own zone, None where it is none."""
    if not isinstance(value, bytes):
        return None
    text = value.decode("ascii", "replace").strip()
    try:
        day, month, rest = text.split("-", 2)
        return datetime.strptime(f"{day} {MONTHS.index(month.lower()) + 1} {rest}", "%d %m %Y %H:%M:%S %z")
    except (ValueError, OverflowError):
        return None
