"""Who runs: a process named by its id and the moment it started, so that a reused id is never taken for it."""

import os
import subprocess
import sys
from pathlib import Path


def started(pid: int) -> str | None:
    """Return a mark that is the same for the whole life of process `pid`, or None where there is none (or a zombie).

    Linux: the boot's id and the process's start in clock ticks (proc(5), field 22). Elsewhere: what `ps` prints.
    """
    if pid <= 0:
        return None
    if not sys.platform.startswith("linux"):
        return _started_by_ps(pid)
    try:
        line = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None
    fields = line.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    state, ticks = fields[0], fields[19]
    return None if state in "ZX" else f"{boot}:{ticks}"


def _started_by_ps(pid: int) -> str | None:
    done = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    state, _, moment = done.stdout.strip().partition(" ")
    return moment.strip() if done.returncode == 0 and moment and not state.startswith("Z") else None


def alive(pid: int, mark: str) -> bool:
    """Tell whether the process that `started` once marked with `mark` still runs."""
    return bool(mark) and started(pid) == mark


def marked(name: str, value: str) -> list[int]:
    """Return the processes of this user, but for this one, that were started with `name=value` in their environment.

    So a process is found that left its parent's group and session. Another user's environment cannot be read.
    """
    wanted = f"{name}={value}"
    if not sys.platform.startswith("linux"):
        return _marked_by_ps(wanted)
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended, or is not ours
        if os.fsencode(wanted) in words:
            found.append(int(path.parent.name))
    return [pid for pid in found if pid != os.getpid() and started(pid)]


def _marked_by_ps(wanted: str) -> list[int]:
    done = subprocess.run(["ps", "-xeww", "-o", "pid=,command="], capture_output=True, text=True, check=False)
    lines = [line.strip().partition(" ") for line in done.stdout.splitlines()]
    return [int(pid) for pid, _, words in lines if f" {wanted} " in f"{words} " and int(pid) != os.getpid()]
