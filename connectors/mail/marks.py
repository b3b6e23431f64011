"""What a mail program noted on a mail: read, answered, flagged, deleted, labels. Each keeps it somewhere else."""

import csv
from dataclasses import dataclass

from connectors.mail.headers import Headers, first

# Google Takeout writes its labels in the language of the account. Where a language is missing, `seen` stays unknown.
UNREAD = frozenset(
    {"Unread", "Ungelesen", "Non lu", "Non lus", "No leído", "No leídos", "Non letto", "Ongelezen", "Não lidas"}
)
OPENED = frozenset({"Opened", "Geöffnet", "Ouvert", "Abierto", "Aperto", "Geopend", "Aberto", "Abertas"})
STARRED = frozenset({"Starred", "Markiert", "Suivis", "Destacados", "Speciali", "Met ster", "Com estrela"})


@dataclass(frozen=True, slots=True)
class Marks:
    """The state of a mail; None where nobody says."""

    seen: bool | None = None
    answered: bool | None = None
    flagged: bool | None = None
    deleted: bool = False
    labels: tuple[str, ...] = ()


def flags(letters: str) -> Marks:
    """Read a Maildir's info ("2,FRS": cr.yp.to/proto/maildir.html): Flagged, Replied, Seen, Trashed."""
    return Marks("S" in letters, "R" in letters, "F" in letters, "T" in letters)


NONE = Marks()
_CARRIERS = frozenset(("x-mozilla-status", "status", "x-status", "x-gmail-labels", "x-mozilla-keys", "x-keywords"))


def marks(headers: Headers, given: Marks | None) -> Marks:
    """Return the state from the mailbox (`given`) and from the mail's own header fields."""
    if _CARRIERS.isdisjoint(headers):
        return given or NONE
    found = _mozilla(headers) or _status(headers) or _gmail(headers) or given or NONE
    labels = _labels(headers)
    if given is not None:
        found = given
    return Marks(found.seen, found.answered, found.flagged, found.deleted, labels) if labels else found


def _mozilla(headers: Headers) -> Marks | None:
    """Thunderbird's bits: 1 read, 2 answered, 4 starred, 8 deleted and not yet compacted away."""
    value = first(headers, "x-mozilla-status")
    try:
        bits = int(value or "", 16)
    except ValueError:
        return None
    return Marks(bool(bits & 1), bool(bits & 2), bool(bits & 4), bool(bits & 8))


def _status(headers: Headers) -> Marks | None:
    """The letters of mutt, pine and dovecot: Status R read; X-Status A answered, F flagged, D deleted."""
    letters, more = first(headers, "status"), first(headers, "x-status")
    if (letters is None and more is None) or not set((letters or "") + (more or "")) <= set("ROUNDAFTM"):
        return None
    return Marks("R" in (letters or ""), "A" in (more or ""), "F" in (more or ""), "D" in (more or ""))


def _gmail(headers: Headers) -> Marks | None:
    labels = set(_labels(headers))
    if "x-gmail-labels" not in headers:
        return None
    seen = False if labels & UNREAD else True if labels & OPENED else None
    return Marks(seen, None, bool(labels & STARRED))


def _labels(headers: Headers) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in headers.get("x-gmail-labels", ()):
        for row in csv.reader([value[:100_000].replace("\n", " ")], skipinitialspace=True):
            found.update(dict.fromkeys(label.strip() for label in row if label.strip()))
    for name in ("x-mozilla-keys", "x-keywords"):
        for value in headers.get(name, ()):
            found.update(dict.fromkeys(value[:10_000].replace(",", " ").split()))
    return tuple(found)[:1000]
