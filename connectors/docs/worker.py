"""The process that opens foreign documents one at a time and answers with their text (`python -m` of this module).

It is told on a socket which reader to use, and is handed the open file itself: it needs no path, may open none but its
own code's, and writes nothing. Its memory is limited; who started it watches the clock. What goes wrong in here costs
one document.
"""

import contextlib
import json
import mimetypes
import os
import resource
import signal
import socket
import struct
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import context.errors
from blocks.sandbox import landlock
from connectors.docs.document import (
    MOST_TEXT,
    UnreadableError,
    clean,
    count_words,
    distinct_links,
    one_line,
)
from connectors.docs.passages import passages

LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo")
READERS = ("markdown", "text", "html", "pdf", "docx", "pptx", "xlsx", "epub")
LENGTH = struct.Struct(">Q")  # before each answer: its length in bytes


def serve(connection: socket.socket, seconds: int) -> None:
    """Answer requests until the other side closes. A request is a line of JSON with one open file."""
    while request := _request(connection):
        told, descriptor = request
        signal.alarm(seconds + 5)  # should the parent be gone, nobody else would end us
        with os.fdopen(descriptor, "rb") as file:
            answer = attempt(told["reader"], file.read())
        signal.alarm(0)
        body = json.dumps(answer).encode()
        connection.sendall(LENGTH.pack(len(body)) + body)
        if answer.get("reason") == "memory":
            return  # what is left of this process is not to be trusted


def attempt(reader: str, data: bytes) -> dict[str, Any]:
    """Return what `read` makes of it, or {"reason", "error"}."""
    try:
        return read(reader, data)
    except UnreadableError as error:
        return {"reason": error.reason, "error": clean(str(error))[:500]}
    except MemoryError:
        return {"reason": "memory", "error": "the reader ran out of the memory that one document may take"}
    except Exception as error:  # noqa: BLE001 - any fault of a foreign file becomes its reason for being set aside
        return {"reason": "damaged", "error": clean(f"{type(error).__name__}: {error}")[:500]}


def read(reader: str, data: bytes) -> dict[str, Any]:
    """Return a document's columns and passages. Raises UnreadableError, or whatever a library raises."""
    assert reader in READERS
    if not data:
        return {"state": "empty", "text": "", "words": 0, "links": [], "passages": []}
    found = import_module(f"connectors.docs.{reader}").extract(data)
    text = "\n\n".join(section.text for section in found.sections)
    words = count_words(text)
    state = found.state
    if len(text) > MOST_TEXT or (len(text) == MOST_TEXT and state == "ok"):
        text, state = text[:MOST_TEXT], "too_large"
    if words == 0 and state == "ok":
        state = "empty"
    return {
        "state": state,
        "title": one_line(found.title),
        "author": one_line(found.author),
        "text": text,
        "words": words,
        "links": distinct_links(found.links),
        "pages": found.pages,
        "passages": [(piece.heading, piece.text, piece.page) for piece in passages(found.sections)],
    }


def limit(memory: int) -> None:
    """Limit this process, for ever: its memory in bytes (macOS knows no such limit), and what a document that took over
    one of the readers could do: no file written, none opened but the readers' own code (Landlock, on Linux), no core.
    """
    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (value, value))
    code = {Path(place) for place in (sys.prefix, sys.base_prefix, sys.exec_prefix, *LIBRARIES)}
    code |= {Path(name).parent for name in (__file__, landlock.__file__)} | {Path(context.errors.__file__).parent}
    landlock.restrict(map(Path, (*mimetypes.knownfiles, "/dev/urandom", "/dev/null")), sorted(code))


def _request(connection: socket.socket) -> tuple[dict[str, Any], int] | None:
    line, descriptors = b"", list[int]()
    while not line.endswith(b"\n"):
        part, passed, _, _ = socket.recv_fds(connection, 4_096, 1)
        if not part:
            return None
        line += part
        descriptors += passed
    return json.loads(line), descriptors[0]


def main() -> None:
    """Serve on the socket whose number is the first argument; then seconds for a document, then bytes of memory."""
    number, seconds, memory = map(int, sys.argv[1:4])
    limit(memory)
    with socket.socket(fileno=number) as connection:
        serve(connection, seconds)


if __name__ == "__main__":
    main()
