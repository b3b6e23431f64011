"""Google Calendar: what changes cost, and what goes along with a calendar, a token or a week."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.calendar import google as connector
from context.errors import SourceError
from tests.connectors.google.agenda import HOUR, ME, SECOND, THIRD, WEEKLY, events, starts, times
from tests.connectors.google.conftest import NOW
from tests.connectors.store import Store
from tests.servers.google.calendar import Calendars
from tests.servers.google.core import FakeGoogle

pytestmark = pytest.mark.row("N1", "N8")


@pytest.fixture
def store() -> Store:
    return Store(connector.TABLES)


@pytest.fixture
def google_calls(google: FakeGoogle) -> Any:
    """What was asked for since the last sync began."""

    def calls() -> list[str]:
        last = max(n for n, call in enumerate(google.calls) if call.id == "token")
        return [_named(call) for call in google.calls[last:]]

    return calls


def _named(call: Any) -> str:
    names = {"calendar.calendarList.list": "list", "calendar.events.get": "get", "token": "token"}
    if call.id in names:
        return names[call.id]
    return "changes" if "syncToken" in call.query else "one series" if "iCalUID" in call.query else "all"


def test_an_exception_that_comes_alone_joins_its_series(
    google_calls: Any, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY})
    calendars.put({"id": "other", **HOUR})
    store.sync(connector, handle, NOW)
    calendars.cancel("s", SECOND)
    given = store.sync(connector, handle, NOW)
    assert "03-30 07:00 cancelled" in starts(store)
    assert len(starts(store)) == 7
    assert given == 2 + 6, "the series with its exception, their instances, and nothing of the other event"
    assert google_calls() == ["token", "list", "changes", "one series"]
    assert store.sync(connector, handle, NOW) == 0
    assert google_calls() == ["token", "list", "changes"], "the token is that of the changes, not of the series"


def test_where_nothing_changed_nothing_is_given(
    google_calls: Any, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY})
    store.sync(connector, handle, NOW)
    before = dict(store.cursors)
    assert store.sync(connector, handle, NOW) == 0
    assert google_calls() == ["token", "list", "changes"]
    assert store.cursors == before


def test_the_token_is_saved_from_the_last_page_alone(
    google: FakeGoogle, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    for n in range(8):
        calendars.put({"id": f"e{n}", **HOUR})
    google.fail(500, method="calendar.events.list", after=2, times=9)
    with pytest.raises(SourceError, match="500"):
        store.sync(connector, handle, NOW)
    assert ME not in store.cursors
    assert len(store.rows("events")) == 6, "what came before is kept"
    google.faults.clear()
    store.sync(connector, handle, NOW)
    assert "sync:" in store.cursors[ME]["token"]
    assert len(store.rows("events")) == 8


def test_an_expired_token_reads_all_and_lets_go_of_what_went(
    google_calls: Any, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY})
    calendars.put({"id": "a", **HOUR})
    store.sync(connector, handle, NOW)
    calendars.delete("a")
    calendars.expire()
    store.sync(connector, handle, NOW)
    assert google_calls() == ["token", "list", "changes", "all"]
    assert list(events(store)) == ["s@google.com"]


def test_a_new_week_makes_new_instances(
    google_calls: Any, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY, "recurrence": ["RRULE:FREQ=DAILY"]})
    store.sync(connector, handle, NOW)
    before = len(store.rows("event_instances"))
    later = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
    store.sync(connector, handle, later)
    assert google_calls() == ["token", "list", "all"]
    assert len(store.rows("event_instances")) == before + 7
    fresh = Store(connector.TABLES)
    fresh.sync(connector, handle, later)
    assert store.differences(fresh) == {}


def test_a_calendar_that_is_unsubscribed_hidden_or_gone_takes_its_rows_along(
    google: FakeGoogle, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    for name in ("team", "club", "lost"):
        calendars.add(f"{name}@group.calendar.google.com", summary=name.title())
        calendars.put({"id": name, **HOUR}, f"{name}@group.calendar.google.com")
    store.sync(connector, handle, NOW)
    assert {row["calendar"] for row in store.rows("events")} == {"Team", "Club", "Lost"}
    calendars.remove("team@group.calendar.google.com")
    calendars.calendars["club@group.calendar.google.com"].entry["hidden"] = True
    google.fail(404, reason="notFound", method="calendar.events.list", after=1)  # listed, and gone a moment later
    store.sync(connector, handle, NOW)
    assert store.rows("events") == []
    assert set(store.cursors) == {ME}


def test_a_calendar_that_is_renamed_is_read_anew(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    calendars.put({"id": "a", **HOUR})
    store.sync(connector, handle, NOW)
    calendars.calendars[ME].entry["summaryOverride"] = "Mine; all,\\n of it"
    store.sync(connector, handle, NOW)
    assert [row["calendar"] for row in store.rows("events")] == ["Mine; all,\\n of it"]


def test_one_day_of_somebody_elses_series(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    """An invitation to a single day comes without its series."""
    calendars.put({"id": "s", **WEEKLY})
    alone = calendars.exception("s", SECOND, summary="Guest")
    del calendars.calendars[ME].events["s"]
    store.sync(connector, handle, NOW)
    assert list(events(store)) == ["s@google.com#20260330T070000Z"]
    calendars.put({**alone, "summary": "Guest of honour"})
    store.sync(connector, handle, NOW)
    assert [row["summary"] for row in store.rows("events")] == ["Guest of honour"]
    calendars.put({**alone, "status": "cancelled"})
    store.sync(connector, handle, NOW)
    assert events(store) == {}


def test_a_series_that_begins_later_loses_what_was_changed(
    calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY})
    calendars.cancel("s", SECOND)
    store.sync(connector, handle, NOW)
    calendars.change("s", **times("2026-03-24T10:00:00+01:00", "2026-03-24T10:15:00+01:00"))
    store.sync(connector, handle, NOW)
    assert starts(store)[:2] == ["03-24 09:00", "03-31 08:00"]
    assert len(starts(store)) == 6


def test_a_series_that_is_split(calendars: Calendars, handle: SimpleNamespace, store: Store) -> None:
    calendars.put({"id": "s", **WEEKLY, "recurrence": ["RRULE:FREQ=WEEKLY"]})
    store.sync(connector, handle, NOW)
    calendars.split("s", THIRD, **times("2026-04-06T11:00:00+02:00", "2026-04-06T12:00:00+02:00"))
    store.sync(connector, handle, NOW)
    assert starts(store)[:4] == ["03-23 08:00", "03-30 07:00", "04-06 09:00", "04-13 09:00"]


def test_many_changed_series_are_read_in_one_go(
    google_calls: Any, calendars: Calendars, handle: SimpleNamespace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        calendars.put({"id": f"s{n}", **WEEKLY})
    store.sync(connector, handle, NOW)
    for n in range(3):
        calendars.change(f"s{n}", summary="New")
    monkeypatch.setattr(connector, "MANY", 2)
    store.sync(connector, handle, NOW)
    assert google_calls() == ["token", "list", "changes", "all"]
    assert {row["summary"] for row in store.rows("events")} == {"New"}
    assert store.sync(connector, handle, NOW) == 0


def test_a_calendar_that_may_not_be_read_costs_only_itself(
    google: FakeGoogle, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.add("a@group.calendar.google.com", summary="A")
    calendars.add("b@group.calendar.google.com", summary="B")
    for name in list(calendars.calendars):
        calendars.put({"id": "e", **HOUR}, name)
    store.sync(connector, handle, NOW)
    google.fail(403, reason="forbidden", method="calendar.events.list", after=1)
    store.sync(connector, handle, NOW)
    assert {row["calendar"] for row in store.rows("events")} == {ME, "B"}
    store.sync(connector, handle, NOW)
    assert {row["calendar"] for row in store.rows("events")} == {ME, "A", "B"}


def test_an_exception_of_a_series_that_was_never_seen(
    google_calls: Any, calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY})
    store.sync(connector, handle, NOW)
    del store.tables["events"][f"{ME}/s", "s@google.com"]  # as if what it was made into had been lost
    calendars.cancel("s", SECOND)
    store.sync(connector, handle, NOW)
    assert google_calls() == ["token", "list", "changes", "get", "one series"]
    assert len(events(store)) == 2


def test_a_calendar_whose_zone_changes_is_read_anew(
    calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "a", "start": {"date": "2026-03-26"}, "end": {"date": "2026-03-27"}})
    store.sync(connector, handle, NOW)
    assert starts(store) == ["03-25 23:00"]
    calendars.calendars[ME].entry["timeZone"] = "Asia/Tokyo"
    store.sync(connector, handle, NOW)
    assert starts(store) == ["03-25 15:00"]


def test_a_series_that_no_longer_repeats_has_no_exceptions(
    calendars: Calendars, handle: SimpleNamespace, store: Store
) -> None:
    calendars.put({"id": "s", **WEEKLY})
    calendars.exception("s", SECOND, summary="Other")
    kept = dict(calendars.calendars[ME].events)
    calendars.put({name: value for name, value in kept["s"].items() if name != "recurrence"})
    for summary in ("left", "left, and changed"):  # a server may leave it there
        calendars.put({**kept["s_20260330T070000Z"], "summary": summary})
        store.sync(connector, handle, NOW)
        assert starts(store) == ["03-23 08:00"]
