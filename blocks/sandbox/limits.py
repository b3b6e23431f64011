"""Limits of the operating system on what a query's process may use."""

import contextlib
import resource

MEMORY = 2 << 30  # of address space: DuckDB's own limit of 512 MB does not hold for every allocation
CPU_SECONDS = 60  # of a child's whole life; the parent's clock ends a single query long before
FILES = 32


def restrict() -> None:
    """Limit memory, CPU time and open files; no file can grow, no core is dumped. Irrevocable."""
    wanted = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: FILES,
    }
    for limit, value in wanted.items():
        # macOS knows RLIMIT_AS but refuses to set it; the parent's kill and DuckDB's limit remain there.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
