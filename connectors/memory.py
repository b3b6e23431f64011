"""Giving memory back while a long reading goes on: what allocators keep for later adds up between one part and the
next.
"""

import ctypes
import sys
from contextlib import suppress

import pyarrow as pa


def release() -> None:
    """Return to the system what Arrow and (with glibc) malloc hold unused."""
    pa.default_memory_pool().release_unused()
    if sys.platform.startswith("linux"):
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
