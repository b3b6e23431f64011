"""From a name and a secret to a session that is logged in, or to a plain word about why not."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from connectors.mail.imap import wire
from connectors.mail.imap.grammar import GarbledError, quoted
from connectors.mail.imap.wire import NoError, Wire
from connectors.web import GrantError, PassingError
from context.errors import SourceError

Security = Literal["tls", "starttls", "none"]
APP = ("application-specific", "app password", "app-specific", "application password")


@dataclass(frozen=True)
class Login:
    """How to reach a mailbox.

    `secret` gives the password, or an access token where `oauth`: it is asked once for each session, so that a token
    may be renewed. `renew` is the command that gets a new one.
    """

    host: str
    port: int
    user: str
    secret: Callable[[], str] = field(repr=False)
    renew: str
    security: Security = "tls"
    oauth: bool = False
    authority: str | None = None


def connect(login: Login) -> tuple[Wire, frozenset[str]]:
    """Return a connection that is logged in, and the server's capabilities.

    Raises GrantError where the server refuses the secret, PassingError where it is not available, SourceError where
    it is no such server or cannot be trusted.
    """
    tls = None if login.security == "none" else wire.context(login.authority)
    opened = Wire(login.host, login.port, tls if login.security == "tls" else None)
    try:
        greeting = opened.greeting()[0].upper()
        if greeting.startswith(b"* BYE"):
            raise PassingError(f"{login.host} takes no connections now", "a later sync tries again")
        if login.security == "starttls":
            _encrypt(opened, login)
        if not greeting.startswith(b"* PREAUTH"):
            _identify(opened, login, capabilities(opened))
        return opened, capabilities(opened)  # asked again: after the login a server may tell of more
    except NoError as error:
        opened.close()
        raise refused(login, error) from None
    except BaseException:
        opened.close()
        raise


def capabilities(opened: Wire) -> frozenset[str]:
    """Ask what the server can do; return it in capitals."""
    found: set[str] = set()
    for answer in opened.run(b"CAPABILITY"):
        words = answer[0].decode("ascii", "replace").upper().split()
        if words[:1] == ["CAPABILITY"]:
            found.update(words[1:])
    return frozenset(found)


def _encrypt(opened: Wire, login: Login) -> None:
    try:
        opened.run(b"STARTTLS")
    except NoError:
        raise SourceError(f"{login.host} offers no STARTTLS", "try `--security tls`") from None
    tls = wire.context(login.authority)
    opened.secure(tls)


def _identify(opened: Wire, login: Login, able: frozenset[str]) -> None:
    """Log in by the strongest way that both sides know. Raises NoError, SourceError."""
    user, secret = login.user, login.secret()
    if login.oauth:
        if "AUTH=XOAUTH2" not in able:
            raise SourceError(f"{login.host} takes no access tokens (XOAUTH2)", "connect with a password")
        _exchange(opened, "XOAUTH2", f"user={user}\1auth=Bearer {secret}\1\1", able)
    elif "AUTH=PLAIN" in able:
        _exchange(opened, "PLAIN", f"\0{user}\0{secret}", able)
    elif "LOGINDISABLED" in able:
        mend = "try `--security tls`" if login.security == "none" else "it needs OAuth, or a password for apps"
        raise SourceError(f"{login.host} takes no password this way", mend)
    else:
        try:
            words = quoted(user.encode()) + b" " + quoted(secret.encode())
        except GarbledError:
            raise GrantError("that password holds a line break", login.renew) from None
        opened.run(b"LOGIN " + words)


def _exchange(opened: Wire, mechanism: str, answer: str, able: frozenset[str]) -> None:
    """AUTHENTICATE (RFC 4616, XOAUTH2), in one line where the server takes that (RFC 4959).

    A refusal by XOAUTH2 comes as a question, which wants an empty line.
    """
    told = base64.b64encode(answer.encode())
    if "SASL-IR" in able:
        opened.run(f"AUTHENTICATE {mechanism} ".encode() + told, more=[b""])
    else:
        opened.run(f"AUTHENTICATE {mechanism}".encode(), more=[told, b""])


def refused(login: Login, error: NoError) -> SourceError:
    """Return what a refused login means. The server's words are looked at, and not repeated."""
    host, said = login.host, error.text.lower()
    if error.passing or error.code == "SERVERBUG" or "too many" in said:
        return PassingError(f"{host} takes no login now", "a later sync tries again")
    if error.code == "PRIVACYREQUIRED":
        return SourceError(f"{host} wants an encrypted connection", "try `--security tls`")
    if login.oauth:
        return GrantError(f"{host} refuses the access token", login.renew)
    if any(word in said for word in APP):
        return GrantError(f"{host} wants an app password, not your usual one", login.renew)
    if error.code == "EXPIRED":
        return GrantError(f"the password for {host} has expired", login.renew)
    return GrantError(f"{host} refuses the user or the password", login.renew)
