"""The slow, patient reader for mails that the fast one refuses or is misled by. It never gives up: at worst it
returns the header fields it can see and the rest as text.
"""

import quopri
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.utils import collapse_rfc2231_value

from connectors.mail.charsets import decode, unbase64, words
from connectors.mail.text import blank, from_html, plain, unfold

NESTING = 256  # levels of parts; deeper ones are not read
PARTS = 10_000
LONGEST = 10_000  # characters of a type field
COSTLY = 200_000_000  # the library looks at each line once for each part that is open there
_FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:[ \t]*(.*(?:\r?\n[ \t]+.*)*)", re.M)
_SPACED = re.compile(rb"^([!-9;-~]{1,100})[ \t]+:")
_HEADER_END = re.compile(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r(?!\n)")
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))
_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?:Content-|\r?\n)", re.M | re.I)
_SEAM = re.compile(
    rb"^--[^\r\n]*\r?\n(?:Content-[^\n]*\n(?:[ \t][^\n]*\n)*)*", re.M | re.I
)  # a boundary and its fields
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.M)
_UU_END = re.compile(rb"^(?:end|====)\r?$", re.M)


@dataclass(slots=True)
class Parsed:
    """A mail in pieces: header fields by lower-case name, its text, its attachments (name, type,
    encoded size where it is known)."""

    headers: dict[str, list[str]] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[tuple[str, str, int | None]] = field(default_factory=list)

    def body(self) -> tuple[str, bool]:
        """Return the text, and whether it came from HTML."""
        text = "\n\n".join(part for part in self.plain if not blank(part))
        if text:
            return text, False
        text = "\n\n".join(found for part in self.html if (found := from_html(part)))
        return text, bool(text)


def parse(data: bytes) -> Parsed:
    """Read a mail of any form. Never raises."""
    data = _normal(data)
    parsed = Parsed()
    try:
        if data.count(b"multipart/") * len(data) > COSTLY:
            raise ValueError("too many parts in parts")
        message = message_from_bytes(data)
        parsed.headers = _headers(message)
        _walk(message, parsed, nested=0)
    except (MessageError, RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError):
        parsed = (
            Parsed()
        )  # the standard library has open bugs on hostile input; what it cannot read is read as plain text
    if not parsed.headers or not (parsed.plain or parsed.html or parsed.attachments):
        _by_hand(data, parsed)
    return parsed


