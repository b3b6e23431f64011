"""Running whole programs for a benchmark: seconds, processor seconds, and memory of all their processes together."""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Run:
    """One run of a program: seconds, processor seconds of all its processes, peak memory of them together in MB."""

    wall: float
    cpu: float
    memory: float = 0.0


def memory(root: int) -> float:
    """Return the proportional memory (PSS) of a process and all below it, in MB."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            told = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.M)
            total += int(told[1]) if told else 0
        except OSError:
            continue
    return total / 1024


def installed() -> dict[str, str]:
    """Return the environment of an installed program: its modules are compiled once, not at every start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measure(command: list[str], watched: bool = True) -> Run:
    """Run a whole process. Exits with its output where it fails."""
    peak = [0.0]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=installed())

        def watch() -> None:
            while process.returncode is None:
                peak[0] = max(peak[0], memory(process.pid))
                time.sleep(0.25)

        if watched:
            threading.Thread(target=watch, daemon=True).start()
        _, status, usage = os.wait4(process.pid, 0)  # the usage of this child and of its own
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{said.read().decode(errors='replace')[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, peak[0])


def size(path: Path) -> float:
    """Return the MB that a file or folder takes on the disk."""
    paths = [path, *path.rglob("*")] if path.is_dir() else [path]
    return sum(each.lstat().st_blocks * 512 for each in paths if each.exists()) / 1e6
