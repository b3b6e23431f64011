"""How parent and child talk: a length in four bytes, then JSON. Nothing that could run is ever unpacked."""

import json
import os
import struct
import time
from select import select
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
    data = b""
    while len(data) < count:
        if until is not None and not select([descriptor], [], [], max(0.0, until - time.monotonic()))[0]:
            raise LateError
        try:
            part = os.read(descriptor, min(count - len(data), 1 << 20))
        except OSError as error:
            raise EndedError from error
        if not part:
            raise EndedError
        data += part
    return data
