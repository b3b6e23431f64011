"""The fake GitHub's port, and the faults that its answers meet.

`python -m tests.servers.github_http` serves a small world, prints its address and token, and runs until it is ended.
"""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers.github import FakeHub


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.hub.now.strftime("%a, %d %b %Y %H:%M:%S GMT")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        given = {name.lower(): value for name, value in self.headers.items()}
        fault = self.hub.faults.pop(0) if self.hub.faults else ""
        status, headers, body = self.hub.answer(parts.path, query, given)
        if fault:
            status, headers, body = faulty(fault, self.hub, headers, body)
        elif self.hub.contract is not None and not parts.path.startswith("/repositories/"):
            self.hub.contract.check(parts.path, query, status, body)
        if status == 0:  # the connection breaks
            self.connection.close()
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html" if body[:1] == b"<" else "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def faulty(fault: str, hub: FakeHub, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return what is answered instead, as GitHub and what stands before it does."""
    reset = str(int((hub.now + timedelta(minutes=20)).timestamp()))
    limit = json.dumps({"message": "API rate limit exceeded for user ID 1."}).encode()
    secondary = json.dumps({"message": "You have exceeded a secondary rate limit."}).encode()
    page = b"<!DOCTYPE html><html><body>Unicorn!</body></html>"
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {
        "primary": (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, limit),
        "429": (429, {}, secondary),
        "429-after": (429, {"Retry-After": "900"}, secondary),
        "429-soon": (429, {"Retry-After": "2"}, secondary),
        "secondary": (403, {"Retry-After": "120"}, secondary),
        "secondary-silent": (403, {}, secondary),
        "html": (200, {}, page),
        "unicorn": (502, {}, page),
        "cut": (200, headers, body[: len(body) // 2]),
        "reset": (0, {}, b""),
    }
    return answers[fault] if fault in answers else (int(fault), {}, b'{"message": "no"}')


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    """Serve a world on a free loopback port."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def small(hub: FakeHub) -> FakeHub:
    """Put a few things into a world."""
    kestrel, other = hub.add("harbour/kestrel"), hub.add("harbour/docs")
    first = hub.open(kestrel, "Invoices are rounded twice", author="ada")
    hub.change(first, assignees=[hub.login], labels=["bug", "billing"], milestone="Cut over")
    hub.tick(3600)
    pull = hub.open(kestrel, "Round once", pull=True, author="ada")
    hub.change(pull, requested=[hub.login, "grace"], teams=["core"])
    hub.review(pull, "grace", "CHANGES_REQUESTED")
    hub.open(other, "Describe the cut-over", author=hub.login)
    hub.tick(600)
    hub.notify(kestrel, "Round once", pull["number"], "review_requested")
    hub.notify(other, "Release 1.2", None, "subscribed")
    return hub


if __name__ == "__main__":
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    with serving(small(FakeHub(now=now, modified=now))) as world:
        sys.stdout.write(f"{world.base} {world.token}\n")
        sys.stdout.flush()
        threading.Event().wait()
