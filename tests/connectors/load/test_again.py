"""Reading again: in full, what is in quarantine, and files that come and go."""

from typing import Any

import pytest

from connectors.shape import Cursor, Gone, Known, Reject, Rows
from tests.connectors.load import things
from tests.connectors.load.conftest import Stand


def test_full_reads_again_and_compares(stand: Stand) -> None:
    stand.things("a=1\nb=2")
    stand.sync()
    result = stand.sync(full=True)["list"]
    assert (result.state, result.rows_in, result.changed, result.deleted) == ("unchanged", 2, 0, 0)


@pytest.mark.row("N10")
def test_what_is_in_quarantine_can_be_replayed(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    stand.things("a=1\nb=many\nc=3")
    stand.things("d=4", name="other")
    assert stand.sync()["list"].rejects == 1
    read = things.read
    readings: list[str] = []

    def better(handle: Any, known: Known) -> Any:
        """What an upgrade might bring: words are numbers too."""
        readings.append(handle.path)
        given: list[Any] = []
        for item in read(handle, known):
            given.append(Rows("things", "things", [{"key": "b", "number": 99}]) if isinstance(item, Reject) else item)
        return iter(given)

    monkeypatch.setattr(things, "read", better)
    assert stand.sync()["list"].rejects == 1, "an unchanged source is not read"
    result = stand.sync(replay=True)
    assert (result["list"].rejects, result["list"].changed, result["list"].deleted) == (0, 1, 0)
    assert stand.numbers() == {"a": 1, "b": 99, "c": 3}
    assert stand.rows("SELECT count(*) FROM raw.rejects") == [(0,)]
    assert {path.rpartition("/")[2] for path in readings} == {"list.txt"}, "only what had rejects is read again"


def test_a_full_reading_lets_go_of_files_that_are_not_met_again(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    stand.things("")
    both = [*_one({"key": "1", "number": 1}, file="a"), *_one({"key": "1", "number": 9}, file="b")]
    monkeypatch.setattr(things, "read", lambda handle, known: iter(both))
    stand.sync()
    monkeypatch.setattr(things, "read", lambda handle, known: iter(_one({"key": "1", "number": 1}, file="a")))
    assert stand.sync(full=True)["list"].deleted == 1
    assert stand.rows("SELECT file FROM raw.things") == [("a",)]
    assert stand.rows("SELECT file FROM raw.cursors") == [("a",)]


def test_files_come_and_go_and_parts_add_up(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[list[Any]] = [
        [*_one({"key": "1", "number": 1}, file="a"), *_one({"key": "1", "number": 9}, file="b")],
        [Rows("things", "a", [{"key": "2", "number": 2}]), Cursor("a", {"n": 2}, whole=False)],
        [Gone("b"), *_one({"key": "3", "number": 3}, file="c"), *_one({"key": "4", "number": 4}, file="c")],
        [*_one({"key": "5", "number": 5}, file="c"), Gone("c"), Gone("never")],
    ]
    expected = [
        [("a", "1"), ("b", "1")],
        [("a", "1"), ("a", "2"), ("b", "1")],
        [("a", "1"), ("a", "2"), ("c", "4")],
        [("a", "1"), ("a", "2")],
    ]
    for step, (items, rows) in enumerate(zip(steps, expected, strict=True)):
        stand.things(f"step {step}")
        monkeypatch.setattr(things, "read", lambda handle, known, items=items: iter(items))
        stand.sync()
        assert stand.rows("SELECT file, key FROM raw.things ORDER BY ALL") == rows, f"step {step}"
        files = {file for file, _ in rows}
        assert {file for (file,) in stand.rows("SELECT file FROM raw.cursors")} == files


def _one(*rows: dict[str, Any], file: str = "f") -> Any:
    return iter([Rows("things", file, list(rows)), Cursor(file, {"n": len(rows)})])
