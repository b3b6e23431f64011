"""A server in front of a real one, on loopback: it passes requests on, and does what it is told to some of them."""

import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in.</body></html>"
HOP = ("connection", "transfer-encoding", "content-length", "keep-alive")


@dataclass
class Passed:
    """One request and its answer, as they go through."""

    method: str
    path: str
    sent: bytes
    headers: dict[str, str]
    status: int = 0
    answer: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Forward:
    """Passes on to `target`. `faults` are used up, one a request: an empty one does nothing.

    A fault is a status ("503", or "503:120" with Retry-After), "reset" (the connection is cut before an answer), "cut"
    (in the middle of it), "short" (half an answer that looks whole), or "page" (a web page in its place). `change` may
    alter an answer; or the request, when it is called before with status 0, and answer it by setting a status.
    """

    target: str
    url: str = ""
    faults: list[str] = field(default_factory=list)
    calls: list[Passed] = field(default_factory=list)
    change: Callable[[Passed], None] = lambda _passed: None

    def methods(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.calls]


@contextmanager
def forward(target: str) -> Iterator[Forward]:
    """Run a forwarder until the block ends."""
    made = Forward(target)

    class Handler(_Handler):
        forwarding = made

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    forwarding: Forward

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self._pass()
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _pass(self) -> None:
        made = self.forwarding
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        passed = Passed(self.command, self.path, sent, dict(self.headers))
        made.calls.append(passed)
        fault = made.faults.pop(0) if made.faults else ""
        if fault == "reset":
            self._reset()
            return
        if fault[:1].isdigit():
            status, _, pause = fault.partition(":")
            passed.status, passed.body = int(status), b"no"
            passed.answer = {"Retry-After": pause} if pause else {}
        elif fault == "page":
            passed.status, passed.body, passed.answer = 200, PAGE, {"Content-Type": "text/html"}
        else:
            made.change(passed)
            if not passed.status:
                self._ask(passed)
                made.change(passed)
        self._answer(passed, fault)

    def _ask(self, passed: Passed) -> None:
        parts = urlsplit(self.forwarding.target)
        assert parts.hostname is not None
        there = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        headers = {
            name: value
            for name, value in passed.headers.items()
            if name.lower() not in (*HOP, "host", "accept-encoding")
        }
        there.request(passed.method, passed.path, body=passed.sent, headers=headers)
        reply = there.getresponse()
        passed.body, passed.status = reply.read(), reply.status
        passed.answer = {name: value for name, value in reply.getheaders() if name.lower() not in HOP}
        there.close()

    def _answer(self, passed: Passed, fault: str) -> None:
        half = passed.body[: len(passed.body) // 2]
        body = half if fault == "short" else passed.body
        self.send_response_only(passed.status)
        for name, value in passed.answer.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(half if fault == "cut" else body)
        self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
