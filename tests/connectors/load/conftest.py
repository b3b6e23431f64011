"""A home with connected lists of things, and looks into the loader's own file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from blocks.ledger import Ledger, SourceRow
from connectors import kinds, load
from connectors.outcome import Result
from context.home import Home

KIND = kinds.Kind("things", "docs", "file", "a list", "blocks.files.LocalPath", "tests.connectors.load.things")


@dataclass
class Stand:
    """A home, and lists of things to connect to it."""

    home: Home
    folder: Path

    def things(self, text: str, name: str = "list", kind: str = "things") -> Path:
        """Write a list and connect it (again)."""
        path = self.folder / f"{name}.txt"
        path.write_text(text, "utf-8", "surrogateescape")
        with Ledger.open(self.home) as ledger:
            ledger.sources.connect(name, kind, "docs", "me", {"path": str(path)})
        return path

    def sync(self, *names: str, **how: Any) -> dict[str, Result]:
        return {result.name: result for result in load.sync(self.home, names or None, **how)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        con = duckdb.connect(self.home.build, read_only=True)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()

    def numbers(self, source: str = "list") -> dict[str, int]:
        return dict(self.rows(f"SELECT key, number FROM raw.things WHERE source = '{source}' ORDER BY key"))

    def source(self, name: str = "list") -> SourceRow:
        with Ledger.open(self.home) as ledger:
            found = ledger.sources.get(name)
        assert found is not None
        return found


@pytest.fixture
def stand(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    monkeypatch.setitem(kinds.KINDS, "things", KIND)
    folder = tmp_path / "lists"
    folder.mkdir()
    return Stand(home, folder)
