"""A child process of the supervisor: started in a group of its own, its output kept in a rotated log."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from blocks import process
from context.home import Home

LOG_BYTES, LOG_FILES = 2_000_000, 3
PATIENCE = 15.0  # seconds between asking a child to stop and making it
STEADY = 60.0  # a child that ran this long had started well: its next fault is a first one again
LONGEST = 60.0  # seconds of waiting before a child that keeps failing is tried again
PR_SET_PDEATHSIG = 1  # prctl(2)
MARK = "STEWARD_UP"  # in the environment of all that a supervisor starts: the home that it is for


@dataclass
class Child:
    """One of the supervisor's processes and how it fares."""

    home: Home
    name: str
    arguments: tuple[str, ...]
    running: subprocess.Popen[bytes] | None = None
    mark: str | None = None
    began: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)  # when it may be started again (monotonic seconds)

    def start(self) -> None:
        command = [sys.executable, "-m", *self.arguments]
        self.running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform.startswith("linux") else None,
            cwd=self.home.run,
            env={**os.environ, MARK: str(self.home.root), "TMPDIR": str(scratch(self.home))},
        )
        assert self.running.stdout is not None
        self.mark = process.started(self.running.pid)
        self.began = time.monotonic()
        threading.Thread(target=_keep, args=(self.home, self.name, self.running.stdout), daemon=True).start()

    @property
    def alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    @property
    def pid(self) -> int:
        return self.running.pid if self.running else 0

    def rest(self) -> float:
        """Note that it ended by itself; return the seconds to wait before it is started again: 1, 2, 4 … 60."""
        if time.monotonic() - self.began > STEADY:
            self.failures = 0
        self.failures += 1
        self.end()
        wait = min(2.0 ** (self.failures - 1), LONGEST)
        self.due = time.monotonic() + wait
        return wait

    def end(self) -> None:
        """Stop it and all that it started: asked first, made after PATIENCE."""
        if self.running is None:
            return
        if self.alive:
            self.running.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.running.wait(PATIENCE)
        _kill_group(self.running.pid)
        self.running.wait()
        self.running = None


def scratch(home: Home) -> Path:
    """Return the folder, made if need be, that all of this home's processes use instead of the machine's /tmp."""
    folder = home.run / "tmp"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def end_orphan(pid: int, mark: str) -> bool:
    """End a child that its supervisor left behind, with its group; False where it is gone (or the id is another's)."""
    if not process.alive(pid, mark):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while process.alive(pid, mark) and time.monotonic() < until:
        time.sleep(0.05)
    _kill_group(pid)
    return True


def end_runs(home: Home, but: int = 0) -> int:
    """End the runs that a worker left behind: each is in a session of its own and outlives it. Return how many.

    `but` is the server, which is to hear of their end.
    """
    left = [pid for pid in process.marked(MARK, str(home.root)) if pid != but]
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, 0.0)):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + patience
        while any(process.started(pid) for pid in left) and time.monotonic() < until:
            time.sleep(0.05)
    return len(left)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the supervisor dies, however it dies (Linux, prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _keep(home: Home, name: str, stream: IO[bytes]) -> None:
    """Copy a child's output to `logs/<name>.log`, of which the newest few megabytes are kept."""
    handler = RotatingFileHandler(home.logs / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    for line in stream:
        text = line.decode("utf-8", errors="replace").rstrip()
        handler.emit(logging.LogRecord(name, logging.INFO, "", 0, text.replace("%", "%%"), None, None))
    handler.close()
