"""Connecting calendars and address books of a server: what CalDAV and CardDAV ask alike.

A provider is named by its domain or by the owner's mail address there. Those whose servers have names of their own are
listed here, as their help pages give them; any other domain is asked where its service is (RFC 6764, 6).
"""

import os
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import click

from context.errors import InputError
from context.home import Home

PASSWORD = "STEWARD_PASSWORD"  # noqa: S105 - the name of a variable
APPLE = ("caldav.icloud.com", "contacts.icloud.com", "app-specific password, from account.apple.com")
FASTMAIL = ("caldav.fastmail.com", "carddav.fastmail.com", "app password, from Settings, Privacy & Security")
GMX, WEB = ("caldav.gmx.net", "carddav.gmx.net", ""), ("caldav.web.de", "carddav.web.de", "")
YAHOO = ("caldav.calendar.yahoo.com", "carddav.address.yahoo.com", "app password, from Account security")
PROVIDERS: Mapping[str, tuple[str, str, str]] = {  # domain → CalDAV, CardDAV, which password
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), APPLE),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), FASTMAIL),
    **dict.fromkeys(("gmx.net", "gmx.de"), GMX),
    "web.de": WEB,
    "yahoo.com": YAHOO,
    "mailbox.org": ("dav.mailbox.org", "dav.mailbox.org", ""),
    "posteo.de": ("posteo.de:8443", "posteo.de:8843", ""),
}
GOOGLE = ("gmail.com", "googlemail.com", "google.com")


def connect(
    kind: str,
    where: str | None,
    user: str | None,
    chosen: Mapping[str, list[str]],
    authority: str | None,
    name: str | None,
    account: str | None,
) -> None:
    """Try an account, save it and say what it will read.

    `where` is an address, a domain or a mail address; one that is connected already needs only its host named, and
    keeps what is not given. The password comes from the environment variable STEWARD_PASSWORD, a hidden prompt, or
    standard input: never from the command line, which other users of the machine can read.
    Raises InputError for what cannot be used, GrantError where the password is refused, SourceError.
    """
    from connectors import connections
    from deployments.connect.say import say

    if where is None:
        raise InputError(f"{kind} needs an address", f"run `steward connect {kind} https://cloud.example.org`")
    home = Home.open()
    url, named, hint = _target(kind, where.strip())
    told = {"url": url, "user": user or named, "authority": authority, **chosen}
    before = _before(home, kind, url, user or named, name)
    settings = {**before, **{key: value for key, value in told.items() if value}}
    settings["url"] = before.get("url", url)
    settings["user"] = settings.get("user") or _user(kind)
    settings["password"] = os.environ.get(PASSWORD) or _asked(hint)
    same = {"url": settings["url"], "user": settings["user"]}
    label = (urlsplit(settings["url"]).hostname or kind).removeprefix(f"{kind}.").removeprefix("contacts.")
    made = connections.offer(home, kind, settings, hint=f"{kind} {label}", same=same, name=name, account=account)
    say(made)
    connections.save(home, made)
    said = "Connected again" if made.replaces else "Connected"
    click.echo(f"{said} as {made.name}. Read it with `steward sync {made.name}`.")


def _target(kind: str, where: str) -> tuple[str, str | None, str]:
    """Return address, user name (where a mail address tells it) and what kind of password the provider wants."""
    if "://" in where:
        return where, None, ""
    named, at, domain = where.rpartition("@")
    if not domain or "/" in named or " " in where:
        raise InputError("that is no address", f"run `steward connect {kind} https://cloud.example.org`")
    if domain.lower() in GOOGLE:
        raise InputError("Google does not let passwords in here", "run `steward connect google`")
    caldav, carddav, hint = PROVIDERS.get(domain.lower(), (domain, domain, ""))
    return f"https://{caldav if kind == 'caldav' else carddav}", where if at else None, hint


def _before(home: Home, kind: str, url: str, user: str | None, name: str | None) -> dict[str, Any]:
    """Return the settings of the account that is to be connected again; none where it is a new one.

    Raises InputError where several accounts of the host could be meant.
    """
    from blocks.ledger import Ledger

    with Ledger.open(home) as ledger:
        known = [source for source in ledger.sources.all() if source.kind == kind and name in (None, source.name)]
    meant = [
        dict(source.settings)
        for source in known
        if _same_place(url, source.settings["url"]) and user in (None, source.settings["user"])
    ]
    if len(meant) > 1:
        raise InputError(
            f"several accounts of {urlsplit(url).hostname} are connected", "say which with --user or --name"
        )
    return meant[0] if meant else {}


def _same_place(url: str, known: str) -> bool:
    """Whether an address means one that is known: the same, or its host alone."""
    asked, told = urlsplit(url), urlsplit(known)
    if asked.path.strip("/"):
        return url == known
    return asked.hostname == told.hostname and asked.port in (None, told.port)


def _user(kind: str) -> str:
    if not sys.stdin.isatty():
        raise InputError("a user name is needed", f"run `steward connect {kind} … --user NAME`")
    return str(click.prompt("User name")).strip()


def _asked(hint: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Password ({hint})" if hint else "Password", hide_input=True)).strip()
    return sys.stdin.readline().rstrip("\r\n")
