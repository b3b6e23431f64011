"""Which folders are read: by default all but junk, trash, drafts, and those that repeat the others (RFC 6154)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from connectors.mail.imap import grammar
from connectors.mail.imap.gmail import ALL
from connectors.mail.imap.session import Listed

HIDDEN = {
    "\\junk": "junk",
    "\\trash": "trash",
    "\\drafts": "what is not sent yet",
    "\\all": "a copy of all mail",
    "\\flagged": "a copy of flagged mail",
}
LABEL = "a label of mails that are read"
CLOSED = {"\\noselect", "\\nonexistent"}
NAMED = {
    "junk": ("junk", "spam", "junk e-mail", "junk email", "bulk mail", "spamverdacht", "unerwünscht"),
    "trash": ("trash", "deleted items", "deleted messages", "papierkorb", "gelöschte elemente", "corbeille", "bin"),
    "what is not sent yet": ("drafts", "draft", "entwürfe", "brouillons", "borradores", "bozze"),
}
_BY_NAME = {name: what for what, names in NAMED.items() for name in names}


@dataclass(frozen=True)
class Choice:
    """A folder: as the server writes it, decoded, with '/' between its levels; `hidden`: why it is left out."""

    raw: bytes
    name: str
    shown: str
    hidden: str = ""
    sent: bool = False


def choices(listed: Sequence[Listed], labelled: bool = False) -> list[Choice]:
    """Return all folders that can be opened: the inbox first, then what was sent, then the others by name.

    Where the server says of none what it is for, the usual names tell junk, trash and drafts. Where folders are labels
    (`labelled`), the one with all mail takes the place of all that repeat its mails.
    """
    told = any(not one.attributes.isdisjoint((*HIDDEN, "\\sent", "\\drafts")) for one in listed)
    found = [_choice(one, told) for one in listed if one.attributes.isdisjoint(CLOSED)]
    every = {one.raw for one in listed if labelled and ALL in one.attributes}
    if any(one.raw in every for one in found):
        found = [replace(one, hidden="" if one.raw in every else one.hidden or LABEL) for one in found]
    return sorted(found, key=lambda one: (one.name != "INBOX", not one.sent, one.shown))


def _choice(one: Listed, told: bool) -> Choice:
    name, sign = grammar.folder_name(one.raw), grammar.folder_name(one.sign)
    shown = name.replace("/", "\u2215").replace(sign, "/") if sign and sign != "/" else name
    why = next((HIDDEN[attribute] for attribute in sorted(one.attributes) if attribute in HIDDEN), "")
    if not told:
        why = _BY_NAME.get(shown.rpartition("/")[2].lower(), "")
    return Choice(one.raw, name, shown, why, "\\sent" in one.attributes)


def chosen(folders: Sequence[Choice], wanted: Sequence[str]) -> list[Choice]:
    """Return those that are wanted: names or patterns, with '/' between levels or as the server has it."""
    if not wanted:
        return [one for one in folders if not one.hidden]
    return [one for one in folders if any(_fits(one, pattern) for pattern in wanted)]


def unknown(folders: Sequence[Choice], wanted: Sequence[str]) -> list[str]:
    """Return the wanted names that fit no folder."""
    return [pattern for pattern in wanted if not any(_fits(one, pattern) for one in folders)]


def _fits(one: Choice, pattern: str) -> bool:
    if pattern.upper() == "INBOX":
        return one.name == "INBOX"
    return pattern in (one.name, one.shown) or fnmatchcase(one.shown, pattern)
