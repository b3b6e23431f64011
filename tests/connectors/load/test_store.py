"""The store in memory that property tests use is held to the real loader: the same items, the same rows."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.shape import Cursor, Gone, Item, Known, Reject, Rows
from tests.connectors.load import things
from tests.connectors.load.conftest import Stand
from tests.connectors.store import Store

KEYS, FILES = ["a", "b", "c", "d", "line 1"], ["one", "two", "three"]
SYNCS = 6


class PulledError(Exception):
    """The reading breaks off."""


def sequence(chance: random.Random) -> list[Item | Exception]:
    """Return the items of one reading: rows, rejects and deletions of several files, sealed or not, perhaps cut."""
    made: list[Item | Exception] = []
    for number in range(chance.randrange(4, 16)):
        file = chance.choice(FILES)
        made.append(
            chance.choice(
                [
                    Rows("things", file, [{"key": key, "number": chance.randrange(3)} for key in _some(chance)]),
                    Rows("things", file, [{"key": "a", "number": 2**70}, {"key": "b", "number": number}]),
                    Reject(file, chance.choice(KEYS), "odd", "no number", bytes([chance.randrange(3)])),
                    Gone(file, _some(chance)),
                    Gone(file) if chance.random() < 0.3 else Cursor(file, {"n": number}, whole=False),
                    Cursor(file, {"n": number}),
                    Cursor(file, {"n": number}, whole=False),
                ]
            )
        )
    return [*made, PulledError()] if chance.random() < 0.2 else made


def _some(chance: random.Random) -> list[str]:
    return chance.sample(KEYS, chance.randrange(1, 4))


@pytest.mark.parametrize("seed", range(2))
def test_the_same_items_give_the_same_rows(stand: Stand, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    store = Store(things.TABLES)
    told: list[Known] = []

    def feed(items: list[Item | Exception]) -> Iterator[Item]:
        for item in items:
            if isinstance(item, Exception):
                raise item
            yield item

    def read(handle: Any, known: Known) -> Iterator[Item]:
        told.append(known)
        return feed(items)

    monkeypatch.setattr(things, "read", read)
    monkeypatch.setattr(things, "fingerprint", lambda handle, now: None)
    stand.things("")
    for number in range(SYNCS):
        items, full = sequence(chance), number > 0 and chance.random() < 0.3
        known = store.known(stand.home.now(), full=full)
        result = stand.sync(full=full, publish=False)["list"]
        assert (told[-1].cursors, told[-1].again) == (known.cursors, known.again)
        broken = isinstance(items[-1], Exception)
        assert (result.state == "failed") is broken, result.error
        try:
            store.take(feed(items), known.cursors)
        except PulledError:
            assert broken
        assert _raw(stand) == store.contents(ignoring=("source", "account", "_deleted"))
    assert store.differences(store) == {}


def _raw(stand: Stand) -> dict[str, Any]:
    from connectors.quarantine import REJECTS

    made = Store((*things.TABLES, REJECTS))
    sql = "SELECT file, key, number FROM raw.things"
    for file, key, number in stand.rows(sql):
        empty = dict.fromkeys(things.THINGS.columns)
        made.tables["things"][file, key] = {**empty, "file": file, "key": key, "number": number}
    sql = "SELECT file, key, position, reason, error, sha256 FROM raw.rejects"
    for file, *row in stand.rows(sql):
        made.rejects[file, row[0]] = dict(zip(("key", "position", "reason", "error", "sha256"), row, strict=True))
    return made.contents()


def test_differences_are_seen() -> None:
    one, other = Store(things.TABLES), Store(things.TABLES)
    one.take([Rows("things", "f", [{"key": "a", "number": 1}]), Cursor("f", {})])
    other.take([Rows("things", "f", [{"key": "a", "number": 2}]), Cursor("f", {})])
    assert set(one.differences(other)) == {"things"}
    assert [row["number"] for row in one.known(things.datetime.now(things.UTC)).loaded("things", "f", ["a"])] == [1]
    other.take([Rows("things", "f", [{"key": "a", "number": 1}]), Cursor("f", {}), Reject("g", "", "r", "e", b"")])
    assert set(one.differences(other)) == {"rejects"}


def test_what_a_killed_reading_did_not_seal_is_not_there() -> None:
    store = Store(things.TABLES)
    items = [Rows("things", "f", [{"key": "a"}]), Cursor("f", {"n": 1}), Gone("f"), Reject("g", "", "r", "e", b"")]
    store.take(items, most=2)
    assert store.rows("things")
    assert store.take(items) == 1
    assert not store.rows("things")
    assert len(store.rejects) == 1
    store.take([], told=())
    assert not store.rejects
