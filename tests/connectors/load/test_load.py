"""The loader: differences, deletions, history, rejects, failures, and nothing where nothing changed."""

import hashlib
import os
import stat
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from blocks.warehouse import Warehouse
from connectors import delta, kinds
from connectors.shape import Cursor, Known, Rows, Table
from context.errors import InputError, StorageError
from tests.connectors.load import things
from tests.connectors.load.conftest import Stand

T1, T2 = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.row("N8", "N13")
def test_a_new_source_is_one_file_and_one_line(stand: Stand) -> None:
    stand.things("a=1\nb=2")
    result = stand.sync(now=T1)["list"]
    assert (result.state, result.rows, result.rows_in, result.changed, result.deleted) == ("loaded", 2, 2, 2, 0)
    assert stand.numbers() == {"a": 1, "b": 2}
    source = stand.source()
    assert (source.state, source.last_attempt_at, source.last_success_at) == ("ok", T1, T1)
    types = dict(stand.rows("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'things'"))
    assert types["seen_at"] == "TIMESTAMP WITH TIME ZONE"
    assert (types["labels"], types["share"], types["day"]) == ("JSON", "DOUBLE", "DATE"), "also where all are null"


@pytest.mark.row("N8")
def test_only_differences_are_written_and_deletions_propagate(stand: Stand) -> None:
    stand.things("a=1\nb=2\nc=3")
    stand.sync(now=T1)
    loads = dict(stand.rows("SELECT key, _dlt_load_id FROM raw.things"))
    stand.things("a=1\nc=4\nd=5")
    result = stand.sync(now=T2)["list"]
    assert (result.rows, result.rows_in, result.changed, result.deleted) == (3, 3, 2, 1)
    assert stand.numbers() == {"a": 1, "c": 4, "d": 5}
    assert dict(stand.rows("SELECT key, _dlt_load_id FROM raw.things"))["a"] == loads["a"], "not written again"
    history = stand.rows("SELECT table_name, row_key, change, before, changed_at FROM raw.changes ORDER BY row_key")
    assert [row[:4] for row in history] == [
        ("things", "b", "deleted", '{"number":2}'),
        ("things", "c", "updated", '{"number":3}'),
    ]
    assert {row[4].astimezone(UTC) for row in history} == {T2}
    assert stand.rows("SELECT count(*) FROM raw_staging.things") == [(0,)]


