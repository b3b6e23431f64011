"""Servers that lack something, answer in parts, or mean no good."""

from datetime import timedelta

import pytest

from connectors.calendar import caldav
from connectors.web import PassingError, WaitError
from context.errors import SourceError
from tests.connectors.dav.conftest import Mirror, event, ics, tried
from tests.servers.dav import Account
from tests.servers.forward import Forward, Passed, forward

pytestmark = pytest.mark.row("N1", "T3")


def test_a_server_without_synchronization(account: Account, front: Forward, mirror: Mirror) -> None:
    def old(passed: Passed) -> None:
        if b"sync-collection" in passed.sent:
            passed.status, passed.body, passed.answer = 501, b"", {}
        passed.body = passed.body.replace(b"sync-token", b"nothing").replace(b"sync-collection", b"nothing")

    front.change = old
    work = account.calendar("work")
    for name in "abc":
        account.put(f"{work}{name}.ics", ics(event(name)))
    mirror.sync()
    front.calls.clear()
    assert mirror.sync() == 0
    assert len(front.calls) == 1, "the collection's tag says that nothing changed"
    account.delete(work + "a.ics")
    account.put(work + "b.ics", ics(event("b", summary="Changed")))
    account.put(work + "d.ics", ics(event("d")))
    assert mirror.sync() == 4
    assert mirror.column("summary") == ["Changed", "c", "d"]
    assert mirror.store.differences(mirror.fresh()) == {}


def test_long_answers_in_parts_and_unknown_tombstones(account: Account, front: Forward, mirror: Mirror) -> None:
    """A server that gives two entries at a time (507), and tells of deletions that we never saw."""
    left: dict[str, bytes] = {}

    def parts(passed: Passed) -> None:
        token = passed.sent.partition(b"sync-token>")[2].partition(b"<")[0].decode()
        if not passed.status and token in left:
            passed.status, passed.body, passed.answer = 207, left.pop(token), {"Content-Type": "text/xml"}
        if passed.status == 207 and b"sync-collection" in passed.sent:
            passed.body = _cut(passed.body, passed.path, left)

    front.change = parts
    work = account.calendar("work")
    for name in "abcdefg":
        account.put(f"{work}{name}.ics", ics(event(name)))
    mirror.sync()
    assert mirror.column("uid") == list("abcdefg")
    for name in "abcde":
        account.delete(f"{work}{name}.ics")
    mirror.sync()
    assert mirror.column("uid") == ["f", "g"]


def _cut(body: bytes, path: str, left: dict[str, bytes]) -> bytes:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(body)
    entries, token = root.findall("{DAV:}response"), root.find("{DAV:}sync-token")
    assert token is not None
    rest = ElementTree.fromstring(body)
    for entry in rest.findall("{DAV:}response")[:2]:
        rest.remove(entry)
    for entry in entries[2:]:
        root.remove(entry)
    more = [(path + "never-seen.ics", "404 Not Found")]
    if len(entries) > 2:
        token.text = f"part:{len(left)}:{len(entries)}"
        left[token.text] = ElementTree.tostring(rest)
        more.append((path, "507 Insufficient Storage"))
    for href, status in more:
        entry = ElementTree.SubElement(root, "{DAV:}response")
        ElementTree.SubElement(entry, "{DAV:}href").text = href
        ElementTree.SubElement(entry, "{DAV:}status").text = f"HTTP/1.1 {status}"
    return ElementTree.tostring(root)


def test_credentials_are_not_given_to_strangers(account: Account, front: Forward, mirror: Mirror) -> None:
    account.calendar("work")
    with forward(account.url) as stranger:
        there = stranger.url.replace("127.0.0.1", "localhost")

        def away(passed: Passed) -> None:
            passed.status, passed.body, passed.answer = 302, b"", {"Location": there + passed.path}

        front.change = away
        stranger.change = lambda passed: setattr(passed, "status", 401)
        with pytest.raises(SourceError, match="leads to localhost"):
            caldav.preview(mirror.handle)
        front.change = lambda passed: setattr(
            passed, "body", passed.body.replace(b"href>/ana/", b"href>" + there.encode() + b"/ana/")
        )
        with pytest.raises(SourceError, match="leads to localhost"):
            caldav.preview(mirror.handle)
        assert not [call for call in stranger.calls if "Authorization" in call.headers]


def test_a_bomb_of_entities_is_no_answer(front: Forward, mirror: Mirror, account: Account) -> None:
    account.calendar("work")
    bomb = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>"""

    def bombed(passed: Passed) -> None:
        if passed.body.startswith(b"<?xml"):
            passed.body = passed.body[passed.body.index(b"?>") + 2 :]
        passed.body = bomb + passed.body.replace(b"</href>", b"&b;</href>").replace(b"</ns0:href>", b"&b;</ns0:href>")

    front.change = bombed
    assert isinstance(tried(mirror), PassingError)


def test_another_address_is_another_account(account: Account, front: Forward, calendars: Mirror) -> None:
    work = account.calendar("work")
    account.put(work + "a.ics", ics(event("a")))
    account.put(work + "old.ics", ics(event("old")))
    calendars.sync()
    account.delete(work + "old.ics")
    calendars.url = front.url
    front.faults[:] = [*[""] * 5, "503:120"]
    assert isinstance(tried(calendars), WaitError)
    calendars.now += timedelta(hours=1)
    assert calendars.sync() == 2, "its marks may mean other things: all is read again"
    first = next(call for call in front.calls if b"sync-collection" in call.sent)
    assert b"<D:sync-token></D:sync-token>" in first.sent
    assert calendars.store.differences(calendars.fresh()) == {}
    if account.server == "radicale":
        calendars.settings["user"] = "bob"
        calendars.sync()
        assert not calendars.store.contents(), "what was the other user's is not this one's"


def test_a_listing_that_lacks_what_is_there_deletes_nothing(account: Account, front: Forward, mirror: Mirror) -> None:
    work = account.calendar("work")
    account.put(work + "a.ics", ics(event("a")))
    mirror.sync()

    def empty(passed: Passed) -> None:
        if passed.status == 207 and b"supported-report-set" in passed.sent and passed.headers.get("Depth") == "1":
            passed.body = b'<multistatus xmlns="DAV:"/>'

    front.change = empty
    account.put(work + "b.ics", ics(event("b")))
    mirror.sync()
    assert mirror.column("uid") == ["a", "b"]
    account.delete(work)
    mirror.sync()
    assert not mirror.store.contents(), "what is not listed and not there is gone"
