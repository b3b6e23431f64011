"""Connecting a mailbox by IMAP.

The servers of large providers are listed here, as their help pages give them; for any other domain `imap.DOMAIN` is
tried. What kind of password a provider wants is said before it is asked for.
"""

import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from context.errors import InputError
from context.home import Home

PASSWORD = "STEWARD_PASSWORD"  # noqa: S105 - the name of a variable

DEFAULTS: Mapping[str, Any] = {
    "port": 993, "security": "tls", "folders": None, "authority": None, "insecure": False
}  # fmt: skip


class Provider(NamedTuple):
    """Where a provider's server is, and what to say before its password is asked for. `oauth`: it takes none."""

    host: str
    hint: str = ""
    oauth: bool = False


GOOGLE = Provider(
    "imap.gmail.com",
    "Google wants an app password (Google Account, Security, 2-Step Verification), or `steward connect google`.",
)
APPLE = Provider("imap.mail.me.com", "Apple wants an app-specific password: account.apple.com, Sign-In and Security.")
FASTMAIL = Provider("imap.fastmail.com", "Fastmail wants an app password: Settings, Privacy & Security.")
YAHOO = Provider("imap.mail.yahoo.com", "Yahoo wants an app password: Account info, Security.")
AOL = Provider("imap.aol.com", "AOL wants an app password: Account info, Security.")
GMX = "lets programs in only after “POP3/IMAP” is allowed in the settings; with two-factor it wants an app password."
MICROSOFT = Provider("outlook.office365.com", oauth=True)
ZOHO = "IMAP has to be switched on in Zoho Mail's settings; with two-factor it wants an app-specific password."
MAILBOX = Provider("imap.mailbox.org", "With two-factor log-in mailbox.org wants an app password.")
PROVIDERS: Mapping[str, Provider] = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), GOOGLE),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), APPLE),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), FASTMAIL),
    **dict.fromkeys(("yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk", "ymail.com", "rocketmail.com"), YAHOO),
    "aol.com": AOL,
    **dict.fromkeys(("gmx.net", "gmx.de", "gmx.at", "gmx.ch"), Provider("imap.gmx.net", f"GMX {GMX}")),
    "gmx.com": Provider("imap.gmx.com", f"GMX {GMX}"),
    "web.de": Provider("imap.web.de", f"WEB.DE {GMX}"),
    **dict.fromkeys(("posteo.de", "posteo.net", "posteo.org"), Provider("posteo.de")),
    "mailbox.org": MAILBOX,
    "zoho.com": Provider("imap.zoho.com", ZOHO),
    "zoho.eu": Provider("imap.zoho.eu", ZOHO),
    "t-online.de": Provider("secureimap.t-online.de", "Telekom wants a password of its own for mail programs."),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com", "msn.com", "office365.com"), MICROSOFT),
}


@click.command("imap")
@click.argument("address", required=False)
@click.option("--host", help="The server's name; known for large providers, else imap.DOMAIN.")
@click.option("--port", type=int, help="993 by default, 143 with --security starttls.")
@click.option("--user", help="User name, where it is not the mail address.")
@click.option("--security", type=click.Choice(["tls", "starttls", "none"]), help="TLS by default.")
@click.option("--folder", "folders", multiple=True, help="Only this folder, or pattern such as 'Work/*' (several).")
@click.option("--token", is_flag=True, help="What is asked for is an OAuth access token, not a password (XOAUTH2).")
@click.option("--authority", help="Certificate (PEM) that signs a server of your own.")
@click.option("--insecure", is_flag=True, help="Allow --security none to another machine.")
@click.option("--name", help="What to call it; by default made from the server's name.")
@click.option("--account", help="Label of the account that it belongs to, such as work or home.")
def command(address: str | None, name: str | None, account: str | None, **given: Any) -> None:
    """Connect a mailbox by IMAP.

    ADDRESS is your mail address. The password is asked for; in scripts it comes from STEWARD_PASSWORD or from standard
    input. Where your provider has app passwords, make one for Steward.
    """
    connect(Home.open(), address, name, account, given)


