"""Making the next generation out of the last but one, which nobody needs any more: only what differs is written.

Where the file system cannot share blocks, a publish would else write the whole file each time: a gigabyte for one new
mail, which wears the disk out and waits for it. What two generations share is most of the file.
"""

import contextlib
import errno
import fcntl
import os
import struct
import sys
from pathlib import Path

BLOCK = 256 << 10  # DuckDB's own
SMALLEST = 32 << 20  # bytes of a file that is worth it


def recycle(source: Path, old: Path, target: Path) -> bool:
    """Turn `old` into a copy of `source` under the name `target`; False, with nothing changed, where that is not safe.

    It is safe where nobody has `old` open. DuckDB's readers hold a read lock, which keeps ours out; who comes between
    is kept out by ours, finds the name gone, and takes the newer generation. A file with a second name (a backup by
    hard links) is never touched.
    """
    if not sys.platform.startswith("linux") or source.stat().st_size < SMALLEST:
        return False
    with contextlib.ExitStack() as undo:
        old.rename(target)
        undo.callback(target.rename, old)
        before = target.stat()
        if before.st_nlink != 1 or _open_here(before):
            return False
        target.chmod(0o600)
        undo.callback(target.chmod, before.st_mode & 0o777)
        descriptor = os.open(target, os.O_RDWR | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb+", buffering=0) as file:
            if not _locked(file.fileno()):
                return False
            undo.pop_all()  # from here on it is the new one, or nothing
            with source.open("rb", buffering=0) as origin:
                _patch(origin.fileno(), file.fileno())
        return True


def _open_here(file: os.stat_result) -> bool:
    """Return whether this process has the file open: opening and closing it once more would drop its readers' locks."""
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the listing's own descriptor is closed by now
            if os.path.samestat(os.fstat(int(path.name)), file):
                return True
    return False


def _locked(descriptor: int) -> bool:
    """Take the whole file for writing; False where anybody holds a lock on it.

    The lock belongs to the open file (an OFD lock), not to the process, and so respects the process's own locks too.
    """
    whole = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, whole)
    except OSError:
        return False
    return True


def _patch(source: int, target: int) -> int:
    """Make the target equal to the source; return how many bytes were written."""
    size, written = os.fstat(source).st_size, 0
    wanted, held = bytearray(BLOCK), bytearray(BLOCK)  # filled again and again: new ones would cost more than reading
    os.ftruncate(target, size)
    for offset in range(0, size, BLOCK):
        if (count := min(BLOCK, size - offset)) < BLOCK:
            del wanted[count:], held[count:]
        if os.preadv(source, [wanted], offset) != count:
            raise OSError(errno.EIO, "the file shrank while it was copied")
        if os.preadv(target, [held], offset) != count or wanted != held:
            written += os.pwrite(target, wanted, offset)
    return written
