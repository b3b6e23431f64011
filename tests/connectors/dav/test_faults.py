"""What can go wrong between us and a calendar server: each has a clear word, and none costs a row in the end."""

import copy
from datetime import timedelta

import pytest

from connectors import web
from connectors.calendar import caldav
from connectors.people import carddav
from connectors.web import GrantError, PassingError
from context.errors import SourceError
from tests.connectors.dav.conftest import Mirror, event, ics, settled, tried, vcard
from tests.servers.dav import Account
from tests.servers.forward import Forward, Passed

pytestmark = pytest.mark.row("N1", "T3")
FAULTS = ("500", "503", "503:120", "429:1", "reset", "cut", "short", "page", "401", "403", "404")
SERIES = event("s", "RRULE:FREQ=WEEKLY;COUNT=4")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_of_the_first_sync(account: Account, front: Forward, mirror: Mirror, fault: str) -> None:
    work = account.calendar("work")
    account.calendar("empty")
    account.put(work + "a.ics", ics(event("a")))
    account.put(work + "s.ics", ics(SERIES))
    whole = mirror.fresh()
    mirror.sync()
    for number in range(len(front.calls)):
        one = Mirror(caldav, account, front.url)
        front.faults[:] = [""] * number + [fault] * (3 if fault in ("500", "503", "reset", "cut") else 1)
        error = tried(one)
        assert fault not in ("401", "503:120") or error, "a fault that does not pass by itself is told"
        assert isinstance(error, GrantError) or fault != "401"
        front.faults.clear()
        settled(one)
        assert one.store.differences(whole) == {}, (number, error)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_of_a_later_one(account: Account, front: Forward, mirror: Mirror, fault: str) -> None:
    work = account.calendar("work")
    for name in "abc":
        account.put(f"{work}{name}.ics", ics(event(name)))
    mirror.sync()
    before = copy.deepcopy(mirror.store)
    account.put(work + "s.ics", ics(SERIES))
    account.put(work + "a.ics", ics(event("a", summary="Changed")))
    account.delete(work + "b.ics")
    front.calls.clear()
    mirror.sync()
    whole, calls = mirror.store, len(front.calls)
    for number in range(calls):
        mirror.store = copy.deepcopy(before)
        front.faults[:] = [""] * number + [fault] * (3 if fault in ("500", "503", "reset", "cut") else 1)
        tried(mirror)
        assert {"a", "c"} <= set(mirror.column("uid")), "no fault deletes what is there"
        front.faults.clear()
        settled(mirror)
        assert mirror.store.differences(whole) == {}, number


@pytest.mark.row("N12")
def test_a_wrong_password_says_what_mends_it(account: Account, calendars: Mirror) -> None:
    if account.server == "xandikos":
        return  # see test_tls.py: it asks for a password only behind TLS
    calendars.settings["user"] = "eve"
    for ask in (caldav.preview, lambda handle: calendars.sync()):
        with pytest.raises(GrantError, match="refuses the user name or the password") as caught:
            ask(calendars.handle)
        assert "steward connect caldav 127.0.0.1" in (caught.value.mend or "")


def test_nobody_there_and_a_web_page(front: Forward, mirror: Mirror, hurry: list[float]) -> None:
    nowhere = Mirror(caldav, mirror.account, "http://127.0.0.1:1")
    assert isinstance(tried(nowhere), PassingError)
    assert len(hurry) == web.TRIES - 1
    front.faults[:] = ["page"]
    with pytest.raises(SourceError, match="answers with a web page"):
        caldav.preview(mirror.handle)
    front.faults[:] = ["404"] * 2
    with pytest.raises(SourceError, match="offers no CalDAV"):
        caldav.preview(mirror.handle)


def test_a_long_pause_is_kept(account: Account, front: Forward, mirror: Mirror) -> None:
    account.calendar("work")
    mirror.sync()
    front.faults[:] = ["429:3600"]
    assert isinstance(tried(mirror), SourceError)
    front.calls.clear()
    assert "asked to wait" in str(tried(mirror))
    assert not front.calls, "not even asked"
    mirror.now += timedelta(minutes=61)
    assert tried(mirror) is None
    front.faults[:] = ["503:3600"]
    assert isinstance(tried(mirror), SourceError)
    mirror.now -= timedelta(days=400)
    assert tried(mirror) is None, "a clock that was set back does not make it wait for a year"


