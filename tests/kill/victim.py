"""Syncs that kill themselves (SIGKILL) at a named point, or wait to be killed.

Run as `python -m tests.kill.victim`. It imports all that a sync does, once, and then forks a process for each line
"run HOME POINT" of its standard input (separated by tabs); the answer is the child's process id. "wait PID" answers
with its exit code as Python gives it (negative for a signal), or "stopped". An empty point disturbs nothing;
"stop:POINT" stops the process there (SIGSTOP) instead of killing it; "full:BYTES" lets no file grow beyond that.
"""

import contextlib
import importlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

# point → (module, class or "", function, how many calls to let through first, kill before the call or after it)
POINTS: dict[str, tuple[str, str, str, int, str]] = {
    "read": ("connectors.gather", "Gather", "_seal", 0, "after"),
    "before extract": ("dlt.pipeline.pipeline", "Pipeline", "extract", 0, "before"),
    "extracted": ("dlt.pipeline.pipeline", "Pipeline", "extract", 0, "after"),
    "normalized": ("dlt.pipeline.pipeline", "Pipeline", "normalize", 0, "after"),
    "first rows loaded": ("dlt.destinations.impl.duckdb.duck", "DuckDbCopyJob", "run", 0, "after"),
    "more rows loaded": ("dlt.destinations.impl.duckdb.duck", "DuckDbCopyJob", "run", 4, "after"),
    "statement": ("dlt.destinations.impl.duckdb.sql_client", "DuckDbSqlClient", "execute_sql", 25, "after"),
    "last job loaded": ("dlt.load.load", "Load", "complete_package", 0, "before"),
    "loaded": ("dlt.pipeline.pipeline", "Pipeline", "run", 0, "after"),
    "told the ledger": ("blocks.ledger.sources", "Sources", "succeed", 0, "after"),
    "indexed": ("blocks.search", "Feed", "finish", 0, "after"),
    "cloned": ("blocks.warehouse.warehouse", "Warehouse", "_checkpoint", 0, "after"),
    "prepared": ("blocks.warehouse.warehouse", "Warehouse", "_seal", 0, "before"),
    "renamed": ("blocks.warehouse.generations", "Generations", "point", 0, "before"),
    "pointed": ("blocks.warehouse.generations", "Generations", "point", 0, "after"),
}
WARM = ("connectors.load", "connectors.write", "connectors.views", "dlt.destinations.impl.duckdb.duck", "dlt.load.load")


def main() -> None:
    """Serve until standard input ends."""
    _warm()
    for line in sys.stdin:
        word, *rest = line.rstrip("\n").split("\t")
        if word == "run":
            sys.stdout.write(f"{_fork(*rest)}\n")
        else:
            _, status = os.waitpid(int(rest[0]), os.WUNTRACED)
            said = "stopped" if os.WIFSTOPPED(status) else str(os.waitstatus_to_exitcode(status))
            sys.stdout.write(said + "\n")
        sys.stdout.flush()


def _warm() -> None:
    from connectors.pipeline import warm
    from context.home import Home

    with tempfile.TemporaryDirectory() as folder:
        warm(Home(Path(folder)))
    for module in WARM:
        importlib.import_module(module)


def _fork(root: str, point: str, moment: str) -> int:
    """Start a sync in a child; it ends with the exit code that the command line would."""
    child = os.fork()
    if child:
        return child
    code = 1
    with contextlib.suppress(BaseException):
        code = _sync(root, point, moment)
    os._exit(code)


def _sync(root: str, point: str, moment: str) -> int:
    import traceback

    from connectors.load import sync
    from context.errors import StewardError
    from context.home import Home

    _disturb(point)
    try:
        results = sync(Home(Path(root)), now=datetime.fromisoformat(moment) if moment else None)
    except StewardError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except BaseException:
        traceback.print_exc()
        raise
    for result in results:
        if result.error:
            sys.stderr.write(f"{result.name}: {result.error}\n")
    return 5 if any(result.error for result in results) else 0


def _disturb(point: str) -> None:
    how, _, rest = point.partition(":")
    if how == "full":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as Python does by itself: the write fails with EFBIG
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(rest), int(rest)))
    elif how == "stop":
        arm(*POINTS[rest], sign=signal.SIGSTOP)
    elif point:
        arm(*POINTS[point])


def arm(module: str, owner: str, name: str, free: int, when: str, sign: signal.Signals = signal.SIGKILL) -> None:
    """Put the trap around a function. It springs once."""
    holder: Any = importlib.import_module(module)
    holder = getattr(holder, owner) if owner else holder
    wrapped: Callable[..., Any] = getattr(holder, name)
    calls = 0

    def trap(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == free + 1 and when == "before":
            os.kill(os.getpid(), sign)
        result = wrapped(*given, **named)
        if calls == free + 1 and when == "after":
            os.kill(os.getpid(), sign)
        return result

    setattr(holder, name, trap)


if __name__ == "__main__":
    main()
