"""Copying a large file: sharing its blocks where the file system can, else in the kernel; and making it last."""

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path
from typing import BinaryIO

FICLONE = 0x40049409  # linux/fs.h: _IOW(0x94, 9, int)
CHUNK = 64 << 20
SPARE = 64 << 20  # bytes that a copy leaves free on the disk


def share(source: Path, target: Path) -> bool:
    """Make a copy, mode 0600, that shares the source's blocks (btrfs, XFS, bcachefs; APFS); False where none can."""
    if sys.platform == "darwin":
        if ctypes.CDLL(None, use_errno=True).clonefile(os.fsencode(source), os.fsencode(target), 0) != 0:
            return False
        target.chmod(0o600)
        return True
    if sys.platform != "linux":
        return False
    with _created(target) as sink, source.open("rb") as origin:
        done = bool(ctypes.CDLL(None, use_errno=True).ioctl(sink.fileno(), FICLONE, origin.fileno()) == 0)
    if not done:
        target.unlink()
    return done


def clone(source: Path, target: Path) -> None:
    """Copy a file, mode 0600. Raises OSError (ENOSPC before anything is written, where that can be foreseen)."""
    with _created(target) as sink, source.open("rb") as origin:
        size = os.fstat(origin.fileno()).st_size
        if shutil.disk_usage(target.parent).free < size + SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        if not _ranges(origin.fileno(), sink.fileno(), size):
            shutil.copyfileobj(origin, sink, 1 << 20)


def _created(target: Path) -> BinaryIO:
    return os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def settle(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if sys.platform == "darwin":
            import fcntl

            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # fsync alone stops at the drive's cache there
        else:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ranges(source: int, target: int, size: int) -> bool:
    """Copy inside the kernel; False, with nothing copied, where it cannot between these two files."""
    if not hasattr(os, "copy_file_range"):
        return False
    done = 0
    while done < size:
        try:
            count = os.copy_file_range(source, target, min(CHUNK, size - done))
        except OSError as error:
            if done == 0 and error.errno in (errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM):
                return False
            raise
        if count == 0:
            raise OSError(errno.EIO, "the file shrank while it was copied")
        done += count
    return True
