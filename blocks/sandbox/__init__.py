"""The sandbox for SQL that Steward did not write: typed by the owner, written by a model, or sent by another tool.

DuckDB's own switches (read-only, no external access, locked configuration) are not one. There are four layers, each of
which holds alone against most of what was tried: a gate on the syntax tree (`gate`), a hardened connection (`engine`),
a confined process (`limits`, `landlock`, `seccomp`), and a parent that kills (`sandbox`).

What it does not do: whoever asks gets the rows of what they may name, and a model that is shown them may repeat them. A
query may use a core and half a gigabyte for its seconds. Off Linux there is no Landlock and no seccomp: the first two
layers, the limits that the system knows, and the kill remain (`Table.layers` says which hold).
"""

from blocks.sandbox.sandbox import Sandbox
from blocks.sandbox.table import Table

__all__ = ["Sandbox", "Table"]
