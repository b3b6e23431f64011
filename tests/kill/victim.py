"""A sync in a process of its own that kills itself (SIGKILL) at a named point, or waits to be killed.

Run as `python -m tests.kill.victim HOME POINT`; an empty point kills nowhere. It prints "begun" when the sync begins.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# point → (module, class or "", function, how many calls to let through first, kill before the call or after it)
POINTS: dict[str, tuple[str, str, str, int, str]] = {
    "read": ("connectors.gather", "Gather", "_seal", 3, "after"),
    "before extract": ("dlt.pipeline.pipeline", "Pipeline", "extract", 0, "before"),
    "extracted": ("dlt.pipeline.pipeline", "Pipeline", "extract", 0, "after"),
    "normalized": ("dlt.pipeline.pipeline", "Pipeline", "normalize", 0, "after"),
    "first rows loaded": ("dlt.destinations.impl.duckdb.duck", "DuckDbCopyJob", "run", 0, "after"),
    "more rows loaded": ("dlt.destinations.impl.duckdb.duck", "DuckDbCopyJob", "run", 4, "after"),
    "statement": ("dlt.destinations.impl.duckdb.sql_client", "DuckDbSqlClient", "execute_sql", 25, "after"),
    "last job loaded": ("dlt.load.load", "Load", "complete_package", 0, "before"),
    "loaded": ("dlt.pipeline.pipeline", "Pipeline", "run", 0, "after"),
    "told the ledger": ("blocks.ledger.sources", "Sources", "succeed", 1, "after"),
    "indexed": ("blocks.search", "Feed", "finish", 0, "after"),
    "cloned": ("blocks.warehouse.warehouse", "Warehouse", "_checkpoint", 0, "after"),
    "prepared": ("blocks.warehouse.warehouse", "Warehouse", "_seal", 0, "before"),
    "renamed": ("blocks.warehouse.generations", "Generations", "point", 0, "before"),
    "pointed": ("blocks.warehouse.generations", "Generations", "point", 0, "after"),
}


def main(root: str, point: str) -> None:
    from context.home import Home

    if point:
        arm(*POINTS[point])
    from connectors.load import sync

    print("begun", flush=True)
    sync(Home(Path(root)))


def arm(module: str, owner: str, name: str, free: int, when: str) -> None:
    """Put the trap around a function."""
    holder: Any = importlib.import_module(module)
    holder = getattr(holder, owner) if owner else holder
    wrapped: Callable[..., Any] = getattr(holder, name)
    calls = 0

    def trap(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > free and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = wrapped(*given, **named)
        if calls > free:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, trap)


if __name__ == "__main__":
    main(*sys.argv[1:3])