def test_a_broken_calendar_does_not_stop_the_others(account: Account, front: Forward, mirror: Mirror) -> None:
    for name in ("aaa", "work", "zzz"):
        account.put(account.calendar(name) + "a.ics", ics(event(name)))

    def broken(passed: Passed) -> None:
        if passed.method == "REPORT" and passed.path.endswith("/work/"):
            passed.status, passed.body, passed.answer = 502, b"", {}

    front.change = broken
    assert isinstance(tried(mirror), PassingError)
    assert mirror.column("uid") == ["aaa", "zzz"]
    front.change = lambda passed: None
    settled(mirror)
    assert mirror.column("uid") == ["aaa", "work", "zzz"]


@pytest.mark.row("N10")
def test_a_poisoned_object_costs_only_itself(account: Account, front: Forward, mirror: Mirror) -> None:
    work = account.calendar("work")
    for name in ("a", "bad", "c"):
        account.put(f"{work}{name}.ics", ics(event(name)))

    def poisoned(passed: Passed) -> None:
        if b"multiget" in passed.sent or passed.path.endswith("bad.ics"):
            passed.status, passed.body, passed.answer = 500, b"", {}

    front.change = poisoned
    assert tried(mirror) is None
    assert mirror.column("uid") == ["a", "c"]
    assert [row["reason"] for row in mirror.store.rejects.values()] == ["unreadable"]
    account.put(work + "d.ics", ics(event("d")))
    mirror.sync()
    assert (mirror.column("uid"), len(mirror.store.rejects)) == (["a", "c", "d"], 1)
    front.change = lambda passed: None
    mirror.sync()
    assert mirror.store.differences(mirror.fresh()) == {}
    assert mirror.column("uid") == ["a", "bad", "c", "d"]


@pytest.mark.row("N10")
def test_what_is_no_calendar_is_set_aside(account: Account, front: Forward, mirror: Mirror) -> None:
    work = account.calendar("work")
    account.put(work + "a.ics", ics(event("a")))
    account.put(work + "b.ics", ics(event("b", summary="poison")))

    def garbled(passed: Passed) -> None:
        passed.body = passed.body.replace(b"SUMMARY:poison", b"SUMMARY:poi\x0bson")  # no character of XML 1.0

    front.change = garbled
    mirror.sync()
    assert mirror.column("uid") == ["a", "b"], "what cannot be in XML is fetched alone"
    front.change = lambda passed: None
    account.put(work + "b.ics", ics(event("b", "RRULE:FREQ=HOURLY;INTERVAL=8")))
    mirror.sync()
    assert [row["reason"] for row in mirror.store.rejects.values()] == ["too-many-instances"]
    account.put(work + "b.ics", ics(event("b")))
    mirror.sync()
    assert not mirror.store.rejects


def test_what_is_missing_here_is_fetched_again(account: Account, mirror: Mirror) -> None:
    """Records are tried again by forgetting their cursors; and a restored backup may lack what its token covers."""
    work = account.calendar("work")
    for name in "ab":
        account.put(f"{work}{name}.ics", ics(event(name)))
    mirror.sync()
    del mirror.store.cursors[work + "b.ics"]
    for rows in mirror.store.tables.values():
        mirror.store._drop(rows, work + "b.ics")
    assert mirror.sync() == 2
    assert mirror.store.differences(mirror.fresh()) == {}


def test_cards_meet_the_same_faults(account: Account, front: Forward) -> None:
    mirror = Mirror(carddav, account, front.url)
    path = account.book("friends")
    for name in "ab":
        account.put(f"{path}{name}.vcf", vcard(name, name.upper()))
    mirror.sync()
    whole, calls = mirror.store, len(front.calls)
    for fault in ("503:120", "cut", "short", "401", "reset"):
        for number in range(calls):
            mirror.store, mirror.now = type(whole)(carddav.TABLES), mirror.now + timedelta(hours=2)
            front.faults[:] = [""] * number + [fault] * 3
            tried(mirror)
            front.faults.clear()
            settled(mirror)
            assert mirror.store.differences(whole) == {}, (fault, number, mirror.store.cursors, front.methods()[-8:])
