"""The kinds of source that Steward knows: data only, one line a kind. Modules are named here and imported when used.

A new source is one module of the shape in `connectors/shape.py` and one line here. What reaches a single path can use
the handle `blocks.files.LocalPath`; anything else brings its own.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal, cast

from connectors.shape import Connector, Table
from context.errors import InputError

Takes = Literal["file", "folder", "path", "url", "server"]


@dataclass(frozen=True)
class Kind:
    """`word` is what `steward connect` calls it; several kinds may share one and are told apart by what they take.

    What takes a "server" has a command of its own, `deployments/connect/<word>.py`, which asks for all that it needs.
    `secrets` names the settings that only the Prefect block holds; such a source is read through its block. Several
    sources may share one block (an account with calendars, mail and documents): they name it in the setting `through`.
    """

    word: str
    family: str
    takes: Takes
    about: str
    handle: str
    connector: str
    secrets: tuple[str, ...] = ()


GOOGLE = ("client_secret", "refresh_token", "service_account")  # all services of an account share one block

KINDS: dict[str, Kind] = {
    "ics": Kind(
        "ics", "calendar", "file", "a calendar file (.ics)", "blocks.files.IcsFile", "connectors.calendar.file"
    ),
    "ics-folder": Kind(
        "ics", "calendar", "folder", "a folder of .ics files", "blocks.files.IcsFolder", "connectors.calendar.folder"
    ),
    "ics-url": Kind(
        *("ics", "calendar", "url", "a calendar's secret address", "blocks.files.IcsUrl", "connectors.calendar.url"),
        secrets=("url",),
    ),
    "caldav": Kind(
        *("caldav", "calendar", "server", "calendars on a server (CalDAV)", "blocks.dav.CalDav"),
        "connectors.calendar.caldav",
        secrets=("password",),
    ),
    "google-calendar": Kind(
        *("google", "calendar", "server", "Google Calendar", "blocks.google.GoogleAccount"),
        "connectors.calendar.google",
        secrets=GOOGLE,
    ),
    "imap": Kind(
        *("imap", "mail", "server", "a mailbox on a server (IMAP)", "blocks.imap.Imap", "connectors.mail.imap"),
        secrets=("password",),
    ),
    "google-mail": Kind(
        *("google", "mail", "server", "Gmail", "blocks.google.GoogleAccount", "connectors.mail.gmail"),
        secrets=GOOGLE,
    ),
    "mbox": Kind("mbox", "mail", "file", "a mail archive (mbox)", "blocks.files.Mbox", "connectors.mail.mbox"),
    "maildir": Kind("maildir", "mail", "folder", "a Maildir", "blocks.files.Maildir", "connectors.mail.maildir"),
    "eml": Kind("eml", "mail", "folder", "a folder of .eml files", "blocks.files.EmlFolder", "connectors.mail.eml"),
    "docs": Kind(
        "docs", "docs", "folder", "a folder of documents", "blocks.files.DocumentFolder", "connectors.docs.folder"
    ),
    "google-drive": Kind(
        *("google", "docs", "server", "Google Drive", "blocks.google.GoogleAccount", "connectors.docs.drive"),
        secrets=GOOGLE,
    ),
    "git": Kind(
        "git", "repos", "folder", "a local git repository", "blocks.files.GitRepository", "connectors.repos.git"
    ),
    "github": Kind(
        *("github", "repos", "server", "issues and pull requests (GitHub)", "blocks.github.GitHub"),
        "connectors.repos.github",
        secrets=("token",),
    ),
    "todo": Kind(
        "todo",
        "tasks",
        "folder",
        "a folder of Markdown check boxes",
        "blocks.files.TaskFolder",
        "connectors.tasks.markdown",
    ),
    "google-tasks": Kind(
        *("google", "tasks", "server", "Google Tasks", "blocks.google.GoogleAccount", "connectors.tasks.google"),
        secrets=GOOGLE,
    ),
    "vcard": Kind("vcard", "people", "path", "contacts (vCard)", "blocks.files.ContactFile", "connectors.people.vcard"),
    "google-contacts": Kind(
        *("google", "people", "server", "Google Contacts", "blocks.google.GoogleAccount", "connectors.people.google"),
        secrets=GOOGLE,
    ),
    "carddav": Kind(
        *("carddav", "people", "server", "address books on a server (CardDAV)", "blocks.dav.CardDav"),
        "connectors.people.carddav",
        secrets=("password",),
    ),
}


def kind(name: str) -> Kind:
    """Return the kind called `name`. Raises InputError where this Steward has none (an older one than its ledger)."""
    if name not in KINDS:
        raise InputError(f"this Steward has no kind of source called {name}", "upgrade Steward")
    return KINDS[name]


def connector(name: str) -> Connector:
    """Import and return the connector of a kind."""
    return cast(Connector, importlib.import_module(kind(name).connector))


def plain(settings: Mapping[str, Any], account: str) -> SimpleNamespace:
    """Return a handle of the settings alone: what a connector needs of a block, without importing Prefect."""
    return SimpleNamespace(**settings, account=account)


def tables() -> list[Table]:
    """Return every table that any kind fills, each once."""
    found = {table.name: table for name in KINDS for table in connector(name).TABLES}
    return [found[name] for name in sorted(found)]
