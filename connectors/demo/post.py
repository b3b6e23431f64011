"""Mails with everything that a mail has, and how they lie in mbox files."""

import hashlib
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.demo.cast import ME, Person, owner_address, people
from connectors.demo.mime import DAYS, MONTHS, Address, Attachment, body, mail, mailbox, rfc_date, words
from connectors.demo.script import Line, Promise, Thread
from connectors.demo.world import NOW

REPLY = {"de": "AW: ", "fr": "RE: "}
RECENT = timedelta(days=25)  # older mail was filed away


@dataclass(frozen=True)
class Mail:
    """One mail of the quarter. `raw` stands in for everything else where the bytes themselves are the point."""

    key: str  # "thread/number", unique in the quarter
    account: str
    folder: str
    sent: datetime
    sender: Address
    to: tuple[Address, ...]
    subject: str
    text: str | None
    message_id: str
    cc: tuple[Address, ...] = ()
    html: str | None = None
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    invitation: tuple[str, str] | None = None
    charset: str = "utf-8"
    seen: bool = True
    answered: bool = False
    flagged: bool = False
    label: str = ""
    promises: tuple[Promise, ...] = ()
    polite: tuple[str, ...] = ()
    kind: str = "story"
    raw: bytes | None = None

    @property
    def from_me(self) -> bool:
        return self.sender[1] in (people()[ME].address, *people()[ME].also)

    @property
    def thread(self) -> str:
        return self.key.rpartition("/")[0]


def message_id(key: str, domain: str) -> str:
    return f"{hashlib.sha256(key.encode()).hexdigest()[:20]}@{domain}"


def folder(account: str, sent: datetime, mine: bool, seen: bool) -> str:
    """Return where the owner's mail program keeps a mail: old and read ones are archived."""
    if mine:
        return "Sent"
    return "Inbox" if not seen or NOW - sent < RECENT else "Archive"


def unread(sent: datetime) -> bool:
    """The owner has read everything up to yesterday evening."""
    return sent > NOW - timedelta(hours=11)


def name_of(person: Person, account: str) -> Address:
    return (person.name, owner_address(account) if person.id == ME else person.address)


def attribution(line: Line) -> str:
    """Return the words that a mail program puts above what it quotes."""
    author, sent = people()[line.sender], line.sent
    if author.lang == "de":
        return f"Am {sent:%d.%m.%Y} um {sent:%H:%M} schrieb {author.name}:"
    if author.lang == "fr":
        return f"Le {sent:%d/%m/%Y} à {sent:%H:%M}, {author.name} a écrit :"
    month, day = MONTHS[sent.month - 1], DAYS[sent.weekday()]
    return f"On {day}, {sent.day} {month} {sent.year} at {sent:%H:%M}, {author.name} wrote:"


def trail(line: Line, below: str, style: str) -> str:
    """Return the mail that is answered, as the answering program quotes it, at most 30 lines."""
    said = (line.text + below).split("\n")[:30]
    if style != "outlook":
        return "\n\n" + "\n".join([attribution(line), *(f"> {each}".rstrip() for each in said)])
    author, sent = people()[line.sender], line.sent
    month = MONTHS[sent.month - 1]
    head = ["-----Original Message-----", f"From: {author.name} <{author.address}>"]
    head += [f"Sent: {sent.day} {month} {sent.year} {sent:%H:%M}", f"To: {people()[line.to[0]].name}", ""]
    return "\n\n" + "\n".join([*head, *said])


def as_html(text: str) -> str:
    """Return a mail's text as a mail program writes HTML: a paragraph each, quotes in blockquote."""
    paragraphs = [
        f'<blockquote type="cite">{html.escape(part)}</blockquote>'
        if part.startswith(">")
        else f"<p>{html.escape(part)}</p>"
        for part in text.split("\n\n")
    ]
    joined = "\n".join(paragraphs).replace("\n&gt;", "<br>\n&gt;")
    return f'<html><head><meta charset="utf-8"></head><body>{joined}</body></html>'


