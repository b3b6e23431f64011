"""The writer's lock: one process at a time, given back by the operating system when that process dies."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from context.errors import BusyError, StorageError

_guard = threading.Lock()
_held: set[Path] = set()  # by this process: a record lock keeps out other processes, not other threads


@contextmanager
def exclusive(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock that `path` stands for, waiting up to `wait` seconds for it.

    It is a POSIX record lock, not flock: worker processes that were forked meanwhile do not inherit it and so cannot
    keep it after their parent was killed. Raises BusyError, which names the holder, and StorageError.
    """
    until = time.monotonic() + wait
    while True:
        with _guard:
            mine = path not in _held
            if mine:
                _held.add(path)
        holder: int | None = os.getpid()
        if mine:
            try:
                descriptor, holder = _take(path)
            except BaseException:
                _held.discard(path)
                raise
            if descriptor is not None:
                break
            _held.discard(path)
        if time.monotonic() >= until:
            named = f"process {holder}" if holder else "another process"
            raise BusyError(f"{named} is writing to the warehouse", "wait for it, or see `steward status`")
        time.sleep(0.05)
    try:
        yield
    finally:
        os.ftruncate(descriptor, 0)
        os.close(descriptor)
        _held.discard(path)


def _take(path: Path) -> tuple[int | None, int | None]:
    """Try to lock. Return the descriptor that holds the lock, else None and the process id of the holder."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"cannot open {path}: {error.strerror}", "run `steward doctor`") from error
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # EACCES or EAGAIN, as the system likes: somebody has it
        text = os.read(descriptor, 32).decode("ascii", "replace")
        os.close(descriptor)
        return None, int(text) if text.isdigit() else None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return descriptor, None
