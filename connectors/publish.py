"""Publishing, and the note beside the data that says what the newest published file was made from.

The note is taken away before the loader's file changes and written anew when all of a run is done. So where it is
missing, or speaks of another file (a backup was restored), nothing that the ledger remembers of sources is trusted.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from context.home import Home, write_private

if TYPE_CHECKING:
    import duckdb

    from blocks.warehouse import Warehouse

VIEWS = Path(__file__).parent / "views"


class Note:
    """What the note says, compared with what is there. Cheap: sizes and times of files only."""

    def __init__(self, home: Home) -> None:
        try:
            said = json.loads(home.published.read_text("utf-8"))
        except (OSError, ValueError):
            said = {}
        self.trusted: bool = bool(said) and said.get("build") == _stamp(home.build)
        self.surface: str | None = said.get("surface")
        self.published: bool = self.trusted and home.warehouse.exists() and self.surface == _surface(home)
        self.zone: str | None = said.get("zone")


def outdate(home: Home) -> None:
    """Say, before the loader's file changes, that nothing is known of it until the end of this run."""
    home.published.unlink(missing_ok=True)


def settle(home: Home, zone: str, surface: str | None = None) -> None:
    """Say that the loader's file holds all that the ledger says it does; `surface`: and that it is published so."""
    write_private(home.published, json.dumps({"build": _stamp(home.build), "surface": surface, "zone": zone}))


class Edition:
    """What is to be published next: the profile, the ledger and all views over the loader's file.

    The profile is read now. Raises ConfigError where it is invalid.
    """

    def __init__(self, home: Home) -> None:
        from connectors.views import prepare

        # before the profile is read: a change in between is published by the next run
        self._home, self._surface, self._prepared = home, _surface(home), prepare(home)

    def frame(self, con: "duckdb.DuckDBPyConnection") -> None:
        """Make the loader's file, which is open already, ready to be copied; it is to be closed next."""
        self._prepared.frame(con)
        con.execute("CHECKPOINT")

    def publish(self, warehouse: "Warehouse", zone: str) -> int:
        """Publish the framed file; return the generation."""
        generation = warehouse.publish(self._prepared)
        settle(self._home, zone, self._surface)
        return generation


def publish(home: Home, warehouse: "Warehouse", zone: str) -> int:
    """Publish the loader's file with the profile, the ledger and all views; return the generation."""
    edition = Edition(home)
    with warehouse.builder() as con:
        edition.frame(con)
    return edition.publish(warehouse, zone)


def _surface(home: Home) -> str:
    """Return a digest of the profile's files and the views as they are now."""
    files = sorted(path for folder in (home.context, VIEWS) for path in folder.rglob("*") if path.is_file())
    seen = [(str(path), *_stamp(path)) for path in files if path.suffix != ".pyc"]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _stamp(path: Path) -> list[int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return []
    return [status.st_size, status.st_mtime_ns]