def dressed(thread: Thread, attachments: dict[str, Attachment], kind: str = "story") -> list[Mail]:
    """Return the mails of a thread with ids, references, quotes, signatures and flags."""
    mails: list[Mail] = []
    below = ""
    for number, line in enumerate(thread.lines, 1):
        author, options = people()[line.sender], line.options
        key = f"{thread.key}/{number}"
        if number > 1:
            previous = thread.lines[number - 2]
            below = "" if "noquote" in options else trail(previous, below, author.style)
        text = line.text + (f"\n\n{author.sign}" if author.sign else "") + below
        below = (f"\n\n{author.sign}" if author.sign else "") + below
        answered = any(later.sender == ME for later in thread.lines[number:]) and line.sender != ME
        seen = "unseen" not in options and (line.sender == ME or not unread(line.sent) or answered)
        mine = line.sender == ME
        mails.append(
            Mail(
                key=key,
                account=thread.account,
                folder=options.get("folder") or folder(thread.account, line.sent, mine, seen),
                sent=line.sent,
                sender=name_of(author, thread.account),
                to=tuple(name_of(people()[each], thread.account) for each in line.to),
                cc=tuple(name_of(people()[each], thread.account) for each in line.cc),
                subject=(REPLY.get(author.lang, "Re: ") if number > 1 else "") + thread.subject,
                text=None if "html" in options else text,
                html=as_html(text) if "html" in options or "alternative" in options else None,
                message_id=message_id(key, author.address.partition("@")[2]),
                references=tuple(earlier.message_id for earlier in mails)[-10:],
                headers=(("Auto-Submitted", "auto-replied"),) if "auto" in options else (),
                attachments=tuple(attachments[name] for name in options.get("attach", "").split(",") if name),
                charset=options.get("charset", "utf-8"),
                seen=seen,
                answered=answered,
                flagged="flag" in options,
                label=line.label,
                promises=line.promises,
                polite=line.polite,
                kind=kind,
            )
        )
    return mails


def headers(mail_: Mail) -> list[tuple[str, str]]:
    given = [("From", mailbox(mail_.sender)), ("To", ", ".join(map(mailbox, mail_.to)))]
    if mail_.cc:
        given.append(("Cc", ", ".join(map(mailbox, mail_.cc))))
    given += [
        ("Subject", words(mail_.subject, "utf-8" if mail_.charset == "us-ascii" else mail_.charset)),
        ("Date", rfc_date(mail_.sent)),
        ("Message-ID", f"<{mail_.message_id}>"),
    ]
    if mail_.references:
        given.append(("In-Reply-To", f"<{mail_.references[-1]}>"))
        given.append(("References", " ".join(f"<{each}>" for each in mail_.references)))
    given += mail_.headers
    given.append(("Status", "RO" if mail_.seen else "O"))
    if extra := ("A" if mail_.answered else "") + ("F" if mail_.flagged else ""):
        given.append(("X-Status", extra))
    return given


def rendered(mail_: Mail) -> bytes:
    """Return the mail's own bytes."""
    if mail_.raw is not None:
        return mail_.raw
    content = body(mail_.text, mail_.html, mail_.attachments, mail_.charset, mail_.invitation, mail_.message_id)
    return mail(headers(mail_), content)


def mbox(mails: Iterable[Mail]) -> bytes:
    """Return the mails as one mbox file in the mboxrd form: every line of `>*From ` gets one more `>`."""
    entries = []
    for each in sorted(mails, key=lambda one: (one.sent, one.key)):
        utc = each.sent.astimezone(UTC)
        stamp = f"{DAYS[utc.weekday()]} {MONTHS[utc.month - 1]} {utc.day:2} {utc:%H:%M:%S} {utc.year}"
        escaped = re.sub(rb"^(>*From )", rb">\1", rendered(each), flags=re.MULTILINE)
        entries.append(f"From {each.sender[1] or 'MAILER-DAEMON'} {stamp}\n".encode() + escaped + b"\n")
    return b"".join(entries)


def addresses(ids: Sequence[str], account: str = "work") -> tuple[Address, ...]:
    return tuple(name_of(people()[each], account) for each in ids)
