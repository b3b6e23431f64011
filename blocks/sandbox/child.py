"""The program in which queries run: started by `Sandbox`, confined before it sees a query.

It takes one frame with the file and the schemas, answers {"ready": layers}, then takes a query per frame. An answer is
{"table": …}, {"refused": why} or {"wrong": why}; a query that breaks the engine gets none.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blocks.sandbox import engine, gate, landlock, limits, seccomp, wire
from blocks.sandbox.values import plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

IDLE_SECONDS = 300.0
LARGEST = 2 << 20  # bytes of an answer
# Values of every kind: what the client imports for them is imported while files can still be opened.
EVERY_TYPE = """SELECT 1::HUGEINT, 1.5::DECIMAL(9, 2), 1e0, 'x', true, DATE '2026-01-01', TIME '01:02:03',
    '\\xAA'::BLOB, TIMESTAMPTZ '2026-01-01 00:00:00+01', TIMESTAMP '2026-01-01', INTERVAL 1 DAY, [1], {'a': 1},
    MAP {'k': 1},
    '00000000-0000-0000-0000-000000000000'::UUID, '01:02:03+01'::TIMETZ, '{}'::JSON, NULL"""


def main() -> None:
    """Serve queries until the parent goes or nothing has been asked for a while."""
    source, sink = os.dup(0), os.dup(1)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # nothing that DuckDB prints may reach the parent's frames or terminal
        os.dup2(silence, descriptor)
    setup = wire.receive(source)
    os.environ.clear()
    os.chdir("/")
    sys.setrecursionlimit(5000)
    con, layers = confined(Path(setup["path"]), setup["schemas"])
    known = engine.names(con, setup["schemas"])
    wire.send(sink, {"ready": layers})
    while True:
        request = wire.receive(source, IDLE_SECONDS)
        wire.send(sink, answer(con, known, str(request["sql"]), int(request["limit"])))


def confined(path: Path, schemas: Sequence[str]) -> tuple["DuckDBPyConnection", list[str]]:
    """Open the file and shut every door behind it; return the connection and the names of the layers that hold."""
    import duckdb

    duckdb.execute(EVERY_TYPE).fetchall()
    limits.restrict()
    layers = ["limits"]
    system = [Path(name) for name in ("/proc/self", "/proc/meminfo", "/sys/fs/cgroup")]  # how much memory there is
    if landlock.restrict([path.resolve(), Path(os.devnull)], system):
        layers.append("landlock")
    con = engine.connect(path, schemas)
    if seccomp.restrict():
        layers.append("seccomp")
    return con, layers


def answer(con: "DuckDBPyConnection", known: gate.Names, sql: str, limit: int) -> dict[str, Any]:
    """Return the answer to one query: a table of at most `limit` rows and LARGEST bytes, or why there is none."""
    import duckdb

    try:
        gate.check(_parse(con), sql, known)
        return {"table": _table(con.execute(sql), limit)}
    except gate.NotAllowedError as error:
        return {"refused": str(error)}
    except gate.NotValidError as error:
        return {"wrong": str(error)}
    except (duckdb.OutOfMemoryException, MemoryError):
        return {"refused": "the query needs more memory than it may use"}
    except (duckdb.FatalException, duckdb.InternalException) as error:
        raise wire.EndedError from error  # the engine is not to be trusted after this: end, another child will start
    except duckdb.PermissionException as error:
        return {"refused": _line(error)}
    except duckdb.Error as error:
        return {"wrong": _line(error)}


def _parse(con: "DuckDBPyConnection") -> Callable[[str], str]:
    def parse(statement: str) -> str:
        row = con.execute(statement).fetchone()
        return str(row[0]) if row else "{}"

    return parse


def _table(con: "DuckDBPyConnection", limit: int) -> dict[str, Any]:
    described = con.description or []
    rows: list[list[Any]] = []
    size, truncated = 0, False
    while len(rows) <= limit and not truncated:
        found = con.fetchmany(min(100, limit + 1 - len(rows)))
        if not found:
            break
        for row in found:
            values = [plain(value) for value in row]
            size += len(repr(values))
            if size > LARGEST:
                if not rows:
                    raise gate.NotAllowedError(
                        "a single row is larger than 2 MB; cut its columns with left(column, 1000)"
                    )
                truncated = True
                break
            rows.append(values)
    return {
        "columns": [str(column[0]) for column in described],
        "types": [str(column[1]) for column in described],
        "rows": rows[:limit],
        "truncated": truncated or len(rows) > limit,
    }


def _line(error: Exception) -> str:
    return " ".join(str(error).split("LINE 1:")[0].split())[:500]


if __name__ == "__main__":
    try:
        main()
    except (wire.EndedError, wire.LateError):
        pass
    finally:
        os._exit(0)  # without the interpreter's farewell: it would want calls that are refused now
