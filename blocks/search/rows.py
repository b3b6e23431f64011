"""From a row, as `Kind.select` gives it, to a document of the index."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from blocks.search import store
from blocks.search.kinds import SEPARATOR, Kind

TEXT_LIMIT = 200_000  # characters of one row's text that are searched
_MOST_PEOPLE = 500  # of one row: a mail to more is known by them, and to the rest by its text


def digest(text: str) -> int:
    """Return 63 bits of a digest: two of a million rows collide once in ten million homes."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def identify(view: str, source: str, file: str, key: str) -> int:
    """Return the number of a row in the index."""
    return digest(f"{view}\0{source}\0{file}\0{key}")


def documents(kind: Kind, batches: Iterable[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the fields of each row in Arrow batches of `kind.select`."""
    for batch in batches:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield identify(kind.view, *row[:3]), _fields(kind.view, *row)


def _fields(
    view: str,
    source: str,
    file: str,
    key: str,
    title: str,
    sender: str,
    recipients: str,
    body: str,
    senders: str,
    receivers: str,
    places: str,
    traits: str,
    moment: int,
    last: int,
) -> dict[str, Any]:
    body = body[:TEXT_LIMIT]
    return {
        "kind": view,
        "id": f"{source}\0{file}\0{key}".encode(),
        "number": identify(view, source, file, key),
        "content": digest(f"{title}\0{body}"),
        "title": store.parted(title),
        "sender": store.parted(sender),
        "recipients": store.parted(recipients[:TEXT_LIMIT]),
        "body": store.parted(body),
        "place": [store.parted(place) for place in places.split(SEPARATOR) if place],
        "person_from": _people(senders),
        "person_to": _people(receivers),
        "trait": traits.split(SEPARATOR) if traits else [],
        "moment": moment,
        "last": last,
    }


def _people(addresses: str) -> list[str]:
    """Return each address, and each of their domains after an @."""
    if not addresses:
        return []
    given = addresses.lower().split(SEPARATOR)[:_MOST_PEOPLE]
    return given + list({address[address.rindex("@") :] for address in given if "@" in address})
