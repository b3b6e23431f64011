"""Connecting calendars and address books of a server: what CalDAV and CardDAV ask alike.

A provider is named by its domain or by the owner's mail address there. Those whose servers have names of their own are
listed here, as their help pages give them; any other domain is asked where its service is (RFC 6764, 6).
"""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from context.errors import InputError
from context.home import Home
from deployments.connect.calendars import ALL

if TYPE_CHECKING:
    from blocks.ledger import SourceRow

WHERE = """WHERE is the server's address, a domain such as icloud.com, or your mail address there. The password is asked
for; where your provider has app passwords, make one for Steward. Connect it again with another choice to change what is
read; what is no longer chosen goes with the next sync."""
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


def command(kind: str, about: str, noun: str, option: str, setting: str) -> click.Command:
    """Return the command that connects accounts of a kind; `option` chooses among an account's collections."""

    @click.command(kind, help=f"{about}\n\n{WHERE}")
    @click.argument("where", required=False)
    @click.option("--user", help="User name; told by WHERE if that is a mail address.")
    @click.option(option, "chosen", multiple=True, help=f"Read only the {noun} of this name (several; '*': all).")
    @click.option("--authority", help="Certificate (PEM) that signs a server of your own.")
    @click.option("--name", help="What to call it; by default made from the server's name.")
    @click.option("--account", help="Label of the account that it belongs to, such as work or home.")
    def connected(where: str | None, chosen: tuple[str, ...], **given: str | None) -> None:
        connect(kind, where, {setting: list(chosen)}, **given)

    return connected


def connect(
    kind: str,
    where: str | None,
    chosen: Mapping[str, list[str]],
    *,
    user: str | None,
    authority: str | None,
    name: str | None,
    account: str | None,
) -> None:
    """Try an account, save it and say what it will read.

    `where` is an address, a domain or a mail address; one that is connected already needs only its host named, and
    keeps what is not given, its password among that. `chosen` holds the names of the collections to read, which take
    the place of those that were; `*` gives the choice up. The password comes from the environment variable
    STEWARD_PASSWORD, a hidden prompt, or standard input: never from the command line, which other users of the machine
    can read. Raises InputError for what cannot be used, GrantError where the password is refused, SourceError.
    """
    from connectors import connections
    from deployments.connect.say import say

    if where is None:
        raise InputError(f"{kind} needs an address", f"run `steward connect {kind} https://cloud.example.org`")
    home = Home.open()
    url, named, hint = _target(kind, where.strip())
    told = {"url": url, "user": user or named, "authority": authority, **chosen}
    known = _before(home, kind, url, user or named, name)
    before = dict(known.settings) if known else {}
    settings = {**before, **{key: value for key, value in told.items() if value}}
    settings |= {key: None for key, names in chosen.items() if ALL in names}
    settings["url"] = before.get("url", url)
    settings["user"] = settings.get("user") or _user(kind)
    settings["password"] = os.environ.get(PASSWORD) or _asked(hint, known) or _kept(home, known)
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


def _before(home: Home, kind: str, url: str, user: str | None, name: str | None) -> "SourceRow | None":
    """Return the account that is to be connected again; none where it is a new one.

    Raises InputError where several accounts of the host could be meant.
    """
    from blocks.ledger import Ledger

    with Ledger.open(home) as ledger:
        known = [source for source in ledger.sources.all() if source.kind == kind and name in (None, source.name)]
    meant = [
        source
        for source in known
        if _same_place(url, source.settings["url"]) and user in (None, source.settings["user"])
    ]
    if len(meant) > 1:
        raise InputError(
            f"several accounts of {urlsplit(url).hostname} are connected", "say which with --user or --name"
        )
    return meant[0] if meant else None


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


def _asked(hint: str, known: "SourceRow | None") -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    said = [hint] if hint else []
    if known is None:
        return str(click.prompt(_prompt(said), hide_input=True)).strip()
    # An empty answer: another choice of calendars wants no new password.
    return str(
        click.prompt(_prompt([*said, "empty: as before"]), hide_input=True, default="", show_default=False)
    ).strip()


def _prompt(said: list[str]) -> str:
    return f"Password ({'; '.join(said)})" if said else "Password"


def _kept(home: Home, known: "SourceRow | None") -> str:
    """Return the password that an account is connected with; empty where it is a new one."""
    from connectors.reach import handle_of

    return str(handle_of(home, known).password.get_secret_value()) if known else ""
