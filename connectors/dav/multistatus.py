"""WebDAV answers (RFC 4918, 13) as plain data. XML is parsed by defusedxml: no entities, no outside references."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote, urljoin, urlsplit

DAV = "{DAV:}"
STATUS = re.compile(r"\s(\d{3})(?:\s|$)")
NOT_FOUND = (404, 410)


class BadXmlError(ValueError):
    """The answer is no well-formed XML, or wants what no answer may (entities)."""


@dataclass(frozen=True)
class Entry:
    """What a server says of one resource: `path` as `path_of` makes it, the properties that it gave (status 200).

    `status` is that of the resource as a whole, where it has one: a tombstone's 404, a cut list's 507.
    """

    href: str
    path: str
    status: int | None
    properties: Mapping[str, Any]

    @property
    def gone(self) -> bool:
        return self.status in NOT_FOUND

    def text(self, name: str) -> str | None:
        """Return a property's text; None where it is absent or empty."""
        found = self.properties.get(name)
        return (found.text or "").strip() or None if found is not None else None

    def hrefs(self, name: str) -> list[str]:
        """Return the addresses that a property holds."""
        found = self.properties.get(name)
        given = [] if found is None else [element.text or "" for element in found.iter(f"{DAV}href")]
        return [href.strip() for href in given if href.strip()]

    def tags(self, name: str) -> set[str]:
        """Return the names of all elements below a property."""
        found = self.properties.get(name)
        return set() if found is None else {element.tag for element in found.iter()} - {name}


@dataclass(frozen=True)
class Multistatus:
    """The entries of an answer, and the token of a synchronization (RFC 6578)."""

    entries: list[Entry]
    token: str | None


def multistatus(body: bytes, base: str) -> Multistatus:
    """Return the entries of an answer; `base` is the address it came from. Raises BadXmlError."""
    root = _root(body)
    if root.tag != f"{DAV}multistatus":
        raise BadXmlError("the answer is no multistatus")
    entries = [_entry(element, href, base)
               for element in root.findall(f"{DAV}response")
               for href in element.findall(f"{DAV}href")]  # fmt: skip
    token = root.findtext(f"{DAV}sync-token")
    return Multistatus(entries, (token or "").strip() or None)


def conditions(body: bytes) -> set[str]:
    """Return the names of the conditions that an error says were not met (RFC 4918, 16); none where it says none."""
    try:
        root = _root(body)
    except BadXmlError:
        return set()
    return {element.tag for error in root.iter(f"{DAV}error") for element in error}


def path_of(href: str, base: str) -> str:
    """Return the path that a server means by an address: servers quote the same path in different ways."""
    path = urlsplit(urljoin(base, href)).path
    path = unquote(re.sub("%2f", "%252F", path, flags=re.IGNORECASE))  # a slash inside a name stays quoted
    return re.sub(r"/{2,}", "/", normalize("NFC", path)) or "/"


def href_of(path: str) -> str:
    """Return a path as it stands in a request, by the rules of RFC 3986 (3.3)."""
    return quote(path, safe="/@:!$&'()*+,;=~")


def _root(body: bytes) -> Any:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadXmlError(type(error).__name__) from None


def _entry(element: Any, href: Any, base: str) -> Entry:
    address = (href.text or "").strip()
    found: dict[str, Any] = {}
    for propstat in element.findall(f"{DAV}propstat"):
        if _status(propstat) == 200:
            found |= {given.tag: given for prop in propstat.findall(f"{DAV}prop") for given in prop}
    return Entry(address, path_of(address, base), _status(element), found)


def _status(element: Any) -> int | None:
    match = STATUS.search((element.findtext(f"{DAV}status") or "") + " ")
    return int(match[1]) if match else None
