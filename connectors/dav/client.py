"""A WebDAV session with one account: requests, and where its credentials may go.

They go to the host that the owner named and to its relatives: iCloud's calendars lie on numbered hosts of its domain,
and a bare domain leads to the host that serves it (RFC 6764, 5). They never go to a stranger, whoever names it.
"""

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from connectors.dav.multistatus import BadXmlError, Multistatus, multistatus
from connectors.dav.wire import Service, body, props
from connectors.web import Fixed, GrantError, PassingError, Reply, Web
from context.errors import SourceError

MULTISTATUS = 207
NO = (400, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 423, 501, 507)  # a server's reasoned refusals
DENIED = 401
OWN = "check the clock and the network; for a server of your own name its certificate by --authority"
XML = "application/xml; charset=utf-8"


class Dav:
    """A session. Handle: `url`, `user`, `password` (SecretStr), optionally `authority` (path of a certificate)."""

    def __init__(self, handle: Any, service: Service, now: datetime) -> None:
        self.url: str = handle.url
        self.service = service
        self.host = urlsplit(self.url).hostname or ""
        self.renew = f"make a new (app) password, then run `steward connect {service.word} {self.host}`"
        authority = getattr(handle, "authority", None)
        if authority and not Path(authority).is_file():
            raise SourceError(
                f"the certificate of {self.host}'s authority is gone", "connect it again with --authority"
            )
        proof = Fixed.password(handle.user, handle.password.get_secret_value())
        self.web = Web(renew=self.renew, now=now, auth=proof, verify=authority or True, distrust=OWN)

    def __enter__(self) -> Self:
        self.web.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.web.__exit__()

    def ask(self, method: str, url: str, depth: int, sent: bytes, want: Collection[int] = (MULTISTATUS,)) -> Reply:
        """Send a request with an XML body. Raises GrantError where the credentials are refused, and as Web does."""
        return self._send(method, url, {"Depth": str(depth), "Content-Type": XML}, sent, want)

    def get(self, url: str, want: Collection[int]) -> Reply:
        """Fetch one resource."""
        return self._send("GET", url, {}, None, want)

    def propfind(self, url: str, depth: int, names: Iterable[str]) -> Multistatus:
        """Return properties of a resource, and with depth 1 of its members."""
        return self.parsed(self.ask("PROPFIND", url, depth, body("D:propfind", props(names))))

    def parsed(self, reply: Reply) -> Multistatus:
        """Return an answer's entries. Raises SourceError for a web page, PassingError for what is cut off."""
        if reply.page:
            raise reply.strange()
        try:
            return multistatus(reply.body, reply.url)
        except BadXmlError:
            raise PassingError(f"{reply.host} sent an answer that is cut off", "a later sync tries again") from None

    def absolute(self, href: str, base: str) -> str:
        """Return the address that a server's answer names. Raises SourceError where it is none that we would log in to.

        Behind a proxy that ends TLS some servers name themselves by http: the way that was asked is kept.
        """
        url = urljoin(base, href)
        if urlsplit(url).scheme == "http" and base.startswith("https:"):
            url = "https" + url[4:]
        self._trust(url)
        return url

    def _send(
        self, method: str, url: str, fields: Mapping[str, str], sent: bytes | None, want: Collection[int]
    ) -> Reply:
        self._trust(url)
        reply = self.web.send(method, url, fields=fields, body=sent, want=(*want, DENIED))
        if reply.status == DENIED and urlsplit(reply.url).netloc != urlsplit(url).netloc:
            # a redirect to another host, which was not given the credentials
            self._trust(reply.url)
            reply = self.web.send(method, reply.url, fields=fields, body=sent, want=(*want, DENIED))
        if reply.status == DENIED:
            raise GrantError(f"{reply.host} refuses the user name or the password (401)", self.renew)
        return reply

    def _trust(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not related(self.host, host):
            word = self.service.word
            raise SourceError(
                f"{self.host} leads to {host or 'no host'}", f"if you trust it, run `steward connect {word} {host}`"
            )


def related(host: str, other: str) -> bool:
    """Whether two hosts are one owner's by their names: the same, or under one registered domain.

    Without a list of public suffixes: two labels must agree, and three under those like co.uk.
    """
    if host == other:
        return True
    if _numeric(host) or _numeric(other):
        return False
    mine, theirs = host.lower().split("."), other.lower().split(".")
    wanted = 3 if len(mine[-1]) == 2 and len(mine) > 1 and len(mine[-2]) <= 3 else 2
    return len(mine) >= wanted and mine[-wanted:] == theirs[-wanted:]


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
