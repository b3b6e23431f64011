"""The warehouse: one DuckDB file that the loader builds, and read-only copies of it that everybody else reads.

A DuckDB file that is open for writing cannot be opened by another process, not even for reading, and copying a live one
is silently stale. So there is one writer (an OS lock); it publishes whole generations, and readers never wait.
"""

from blocks.sandbox import Table
from blocks.warehouse.documented import Column, Documented
from blocks.warehouse.warehouse import Warehouse

__all__ = ["Column", "Documented", "Table", "Warehouse"]
