"""What goes wrong beside a kill: two syncs at once, a full disk, a clock that jumps, an older backup put back.

Each is played on a copy of a home that was read in the first state, while the sources are in the second.
"""

import os
import shutil
import signal
from collections.abc import Callable
from datetime import timedelta

from context.errors import BusyError, StorageError
from tests.kill.theatre import NOW, Theatre

FULL = str(StorageError.exit_code)
FAR = timedelta(days=500)  # beyond every window of the calendar


def two_at_once(stage: Theatre) -> None:
    """The second is refused while the first writes, and disturbs nothing."""
    home = stage.copy("two")
    first = stage.begin(home, "stop:extracted")
    assert stage.nursery.end(first) == "stopped"
    assert stage.run(home) == str(BusyError.exit_code)
    os.kill(first, signal.SIGCONT)
    assert stage.nursery.end(first) == "0"
    stage.same(home, stage.expected)


def full_disk(stage: Theatre) -> None:
    """No file can grow: at once, in the middle, at the end. It is called a full disk; then there is room again."""
    home = stage.copy("full")
    size = home.build.stat().st_size
    codes = [stage.run(home, f"full:{limit}") for limit in (4096, size)]
    assert set(codes) <= {FULL, "0"}, codes
    assert codes[0] == FULL, codes
    stage.same(home, stage.expected)


def jumping_clock(stage: Theatre) -> None:
    """What was read stays, whatever year it was read in; at the right time all of it is as it should be."""
    home = stage.copy("clock")
    for now in (NOW - FAR, NOW + FAR, NOW - FAR):
        assert stage.run(home, now=now) == "0"
    stage.same(home, stage.expected, history=False)


def older_backup(stage: Theatre) -> None:
    """Cursors lie in the warehouse, beside the rows they speak of: both go back, and what followed is read again."""
    home, backup = stage.copy("restored"), stage.folder / "backup"
    shutil.copytree(home.data, backup, symlinks=True, dirs_exist_ok=True)
    assert stage.run(home) == "0"
    shutil.rmtree(home.data)
    shutil.copytree(backup, home.data, symlinks=True)
    stage.same(home, stage.expected)


TROUBLES: dict[str, Callable[[Theatre], None]] = {
    "two at once": two_at_once,
    "full disk": full_disk,
    "jumping clock": jumping_clock,
    "older backup": older_backup,
}