def _normal(data: bytes) -> bytes:
    """Return the mail as bytes that a line-based reader understands: no BOM, no UTF-16, no bare CR, no leading junk."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            data = data[len(mark) :].decode(name, "replace").encode("utf-8")
    if data[:200].count(b"\x00") > 50:
        data = data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be", "replace").encode("utf-8")
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    data = data.lstrip(b"\r\n")
    while data.startswith((b"From ", b">From ")):
        data = data.partition(b"\n")[2]
    return _without_junk(data)


def _without_junk(data: bytes) -> bytes:
    """Drop lines among the header fields that are none, and spaces before colons; not where there is no header at
    all.
    """
    end = _HEADER_END.search(data)
    head = data[: end.start()] if end else data[:65_536]
    lines = head.split(b"\n")
    if not _FIELD.match(lines[0]):
        return data
    kept = [_SPACED.sub(rb"\1:", line) for line in lines if line[:1] in b" \t" or _FIELD.match(line)]
    if kept == lines or len(kept) * 2 < len(lines):
        return data
    return b"\n".join(kept) + (data[end.start() :] if end else data[65_536:])


def _text(value: object) -> str:
    """A header field as the standard library keeps it (surrogates for 8-bit bytes), decoded and on one line."""
    raw = str(value)
    if not raw.isascii():
        raw = decode(raw.encode("utf-8", "surrogateescape"))
    return " ".join(words(raw).split())


def _raw_text(value: object) -> str:
    """As `_text`, encoded words left alone: in an address header they are decoded after the addresses are split."""
    raw = str(value)
    return " ".join((raw if raw.isascii() else decode(raw.encode("utf-8", "surrogateescape"))).split())


ADDRESSED = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender"})


def _headers(message: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        key = name.strip().lower()
        found.setdefault(key, []).append(_raw_text(value) if key in ADDRESSED else _text(value))
    return found


def _walk(message: Message, parsed: Parsed, nested: int) -> None:
    """Collect texts and attachments, depth first. A nested mail is an attachment, and read where there is no other
    text.
    """
    inner: list[Message] = []
    stack: list[tuple[Message, int]] = [(message, nested)]
    seen = 0
    while stack and seen < PARTS:
        part, depth = stack.pop()
        _shorten(part)
        seen += 1
        kind = _kind(part)
        if not part.is_multipart():
            rest = _leaf(part, kind, parsed)
            if rest is not None and depth < NESTING:
                stack.append((rest, depth + 1))
        elif kind.startswith("message/"):
            parsed.attachments.append((_filename(part), kind, None))
            inner += [_unwrapped(part, child) for child in _children(part)]
        elif depth < NESTING:
            stack += [(child, depth + 1) for child in reversed(_children(part))]
    if all(blank(text) for text in (*parsed.plain, *parsed.html)) and nested < NESTING:
        for each in inner[:20]:
            _walk(each, parsed, nested + 1)


def _shorten(part: Message) -> None:
    """Cut type fields of absurd length: the library reads their parameters in the square of it."""
    for name in ("content-type", "content-disposition"):
        if len(value := str(part.get(name, ""))) > LONGEST:
            del part[name]
            part[name] = value[:LONGEST]


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _unwrapped(part: Message, child: Message) -> Message:
    """A nested mail may not be encoded (RFC 2046 5.2.1); some are, and look like a body without header."""
    if _encoding(part) != "base64" or child.is_multipart():
        return child
    decoded = unbase64(_bytes(child))
    return message_from_bytes(decoded) if decoded else child


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except (ValueError, AttributeError, TypeError, IndexError):
        return "text/plain"


def _leaf(part: Message, kind: str, parsed: Parsed) -> Message | None:
    """Take one part. Returns a mail to walk instead, where a part said to be of several turns out to be."""
    named = _filename(part)
    attached = _disposition(part) == "attachment"
    encoding = _encoding(part)
    raw = _bytes(part)
    if kind.startswith("multipart/"):
        return _parts(_transfer(raw, encoding), parsed)
    if attached or (kind not in ("text/plain", "text/html") and (named or not kind.startswith("text/"))):
        parsed.attachments.append((named, kind, len(raw)))
        return None
    data = _transfer(raw, encoding)
    if kind == "text/plain" and b"begin" in data:
        data = _without_files(data, parsed)
    text = plain(decode(data, _parameter(part, "charset")))
    if kind == "text/html":
        parsed.html.append(text)
    elif _parameter(part, "format").lower() == "flowed":
        parsed.plain.append(unfold(text, _parameter(part, "delsp").lower() == "yes"))
    else:
        parsed.plain.append(text)
    return None


def _without_files(data: bytes, parsed: Parsed) -> bytes:
    """Take the uuencoded files out of a text; each is an attachment."""
    kept, at = [], 0
    while (begin := _UU_BEGIN.search(data, at)) and (end := _UU_END.search(data, begin.end())):
        parsed.attachments.append((decode(begin[1].strip()), "application/octet-stream", end.end() - begin.start()))
        kept.append(data[at : begin.start()])
        at = end.end()
    return b"".join((*kept, data[at:]))


def _parts(data: bytes, parsed: Parsed) -> Message | None:
    """A multipart without its boundary: find the boundary by its look, else take what is there as text."""
    if match := _BOUNDARY.search(data):
        boundary = match[1].replace(b'"', b"")
        return message_from_bytes(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + data)
    parsed.plain.append(plain(decode(_SEAM.sub(b"", data))))
    return None


def _bytes(part: Message) -> bytes:
    """Return a leaf's bytes as they lie in the mail. The field goes first, or the library would decode by it."""
    del part["content-transfer-encoding"]
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _encoding(part: Message) -> str:
    return str(part.get("content-transfer-encoding", "")).lower().strip(" ;\"'").replace("-", "")


def _transfer(raw: bytes, encoding: str) -> bytes:
    """Undo the transfer encoding, keeping what can be decoded of a broken one."""
    if encoding.startswith("quotedprintable"):
        return quopri.decodestring(raw)
    if encoding == "base64":
        foot = raw.find(b"\n-- \n")  # list software appends its footer in clear
        decoded = unbase64(raw[:foot] if foot > 0 else raw)
        return raw if decoded is None else decoded
    return raw


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name)
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
    try:
        return collapse_rfc2231_value(value) if value else ""
    except (ValueError, LookupError, TypeError):
        return ""


def _disposition(part: Message) -> str:
    return str(part.get("content-disposition", "")).split(";")[0].strip().lower()


def _filename(part: Message) -> str:
    try:
        return _text(part.get_filename() or "")
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _by_hand(data: bytes, parsed: Parsed) -> None:
    """The last resort: fields by their look, and all that follows as text."""
    end = _HEADER_END.search(data)
    head = data[: end.start()] if end else data
    fields = list(_FIELD.finditer(head[:1_000_000]))
    if not parsed.headers:
        for match in fields[:PARTS]:
            name = match[1].decode("ascii", "replace").lower()
            value = decode(match[2].replace(b"\r", b""))
            parsed.headers.setdefault(name, []).append(" ".join(words(value).split()))
    body = _SEAM.sub(b"", data[end.end() :]) if fields and end else (b"" if fields else data)
    if body.strip():
        parsed.plain.append(plain(decode(body)))
