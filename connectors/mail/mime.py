"""Mails as bytes → rows of `messages`. Nothing that arrives may stop it.

The fast reader (Rust) takes nearly all mails. Where it fails, warns, or its text bears the marks of a wrong character
set, the careful reader takes the mail again. Limits: 256 levels, 10,000 recipients, 2 MB of HTML, and of a mail
beyond 100 MiB only the first 8 are read.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from fast_mail_parser import ParseError, parse_many

from connectors.mail import careful, headers
from connectors.mail.charsets import storable, suspicious
from connectors.mail.marks import Marks, marks
from connectors.mail.tables import VERSION
from connectors.mail.text import blank, from_html, plain, unfold

LARGEST = 100 << 20  # bytes of one mail
EXCERPT = 8 << 20  # read of a larger one
BODY_LIMIT = 4_000_000  # characters kept of one mail's text
COSTLY = 5_000  # encoded words in one mail, which cost the fast reader the square of their number
NAMES = 10_000  # of header fields that are remembered
BATCH = 256  # mails given to the fast reader at once
_MENDED = "date-unparseable"  # the one warning of the fast reader that needs no second reading: see `headers.times`
_STATEFUL = frozenset(
    (
        *("status", "x-status", "x-mozilla-status", "x-mozilla-status2", "x-mozilla-keys", "keywords", "x-keywords"),
        *("x-uid", "x-imapbase", "x-imap", "x-evolution", "content-length"),
    )
)
_STATUS = re.compile(
    rb"^(?:X-)?(?:Status|Mozilla-(?:Status2?|Keys)|Keywords|UID|IMAPbase|IMAP|Evolution):[^\n]*\n(?:[ \t][^\n]*\n)*|"
    rb"^Content-Length:[^\n]*\n",
    re.M | re.I,
)

Row = tuple[Any, ...]  # the columns of tables.COLUMNS, in order


class Raw(NamedTuple):
    """One mail as it lies in its mailbox, and what the mailbox itself says of it."""

    data: bytes
    folder: str
    position: str
    envelope: datetime | None = None
    marks: Marks | None = None
    size: int = 0  # of the whole mail where `data` is an excerpt
    digest: str = ""  # SHA-256 of the whole mail where `data` is an excerpt


class Failed(NamedTuple):
    """A mail that gives no row: `reason` in a few constant words, `error` in full."""

    mail: Raw
    reason: str
    error: str


def rows(mails: Iterable[Raw], *, fast: bool = True) -> Iterator[Row | Failed]:
    """Yield a row for each mail, or why there is none.

    Mails that their program has marked as deleted, though they still lie in the file, give nothing.
    """
    batch: list[Raw] = []
    size = 0
    for mail in mails:
        batch.append(mail)
        size += len(mail.data)
        if len(batch) >= BATCH or size > EXCERPT:
            yield from _batch(batch, fast)
            batch, size = [], 0
    yield from _batch(batch, fast)


def _batch(batch: Sequence[Raw], fast: bool) -> Iterator[Row | Failed]:
    if not batch:
        return
    taken: list[str | bytes] = [mail.data if fast and not _costly(mail.data) else b"" for mail in batch]
    found = parse_many(taken, mode="lazy", threads=1)
    for mail, data, parsed in zip(batch, taken, found, strict=True):
        if not mail.data.strip():
            yield Failed(mail, "empty", "there is nothing in it")
            continue
        try:
            if not data or isinstance(parsed, ParseError) or any(w.kind != _MENDED for w in parsed.warnings):
                row = _careful(mail)
            else:
                row = _fast(mail, parsed)
        except Exception as error:  # noqa: BLE001 - whatever a mail does to its reader, its neighbours are read
            yield Failed(mail, "unreadable", f"{type(error).__name__}: {error}")
            continue
        if row is not None:
            yield row


def _costly(data: bytes) -> bool:
    return len(data) >= 2 * COSTLY and data.count(b"=?") >= COSTLY


class _Lower(dict[str, str]):
    """Names of header fields in lower case, remembered: a mailbox has few, forty to a mail."""

    def __missing__(self, name: str) -> str:
        if len(self) > NAMES:
            self.clear()
        self[name] = lower = name.lower()
        return lower


_LOWER = _Lower()


def _fast(mail: Raw, parsed: Any) -> Row | None:
    """Make the row from the fast reader's findings, or have the mail read again if they look wrong."""
    fields = {_LOWER[name]: values for name, values in parsed.headers.items()}
    texts = parsed.text_plain
    body = texts[0] if len(texts) == 1 else "\n\n".join(text for text in texts if not blank(text))
    is_html = blank(body) and bool(parsed.text_html)
    if is_html:
        body = "\n\n".join(text for part in parsed.text_html if (text := from_html(part)))
    subject, sender = parsed.subject, parsed.from_
    attachments = [(part.filename, part.mimetype, part.encoded_size) for part in parsed.attachments]
    doubtful = suspicious(body) or suspicious(subject) or "=?" in subject or not fields or " " in "".join(fields)
    doubtful = doubtful or any(suspicious(name) for name, _, _ in attachments)
    if doubtful or (blank(body) and _may_hold_text(parsed)):
        return _careful(mail)
    content = fields.get("content-type", ("",))[0].lower()
    if "flowed" in content and not is_html:
        body = unfold(plain(body), "delsp=yes" in content)
    if not is_html and "\nbegin 6" in body:
        return _careful(mail)
    authors = (
        [(sender.display_name or "", sender.address.lower())] if sender else headers.addresses(fields.get("from", ()))
    )
    return _row(
        mail, fields, subject, body, is_html, authors,
        _pairs(parsed.to), _pairs(parsed.cc), _pairs(parsed.reply_to), attachments, _date(parsed),
    )  # fmt: skip


