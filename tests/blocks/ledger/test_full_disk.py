"""A full disk is called that, also where SQLite itself says only that reading or writing failed."""

import shutil
import sqlite3
from collections import namedtuple

import pytest

from blocks.ledger import Ledger
from context.errors import StorageError
from context.home import Home

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(("free", "said"), [(0, "is full — free some space"), (10**9, "disk I/O error")])
def test_an_io_error_on_a_full_disk_names_the_disk(
    home: Home, free: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - free, free))
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(sqlite3, "connect", broken)
    with pytest.raises(StorageError) as told, Ledger.open(home):
        pass
    assert said in str(told.value)
