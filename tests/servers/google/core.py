"""A Google on loopback: accounts, tokens, scopes, faults, and the contract that every request and answer is held to.

Each interface is a `Service` in a file of its own: its class names the discovery document, and methods marked with
`@on("calendar.events.list")` answer. `fake.account("ana@example.org").of(Calendars)` is where a test changes things.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any, ClassVar, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

from tests.servers.google import contract

BEGUN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # what the fake's clock says first
PAGE = b"<!DOCTYPE html><html><body>Log in to this network</body></html>"


class GoogleError(Exception):
    """An error answer in Google's shape."""

    def __init__(self, status: int, reason: str, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        message = message or reason
        self.status, self.headers = status, dict(headers or {})
        entry = {"domain": "global", "reason": reason, "message": message}
        self.body = {"error": {"code": status, "message": message, "errors": [entry]}}


@dataclass(frozen=True)
class Media:
    """An answer that is no JSON."""

    body: bytes
    type: str = "application/octet-stream"


@dataclass(frozen=True)
class Call:
    """A request that passed the contract: method id, whose account, parameters of path and query, body."""

    id: str
    account: "Account"
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: Any = None

    def get(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def flag(self, name: str, default: bool = False) -> bool:
        return self.get(name, "true" if default else "false") == "true"


@dataclass(frozen=True)
class Called:
    """A line of the log. `id` is "token" or "auth" for the places that give grants."""

    id: str
    query: Mapping[str, list[str]]
    path: str
    status: int


@dataclass
class Fault:
    """What happens instead of an answer: a status with a reason, "html", "empty", "truncated", "cut" or "reset".

    "truncated" is shorter than it should be, "cut" breaks the connection in the middle, "reset" before the answer.

    It meets the calls whose method id begins with `method`, after `after` of them, `times` times.
    `then` runs when it strikes (it may revoke a grant).
    """

    what: int | str
    reason: str = "backendError"
    method: str = ""
    after: int = 0
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    then: Callable[[], None] = lambda: None

    def strikes(self, called: str) -> bool:
        if not called.startswith(self.method) or self.times <= 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        self.then()
        return True


Answer = Callable[[Any, Call], Any]
Told = tuple[int, Any, Mapping[str, str]]  # status, body, header fields


def on(method: str) -> Callable[[Answer], Answer]:
    """Mark what answers a method of the interface, by its id in the discovery document."""

    def marked(answer: Answer) -> Answer:
        cast(Any, answer).method = method
        return answer

    return marked


class Service:
    """One interface of one account. Subclasses name their document and answer its methods."""

    document: ClassVar[str]
    known: ClassVar[dict[str, type["Service"]]] = {}

    def __init_subclass__(cls) -> None:
        Service.known[cls.document] = cls

    @staticmethod
    def of(document: str) -> type["Service"]:
        """Return the class that answers for a document ("gmail.v1"), from the file of that name."""
        if document not in Service.known:
            import_module(f"tests.servers.google.{document.partition('.')[0]}")
        return Service.known[document]

    def __init__(self, account: "Account") -> None:
        self.account, self.fake = account, account.fake

    def answer(self, call: Call) -> Any:
        for name in dir(type(self)):
            made = getattr(type(self), name)
            if getattr(made, "method", None) == call.id:
                return made(self, call)
        raise GoogleError(501, "notImplemented", call.id)


Kind = TypeVar("Kind", bound=Service)


class Account:
    """A person's account."""

    def __init__(self, fake: "FakeGoogle", address: str) -> None:
        self.fake, self.address = fake, address
        self.services: dict[type[Service], Service] = {}

    def of(self, kind: type[Kind]) -> Kind:
        if kind not in self.services:
            self.services[kind] = kind(self)
        return cast(Kind, self.services[kind])


@dataclass
class FakeGoogle:
    """The whole of it. `url` is its origin; `lock` guards what threads share."""

    accounts: dict[str, Account] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    page: int = 3  # entries a page at most, however many are asked for: paging is met

    def __post_init__(self) -> None:
        from tests.servers.google.grants import Grants

        self.grants = Grants(self)
        self._ticks = 0
        fake = self

        class Handler(_Handler):
            google = fake

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def account(self, address: str = "ana@example.org") -> Account:
        return self.accounts.setdefault(address, Account(self, address))

    def tick(self) -> datetime:
        """Return a time that no earlier call returned: the same at every run of a test."""
        with self.lock:
            self._ticks += 1
            return BEGUN + timedelta(seconds=self._ticks)

    def fail(self, what: int | str, **how: Any) -> Fault:
        """Let something go wrong: see Fault."""
        self.faults.append(Fault(what, **how))
        return self.faults[-1]

    def asked(self, method: str = "") -> list[Called]:
        """Return the calls whose id begins so."""
        return [call for call in self.calls if call.id.startswith(method)]

    def sized(self, wanted: str | None, largest: int, default: int) -> int:
        """Return how many entries a page holds: what was asked for, within the method's limit and the fake's."""
        return min(int(wanted or default), largest, self.page)

    def answered(self, call: Call) -> Any:
        """Return the answer to a call, checked against its document."""
        method = next(method for method in contract.methods() if method.id == call.id)
        with self.lock:
            body = call.account.of(Service.of(method.document)).answer(call)
        if not isinstance(body, Media):
            faults = contract.answer_faults(method, body)
            assert not faults, (call.id, faults)  # the fake may not make things up
        return body


class _Handler(BaseHTTPRequestHandler):
    google: FakeGoogle
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are written apart: else each answer waits 40 ms

    def log_message(self, format: str, *given: Any) -> None:
        pass

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        query = parse_qs(target.query, keep_blank_values=True)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name, told = self.google.grants.place(target.path) or self._method(target.path)
        fault = next((one for one in self.google.faults if one.strikes(name)), None)
        answer = told(query, sent) if fault is None else _struck(fault, lambda: told(query, sent))
        # Logged before it is sent: a test that has the answer finds the call.
        self.google.calls.append(Called(name, query, target.path, answer[0] if answer else 0))
        if answer is not None:
            self._send(*answer)
            return
        self.close_connection = True
        if fault is not None and fault.what == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _method(self, path: str) -> tuple[str, Callable[..., Told]]:
        found = contract.find(self.command, path)
        if found is None:
            self.google.violations.append(f"no such method: {self.command} {path}")
            return "unknown", lambda query, sent: _failed(GoogleError(404, "notFound"))
        method, named = found
        return method.id, lambda query, sent: self._interface(method, named, query, sent)

    def _interface(
        self, method: contract.Method, path: dict[str, str], query: dict[str, list[str]], sent: bytes
    ) -> Told:
        try:
            account = self.google.grants.admitted(self.headers.get("Authorization", ""), method.scopes)
            body = json.loads(sent) if sent else None
            if faults := contract.request_faults(method, path, query, body):
                self.google.violations.append(f"{method.id}: {'; '.join(faults)}")
                raise GoogleError(400, "invalidParameter", "; ".join(faults))
            return 200, self.google.answered(Call(method.id, account, path, query, body)), {}
        except GoogleError as error:
            return _failed(error)
        except Exception as error:
            self.google.violations.append(f"the fake failed at {method.id}: {error!r}")
            raise

    def _send(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        kind, data = "application/json; charset=UTF-8", b""
        if isinstance(body, Media):
            kind, data = body.type, body.body
        elif body is not None:
            data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _failed(error: GoogleError) -> Told:
    return error.status, error.body, error.headers


def _struck(fault: Fault, told: Callable[[], Told]) -> Told | None:
    """Return what is answered instead; None where the connection breaks."""
    if isinstance(fault.what, int):
        return _failed(GoogleError(fault.what, fault.reason, headers=fault.headers))
    if fault.what == "html":
        return 200, Media(PAGE, "text/html"), {}
    if fault.what == "empty":
        return 200, Media(b"", "application/json"), {}
    if fault.what == "truncated":  # what a broken proxy sends: shorter, and called whole
        status, body, headers = told()
        whole = body.body if isinstance(body, Media) else json.dumps(body).encode()
        return status, Media(whole[: len(whole) // 2], "application/json"), headers
    assert fault.what in ("reset", "cut"), fault.what
    return None
