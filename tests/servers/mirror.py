"""Servers that refuse everybody and throw back all that they were told: who repeats their words gives secrets away.

One speaks HTTP and one IMAP, both on loopback. `heard` is all that came in.
"""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Mirror:
    url: str = ""
    imap_port: int = 0
    heard: bytes = b""


@contextmanager
def mirror() -> Iterator[Mirror]:
    """Run both until the block ends."""
    told = Mirror()

    class Http(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            said = f"{self.command} {self.path}\n{self.headers}\n".encode() + self.rfile.read(length)
            told.heard += said
            asked = self.path.partition("?")[0]
            status = 403 if "forbidden" in asked else 401
            if asked.endswith("/token"):  # of OAuth: what is wrong with a grant is said in a body of its own
                said = json.dumps({"error": "invalid_grant", "error_description": said.decode()}).encode()
                status = 400
            proof = self.headers.get("Authorization", "none").encode("latin-1", "replace").decode("latin-1")
            self.send_response(status, f"refused {proof[:80]}")
            self.send_header("WWW-Authenticate", f'Basic realm="{proof}"')
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = do_PROPFIND = do_REPORT = answer

        def log_message(self, *_: Any) -> None:
            pass

    class Imap(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline():
                told.heard += line
                tag, _, rest = line.strip().partition(b" ")
                if rest.upper() == b"CAPABILITY":
                    self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                else:
                    self.wfile.write(tag + b" NO [AUTHENTICATIONFAILED] I do not like " + rest + b"\r\n")

    class Plain(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with ThreadingHTTPServer(("127.0.0.1", 0), Http) as web, Plain(("127.0.0.1", 0), Imap) as mail:
        for server in (web, mail):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        told.url, told.imap_port = f"http://127.0.0.1:{web.server_address[1]}", mail.server_address[1]
        try:
            yield told
        finally:
            web.shutdown()
            mail.shutdown()