def _date(parsed: Any) -> datetime | None:
    """The time of the Date header as the fast reader takes it; years beyond 9999 make it raise."""
    try:
        found: datetime | None = parsed.date_parsed
    except (ValueError, OverflowError):
        return None
    return found


def _may_hold_text(parsed: Any) -> bool:
    """Whether an empty body may be the fast reader's doing: nested mails, broken types, or no part at all."""
    kinds = [part.mimetype for part in parsed.attachments]
    return not kinds or any(kind.startswith(("message/", "text/", "multipart/")) or "/" not in kind for kind in kinds)


def _pairs(found: Sequence[Any]) -> list[headers.Address]:
    return [(each.display_name or "", each.address.lower()) for each in found[: headers.RECIPIENTS]]


def _careful(mail: Raw) -> Row | None:
    parsed = careful.parse(mail.data)
    fields = parsed.headers
    body, is_html = parsed.body()
    people = {name: headers.addresses(fields.get(name, ())) for name in ("from", "to", "cc", "reply-to")}
    subject = headers.first(fields, "subject") or ""
    return _row(
        mail, fields, subject, body, is_html, people["from"], people["to"], people["cc"], people["reply-to"],
        parsed.attachments, None,
    )  # fmt: skip


def content_hash(data: bytes, fields: headers.Headers) -> str:
    """Return the SHA-256 of a mail without the lines in which mail programs keep its state."""
    end = data.find(b"\n\r\n" if b"\r\n" in data[:2000] else b"\n\n")
    if _STATEFUL.isdisjoint(fields) or end < 0:
        return hashlib.sha256(data).hexdigest()
    digest = hashlib.sha256(_STATUS.sub(b"", data[: end + 1]))
    digest.update(memoryview(data)[end + 1 :])
    return digest.hexdigest()


def row_hash(digest: str, folder: str, state: Marks) -> str:
    """Return what tells two versions of a mail's row apart: its content, where it lies, and its marks."""
    told = f"{VERSION}\n{digest}\n{folder}\n{state}".encode("utf-8", "replace")
    return hashlib.blake2b(told, digest_size=16).hexdigest()


def _row(
    mail: Raw,
    fields: headers.Headers,
    subject: str,
    body: str,
    is_html: bool,
    authors: Sequence[headers.Address],
    to: Sequence[headers.Address],
    cc: Sequence[headers.Address],
    reply_to: Sequence[headers.Address],
    attachments: Sequence[tuple[str, str, int | None]],
    date: datetime | None,
) -> Row | None:
    state = marks(fields, mail.marks)
    if state.deleted:
        return None
    digest = mail.digest or content_hash(mail.data, fields)
    message_id = headers.identifier(headers.first(fields, "message-id"))
    key = message_id or f"sha256:{digest}"
    references = headers.identifiers(fields.get("references", ()))[: headers.RECIPIENTS]
    parents = headers.identifiers(fields.get("in-reply-to", ())[:1])
    parent = parents[0] if parents else None
    thread = headers.first(fields, "x-gm-thrid")
    sent, taken = headers.times(fields, date, mail.envelope)
    from_name, from_address = authors[0] if authors else ("", None)
    return (
        key,
        row_hash(digest, mail.folder, state),
        mail.folder,
        message_id,
        f"gmail:{thread}" if thread else (references[0] if references else parent or key),
        parent,
        dump(references) if references else None,
        sent,
        taken,
        from_address,
        from_name or None,
        _people(to),
        _people(cc),
        reply_to[0][1] if reply_to else None,
        " ".join(subject.split()) or None,
        plain(body)[:BODY_LIMIT],
        is_html,
        dump(list(state.labels)) if state.labels else None,
        state.seen,
        state.answered,
        state.flagged,
        headers.identifier(headers.first(fields, "list-id")),
        headers.first(fields, "list-unsubscribe"),
        headers.automated(fields, from_address),
        dump([{"name": n, "type": t, "size": s} for n, t, s in attachments]) if attachments else None,
        mail.size or len(mail.data),
        digest,
        False,
    )


def _people(pairs: Sequence[headers.Address]) -> str | None:
    if not pairs:
        return None
    return dump([{"address": at, "name": name} if name else {"address": at} for name, at in pairs])


def dump(value: Any) -> str:
    """Return `value` as JSON text, whatever odd characters its strings hold."""
    try:
        return orjson.dumps(value).decode().replace("\\u0000", "")
    except TypeError:  # a lone surrogate
        import json

        return storable(json.dumps(value, ensure_ascii=False)).replace("\\u0000", "")