def connect(home: Home, address: str | None, name: str | None, account: str | None, given: Mapping[str, Any]) -> None:
    """Try a mailbox, save it and say what it will read.

    One that is connected already needs only its host or name, and keeps the settings that are not given.
    Raises InputError for what cannot be used, GrantError where the password is refused, SourceError.
    """
    from connectors import connections
    from connectors.web import GrantError, PassingError
    from deployments.connect.say import say

    domain = (address or "").rpartition("@")[2].lower() if address and "@" in address else ""
    provider = PROVIDERS.get(domain, Provider(""))
    host, user = given["host"] or provider.host, given["user"] or address
    before = _before(home, host or (f"imap.{domain}" if domain else ""), user, name)
    guessed = not (host or before)
    host = host or before.get("host") or _host(domain)
    oauth = given["token"] or before.get("oauth", False)
    if provider.oauth and not oauth and host == provider.host:
        raise InputError("Microsoft takes no passwords by IMAP any more", "get an access token, then add --token")
    settings = _settings(before, given) | {"host": host, "user": user or before.get("user") or _user(), "oauth": oauth}
    settings["password"] = os.environ.get(PASSWORD) or _secret(provider.hint, oauth)
    same = {"host": settings["host"], "user": settings["user"]}
    hint = "mail " + host.removeprefix("imap.").removeprefix("mail.")
    try:
        made = connections.offer(home, "imap", settings, hint=hint, same=same, name=name, account=account)
    except PassingError as error:
        if guessed:
            raise InputError(error.what, "name its server with --host; your provider's help has it") from None
        raise
    except GrantError as error:
        again = error.mend if before else "try again"
        raise GrantError(error.what, f"{provider.hint} Then {again}" if provider.hint else again) from None
    say(made)
    connections.save(home, made)
    said = "Connected again" if made.replaces else "Connected"
    click.echo(f"{said} as {made.name}. Read it with `steward sync {made.name}`.")


def _settings(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that were, and over them those that are given."""
    told = {name: given[name] for name in ("port", "security", "authority", "insecure") if given[name]}
    if given["folders"]:
        told["folders"] = list(given["folders"])
    if given["security"] and not given["port"]:
        told["port"] = 993 if given["security"] == "tls" else 143
    return {**DEFAULTS, **before, **told}


def _before(home: Home, host: str, user: str | None, name: str | None) -> dict[str, Any]:
    """Return the settings of the mailbox that is to be connected again; none where it is a new one.

    Raises InputError where several could be meant.
    """
    from blocks.ledger import Ledger

    with Ledger.open(home) as ledger:
        known = [source for source in ledger.sources.all() if source.kind == "imap" and name in (None, source.name)]
    meant = [
        dict(source.settings)
        for source in known
        if host in ("", source.settings["host"]) and user in (None, source.settings["user"])
    ]
    if not host and not user and not name:
        raise InputError("a mail address is needed", "run `steward connect imap you@example.org`")
    if len(meant) > 1:
        raise InputError(f"several mailboxes of {host} are connected", "say which with --user or --name")
    return meant[0] if meant else {}


def _host(domain: str) -> str:
    if not domain:
        raise InputError("that is no mail address", "run `steward connect imap you@example.org`, or give --host")
    if sys.stdin.isatty():
        return str(click.prompt("Mail server (IMAP)", default=f"imap.{domain}")).strip()
    return f"imap.{domain}"


def _user() -> str:
    if not sys.stdin.isatty():
        raise InputError("a user name is needed", "run `steward connect imap you@example.org`, or give --user")
    return str(click.prompt("User name")).strip()


def _secret(hint: str, oauth: bool) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip("\r\n")
    if hint:
        click.echo(hint)
    return str(click.prompt("Access token" if oauth else "Password", hide_input=True)).strip()
