"""How parent and child talk: a length in four bytes, then JSON. Nothing that could run is ever unpacked."""

import json
import os
import struct
import time
from select import POLLIN, poll
from typing import Any

LARGEST = 8 << 20  # bytes of one frame; an answer is kept far below


class EndedError(Exception):
    """The other side has gone, or sent what is no frame."""


class LateError(Exception):
    """Nothing whole arrived in time."""


def send(descriptor: int, message: Any) -> None:
    """Write one frame. Raises EndedError."""
    data = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    view = memoryview(struct.pack("!I", len(data)) + data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        raise EndedError from error


def receive(descriptor: int, seconds: float | None = None) -> Any:
    """Read one frame, waiting at most so long for all of it. Raises EndedError and LateError."""
    until = None if seconds is None else time.monotonic() + seconds
    (length,) = struct.unpack("!I", _read(descriptor, 4, until))
    if length > LARGEST:
        raise EndedError
    try:
        return json.loads(_read(descriptor, length, until))
    except (ValueError, RecursionError) as error:
        raise EndedError from error


def _read(descriptor: int, count: int, until: float | None) -> bytes:
    poller = poll()  # not select(): a server may have more than 1,024 files open
    poller.register(descriptor, POLLIN)
    data = b""
    while len(data) < count:
        wait = None if until is None else max(0.0, until - time.monotonic()) * 1000
        if not poller.poll(wait):
            raise LateError
        try:
            part = os.read(descriptor, min(count - len(data), 1 << 20))
        except OSError as error:
            raise EndedError from error
        if not part:
            raise EndedError
        data += part
    return data
