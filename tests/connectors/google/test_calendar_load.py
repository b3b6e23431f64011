"""Google Calendar through the loader: two accounts at once, what goes, what is set aside, and no secret anywhere."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import duckdb
import pytest

from blocks.engine import configure
from blocks.ledger import Ledger
from connectors import load, reach
from connectors.kinds import GOOGLE
from connectors.outcome import Result
from context.home import Home
from tests.connectors.google.agenda import HOUR, ME, SECOND, WEEKLY
from tests.connectors.google.conftest import NOW, SCOPES
from tests.servers.google.calendar import Calendars
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import settings

pytestmark = pytest.mark.row("N1", "N6", "N8", "N12")
Connect = Callable[[str, str], None]


@pytest.fixture
def connect(home: Home, google: FakeGoogle, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Connect the calendars of an account, as `steward connect google --name NAME` does."""
    configure(home)
    monkeypatch.setattr(reach, "sys", SimpleNamespace(modules={}))  # as in a process that did not import Prefect

    def connected(name: str, address: str) -> None:
        given = settings(google, *SCOPES, address=address)
        reach.keep(home, name, {secret: given.pop(secret).get_secret_value() for secret in GOOGLE})
        with Ledger.open(home) as ledger:
            ledger.sources.connect(
                f"{name}-calendar", "google-calendar", "calendar", address, {**given, "through": name}
            )

    return connected


def sync(home: Home, days: int = 0, **how: bool) -> dict[str, Result]:
    found = load.sync(home, now=NOW + timedelta(days=days), **{"publish": False, **how})
    return {result.name: result for result in found}


def rows(home: Home, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(home.build, read_only=True) as con:
        return con.execute(sql).fetchall()


def test_two_accounts_at_once_and_one_that_is_revoked(home: Home, google: FakeGoogle, connect: Connect) -> None:
    for name, address in (("google", ME), ("work", "ana@work.example")):
        connect(name, address)
        google.account(address).of(Calendars).put({"id": "same", "summary": name, **HOUR})
    assert {name: result.changed for name, result in sync(home).items()} == {"google-calendar": 2, "work-calendar": 2}
    assert rows(home, "SELECT account, summary FROM raw.events ORDER BY 1") == [
        (ME, "google"),
        ("ana@work.example", "work"),
    ]
    google.grants.revoke("ana@work.example")
    google.account().of(Calendars).change("same", summary="new")
    results = sync(home)
    assert results["google-calendar"].changed == 1
    assert results["work-calendar"].mend == "run `steward connect google --name work`"
    assert not results["work-calendar"].passing
    with Ledger.open(home) as ledger:
        assert {one.name: one.state for one in ledger.sources.all()} == {
            "google-calendar": "ok",
            "work-calendar": "needs_reauth",
        }
    assert rows(home, "SELECT summary FROM raw.events ORDER BY 1") == [("new",), ("work",)], "what was read stays"


def test_what_a_sync_costs_is_what_changed(home: Home, google: FakeGoogle, connect: Connect) -> None:
    connect("google", ME)
    world = google.account(ME).of(Calendars)
    world.add("team@group.calendar.google.com", summary="Team")
    world.put({"id": "s", **WEEKLY})
    world.put({"id": "t", **HOUR}, "team@group.calendar.google.com")
    assert sync(home)["google-calendar"].changed == 1 + 6 + 1 + 1
    before = rows(home, "SELECT count(DISTINCT _dlt_load_id) FROM raw.cursors")
    same = sync(home)["google-calendar"]
    assert (same.state, same.rows_in, same.changed, same.deleted) == ("unchanged", 0, 0, 0)
    assert rows(home, "SELECT count(DISTINCT _dlt_load_id) FROM raw.cursors") == before, "not even a cursor is written"
    world.cancel("s", SECOND)
    world.remove("team@group.calendar.google.com")
    result = sync(home)["google-calendar"]
    assert (result.changed, result.deleted) == (2, 1 + 2), "the exception and its instance; the old one, and the team's"
    assert rows(home, "SELECT count(*) FROM raw.events WHERE calendar = 'Team'") == [(0,)]
    assert rows(home, "SELECT change FROM raw.changes WHERE row_key = 't@google.com'") == [("deleted",)]
    assert sync(home, days=7)["google-calendar"].deleted == 0


def test_what_was_set_aside_is_tried_again_and_costs_nothing_else(
    home: Home, google: FakeGoogle, connect: Connect
) -> None:
    connect("google", ME)
    world = google.account(ME).of(Calendars)
    world.put({"id": "bad", **WEEKLY, "recurrence": ["RRULE:FREQ=NEVER"]})
    world.put({"id": "good", **HOUR})
    rejects = sync(home)["google-calendar"].rejects
    assert rejects > 0
    again = sync(home, replay=True)["google-calendar"]
    assert (again.rejects, again.deleted) == (rejects, 0)
    assert rows(home, "SELECT key FROM raw.events ORDER BY 1") == [("bad@google.com",), ("good@google.com",)]
    world.change("bad", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    assert sync(home)["google-calendar"].rejects == 0


def test_a_full_reading_finds_the_same(home: Home, google: FakeGoogle, connect: Connect) -> None:
    connect("google", ME)
    world = google.account(ME).of(Calendars)
    for n in range(7):
        world.put({"id": f"e{n}", **HOUR})
    sync(home)
    result = sync(home, full=True)["google-calendar"]
    assert (result.rows_in, result.changed, result.deleted) == (14, 0, 0)
    world.delete("e0")
    assert sync(home, full=True)["google-calendar"].deleted == 2


def test_no_secret_reaches_the_home(home: Home, google: FakeGoogle, connect: Connect) -> None:
    connect("google", ME)
    google.account(ME).of(Calendars).put({"id": "a", **HOUR})
    sync(home)
    google.grants.revoke()
    sync(home, publish=True)
    files = [path for path in home.root.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if b"planted" in path.read_bytes()] == []
