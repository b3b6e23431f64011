"""Where one mail of an mbox ends and the next begins: mboxo, mboxrd, mboxcl, mboxcl2, Thunderbird's and Takeout's.

A separator is a line that starts with `From ` (RFC 4155; the variants: jdebp.uk/FGA/mail-mbox-formats.html). Because
programs forget to quote such lines in a body, it must be followed by a header field, and hold a time or come after an
empty line. A Content-Length is believed where a separator or the end stands exactly at its end.
"""

import hashlib
import mmap
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from connectors.mail.headers import moment
from connectors.mail.mime import EXCERPT, LARGEST, Raw

STEP = 4 << 20  # bytes in one unit of work
MAPPED = 64 << 20  # a unit beyond this (one huge mail) is mapped, not read
_HEADER = 65_536  # bytes in which a mail's header should end
_AHEAD = 4096  # bytes looked at behind a separator
_LINE = re.compile(rb"From [^\n]*\n")
_TIMED = re.compile(rb"\d\d:\d\d| - *\r?\n")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|>From ")
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,12})[ \t]*\r?$", re.M | re.I)
_QUOTED = re.compile(rb"^>(>*From )", re.M)
Buffer = bytes | mmap.mmap


def separates(buffer: Buffer, at: int) -> bool:
    """Whether the `From ` at this offset begins a mail."""
    window = buffer[at : at + _AHEAD]
    line = _LINE.match(window)
    if line is None:
        return at + len(window) == len(buffer) and at == 0
    rest = window[line.end() : line.end() + 200]
    timed = _TIMED.search(line[0]) is not None
    if _FIELD.match(rest):
        return timed or at == 0 or buffer[max(0, at - 2) : at] in (b"\n\n", b"\r\n") or at == 1
    return timed and (not rest or rest[:1] in b"\r\n")


def following(buffer: Buffer, at: int, end: int) -> int:
    """Return the offset of the separator after the one at `at`, `end` where there is none."""
    limit = min(end, at + _HEADER)
    body = buffer.find(b"\n\n", at, limit)
    crlf = buffer.find(b"\n\r\n", at, body if body >= 0 else limit)
    body = crlf + 3 if crlf >= 0 else body + 2 if body >= 0 else end
    if body < end and b"ength:" in (head := buffer[at:body]):
        length = _LENGTH.search(head)
        if length and (exact := _exact(buffer, body + int(length[1]), end)) is not None:
            return exact
    found = buffer.find(b"\nFrom ", at, end)
    while found >= 0:
        if separates(buffer, found + 1):
            return found + 1
        found = buffer.find(b"\nFrom ", found + 1, end)
    return end


def _exact(buffer: Buffer, at: int, end: int) -> int | None:
    """The separator (or the end) right behind a body of the declared length, over at most two line ends."""
    for _ in range(5):
        if at == end:
            return end
        if at > end or at < 1:
            return None
        if buffer[at : at + 5] == b"From ":
            return at if separates(buffer, at) else None
        if buffer[at : at + 1] not in (b"\r", b"\n"):
            return None
        at += 1
    return None


def first(file: BinaryIO, size: int) -> int | None:
    """Return the offset of the first mail of a file, None where no part of its first 4 MiB looks like one."""
    head = _read(file, 0, min(size, STEP))
    if head.startswith(b"From ") and separates(head, 0):
        return 0
    at = head.find(b"\nFrom ")
    while at >= 0:
        if separates(head, at + 1):
            return at + 1
        at = head.find(b"\nFrom ", at + 1)
    return None


def ranges(file: BinaryIO, start: int, end: int) -> list[tuple[int, int]]:
    """Cut [start, end) into units of about 4 MiB that begin at separators, in the order of the file.

    Where the mails declare their lengths, separators are followed one by one from `start`, since a body may hold
    `From ` unquoted; else they are looked for near each cut alone.
    """
    cuts = [start]
    if _LENGTH.search(_read(file, start, min(end, start + 65_536))):
        cuts += _followed(file, start, end)
    else:
        at = start + STEP
        while at < end and (found := _search(file, at, end)) < end:
            cuts.append(found)
            at = found + STEP
    return [(begin, stop) for begin, stop in zip(cuts, [*cuts[1:], end], strict=True) if begin < stop]


def _search(file: BinaryIO, at: int, end: int) -> int:
    """Return the first separator at or after `at`, `end` where there is none."""
    while at < end:
        block = _read(file, at - 1, min(end, at + (1 << 18) + _AHEAD))
        found = block.find(b"\nFrom ")
        while 0 <= found < 1 << 18:
            if separates(block, found + 1):
                return at + found
            found = block.find(b"\nFrom ", found + 1)
        at += 1 << 18
    return end


def _followed(file: BinaryIO, start: int, end: int) -> Iterator[int]:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as buffer:
        at = last = start
        while (at := following(buffer, at, end)) < end:
            if at - last >= STEP:
                yield at
                last = at


def _read(file: BinaryIO, start: int, end: int) -> bytes:
    file.seek(start)
    return file.read(end - start)


def mails(path: Path, start: int, end: int, folder: str) -> Iterator[Raw]:
    """Yield the mails of [start, end), which begins at a separator, in the order of the file."""
    with path.open("rb") as file:
        if end - start <= MAPPED:
            buffer = _read(file, start, end)
            yield from _mails(buffer, 0, len(buffer), start, folder)
        else:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                yield from _mails(whole, start, min(end, len(whole)), 0, folder)


def _mails(buffer: Buffer, at: int, end: int, base: int, folder: str) -> Iterator[Raw]:
    while at < end:
        stop = following(buffer, at, end)
        line_end = buffer.find(b"\n", at, stop) + 1
        begin = line_end or stop
        envelope = _envelope(buffer[at:begin])
        if stop - begin > LARGEST:
            with memoryview(buffer) as view:
                digest = hashlib.sha256(view[begin:stop]).hexdigest()
            yield Raw(buffer[begin : begin + EXCERPT], folder, str(base + at), envelope, None, stop - begin, digest)
        else:
            yield Raw(_unquoted(buffer[begin:stop]), folder, str(base + at), envelope)
        at = stop


def _envelope(line: bytes) -> datetime | None:
    """The time on a From_ line: `From SENDER Mon Mar  2 09:15:00 2026`, also with a zone before the year.

    Programs that know neither sender nor time write MAILER-DAEMON and the present.
    """
    if line.startswith(b"From MAILER-DAEMON"):
        return None
    return moment(line.decode("ascii", "replace").partition(" ")[2].partition(" ")[2])


def _unquoted(data: bytes) -> bytes:
    """Undo mboxrd's quoting and drop the line end that belongs to the separator."""
    if data.endswith(b"\r\n\r\n"):
        data = data[:-2]
    elif data.endswith(b"\n\n"):
        data = data[:-1]
    if (
        b">From " not in data or b"\nFrom " in data
    ):  # an unquoted one inside: its length was declared, nothing is quoted
        return data
    return _QUOTED.sub(rb"\1", data)
