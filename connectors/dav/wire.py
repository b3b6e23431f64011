"""What is asked of a DAV server: the XML of requests; and how its two services differ. Light: scans import it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "A": "urn:ietf:params:xml:ns:carddav",
    "S": "http://calendarserver.org/ns/",
}


@dataclass(frozen=True)
class Service:
    """What makes CalDAV (RFC 4791) and CardDAV (RFC 6352) differ. Names of XML elements with their short prefix.

    `chosen` is the setting that names the collections to read; `components` are those that one must hold some of;
    `end` closes every whole object.
    """

    word: str
    name: str
    noun: str
    chosen: str
    home: str
    kind: str
    multiget: str
    data: str
    end: bytes
    components: Collection[str] = ()

    @property
    def nouns(self) -> str:
        return f"{self.noun}s"


def clark(name: str) -> str:
    """Return a name such as `D:href` as the parser writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def element(name: str, *inner: str) -> str:
    """Return an element around XML that is already written."""
    return f"<{name}>{''.join(inner)}</{name}>"


def text(name: str, value: str) -> str:
    """Return an element around a text."""
    return element(name, escape(value))


def props(names: Iterable[str]) -> str:
    return element("D:prop", *(f"<{name}/>" for name in names))


def body(name: str, *inner: str) -> bytes:
    """Return a whole request."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return f'<?xml version="1.0" encoding="utf-8"?><{name} {spaces}>{"".join(inner)}</{name}>'.encode()
