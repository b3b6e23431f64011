"""A small writer of Internet mail (RFC 5322, 2045, 2047): the same mail is the same bytes on every version of Python.

The standard library's own writer folds headers and picks encodings differently between releases, which the digest of
the quarter would show; the tests read every mail back with it.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")

Address = tuple[str, str]  # (name, address)


@dataclass(frozen=True)
class Attachment:
    name: str
    type: str
    data: bytes
    inline: bool = False


def rfc_date(when: datetime) -> str:
    """Format as RFC 5322 section 3.3 asks, in English whatever the locale is."""
    return f"{DAYS[when.weekday()]}, {when.day} {MONTHS[when.month - 1]} {when.year} {when:%H:%M:%S} {when:%z}"


def words(text: str, charset: str = "utf-8") -> str:
    """Return a header's text, as RFC 2047 encoded words where it is not ASCII."""
    if text.isascii():
        return text
    chunks, chunk = [], ""
    for letter in text:
        if len((chunk + letter).encode(charset, "replace")) > 42:
            chunks.append(chunk)
            chunk = ""
        chunk += letter
    chunks.append(chunk)
    return " ".join(f"=?{charset}?B?{base64.b64encode(each.encode(charset, 'replace')).decode()}?=" for each in chunks)


def mailbox(address: Address) -> str:
    name, route = address
    if not name:
        return route
    plain = name if ATOMS.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{plain if name.isascii() else words(name)} <{route}>"


def folded(name: str, value: str) -> str:
    """Return a header line, folded at blanks so that each line stays under 78 characters where it can."""
    lines, line = [], f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > 77 and line.strip() and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\n".join([*lines, line])


def boundary(*of: object) -> str:
    return "=_" + hashlib.sha256("\0".join(map(str, of)).encode()).hexdigest()[:24]


def text_part(text: str, subtype: str = "plain", charset: str = "utf-8") -> list[str]:
    """Return the lines of a text part: its headers, an empty line, its body."""
    text = text.replace("\r\n", "\n")
    data = text.encode(charset, "replace")
    body = text if text.endswith("\n") else text + "\n"
    if text.isascii() and charset in ("utf-8", "us-ascii", "iso-8859-1"):
        encoding, lines = "7bit", body.split("\n")[:-1]
        if max(map(len, lines), default=0) > 900:
            encoding, lines = "quoted-printable", quoted(body.encode())
    elif charset in ("utf-8", "iso-8859-1", "windows-1252", "iso-8859-15") and len(data) < 1.5 * len(text):
        encoding, lines = "quoted-printable", quoted(body.encode(charset, "replace"))
    else:
        encoding, lines = "base64", base64_lines(body.encode(charset, "replace"))
    return [
        f"Content-Type: text/{subtype}; charset={charset}",
        f"Content-Transfer-Encoding: {encoding}",
        "",
        *lines,
    ]


def quoted(data: bytes) -> list[str]:
    return binascii.b2a_qp(data, istext=True).decode("ascii").split("\n")[:-1]


def base64_lines(data: bytes) -> list[str]:
    code = base64.b64encode(data).decode("ascii")
    return [code[start : start + 76] for start in range(0, len(code), 76)]


def attached(attachment: Attachment) -> list[str]:
    """Return the lines of an attachment; a name that is not ASCII is encoded as RFC 2231 says."""
    name = attachment.name
    if name.isascii():
        given = f'="{name}"'
    else:
        percent = "".join(
            chr(byte) if chr(byte).isalnum() or byte in b".-_" else f"%{byte:02X}" for byte in name.encode()
        )
        given = f"*=utf-8''{percent}"
    disposition = "inline" if attachment.inline else "attachment"
    return [
        f"Content-Type: {attachment.type}; name{given}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition}; filename{given}",
        "",
        *base64_lines(attachment.data),
    ]


def multipart(kind: str, parts: Sequence[list[str]], mark: str) -> list[str]:
    lines = [f'Content-Type: multipart/{kind}; boundary="{mark}"', ""]
    for part in parts:
        lines += [f"--{mark}", *part]
    return [*lines, f"--{mark}--"]


def body(
    text: str | None,
    html: str | None,
    attachments: Sequence[Attachment],
    charset: str,
    invitation: tuple[str, str] | None,
    seed: str,
) -> list[str]:
    """Return a mail's content headers and body. `invitation` is (method, iCalendar text), as RFC 6047 sends it."""
    parts = []
    if text is not None:
        parts.append(text_part(text, "plain", charset))
    if html is not None:
        parts.append(text_part(html, "html", charset))
    if invitation:
        method, calendar = invitation
        lines = text_part(calendar, "calendar", "utf-8")
        parts.append([f"{lines[0]}; method={method}", *lines[1:]])
    content = parts[0] if len(parts) == 1 else multipart("alternative", parts, boundary(seed, "alternative"))
    if attachments:
        content = multipart("mixed", [content, *map(attached, attachments)], boundary(seed, "mixed"))
    return content


def mail(headers: Sequence[tuple[str, str]], content: list[str]) -> bytes:
    """Return a whole mail with LF line ends, as an mbox holds it."""
    head = [folded(name, value) for name, value in headers]
    return ("\n".join([*head, "MIME-Version: 1.0", *content]) + "\n").encode("ascii")
