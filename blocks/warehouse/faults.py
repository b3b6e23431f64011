"""What DuckDB and the disk say, in the owner's words."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from context.errors import StorageError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_WORDS = tuple(os.strerror(number) for number in FULL)  # DuckDB quotes them, under several kinds of error


@contextmanager
def storage(path: Path, damaged: str = "run `steward doctor`") -> Iterator[None]:
    """Turn what goes wrong on the disk into a StorageError; `damaged` is the step that mends an unreadable file."""
    import duckdb

    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise _full(path) from error
        raise StorageError(f"{path}: {error.strerror}", "run `steward doctor`") from error
    except duckdb.Error as error:
        text = str(error)
        if any(words in text for words in FULL_WORDS):
            raise _full(path) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            # Also what DuckDB says when the disk has no room for what it would move out of memory.
            raise StorageError(f"{path.name}: memory or scratch space ran out", "free some, then try again") from error
        if isinstance(error, (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException)):
            raise StorageError(f"{path.name} cannot be used ({text.splitlines()[0][:160]})", damaged) from error
        raise


def _full(path: Path) -> StorageError:
    return StorageError(f"the disk of {path.parent} is full; nothing was changed", "free some space, then try again")
