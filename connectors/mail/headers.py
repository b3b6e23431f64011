"""What a mail's header says, read as mail programs really write it: times, identifiers, addresses, machines."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import getaddresses

from connectors.mail.charsets import words

Headers = Mapping[str, Sequence[str]]  # lower-case name → every value, unfolded
Address = tuple[str, str]  # display name (may be empty), address in lower case

RECIPIENTS = 10_000  # of one header; no honest mail has more
EARLIEST, LATEST = 1970, 2100  # years outside are a clock's or a sender's mistake
FUTURE = timedelta(days=2)  # a Date later than its receipt by more is not believed

_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
)}  # fmt: skip
_FOREIGN_MONTHS = {  # first letters in French, German, Spanish, Italian, Dutch and Portuguese, where they differ
    "fév": 2, "fev": 2, "feb": 2, "mär": 3, "mrz": 3, "maa": 3, "avr": 4, "abr": 4, "mai": 5, "mei": 5, "mag": 5,
    "jui": 6, "giu": 6, "juil": 7, "lug": 7, "aoû": 8, "aou": 8, "ago": 8, "set": 9, "okt": 10, "out": 10, "ott": 10,
    "déc": 12, "dez": 12, "dic": 12, "gen": 1, "ene": 1,
}  # fmt: skip
_ZONES = {  # RFC 5322 4.3, and names that programs still write
    "ut": 0, "gmt": 0, "utc": 0, "z": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "met": 60, "mest": 120,
    "eet": 120, "eest": 180, "msk": 180, "ist": 330, "jst": 540, "kst": 540, "aest": 600, "aedt": 660,
}  # fmt: skip
_USUAL = re.compile(  # RFC 5322 as nearly all write it
    r"(?:[A-Z][a-z]{2}, +)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):([0-5]\d)"
    r" ([+-])(\d\d)([0-5]\d)(?: \([^()]*\))?"
)
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?\s*(am|pm)?(?![\d.])", re.I)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ]|\b)")
_DAY_FIRST = re.compile(r"\b(\d{1,2})[ -]+([^\W\d_]{3,10})\.?[ -]+(\d{2,5})\b")
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,10})\.?[ -]+(\d{1,2})\b(?:.*?\b(\d{4})\b)?", re.S)
_NUMERIC = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{2,4})\b")
_OFFSET = re.compile(r"(?<![\d-])([+-])\s?(\d{2}):?(\d{2})\b")
_ZONE_NAME = re.compile(r"(?<![^\W\d_])([A-Za-z]{1,4})(?![^\W\d_])")
_MACHINES = frozenset(("x-autoreply", "x-autorespond", "list-unsubscribe-post", "feedback-id"))
_LISTS = frozenset(("list-id", "list-post", "x-mailing-list", "mailing-list"))
_COMMENT = re.compile(r"\([^()]*\)")
_ID = re.compile(r"<([^<>]+)>")
_MAILBOX = re.compile(r"[^\s<>,;:\"()\[\]]{1,128}@(?:[^\s<>,;:\"()\[\]]{1,255}|\[[^\]\s]{1,64}\])")
_NO_REPLY = re.compile(
    r"^(?:no|not|do[-_.]?not|never)[-_.]?reply\b|[-_.+]no[-_.]?reply\b|^(?:mailer-daemon|postmaster|bounces?)(?=[@+-])"
)


def first(headers: Headers, name: str) -> str | None:
    """Return the first value of a header that is not blank."""
    for value in headers.get(name, ()):
        if value.strip():
            return value.strip()
    return None


def identifier(value: str | None) -> str | None:
    """Return a Message-ID without brackets and white space, None where there is none."""
    if not value:
        return None
    match = _ID.search(value)
    found = "".join((match[1] if match else value.split()[0].strip("<>") if value.split() else "").split())
    return found or None


def identifiers(values: Iterable[str]) -> list[str]:
    """Return the Message-IDs of References or In-Reply-To in their order, each once."""
    found: dict[str, None] = {}
    for value in values:
        ids = _ID.findall(value) or [word for word in value.split() if "@" in word]
        for each in ids:
            if cleaned := "".join(each.split()):
                found[cleaned] = None
    return list(found)


def moment(text: str | None) -> datetime | None:
    """Return the time that a Date header means, in UTC, however it is written; None where it cannot be told.

    Takes RFC 5322, asctime, ISO 8601, Unix seconds, two-digit years, foreign month names and broken zones. Where day
    and month are both numbers, the day is first. Without a zone the time is UTC.
    """
    if not text or len(text) > 400:
        return None
    text = text.strip().strip('"')
    if (usual := _USUAL.fullmatch(text)) and (found := _usual(usual)):
        return found
    if text.isdigit() and 9 <= len(text) <= 10:
        return _plausible(datetime.fromtimestamp(int(text), UTC))
    while (cleaned := _COMMENT.sub(" ", text)) != text:
        text = cleaned
    day = _day(text)
    if day is None:
        return None
    clock = _TIME.search(text)
    hour, minute, second = (int(clock[1]), int(clock[2]), int(clock[3] or 0)) if clock else (0, 0, 0)
    if clock and clock[4]:
        hour = hour % 12 + (12 if clock[4].lower() == "pm" else 0)
    if hour > 23 or minute > 59:
        return None
    try:  # day 29 of a short February and second 60 run over into the next day or minute
        base = datetime(day[0], day[1], 1, tzinfo=_zone(text[clock.end() :] if clock else ""))
        found = base + timedelta(days=day[2] - 1, hours=hour, minutes=minute, seconds=min(second, 60))
        return _plausible(found.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _usual(match: re.Match[str]) -> datetime | None:
    day, month, year, hour, minute, second, sign, ahead, more = match.groups()
    try:
        found = datetime(
            int(year), _MONTHS.get(month.lower(), 0), int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
        offset = timedelta(minutes=int(ahead) * 60 + int(more))
        return _plausible(found + offset if sign == "-" else found - offset) if int(ahead) < 24 else None
    except (ValueError, OverflowError):
        return None


def _plausible(found: datetime) -> datetime | None:
    return found if EARLIEST <= found.year <= LATEST else None


def _day(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of month."""
    if match := _ISO.search(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif (match := _DAY_FIRST.search(text)) and _month(match[2]):
        year, month, day = _year(match[3]), _month(match[2]), int(match[1])
    elif (match := _NUMERIC.search(text)) and int(match[2]) <= 12:
        year, month, day = _year(match[3]), int(match[2]), int(match[1])
    elif match := next((m for m in _MONTH_FIRST.finditer(text) if _month(m[1]) and m[3]), None):
        year, month, day = int(match[3]), _month(match[1]), int(match[2])
    else:
        return None
    return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _month(name: str) -> int:
    name = name.lower()
    return _FOREIGN_MONTHS.get(name[:4]) or _FOREIGN_MONTHS.get(name[:3]) or _MONTHS.get(name[:3], 0)


def _year(digits: str) -> int:
    """Two and three digits as RFC 5322 4.3 reads them."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _zone(text: str) -> timezone:
    if match := _OFFSET.search(text):
        minutes = int(match[2]) * 60 + min(int(match[3]), 59)
        if minutes < 24 * 60:  # more is not an offset: read as UTC
            return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
        return UTC
    for match in _ZONE_NAME.finditer(text):
        if (minutes := _ZONES.get(match[1].lower(), -1)) != -1:
            return timezone(timedelta(minutes=minutes))
    return UTC


def received(headers: Headers) -> datetime | None:
    """Return when the owner's server took the mail: the time after the last `;` of the newest Received."""
    for value in headers.get("received", ())[:3]:
        if found := moment(value.rpartition(";")[2]):
            return found
    return moment(first(headers, "delivery-date"))


def times(
    headers: Headers, sent: datetime | None, envelope: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """Return (sent, received). `sent` is what a strict reader made of Date, `envelope` what the mailbox says.

    A Date well after the server's own time of receipt is a wrong clock; the mailbox's time proves nothing against it.
    """
    stamped = received(headers)
    if sent is None or not EARLIEST <= sent.year <= LATEST:
        sent = next((found for value in headers.get("date", ()) if (found := moment(value))), None)
    if sent is not None and stamped is not None and sent > stamped + FUTURE and stamped.year > EARLIEST:
        sent = stamped
    taken = stamped or envelope
    return sent or taken, taken


def addresses(values: Sequence[str]) -> list[Address]:
    """Return the mailboxes of an address header: groups flattened, broken ones searched for what may be an address."""
    found: list[Address] = []
    for value in values:
        value = " ".join(value[: RECIPIENTS * 40].split())
        if "@" not in value:
            continue
        try:
            pairs = getaddresses([value.replace(";", ",") if ":" not in value else value])
        except (ValueError, IndexError, RecursionError):
            pairs = []
        good = [(words(name).strip(), at.lower()) for name, at in pairs if _MAILBOX.fullmatch(at)]
        found += good or [("", match[0].removeprefix("mailto:").lower()) for match in _MAILBOX.finditer(value)]
        if len(found) >= RECIPIENTS:
            break
    return found[:RECIPIENTS]


def automated(headers: Headers, sender: str | None) -> bool:
    """Whether a machine sent it: RFC 3834 Auto-Submitted, null sender, bulk precedence, RFC 8058, no-reply addresses.

    A discussion list is not a machine, though many mark their mails `Precedence: bulk`: with a list's own header,
    bulk says nothing.
    """
    submitted = first(headers, "auto-submitted")
    if submitted and not submitted.lower().startswith("no"):
        return True
    if not _MACHINES.isdisjoint(headers):
        return True
    precedence = (first(headers, "precedence") or "").lower()
    listed = not _LISTS.isdisjoint(headers)
    if precedence in ("auto_reply", "junk") or (precedence == "bulk" and not listed):
        return True
    if first(headers, "return-path") == "<>":
        return True
    return bool(sender and _NO_REPLY.search(sender))
