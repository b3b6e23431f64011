"""A mail server that says what a test tells it to, line by line."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace

from pydantic import SecretStr


def handle(port: int, **more: object) -> object:
    told = {"account": "me", "host": "127.0.0.1", "port": port, "user": "ana", "security": "none", **more}
    return SimpleNamespace(**{"password": SecretStr("planted-word"), **told})


@contextmanager
def scripted(*answers: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Run a server that says its answers one by one, each after a line of the client's; `@` stands for its tag."""
    said: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, client.makefile("rb") as lines:
                    waiting = list(answers)
                    client.sendall(waiting.pop(0))
                    for line in lines if waiting else ():
                        said.append(line)
                        if not waiting:
                            break
                        client.sendall(waiting.pop(0).replace(b"@ ", line.split(b" ")[0] + b" "))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], said
    finally:
        listener.close()


HELLO = b"* OK hello\r\n"
ABLE = b"* CAPABILITY IMAP4rev1\r\n@ OK done\r\n"
IN = (HELLO, ABLE, b"@ OK in\r\n", ABLE)
LIST = b'* LIST () "/" INBOX\r\n@ OK\r\n'
LISTED = b'* LIST () "/" {5}\r\nINBOX\r\n@ OK\r\n'
STATUS = b"* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 7)\r\n@ OK\r\n"
OPEN = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\n@ OK [READ-ONLY] done\r\n"
FLAGS = b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n@ OK\r\n"
SIZES = b'* 1 FETCH (UID 1 RFC822.SIZE 20 INTERNALDATE "02-Mar-2026 08:00:00 +0000")\r\n@ OK\r\n'
BODY = b"* 1 FETCH (UID 1 BODY[] {22}\r\nSubject: hi\r\n\r\nthere\r\n)\r\n@ OK\r\n"
ALL = (*IN, LIST, STATUS, OPEN, FLAGS, SIZES, BODY)
