"""The connection to an IMAP server: bytes in and out, each answer bounded in size and time.

The standard library's client keeps every answer of a command in memory, takes literals of any size and knows no
QRESYNC; this one hands out answer by answer, so that a large mailbox costs no more than its largest mail.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import NoReturn

from connectors.web import PassingError
from context.errors import SourceError

CONNECT_SECONDS, READ_SECONDS = 15.0, 60.0
COMMAND_SECONDS = 120.0  # for one command, and
SLOWEST = 8_000  # bytes a second beyond that: a server may send a byte now and then for ever
LINE = 16 << 20  # bytes of one line; a search among a million mails is 8 MB
LITERAL = 101 << 20  # bytes of one literal: the largest mail that is asked for, and a little
PART = 1 << 16  # what a literal counts at least: a server may send empty ones for ever
ANSWERS = 10_000_000  # to one command
_LITERAL = re.compile(rb"\{(\d{1,18})\}$")
_TAGGED = re.compile(rb"(OK|NO|BAD)\b *(?:\[([^\]]*)\])? *(.*)", re.IGNORECASE | re.DOTALL)


class LostError(PassingError):
    """The connection broke, or the server is silent."""


class NoError(Exception):
    """The server refused a command (NO, BAD). Its own words stay out of what is shown: they may repeat ours."""

    def __init__(self, status: str, code: str, text: str) -> None:
        super().__init__(status)
        self.status, self.code, self.text = status, code, text

    @property
    def passing(self) -> bool:
        """Whether it is a matter of time (RFC 5530)."""
        return self.code in ("UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA", "THROTTLED")


def context(authority: str | None) -> ssl.SSLContext:
    """Return how certificates are checked: by public authorities, or by the owner's own. Raises SourceError."""
    try:
        return ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError):
        raise SourceError(
            f"{authority} holds no certificate", "give the authority's certificate (PEM) with --authority"
        ) from None


class Wire:
    """One connection. Raises LostError where it breaks, SourceError for what is no IMAP server."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.host, self.port = host, port
        self._buffer = bytearray()
        self._at = 0  # what of the buffer was looked at for a line's end
        self._count = 0
        self._renew()
        try:
            self._socket = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
        except socket.gaierror:
            raise LostError(f"there is no server called {host}", "check the name and the network") from None
        except UnicodeError:
            raise SourceError(f"{host} cannot be a server's name", "check the name") from None
        except OSError:
            raise LostError(f"{host} does not answer on port {port}", "check the network, then try again") from None
        try:
            if tls is not None:
                self.secure(tls)
            self._socket.settimeout(READ_SECONDS)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def secure(self, tls: ssl.SSLContext) -> None:
        """Encrypt from here on. What the server sent ahead, in the clear, is thrown away (CVE-2011-0411)."""
        self._buffer.clear()
        self._at = 0
        try:
            self._socket = tls.wrap_socket(self._socket, server_hostname=self.host)
        except ssl.SSLCertVerificationError:
            raise SourceError(
                f"{self.host} has no certificate that can be trusted",
                "check the name and the clock; for an authority of your own give its certificate with --authority",
            ) from None
        except ssl.SSLError:
            raise SourceError(
                f"{self.host} does not speak TLS on port {self.port}", "check --port, or try --security starttls"
            ) from None
        except OSError:
            raise LostError(f"{self.host} does not answer", "check the network, then try again") from None

    def greeting(self) -> list[bytes]:
        """Return the server's first answer. Raises SourceError where it is no IMAP server's."""
        line = self._answer()
        if not line[0].startswith(b"* "):
            self._strange("is not an IMAP server", "check --host and --port")
        return line

    def call(self, command: bytes, more: Sequence[bytes] = ()) -> Iterator[list[bytes]]:
        """Send a command and yield its untagged answers (lines, with the literals between), each without `* `.

        `more` is what the server asks for in continuation, line by line. Raises NoError at the end where the server
        refuses.
        """
        self._count += 1
        tag = b"S%d" % self._count
        self._renew()
        waiting = list(more)
        self._send(tag + b" " + command)
        while True:
            parts = self._answer()
            line = parts[0]
            if line.startswith(b"* "):
                if line[2:6].upper() == b"BYE " and not command.startswith(b"LOGOUT"):
                    raise LostError(f"{self.host} ended the session", "a later sync goes on from there")
                yield [line[2:], *parts[1:]]
            elif line.startswith(b"+"):
                self._send(waiting.pop(0) if waiting else b"*")  # * calls an exchange off (RFC 9051, 6.2.2)
            elif line.startswith(tag + b" "):
                self._ended(line[len(tag) + 1 :])
                return
            else:
                self._strange("answers what is not IMAP", "check --host and --port")

    def run(self, command: bytes, more: Sequence[bytes] = ()) -> list[list[bytes]]:
        """Return all answers of a command that has few."""
        return list(self.call(command, more))

    def _ended(self, line: bytes) -> None:
        found = _TAGGED.match(line)
        if found is None:
            self._strange("answers what is not IMAP", "check --host and --port")
        status = found[1].upper().decode()
        if status != "OK":
            code = (found[2] or b"").split(b" ")[0].upper().decode("ascii", "replace")
            raise NoError(status, code, found[3].decode("utf-8", "replace"))

    def _renew(self) -> None:
        self._begun, self._received, self._answers = time.monotonic(), 0, 0

    def _send(self, line: bytes) -> None:
        try:
            self._socket.sendall(line + b"\r\n")
        except OSError:
            raise self._lost("broke the connection") from None

    def _answer(self) -> list[bytes]:
        """Return a line, and while it ends in a literal that and the line's next part."""
        self._answers += 1
        if self._answers > ANSWERS:
            self._strange("answers without end", "check --host and --port")
        parts, total = [self._line()], 0
        while found := _LITERAL.search(parts[-1]):
            total += (size := int(found[1])) + PART
            if total > LITERAL:
                self._strange(f"announces {total >> 20:,} MB at once", "ask the provider what is wrong")
            parts += [self._exactly(size), self._line()]
        return parts

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            self._at = len(self._buffer)
            if self._at > LINE:
                self._strange("sends a line without end", "check --host and --port")
            self._fill()
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        self._at = 0
        return line

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._at = 0
        return data

    def _fill(self) -> None:
        if time.monotonic() - self._begun > COMMAND_SECONDS + self._received / SLOWEST:
            raise self._lost("is too slow")
        try:
            data = self._socket.recv(1 << 18)
        except TimeoutError:
            raise self._lost("is silent") from None
        except OSError:
            raise self._lost("broke the connection") from None
        if not data:
            raise self._lost("ended the connection")
        self._received += len(data)
        self._buffer += data

    def _lost(self, how: str) -> LostError:
        return LostError(f"{self.host} {how}", "a later sync goes on from there")

    def _strange(self, how: str, mend: str) -> NoReturn:
        raise SourceError(f"{self.host} {how}", mend)
