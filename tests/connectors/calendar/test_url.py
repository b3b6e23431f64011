"""The address connector, against a real server on loopback."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import web
from connectors.calendar import url
from connectors.shape import Cursor, Known, Rows
from context.errors import InputError, SourceError, StewardError
from tests.connectors.calendar.conftest import NOW, event

pytestmark = pytest.mark.row("N1")
TEXT = "BEGIN:VCALENDAR\n" + event("SUMMARY:One") + "\nEND:VCALENDAR\n"
SECRET = "private-3f9c0a"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not really wait; return the pauses asked for."""
    pauses: list[float] = []
    monkeypatch.setattr(web.time, "sleep", pauses.append)
    return pauses


def read(server: HTTPServer, cursors: dict[str, Any], now: Any = NOW) -> tuple[list[Any], dict[str, Any]]:
    """Return the items (and an error as the last) of one read, and the cursors after it."""
    handle = SimpleNamespace(url=SecretStr(server.url_for(f"/{SECRET}/basic.ics")))
    items: list[Any] = []
    try:
        for item in url.read(handle, Known(cursors, now)):
            items.append(item)
    except StewardError as error:
        items.append(error)
    assert SECRET not in repr(items)
    return items, {**cursors, **{item.file: item.value for item in items if isinstance(item, Cursor)}}


def answers(server: HTTPServer, *given: Response) -> list[Request]:
    """Give these answers one after the other, the last one for ever; return the requests as they come."""
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return given[min(len(seen), len(given)) - 1]

    server.expect_request(f"/{SECRET}/basic.ics").respond_with_handler(answer)
    return seen


def test_nothing_is_sent_again_that_did_not_change(httpserver: HTTPServer) -> None:
    marks = {"ETag": '"v1"', "Last-Modified": "Tue, 24 Mar 2026 10:00:00 GMT"}
    seen = answers(httpserver, Response(TEXT, headers=marks), Response(status=304), Response(TEXT, headers=marks))
    items, cursors = read(httpserver, {})
    assert [item.table for item in items if isinstance(item, Rows)] == ["events", "event_instances"]
    assert read(httpserver, cursors)[0] == []
    assert seen[1].headers["If-None-Match"] == '"v1"'
    assert seen[1].headers["If-Modified-Since"] == marks["Last-Modified"]
    assert read(httpserver, cursors, NOW + timedelta(days=7))[0], "a new week needs the text again"
    assert "If-None-Match" not in seen[2].headers


def test_another_address_is_not_asked_about_the_marks_of_the_first(httpserver: HTTPServer) -> None:
    answers(httpserver, Response(TEXT, headers={"ETag": '"v1"'}))
    _, cursors = read(httpserver, {})
    seen: list[Request] = []
    httpserver.expect_request("/moved.ics").respond_with_handler(lambda request: seen.append(request) or Response(TEXT))
    handle = SimpleNamespace(url=SecretStr(httpserver.url_for("/moved.ics")))
    list(url.read(handle, Known(cursors, NOW)))
    assert "If-None-Match" not in seen[0].headers
    assert SECRET not in str(cursors)


def test_a_server_without_etags_is_compared_by_text(httpserver: HTTPServer) -> None:
    answers(httpserver, Response(TEXT))
    _, cursors = read(httpserver, {})
    assert read(httpserver, cursors)[0] == []


@pytest.mark.parametrize(
    ("answer", "says", "reauth"),
    [
        (Response(status=401), "no longer lets us read", True),
        (Response(status=403), "no longer lets us read", True),
        (Response(status=404), "no calendar there", True),
        (Response(status=410), "no calendar there", True),
        (Response("<!DOCTYPE html><html>Welcome to our hotel</html>"), "a web page", False),
        (Response("nothing of the kind"), "not a calendar", False),
        (Response(""), "nothing", False),
        (Response(status=500), "answered 500", False),
        (Response(status=418), "answered 418", False),
        (Response(status=302, headers={"Location": "ftp://example.org/a"}), "redirects", False),
    ],
)
def test_each_fault_says_what_it_is(httpserver: HTTPServer, answer: Response, says: str, reauth: bool) -> None:
    answers(httpserver, answer)
    items, cursors = read(httpserver, {})
    assert says in str(items[-1])
    assert getattr(items[-1], "reauth", False) is reauth
    assert items[-1].mend
    assert not cursors


@pytest.mark.row("T3")
def test_passing_faults_are_tried_again_with_growing_pauses(httpserver: HTTPServer, hurry: list[float]) -> None:
    seen = answers(httpserver, Response(status=502), Response(status=503, headers={"Retry-After": "2"}), Response(TEXT))
    items, _ = read(httpserver, {})
    assert isinstance(items[-1], Cursor)
    assert hurry == [web.PAUSES[0], 2.0]
    assert len(seen) == 3


def test_a_long_retry_after_is_kept_over_syncs(httpserver: HTTPServer, hurry: list[float]) -> None:
    seen = answers(httpserver, Response(status=429, headers={"Retry-After": "3600"}), Response(TEXT))
    items, cursors = read(httpserver, {})
    assert isinstance(items[-1], SourceError)
    assert not hurry
    assert isinstance(read(httpserver, cursors, NOW + timedelta(minutes=15))[0][-1], SourceError)
    assert len(seen) == 1, "not even asked"
    items, cursors = read(httpserver, cursors, NOW + timedelta(minutes=61))
    assert isinstance(items[-1], Cursor)
    assert url.WAIT not in cursors[url.FILE]


def test_a_server_that_is_not_there(httpserver: HTTPServer, hurry: list[float]) -> None:
    handle = SimpleNamespace(url=SecretStr("http://127.0.0.1:1/secret"))
    with pytest.raises(SourceError, match="cannot be reached"):
        list(url.read(handle, Known({}, NOW)))
    assert len(hurry) == web.TRIES - 1


def test_an_endless_answer_is_cut(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "LARGEST", 1000)
    answers(httpserver, Response(TEXT + "X" * 100_000))
    assert "more than" in str(read(httpserver, {})[0][-1])


def test_a_preview_and_what_it_refuses(httpserver: HTTPServer) -> None:
    answers(httpserver, Response(TEXT), Response("no calendar"))
    handle = SimpleNamespace(url=SecretStr(httpserver.url_for(f"/{SECRET}/basic.ics")))
    assert url.preview(handle).counts["events"] == 1
    with pytest.raises(InputError):
        url.preview(handle)
