"""What a server's feed can say beside rows: that single ones went, and when the leave to read ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.warehouse import Warehouse
from connectors.shape import Cursor, Gone, Grant, Known, Rows
from connectors.web import GrantError
from tests.connectors.load import things
from tests.connectors.load.conftest import Stand


@pytest.mark.row("N8")
def test_single_rows_go_where_a_server_says_so(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed that tells what went: rows by their keys, rejects by their positions; what nobody knows is passed over."""
    stand.things("a=1\nb=2\nc=3\nd=x")
    stand.sync()
    assert stand.rows("SELECT position FROM raw.rejects") == [("line 4",)]
    told: list[Any] = []

    def feed(handle: Any, known: Known) -> Any:
        assert [row["number"] for row in known.loaded("things", "things", ["b", "nobody"])] == [2]
        yield Gone("things", ["a", "line 4", "nobody"])
        yield Rows("things", "things", [{"key": "c", "number": 4}])
        yield Cursor("things", {"at": 1}, whole=False)
        yield Rows("things", "things", [{"key": "a", "number": 9}])
        yield Cursor("things", {"at": 2}, whole=False)
        yield Gone("things", ["c"])
        yield Cursor("things", {"at": 3}, whole=False)
        yield Gone("things", ["b"])  # no cursor seals this
        told.append(known)

    monkeypatch.setattr(things, "read", feed)
    monkeypatch.setattr(things, "fingerprint", lambda handle, now: None)
    result = stand.sync()["list"]
    assert told
    assert stand.numbers() == {"a": 9, "b": 2}
    assert (result.deleted, result.rejects) == (2, 0)
    history = stand.rows("SELECT row_key, change FROM raw.changes ORDER BY row_key")
    assert history == [("a", "deleted"), ("c", "deleted")], "one line a row and sync"


@pytest.mark.row("N12")
def test_the_end_of_a_grant_is_written_down(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    until = datetime(2026, 3, 9, tzinfo=UTC)
    monkeypatch.setattr(things, "read", lambda handle, known: iter([Grant(until)]))
    stand.things("a=1")
    stand.sync()
    assert stand.source().grant_until == until


@pytest.mark.row("N8")
def test_a_mark_alone_publishes_nothing(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some servers give another mark at each reading; what everybody reads is the same all the while."""
    stand.things("a=1")
    stand.sync()
    generation = Warehouse(stand.home).generation()
    monkeypatch.setattr(things, "fingerprint", lambda handle, now: None)
    monkeypatch.setattr(things, "read", lambda handle, known: iter([Cursor("things", {"mark": 2}, whole=False)]))
    assert stand.sync()["list"].state == "unchanged"
    assert stand.rows("SELECT value ->> 'mark' FROM raw.cursors") == [("2",)]
    assert Warehouse(stand.home).generation() == generation
    row = Rows("things", "things", [{"key": "b", "number": 2}])
    monkeypatch.setattr(things, "read", lambda handle, known: iter([row, Cursor("things", {"mark": 3}, whole=False)]))
    stand.sync()
    assert Warehouse(stand.home).generation() != generation


@pytest.mark.row("N12")
def test_a_refused_grant_is_a_state_and_no_loop(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password sent every quarter of an hour would have the provider lock the account."""
    asked: list[datetime] = []

    def refused(handle: Any, known: Known) -> Any:
        asked.append(known.now)
        raise GrantError("no longer lets us read", "run `steward connect list`")

    monkeypatch.setattr(things, "read", refused)
    stand.things("a=1")
    first = datetime(2026, 3, 1, tzinfo=UTC)
    assert stand.sync(now=first)["list"].error == "no longer lets us read"
    again = stand.sync(scheduled=True, now=first + timedelta(hours=23))["list"]
    assert (again.state, again.error, again.mend) == ("failed", "no longer lets us read", "run `steward connect list`")
    assert (asked, stand.source().state) == ([first], "needs_reauth")
    stand.sync(now=first + timedelta(hours=23))
    assert len(asked) == 2, "the owner asked"
    stand.sync(scheduled=True, now=first + timedelta(hours=48))
    assert len(asked) == 3, "once a day, as a provider may be wrong"
