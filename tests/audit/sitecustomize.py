"""Loaded by every Python process of a test that watches sockets: writes down each address looked up or spoken to.

Python imports a module of this name at start-up from PYTHONPATH (https://docs.python.org/3/library/site.html); an audit
hook cannot be removed again by what runs after it.
"""

import os
import sys

WATCHED = {"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"}


def _watch(path: str) -> None:
    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in WATCHED:
            line = f"{event} {arguments[1:] if event in ('socket.connect', 'socket.sendto') else arguments}\n"
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(descriptor, line.encode("utf-8", "backslashreplace"))
            os.close(descriptor)

    sys.addaudithook(hook)


if "STEWARD_SOCKETS" in os.environ:
    _watch(os.environ["STEWARD_SOCKETS"])
