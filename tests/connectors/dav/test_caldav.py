"""Calendars of two real servers: found, read, followed as they change."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from connectors.calendar import caldav
from context.errors import InputError
from tests.connectors.dav.conftest import NOW, Mirror, event, ics
from tests.servers.dav import Account
from tests.servers.forward import Forward, Passed

pytestmark = pytest.mark.row("N1")
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
BERLIN = "DTSTART;TZID=Europe/Berlin:20260323T100000"


def test_an_account_is_found_by_its_host_alone(account: Account, calendars: Mirror) -> None:
    account.calendar("work", "Work & Co")
    account.calendar("private", "Privat")
    account.book("people")
    assert caldav.preview(calendars.handle).counts == {"calendars": 2}
    [note] = caldav.preview(calendars.handle).notes
    assert "Work & Co" in note
    assert "Privat" in note


@pytest.mark.parametrize("path", ["/", "/ana/", "/.well-known/caldav"])
def test_and_by_any_address_of_it(account: Account, calendars: Mirror, path: str) -> None:
    account.calendar("work")
    calendars.url = account.url + path
    assert caldav.preview(calendars.handle).counts == {"calendars": 1}


def test_the_address_of_one_calendar_is_that_calendar(account: Account, calendars: Mirror) -> None:
    account.calendar("private")
    calendars.url = account.url + account.calendar("work")
    account.put(f"{account.calendars}work/a.ics", ics(event("a")))
    account.put(f"{account.calendars}private/b.ics", ics(event("b")))
    calendars.sync()
    assert calendars.column("uid") == ["a"]
    account.delete(f"{account.calendars}work/a.ics")
    calendars.sync()
    assert calendars.column("uid") == []


def test_what_changed_is_asked_for_and_nothing_else(account: Account, front: Forward) -> None:
    mirror = Mirror(caldav, account, front.url)
    work = account.calendar("work", "Work")
    for name in ("a", "b ü c@d", "e+f"):
        account.put(work + quote(name), ics(event(name)))
    assert mirror.sync() == 6
    assert mirror.column("uid") == ["a", "b ü c@d", "e+f"]
    assert set(mirror.column("calendar")) == {"Work"}
    front.calls.clear()
    assert mirror.sync() == 0
    assert [call.method for call in front.calls] == ["PROPFIND"], "one request tells that nothing changed"
    account.put(work + "a", ics(event("a", summary="Changed")))
    account.put(work + "new.ics", ics(event("new")))
    account.delete(work + "e%2Bf")
    assert mirror.sync() == 4
    assert mirror.column("summary") == ["Changed", "b ü c@d", "new"]
    assert mirror.store.differences(mirror.fresh()) == {}


def test_a_series_is_moved_split_and_ended(account: Account, calendars: Mirror) -> None:
    work = account.calendar("work")
    path = work + "s.ics"
    account.put(path, ics(event("s", WEEKLY, start=BERLIN)))
    calendars.sync()
    assert calendars.starts() == ["03-23 09:00", "03-30 08:00", "04-06 08:00", "04-13 08:00"], "the clocks change"
    moved = event("s", "RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000",
                  start="DTSTART;TZID=Europe/Berlin:20260331T150000", summary="Moved")  # fmt: skip
    account.put(path, ics(event("s", WEEKLY, "EXDATE;TZID=Europe/Berlin:20260406T100000", start=BERLIN), moved))
    calendars.sync()
    assert calendars.starts() == ["03-23 09:00", "03-31 13:00", "04-13 08:00"]
    assert calendars.column("summary") == ["Moved", "s"]
    account.put(path, ics(event("s", "RRULE:FREQ=WEEKLY;UNTIL=20260324T000000Z", start=BERLIN)))
    account.put(work + "t.ics", ics(event("t", "RRULE:FREQ=WEEKLY;COUNT=2", start="DTSTART:20260330T120000Z")))
    calendars.sync()
    assert calendars.starts() == ["03-23 09:00", "03-30 12:00", "04-06 12:00"]
    assert calendars.store.differences(calendars.fresh()) == {}


def test_whole_days_endless_events_tasks_and_odd_zones(account: Account, calendars: Mirror) -> None:
    work = account.calendar("work")
    account.put(work + "d.ics", ics(event("d", "DTEND;VALUE=DATE:20260327", start="DTSTART;VALUE=DATE:20260325")))
    account.put(work + "e.ics", ics(event("e", start="DTSTART;TZID=America/New_York:20260330T090000")))
    account.put(work + "f.ics", ics(event("f", start="DTSTART:20260330T090000")))
    account.put(work + "t.ics", ics("BEGIN:VTODO\nUID:t\nDTSTAMP:20260101T000000Z\nSUMMARY:Buy\nEND:VTODO"))
    calendars.sync()
    rows = {row["uid"]: row for row in calendars.store.rows("events")}
    assert (rows["d"]["all_day"], str(rows["d"]["end_date"])) == (True, "2026-03-27")
    assert rows["e"]["starts_at"] == rows["e"]["ends_at"] == datetime(2026, 3, 30, 13, tzinfo=UTC)
    assert rows["f"]["starts_at"] == datetime(2026, 3, 30, 7, tzinfo=UTC), "a floating time is the owner's"
    assert calendars.column("title", "tasks") == ["Buy"]
    account.delete(work + "t.ics")
    calendars.sync()
    assert not calendars.column("title", "tasks")


def test_deleted_renamed_and_chosen_calendars(account: Account, calendars: Mirror) -> None:
    work, private = account.calendar("work", "Work"), account.calendar("private", "Private")
    account.put(work + "a.ics", ics(event("a")))
    account.put(private + "b.ics", ics(event("b")))
    calendars.sync()
    account.rename(work, "Office")
    calendars.sync()
    assert calendars.column("calendar") == ["Office", "Private"]
    calendars.settings["calendars"] = ["Private"]
    calendars.sync()
    assert calendars.column("uid") == ["b"]
    account.rename(private, "Home")
    calendars.sync()
    assert calendars.column("calendar") == ["Home"], "what was chosen stays chosen"
    with pytest.raises(InputError, match="no calendar called Private"):
        caldav.preview(calendars.handle)
    calendars.settings.clear()
    calendars.sync()
    assert calendars.column("uid") == ["a", "b"]
    account.delete(private)
    calendars.sync()
    assert calendars.column("uid") == ["a"]
    assert not [file for file in calendars.store.cursors if file.startswith(private)]
    account.delete(work)
    calendars.sync()
    assert not calendars.store.contents()


def test_an_expired_token_costs_a_comparison_and_no_row(account: Account, front: Forward) -> None:
    mirror = Mirror(caldav, account, front.url)
    work = account.calendar("work")
    for name in "abc":
        account.put(f"{work}{name}.ics", ics(event(name)))
    mirror.sync()
    account.forget_tokens(work)
    account.put(work + "d.ics", ics(event("d")))
    account.delete(work + "a.ics")
    account.forget_tokens(work)
    front.calls.clear()
    given = mirror.sync()
    statuses = [call.status for call in front.calls if b"sync-collection" in call.sent]
    assert {"radicale": 403, "xandikos": 412}[account.server] in statuses
    assert given == 2, "only the new event is fetched"
    assert mirror.column("uid") == ["b", "c", "d"]
    assert mirror.store.differences(mirror.fresh()) == {}


def test_a_new_week_fetches_only_what_it_may_change(account: Account, front: Forward) -> None:
    mirror = Mirror(caldav, account, front.url)
    work = account.calendar("work")
    edge = (NOW + timedelta(days=407)).strftime("DTSTART:%Y%m%dT090000Z")  # the next week's window reaches it
    account.put(work + "near.ics", ics(event("near")))
    account.put(work + "old.ics", ics(event("old", start="DTSTART:20200101T090000Z")))
    account.put(work + "edge.ics", ics(event("edge", start=edge)))
    account.put(work + "series.ics", ics(event("series", "RRULE:FREQ=WEEKLY", start=BERLIN)))
    mirror.sync()
    assert "edge" not in {row["uid"] for row in mirror.store.rows("event_instances")}
    front.calls.clear()
    mirror.now += timedelta(days=7)
    mirror.sync()
    [multiget] = [call for call in front.calls if b"multiget" in call.sent]
    assert (b"series.ics" in multiget.sent, b"edge.ics" in multiget.sent) == (True, True)
    assert (b"near.ics" in multiget.sent, b"old.ics" in multiget.sent) == (False, False)
    assert mirror.store.differences(mirror.fresh()) == {}
    mirror.now += timedelta(days=7 * 20)
    mirror.sync()
    assert mirror.store.differences(mirror.fresh()) == {}


@pytest.mark.row("N11")
def test_the_next_weeks_come_first_of_many(account: Account, calendars: Mirror) -> None:
    work = account.calendar("work")
    for number in range(55):
        account.put(f"{work}a{number:02}.ics", ics(event(f"old{number}", start="DTSTART:20190101T090000Z")))
    account.put(work + "z.ics", ics(event("today")))
    items = caldav.read(calendars.handle, calendars.store.known(NOW))
    first = next(item for item in items if getattr(item, "table", "") == "events")
    assert [row["uid"] for row in first.rows] == ["today"]


def test_a_calendar_that_may_only_be_read(account: Account, front: Forward) -> None:
    mirror = Mirror(caldav, account, front.url)
    frozen = account.calendar("frozen", "Holidays")
    account.put(frozen + "a.ics", ics(event("a")), user="boss")
    assert caldav.preview(mirror.handle).notes == (
        ["Calendars: Holidays (read-only)."] if account.server == "radicale" else ["Calendars: Holidays."]
    )

    def only_read(passed: Passed) -> None:  # Xandikos has no rights by collection
        for name in (b"all", b"write", b"write-content", b"write-properties"):
            passed.body = passed.body.replace(b":%s />" % name, b":read />")

    front.change = only_read
    assert caldav.preview(mirror.handle).notes == ["Calendars: Holidays (read-only)."]
    mirror.sync()
    assert mirror.column("uid") == ["a"]