def test_a_change_outside_the_kept_columns_leaves_no_history(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    stand.things("a=1")
    stand.sync()
    monkeypatch.setattr(
        things, "read", lambda handle, known: _one({"key": "a", "number": 1, "note": "other"}, file="things")
    )
    assert stand.sync(full=True)["list"].changed == 1
    assert stand.rows("SELECT count(*) FROM raw.changes") == [(0,)]


@pytest.mark.row("N8")
def test_many_new_rows_beside_changed_ones_are_appended(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "BULK", 2)
    stand.things("a=1\nb=2")
    stand.sync()
    stand.things("a=9\nc=3\nd=4\ne=5")
    result = stand.sync()["list"]
    assert (result.changed, result.deleted) == (4, 1)
    assert stand.numbers() == {"a": 9, "c": 3, "d": 4, "e": 5}
    loads = dict(stand.rows("SELECT key, _dlt_load_id FROM raw.things"))
    assert loads["c"] == loads["d"] == loads["e"] < loads["a"]


@pytest.mark.row("N8")
def test_nothing_is_written_where_nothing_changed(stand: Stand) -> None:
    stand.things("a=1")
    stand.sync()

    def state() -> dict[str, Any]:
        files = [path for path in stand.home.data.rglob("*") if path.is_file() and "ledger.db" not in path.name]
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    before, generation = state(), Warehouse(stand.home).generation()
    assert stand.sync()["list"].state == "unchanged"
    assert state() == before
    assert Warehouse(stand.home).generation() == generation
    assert stand.source().last_success_at is not None


def test_what_only_a_read_can_tell_writes_nothing_either(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(things, "fingerprint", lambda handle, now: None)
    stand.things("a=1")
    stand.sync()
    before, generation = stand.home.build.stat(), Warehouse(stand.home).generation()
    assert stand.sync()["list"].state == "unchanged"
    after = stand.home.build.stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)
    assert Warehouse(stand.home).generation() == generation


@pytest.mark.row("N10")
def test_rejects_are_kept_privately_and_go_when_the_record_succeeds(stand: Stand) -> None:
    stand.things("a=1\nb=x\nc=y")
    result = stand.sync()["list"]
    assert (result.rows, result.rejects) == (1, 2)
    rows = stand.rows("SELECT position, reason, error, sha256, size, path FROM raw.rejects ORDER BY position")
    digest = hashlib.sha256(b"b=x").hexdigest()
    assert rows[0] == ("line 2", "no-number", "not a number: x", digest, 3, f"quarantine/{digest}")
    kept = stand.home.quarantine / digest
    assert kept.read_bytes() == b"b=x"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    stand.things("a=1\nb=2\nc=y")
    assert stand.sync()["list"].rejects == 1
    assert [path.name for path in stand.home.quarantine.iterdir()] == [hashlib.sha256(b"c=y").hexdigest()]


@pytest.mark.row("N10")
def test_a_row_that_does_not_fit_its_columns_is_a_reject(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    bad: list[dict[str, Any]] = [
        {"key": "huge", "number": 2**63},
        {"key": "huger", "number": 2**70},
        {"key": "naive", "seen_at": datetime(2026, 1, 1)},
        {"key": "typed", "note": 7},
        {"key": "strange", "colour": "red"},
        {"key": "day", "day": datetime(2026, 1, 1, tzinfo=UTC)},
        {"number": 1},
    ]
    monkeypatch.setattr(things, "read", lambda handle, known: _one(*bad, {"key": "fine", "number": 1}))
    stand.things("")
    result = stand.sync()["list"]
    assert (result.state, result.rows, result.rejects) == ("loaded", 1, len(bad))
    assert stand.rows("SELECT DISTINCT reason FROM raw.rejects") == [("bad-row",)]


def test_odd_text_is_loaded(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"key": "k\udce4", "note": "a\0b\ud800 “ü” 🙂", "labels": {"\ud800": ["\udfff"]}}]
    monkeypatch.setattr(things, "read", lambda handle, known: _one(*rows))
    stand.things("")
    assert stand.sync()["list"].rows == 1
    assert stand.rows("SELECT note, labels->>'$.*' FROM raw.things")[0][0] == "ab��� “ü” 🙂"


@pytest.mark.row("N6", "N8")
def test_a_failing_source_costs_only_itself(stand: Stand) -> None:
    stand.things("a=1", "first")
    stand.things("secret=1\ncrash=1", "broken")
    gone = stand.things("c=3", "gone")
    gone.unlink()
    stand.things("d=4", "last")
    results = stand.sync()
    assert {name: result.state for name, result in results.items()} == {
        **{"first": "loaded", "last": "loaded"},
        **{"broken": "failed", "gone": "failed"},
    }
    source = stand.source("broken")
    assert source.state == "failed"
    assert source.error == "unexpected RuntimeError while reading broken", "a fault's text may be private"
    assert source.mend == "run `steward --debug sync broken`"
    assert stand.source("gone").error
    assert stand.numbers("first") == {"a": 1}
    assert stand.numbers("last") == {"d": 4}
    assert [row[0] for row in _published(stand, "SELECT count(DISTINCT source) FROM raw.things")] == [2]
    stand.things("secret=1", "broken")
    assert stand.sync()["broken"].state == "loaded"
    assert stand.source("broken").error is None


def test_a_source_that_cannot_be_written_costs_only_itself(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors import pipeline

    load = pipeline.Pipeline.load

    def refuse(self: Any, changes: Any) -> str:
        if any("bad" in change.rows.column("source").to_pylist() for change in changes):
            raise RuntimeError("no")
        return load(self, changes)

    monkeypatch.setattr(pipeline.Pipeline, "load", refuse)
    stand.things("a=1", "good")
    stand.things("b=1", "bad")
    results = stand.sync()
    assert (results["good"].state, results["bad"].state) == ("loaded", "failed")
    assert stand.numbers("good") == {"a": 1}
    assert stand.numbers("bad") == {}


def test_what_was_sealed_before_a_failure_stays(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(handle: Any, known: Known) -> Any:
        if "new" not in known.cursors:
            yield from _one({"key": "n", "number": 2}, file="new")
        yield Rows("things", "old", [{"key": "o", "number": 1}])
        raise RuntimeError

    monkeypatch.setattr(things, "read", read)
    stand.things("")
    assert stand.sync()["list"].state == "failed"
    assert stand.rows("SELECT key FROM raw.things") == [("n",)]
    assert stand.rows("SELECT file FROM raw.cursors") == [("new",)]


def test_of_two_rows_with_one_key_the_last_stands(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"key": "a", "number": number} for number in (1, 2, 3)]
    monkeypatch.setattr(things, "read", lambda handle, known: _one(*rows))
    stand.things("")
    assert stand.sync()["list"].changed == 1
    assert stand.numbers() == {"a": 3}


def test_arrow_rows_bring_their_own_hashes(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    def table(numbers: list[int], hashes: list[str]) -> pa.Table:
        return pa.table({"key": [f"k{n}" for n in numbers], "number": numbers, "row_hash": hashes})

    stand.things("")
    given = table([1, 2], ["x", "y"])
    monkeypatch.setattr(things, "read", lambda handle, known: iter([Rows("things", "f", given), Cursor("f", {})]))
    assert stand.sync()["list"].changed == 2
    given = table([1, 2], ["x", "z"])
    assert stand.sync(full=True)["list"].changed == 1


def test_a_new_column_or_another_zone_means_reading_again(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.gather import shape

    before = shape(kinds.connector("things"), "UTC")
    assert before != shape(kinds.connector("things"), "Europe/Berlin")
    stand.things("a=1")
    stand.sync()
    wider = Table("things", "Things.", {**things.THINGS.columns, "colour": ("text", "Colour.")}, ("number",))
    monkeypatch.setattr(things, "TABLES", (wider,))
    assert shape(kinds.connector("things"), "UTC") != before
    stand.sync(full=True)
    assert stand.rows("SELECT colour FROM raw.things") == [(None,)]


def test_a_newer_tree_of_the_profile_is_published_without_reading(stand: Stand) -> None:
    path = stand.things("a=1")
    stand.sync()
    generation = Warehouse(stand.home).generation()
    (stand.home.context / "profile.yaml").write_text("schema: steward/profile@1\n")
    os.utime(path)
    assert stand.sync()["list"].state == "unchanged"
    assert Warehouse(stand.home).generation() == (generation or 0) + 1


def test_unknown_names_are_named(stand: Stand) -> None:
    stand.things("a=1")
    with pytest.raises(InputError, match="nobody"):
        stand.sync("nobody")


def test_a_full_disk_says_so_and_is_recovered_from(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors import pipeline

    stand.things("a=1")
    stand.sync()
    load = pipeline.Pipeline.load

    def full(self: Any, changes: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline.Pipeline, "load", full)
    stand.things("a=2")
    with pytest.raises(StorageError, match="disk is full"):
        stand.sync()
    monkeypatch.setattr(pipeline.Pipeline, "load", load)
    stand.sync()
    assert stand.numbers() == {"a": 2}


def _one(*rows: dict[str, Any], file: str = "f") -> Any:
    return iter([Rows("things", file, list(rows)), Cursor(file, {"n": len(rows)})])


def _published(stand: Stand, sql: str) -> list[tuple[Any, ...]]:
    with Warehouse(stand.home).read() as con:
        return con.execute(sql).fetchall()
