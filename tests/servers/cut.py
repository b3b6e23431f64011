"""A relay on loopback that breaks the connections through it after so many bytes, or falls silent there."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Cut:
    """`after`: bytes that the server may send in all before the next connection breaks (None: no more breaks).

    `silent`: it stays open then, and nothing more comes.
    """

    to: int
    after: int | None = None
    silent: bool = False
    breaks: int = 0
    connections: int = 0
    sockets: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        for one in (self.listener, *self.sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            self.connections += 1
            self.sockets += [client, server]
            threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if counted and self.after is not None:
                    if len(data) >= self.after:
                        target.sendall(data[: self.after])
                        self.after = None
                        self.breaks += 1
                        if self.silent:
                            return
                        break
                    self.after -= len(data)
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting(to: int) -> Iterator[Cut]:
    """Run a relay to a port of this machine while the block lasts."""
    cut = Cut(to)
    try:
        yield cut
    finally:
        cut.stop()
