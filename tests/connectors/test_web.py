"""The one HTTP client of the connectors, against real servers on loopback."""

import gzip
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors import web
from connectors.web import Fixed, GrantError, PassingError, Reply, WaitError, Web
from context.errors import InputError, SourceError

pytestmark = pytest.mark.row("T3", "N12")
NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
TOKEN = "planted-7c1e"


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not really wait; return the pauses asked for."""
    asked: list[float] = []
    monkeypatch.setattr(web.time, "sleep", asked.append)
    return asked


@pytest.fixture
def other() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@dataclass
class Renewable:
    """A token that is refused until it was renewed."""

    tokens: list[str]
    asked: int = 0
    seen: list[str] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[0]}"}

    def renewed(self) -> bool:
        self.asked += 1
        self.tokens.pop(0)
        return True


def answering(server: HTTPServer, *given: Response) -> list[Request]:
    """Answer one after the other, the last for ever; return the requests as they come."""
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return given[min(len(seen), len(given)) - 1]

    server.expect_request("/data").respond_with_handler(answer)
    return seen


def get(server: HTTPServer, *, path: str = "/data", want: Any = (200,), **settings: Any) -> Reply:
    with Web(renew="run `steward connect x`", now=NOW, **settings) as session:
        return session.get(server.url_for(path), want=want)


def test_an_expired_token_is_renewed_once(httpserver: HTTPServer) -> None:
    seen = answering(httpserver, Response(status=401), Response("{}"))
    auth = Renewable(["old", "new"])
    assert get(httpserver, auth=auth).json() == {}
    assert [request.headers["Authorization"] for request in seen] == ["Bearer old", "Bearer new"]


def test_a_token_refused_again_is_a_lost_grant(httpserver: HTTPServer) -> None:
    seen = answering(httpserver, Response(status=401))
    auth = Renewable(["old", "new", "never"])
    with pytest.raises(GrantError, match="no longer lets us read") as caught:
        get(httpserver, auth=auth)
    assert caught.value.mend == "run `steward connect x`"
    assert (len(seen), auth.asked) == (2, 1)


def test_a_fixed_password_is_not_tried_twice(httpserver: HTTPServer) -> None:
    seen = answering(httpserver, Response(status=401))
    with pytest.raises(GrantError):
        get(httpserver, auth=Fixed.password("ana", TOKEN))
    assert len(seen) == 1
    assert TOKEN not in repr(Fixed.token(TOKEN))


def test_credentials_do_not_follow_to_another_origin(httpserver: HTTPServer, other: HTTPServer) -> None:
    there = answering(other, Response("{}"))
    other.expect_request("/back").respond_with_data(status=302, headers={"Location": httpserver.url_for("/data")})
    here = answering(httpserver, Response(status=302, headers={"Location": other.url_for("/data")}))
    assert get(httpserver, auth=Fixed.token(TOKEN)).json() == {}
    assert "Authorization" in here[0].headers
    assert "Authorization" not in there[0].headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_keeps_method_and_body(httpserver: HTTPServer, status: int) -> None:
    seen = answering(httpserver, Response("<a/>", status=207))
    moved = {"Location": httpserver.url_for("/data")}
    httpserver.expect_request("/moved").respond_with_data(status=status, headers=moved)
    with Web(renew="", now=NOW) as session:
        session.send("PROPFIND", httpserver.url_for("/moved"), body=b"<b/>", want=(207,))
    assert (seen[0].method, seen[0].data) == ("PROPFIND", b"<b/>")


def test_a_circle_of_redirects_ends(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/data").respond_with_data(status=302, headers={"Location": httpserver.url_for("/data")})
    with pytest.raises(SourceError, match="without end"):
        get(httpserver)


def test_a_secret_body_follows_no_redirect(httpserver: HTTPServer, other: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_data(status=307, headers={"Location": other.url_for("/token")})
    with Web(renew="", now=NOW, redirects=0) as asked, pytest.raises(SourceError, match="answers with a redirect"):
        asked.send("POST", httpserver.url_for("/token"), body=TOKEN.encode())
    assert not other.log


def test_a_redirect_does_not_lead_to_a_file(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/data").respond_with_data(status=302, headers={"Location": "file:///etc/passwd"})
    with pytest.raises(InputError, match="unknown place"):
        get(httpserver)


def test_a_quota_is_a_matter_of_time(httpserver: HTTPServer, pauses: list[float]) -> None:
    quota = Response('{"reason": "quota"}', status=403)
    seen = answering(httpserver, quota, quota, Response("[]"))
    assert get(httpserver, again=lambda reply: b"quota" in reply.body).json() == []
    assert (len(seen), pauses) == (3, list(web.PAUSES))
    httpserver.expect_request("/forbidden").respond_with_data("no", status=403)
    with pytest.raises(GrantError):
        get(httpserver, path="/forbidden", again=lambda reply: b"quota" in reply.body)


def test_a_long_pause_is_left_to_a_later_sync(httpserver: HTTPServer, pauses: list[float]) -> None:
    answering(httpserver, Response(status=429, headers={"Retry-After": "Wed, 25 Mar 2026 08:00:00 GMT"}))
    with pytest.raises(WaitError) as caught:
        get(httpserver)
    assert (caught.value.seconds, pauses) == (3600.0, [])


def test_what_is_wanted_is_no_fault(httpserver: HTTPServer) -> None:
    answering(httpserver, Response("gone", status=410))
    assert get(httpserver, want=(200, 410)).body == b"gone"


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [('{"items": [1, 2', PassingError, "cut off"), ("<!DOCTYPE html><html>Hotel</html>", SourceError, "a web page")],
)
def test_what_is_no_json_says_so(httpserver: HTTPServer, body: str, kind: type[SourceError], says: str) -> None:
    answering(httpserver, Response(body))
    with pytest.raises(kind, match=says):
        get(httpserver).json()


def test_a_cut_connection_is_tried_again_and_named(httpserver: HTTPServer, pauses: list[float]) -> None:
    short = Response(iter([b"abc"]), headers={"Content-Length": "10"})
    answering(httpserver, short)
    with pytest.raises(PassingError, match="cannot be reached"):
        get(httpserver)
    assert len(pauses) == web.TRIES - 1


def test_a_redirect_that_is_cut_off_may_pass() -> None:
    body = gzip.compress(b"It has moved to another place.")
    head = f"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(web.TRIES):
                asked, _ = server.accept()
                with asked:
                    asked.recv(65536)
                    asked.sendall(head.encode() + body[: len(body) // 2])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with Web("renew", NOW) as client, pytest.raises(PassingError):
            client.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join(10)
