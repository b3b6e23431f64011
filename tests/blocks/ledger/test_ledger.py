"""The ledger as its users see it: areas, times, faults, migrations."""

import sqlite3
import stat
from datetime import UTC, datetime, timedelta, timezone

import pytest

from blocks.ledger import CallRow, Cap, Ledger, ReadRow
from blocks.ledger.ledger import _migrate
from blocks.ledger.migrations import MIGRATIONS
from blocks.ledger.store import Store, moment, stamp
from blocks.ledger.tables import TABLES
from context.errors import BusyError, HomeError, InputError, RefusedError, StorageError
from context.home import Home

NOON = datetime(2026, 3, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def call(cost: float | None, at: datetime = NOON, purpose: str = "brief") -> CallRow:
    return CallRow(at, "r1", purpose, "m", "hash", 10, 5, cost, 900, "ok")


@pytest.mark.row("T10")
def test_files_are_private(home: Home) -> None:
    with Ledger.open(home) as ledger:
        ledger.sources.connect("work", "ics", "calendar", "work", {"path": "/x"})
        for path in home.data.glob("ledger.db*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_newer_ledger_is_refused(home: Home) -> None:
    Ledger.open(home).close()
    with sqlite3.connect(home.ledger) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(HomeError, match="newer"):
        Ledger.open(home)


def test_an_older_ledger_is_brought_up_to_date(home: Home) -> None:
    Ledger.open(home).close()
    store = Store(home.ledger)
    _migrate(store, (*MIGRATIONS, ("ALTER TABLE shown ADD COLUMN extra TEXT",)))
    assert "extra" in [row["name"] for row in store.rows("PRAGMA table_info(shown)")]
    store.close()


def test_a_failing_migration_changes_nothing(home: Home) -> None:
    store = Store(home.ledger)
    with pytest.raises(StorageError):
        _migrate(store, (*MIGRATIONS, ("CREATE TABLE half (x)", "CREATE NONSENSE")))
    assert store.rows("SELECT * FROM sqlite_schema") == []
    assert store.rows("PRAGMA user_version")[0][0] == 0
    store.close()


def test_a_damaged_ledger_says_so(home: Home) -> None:
    home.ledger.write_bytes(b"no database at all, " * 500)
    with pytest.raises(StorageError, match="damaged"):
        Ledger.open(home)


def test_a_locked_ledger_says_so(home: Home) -> None:
    with Ledger.open(home) as ledger:
        ledger.store.run("PRAGMA busy_timeout = 50")
        other = sqlite3.connect(home.ledger, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError):
            ledger.slots.claim("brief", NOON, "r1")
        other.close()


def test_moments_keep_their_order_and_need_a_zone() -> None:
    berlin = NOON.astimezone(timezone(HOUR))
    assert stamp(berlin) == stamp(NOON)
    assert stamp(NOON) < stamp(NOON + timedelta(microseconds=1))
    assert moment(stamp(berlin)) == NOON
    with pytest.raises(ValueError, match="zone"):
        stamp(datetime(2026, 1, 1))


@pytest.mark.row("N8")
def test_health_of_a_source(home: Home) -> None:
    with Ledger.open(home) as ledger:
        sources = ledger.sources
        sources.connect("work", "ics", "calendar", "work", {"path": "/a.ics"})
        first = sources.get("work")
        assert first is not None
        assert (first.state, first.last_success_at, first.settings) == ("never", None, {"path": "/a.ics"})
        sources.attempt("work", NOON)
        sources.succeed("work", NOON, 10, 10, 9, 1, 2, "print", backfilling=True)
        assert sources.all()[0].state == "backfilling"
        sources.succeed("work", NOON, 12, 3, 2, 1, 2, "print2")
        sources.fail("work", NOON + HOUR, "needs_reauth", "refused", "run `steward connect`")
        row = sources.get("work")
        assert row is not None
        assert (row.state, row.error, row.last_success_at) == ("needs_reauth", "refused", NOON)
        assert (row.rows, row.rows_in, row.rows_changed, row.rows_deleted, row.rejects) == (12, 3, 2, 1, 2)
        sources.succeed("work", NOON, 12, 0, 0, 0, 2, "print2")
        row = sources.get("work")
        assert row is not None
        assert row.error is None
        assert row.state_at(NOON + HOUR) == "ok"
        assert row.state_at(NOON + 3 * HOUR) == "stale"


def test_a_changed_setting_forgets_the_fingerprint(home: Home) -> None:
    with Ledger.open(home) as ledger:
        ledger.sources.connect("work", "ics", "calendar", "work", {"path": "/a.ics"})
        ledger.sources.succeed("work", NOON, 1, 1, 1, 0, 0, "print")
        ledger.sources.connect("work", "ics", "calendar", "work", {"path": "/a.ics"})
        assert ledger.sources.all()[0].fingerprint == "print"
        ledger.sources.connect("work", "ics", "calendar", "work", {"path": "/b.ics"})
        row = ledger.sources.all()[0]
        assert (row.fingerprint, row.rows) == (None, 1)


def test_connecting_again_ends_the_wait_for_a_new_grant(home: Home) -> None:
    with Ledger.open(home) as ledger:
        sources = ledger.sources
        for name in ("read", "unread", "broken"):
            sources.connect(name, "ics", "calendar", "work", {})
        sources.succeed("read", NOON, 1, 1, 1, 0, 0, "print")
        for name in ("read", "unread"):
            sources.grant(name, NOON + HOUR)
            sources.fail(name, NOON + HOUR, "needs_reauth", "refused", "connect")
        sources.fail("broken", NOON + HOUR, "failed", "gone", "look")
        for name in ("read", "unread", "broken"):
            sources.connect(name, "ics", "calendar", "work", {})
        found = {row.name: (row.state, row.error, row.mend, row.grant_until) for row in sources.all()}
    assert found == {
        "read": ("ok", None, None, None),
        "unread": ("never", None, None, None),
        "broken": ("failed", "gone", "look", None),
    }


def test_an_unknown_source_is_an_error(home: Home) -> None:
    with Ledger.open(home) as ledger:
        with pytest.raises(InputError, match="nobody"):
            ledger.sources.attempt("nobody", NOON)
        assert ledger.sources.remove("nobody") is False


@pytest.mark.row("T1")
def test_spending_and_caps(home: Home) -> None:
    with Ledger.open(home) as ledger:
        calls = ledger.calls
        calls.record(call(0.02))
        calls.record(call(None))
        calls.record(call(0.5, at=NOON - 24 * HOUR))
        calls.record(call(0.01, purpose="ask"))
        assert calls.spent(NOON - HOUR) == pytest.approx(0.03)
        assert calls.spent(NOON - HOUR, "ask") == pytest.approx(0.01)
        caps = [Cap(0.10, NOON - HOUR), Cap(0.05, NOON - HOUR, "brief")]
        reserved = calls.reserve(call(0.03), caps)
        with pytest.raises(RefusedError, match="brief"):
            calls.reserve(call(0.03), caps)
        calls.settle(reserved, call(0.001))
        assert calls.spent(NOON - HOUR, "brief") == pytest.approx(0.021)
        calls.reserve(call(0.02), caps)


def test_cache_of_answers(home: Home) -> None:
    with Ledger.open(home) as ledger:
        assert ledger.calls.cached("k") is None
        ledger.calls.cache("k", '{"a": 1}', NOON)
        ledger.calls.cache("k", '{"a": 2}', NOON)
        assert ledger.calls.cached("k") == '{"a": 2}'


def test_outputs_by_prefix_and_newest(home: Home) -> None:
    with Ledger.open(home) as ledger:
        outputs = ledger.outputs
        outputs.record("aa11", "brief", "2026-03-24", NOON - 24 * HOUR, "v1", "a", False)
        outputs.record("aa22", "brief", "2026-03-25", NOON, "v2", "b", False)
        outputs.record("bb33", "brief", "2026-03-25", NOON + HOUR, "v3", "c", True)
        latest = outputs.latest("brief")
        assert latest is not None
        assert (latest.run, latest.made, latest.dry) == ("aa22", NOON, False)
        earlier = outputs.latest("brief", before=NOON)
        assert earlier is not None
        assert earlier.run == "aa11"
        outputs.record("pp99", "brief", "2026-03-30", NOON, "v", "a.json", False)
        outputs.record("mm11", "brief", "2026-03-30", NOON, "v", "b.json", False)
        last = outputs.latest("brief", subject="2026-03-30")
        assert last is not None
        assert last.run == "mm11"  # written down last
        assert outputs.latest("brief", subject="2026-01-01") is None
        assert outputs.get("bb").run == "bb33"
        with pytest.raises(InputError, match="more than one"):
            outputs.get("aa")
        for absent in ("zz", "", "%"):
            with pytest.raises(InputError, match="no output"):
                outputs.get(absent)


def test_a_delivery_is_sent_once(home: Home) -> None:
    with Ledger.open(home) as ledger, Ledger.open(home) as other:
        first = ledger.deliveries.claim("r1", "slack", "U1")
        assert (first.state, first.fresh) == ("pending", True)
        second = other.deliveries.claim("r1", "slack", "U1")
        assert (second.state, second.fresh, second.id) == ("pending", False, first.id)
        ledger.deliveries.sent(first.id, "171.2", NOON)
        third = other.deliveries.claim("r1", "slack", "U1")
        assert (third.state, third.ref, third.fresh) == ("sent", "171.2", False)
        assert other.deliveries.retake(third) is False
        assert ledger.deliveries.pending() == []


def test_a_failed_delivery_is_claimed_again_and_an_unknown_one_is_asked_about(home: Home) -> None:
    with Ledger.open(home) as ledger:
        deliveries = ledger.deliveries
        first = deliveries.claim("r1", "slack", "U1")
        deliveries.failed(first.id, "channel_not_found", NOON)
        again = deliveries.claim("r1", "slack", "U1")
        assert (again.fresh, again.attempts, again.error) == (True, 2, None)
        deliveries.unknown(again.id, "timeout", NOON)
        unknown = deliveries.claim("r1", "slack", "U1")
        assert (unknown.state, unknown.fresh) == ("unknown", False)
        assert [row.id for row in deliveries.pending()] == [first.id]
        assert deliveries.retake(unknown) is True
        assert deliveries.retake(unknown) is False
        assert deliveries.of("r1")[0].attempts == 3


def test_what_was_shown_last(home: Home) -> None:
    with Ledger.open(home) as ledger:
        shown = ledger.shown
        assert shown.last("brief", "events/a") is None
        shown.record("brief", "events/a", "d1", NOON, "r1")
        shown.record("brief", "events/a", "d2", NOON + HOUR, "r2")
        assert shown.last("brief", "events/a") == ("d2", NOON + HOUR)
        assert shown.last("brief", "events/a", before=NOON + HOUR) == ("d1", NOON)
        assert shown.last("prep", "events/a") is None


def test_slots_are_claimed_once_and_end_once(home: Home) -> None:
    with Ledger.open(home) as ledger, Ledger.open(home) as other:
        assert ledger.slots.claim("brief", NOON, "r1")
        assert not other.slots.claim("brief", NOON.astimezone(timezone(HOUR)), "r2")
        assert [slot.claimed_by for slot in ledger.slots.open("brief")] == ["r1"]
        assert not other.slots.reclaim("brief", NOON, "r2", held_by="r9")
        assert other.slots.reclaim("brief", NOON, "r2", held_by="r1")
        assert ledger.slots.finish("brief", NOON, "done", None, NOON + HOUR)
        assert not ledger.slots.finish("brief", NOON, "failed", "late", NOON + HOUR)
        assert ledger.slots.finish("brief", NOON + HOUR, "skipped", "asleep", NOON + HOUR)
        assert not ledger.slots.claim("brief", NOON + HOUR, "r3")
        assert [slot.outcome for slot in ledger.slots.all("brief")] == ["done", "skipped"]
        assert ledger.slots.open("brief") == []
        assert ledger.slots.names() == ["brief"]


def test_reads_are_listed_newest_first(home: Home) -> None:
    with Ledger.open(home) as ledger:
        ledger.reads.record(ReadRow(NOON, "inspector", "sql", "SELECT 1", "work", 1))
        ledger.reads.record(ReadRow(NOON + HOUR, "inspector", "sql", "DROP", "work", None, "refused"))
        assert [read.outcome for read in ledger.reads.latest()] == ["refused", "ok"]


@pytest.mark.row("N7")
def test_every_table_and_column_is_documented(home: Home) -> None:
    with Ledger.open(home) as ledger:
        names = [
            row["name"]
            for row in ledger.store.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not row["name"].startswith("sqlite_") and row["name"] != "answers"
        ]
        assert sorted(names) == sorted(TABLES)
        for name, (comment, columns) in TABLES.items():
            stored = [row["name"] for row in ledger.store.rows(f"PRAGMA table_info({name})")]
            assert stored == list(columns)
            assert comment
            assert all(text for _, text in columns.values())
