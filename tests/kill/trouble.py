"""What goes wrong beside a kill: two syncs at once, a full disk, a clock that jumps, an older backup put back.

Each is played on a copy of a home that was read in the first state, while the sources are in the second.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from context.errors import BusyError, StorageError
from context.home import Home
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
    """No file can grow, and then the disk has no room. It is called a full disk; then there is room again."""
    home = stage.copy("full")
    codes = [stage.run(home, f"full:{limit}") for limit in (4096, home.build.stat().st_size)]
    assert set(codes) <= {FULL, "0"}, codes
    assert codes[0] == FULL, codes
    with small_disk(stage.copy("small").data, 100_000) as grow:
        home = Home(stage.folder / "homes" / "small") if grow else home
        if grow:
            assert stage.run(home) == FULL
            grow()
        stage.same(home, stage.expected)


@contextmanager
def small_disk(folder: Path, room: int) -> Iterator[Callable[[], None] | None]:
    """Put a folder on a disk (tmpfs) that has `room` bytes left; give what makes room. Only root can: else nothing."""
    aside = folder.with_name("aside")
    held = sum(-(-path.stat().st_size // 4096) * 4096 for path in folder.rglob("*") if path.is_file())
    folder.rename(aside)
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", f"size={held + room}", "tmpfs", str(folder)):
        folder.rmdir()
        aside.rename(folder)
        yield None
        return

    def grow() -> None:
        assert _mount("-o", "remount,size=1g", str(folder))

    try:
        shutil.copytree(aside, folder, symlinks=True, dirs_exist_ok=True)
        yield grow
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(*words: str) -> bool:
    return os.geteuid() == 0 and subprocess.run(["mount", *words], capture_output=True).returncode == 0


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
