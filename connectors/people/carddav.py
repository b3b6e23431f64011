"""Address books on a CardDAV server (RFC 6352). Table: `contacts`.

Handle: `url`, `user`, `password` (secret), optionally `books` (names; all by default) and `authority` (path of a
certificate). One file per card of the server; its cursor holds the card's entity tag. The rest is in
`connectors/dav/mirror.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.dav.wire import Service
from connectors.people.tables import CONTACTS
from connectors.shape import Item, Known, Preview, Reject, Rows

TABLES = (CONTACTS,)
ZONED = False
SERVICE = Service(
    word="carddav",
    name="CardDAV",
    noun="address book",
    chosen="books",
    home="A:addressbook-home-set",
    kind="A:addressbook",
    multiget="A:addressbook-multiget",
    data="A:address-data",
    end=b"END:VCARD",
)


def preview(handle: Any) -> Preview:
    """Log in and list the address books. Raises SourceError or InputError where they cannot be used."""
    from connectors.dav.mirror import preview

    return preview(handle, SERVICE, datetime.now(UTC))


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed. Raises SourceError, after all that could be read, where something could not."""
    from connectors.dav.mirror import read

    return read(handle, SERVICE, known, _Cards())


class _Cards:
    """From a card's text to its row."""

    first = b""

    def current(self, cursor: Mapping[str, Any], name: str) -> bool:
        from connectors.people.vcard import VERSION

        return cursor.get("version") == VERSION

    def items(self, file: str, data: bytes, name: str) -> list[Rows | Reject]:
        from connectors.people.vcard import items

        return list(items(file, data))

    def marks(self, items: Sequence[Any], name: str) -> dict[str, Any]:
        from connectors.people.vcard import VERSION

        return {"version": VERSION}
