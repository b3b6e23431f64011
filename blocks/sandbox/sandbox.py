"""The parent's side: one warm child for one published file, asked in turn, killed when it is late."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blocks.sandbox import wire
from blocks.sandbox.table import Table
from context.errors import InputError, RefusedError, StorageError

SECONDS = 5.0  # for a query
START_SECONDS = 30.0  # for a new child: it imports DuckDB, on a machine that may be busy
ROOT = Path(__file__).resolve().parents[2]  # what `blocks` is imported from
SCHEMA = "`steward sql --schema` prints what there is"


class Sandbox:
    """Queries on one file, in a child process that is started when needed and never reused after a kill."""

    def __init__(self, path: Path, schemas: Sequence[str], seconds: float = SECONDS) -> None:
        self.path, self.schemas, self.seconds = path, tuple(schemas), seconds
        self.layers: tuple[str, ...] = ()
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self, sql: str, limit: int) -> Table:
        """Run a query and return at most `limit` rows.

        Raises RefusedError (not allowed, too slow, too large), InputError (not valid), StorageError (no child starts).
        """
        with self._lock:
            warm = self._child is not None
            try:
                answer = self._ask(sql, limit)
            except wire.EndedError:
                # A warm child may have ended of idleness just now; a fresh one that ends was ended by the query.
                if not warm:
                    raise RefusedError("the query brought its process down", "ask for less at a time") from None
                try:
                    answer = self._ask(sql, limit)
                except wire.EndedError:
                    raise RefusedError("the query brought its process down", "ask for less at a time") from None
        if "refused" in answer:
            raise RefusedError(f"refused: {answer['refused']}", SCHEMA)
        if "wrong" in answer:
            raise InputError(f"not valid: {answer['wrong']}", SCHEMA)
        return _table(answer.get("table"), self.layers)

    def close(self) -> None:
        """End the child; a later query starts another."""
        with self._lock:
            self._kill()

    def _ask(self, sql: str, limit: int) -> dict[str, Any]:
        child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            wire.send(child.stdin.fileno(), {"sql": sql, "limit": limit})
            answer = wire.receive(child.stdout.fileno(), self.seconds)
        except wire.LateError:
            self._kill()
            raise RefusedError(
                f"the query was stopped after {self.seconds:g} s", "narrow it by time or source, or ask for less"
            ) from None
        except BaseException:
            self._kill()
            raise
        if not isinstance(answer, dict):
            self._kill()
            raise wire.EndedError
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        # No secret is handed on: the environment holds only what Python needs to find its modules.
        environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
        self._child = child = subprocess.Popen(
            [sys.executable, "-P", "-m", "blocks.sandbox.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=os.sep,
            start_new_session=True,  # Ctrl-C at the terminal is the parent's to handle
        )
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            wire.send(child.stdin.fileno(), {"path": str(self.path), "schemas": self.schemas})
            self.layers = tuple(map(str, wire.receive(child.stdout.fileno(), START_SECONDS)["ready"]))
        except (wire.EndedError, wire.LateError) as error:
            self._kill()
            raise StorageError("the sandbox for queries did not start", "run `steward doctor`") from error
        except BaseException:
            self._kill()
            raise
        return child

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()


def _table(given: Any, layers: tuple[str, ...]) -> Table:
    """Return the table of an answer, checked: the child may have been taken over by what it ran."""
    try:
        columns, types = [str(name) for name in given["columns"]], [str(kind) for kind in given["types"]]
        rows = [list(row) for row in given["rows"]]
        if len(types) != len(columns) or any(len(row) != len(columns) for row in rows):
            raise ValueError
        return Table(columns, types, rows, bool(given["truncated"]), layers=layers)
    except (KeyError, TypeError, ValueError):
        raise RefusedError("the query's process gave no table", "ask again, or ask for less") from None
