"""A Dovecot that speaks as Gmail does: a proxy that adds X-GM-EXT-1 to it, as Google describes that.

https://developers.google.com/workspace/gmail/imap/imap-extensions. A label is a keyword on the real server, so that
giving one counts as a change there; in what goes through it is taken from the flags and told as X-GM-LABELS to whom
asks for that. The folder called All Mail is marked as such; that a mail stands in it and in others is a test's doing.
What Gmail does beyond its description is not in here.
"""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from connectors.mail.imap.grammar import folder_code, quoted

ALL_MAIL = "[Gmail]/All Mail"
MARK = b"gm-"
FETCHED = re.compile(rb"\* \d+ FETCH \(")
FLAGS = re.compile(rb"FLAGS \(([^)]*)\)")
UID = re.compile(rb"\bUID (\d+)")
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


def label(name: str) -> str:
    """Return the keyword that stands for a label on the real server."""
    return (MARK + name.encode().hex().encode()).decode()


class Gmail:
    """`port` is where it listens. `asked` are the commands that came; `silent` are labels by UID of which the server's
    count of changes does not tell; of the mails in `torn`, flags are told once without the labels.
    """

    def __init__(self, behind: int) -> None:
        self.behind = behind
        self.asked: list[bytes] = []
        self.silent: dict[int, list[str]] = {}
        self.torn: set[int] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]

    def fetches(self, what: bytes) -> int:
        """Return how many commands fetched such a thing since the last time, and forget them."""
        count = sum(1 for line in self.asked if what in line)
        self.asked.clear()
        return count

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._session, args=(client,), daemon=True).start()

    def _session(self, client: socket.socket) -> None:
        with suppress(OSError, ValueError), client, socket.create_connection(("127.0.0.1", self.behind)) as server:
            wanted = threading.Event()
            answers = threading.Thread(target=self._answers, args=(server, client, wanted), daemon=True)
            answers.start()
            with client.makefile("rb") as lines:
                for line in lines:
                    self.asked.append(line)
                    if b" UID FETCH " in line:
                        (wanted.set if b" X-GM-LABELS" in line else wanted.clear)()
                    server.sendall(line.replace(b" X-GM-LABELS", b""))
            server.shutdown(socket.SHUT_WR)
            answers.join(10)

    def _answers(self, server: socket.socket, client: socket.socket, wanted: threading.Event) -> None:
        with suppress(OSError, ValueError), server.makefile("rb") as lines:
            while line := lines.readline():
                client.sendall(self._changed(line, wanted.is_set()))
                _through(line, lines, client)
            client.shutdown(socket.SHUT_WR)

    def _changed(self, line: bytes, wanted: bool) -> bytes:
        if line.startswith(b"* CAPABILITY "):
            return line.replace(b"\r\n", b" X-GM-EXT-1\r\n")
        if line.startswith(b"* LIST (") and b"All Mail" in line:
            return line.replace(b"* LIST (", b"* LIST (\\All ", 1)
        if not FETCHED.match(line) or not (found := FLAGS.search(line)):
            return line
        words = found[1].split()
        flags = b"FLAGS (" + b" ".join(word for word in words if not word.startswith(MARK)) + b")"
        uid = int(told[1]) if (told := UID.search(line)) else 0
        if not wanted or uid in self.torn:
            self.torn.discard(uid)
            return line.replace(found[0], flags)
        names = [bytes.fromhex(word[len(MARK) :].decode()).decode() for word in words if word.startswith(MARK)]
        written = b" ".join(_written(name) for name in self.silent.get(uid, names))
        return line.replace(found[0], b"X-GM-LABELS (" + written + b") " + flags)


def _written(name: str) -> bytes:
    """Write Gmail's own labels as they are and others quoted, in the code of folders' names."""
    return name.encode() if name.startswith("\\") else quoted(folder_code(name))


def _through(line: bytes, lines: BinaryIO, client: socket.socket) -> None:
    """Pass on the literal that a line ends in, and what follows it, as they are."""
    while found := LITERAL.search(line):
        client.sendall(lines.read(int(found[1])))
        client.sendall(line := lines.readline())


@contextmanager
def gmail(behind: int) -> Iterator[Gmail]:
    """Run the proxy before a server's port until the block ends."""
    made = Gmail(behind)
    threading.Thread(target=made.serve, daemon=True).start()
    try:
        yield made
    finally:
        made.listener.close()
