"""STEWARD_HOME: the one folder that the owner owns, and every path under it.

No other module builds a path of the home. The folder is private to its owner (0700) and so is each file in it (0600).
"""

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from context.errors import HomeError, StorageError

LAYOUT = 1  # raised when an older version could no longer read the home
DIRECTORIES = (
    "context/voice",
    "context/learned",
    "capabilities",
    "outputs",
    "data/dlt",
    "data/search",
    "data/quarantine",
    "prefect",
    "logs",
    "run",
    "secrets",
)


@dataclass(frozen=True)
class Home:
    """The owner's folder. Making an instance touches nothing; `create` and `open` do."""

    root: Path

    @classmethod
    def find(cls) -> "Home":
        """Return the home that STEWARD_HOME names, by default `~/steward`."""
        named = os.environ.get("STEWARD_HOME")
        return cls(Path(named).expanduser().absolute() if named else Path.home() / "steward")

    @classmethod
    def open(cls) -> "Home":
        """Return the existing home, checked.

        Raises HomeError where there is none, it cannot be written, or a newer version made it.
        """
        home = cls.find()
        home.check()
        return home

    @property
    def manifest(self) -> Path:
        return self.root / "home.json"

    @property
    def context(self) -> Path:
        return self.root / "context"

    @property
    def capabilities(self) -> Path:
        return self.root / "capabilities"

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def build(self) -> Path:
        """The loader's own DuckDB file; nobody else opens it."""
        return self.data / "build.duckdb"

    @property
    def warehouse(self) -> Path:
        """The link to the newest published DuckDB file."""
        return self.data / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """What the newest published file was made from; absent while something waits to be published."""
        return self.data / "published.json"

    @property
    def ledger(self) -> Path:
        return self.data / "ledger.db"

    @property
    def search(self) -> Path:
        return self.data / "search"

    @property
    def quarantine(self) -> Path:
        return self.data / "quarantine"

    @property
    def dlt(self) -> Path:
        """dlt's own working folder (DLT_DATA_DIR)."""
        return self.data / "dlt"

    @property
    def prefect(self) -> Path:
        """PREFECT_HOME."""
        return self.root / "prefect"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Locks, process ids and addresses of what is running; may be deleted while nothing runs."""
        return self.root / "run"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    def exists(self) -> bool:
        return self.manifest.is_file()

    def create(self, now: datetime | None = None) -> None:
        """Lay the folder down. Doing it again changes nothing that is there.

        `now` fixes the clock of this home for ever (the demo's); leave it out for a real one.
        Raises HomeError where it cannot be written or a newer version made it.
        """
        if self.exists():
            self.check()
        try:
            for name in ("", *DIRECTORIES):
                directory = self.root / name
                directory.mkdir(parents=True, exist_ok=True)
            for directory in (self.root, *(path for path in self.root.rglob("*") if path.is_dir())):
                directory.chmod(0o700)
        except OSError as error:
            raise HomeError(
                f"cannot make {self.root}: {error.strerror}", "set STEWARD_HOME to a folder you can write"
            ) from error
        if not self.exists():
            manifest = {"layout": LAYOUT, "created": datetime.now(UTC).isoformat(timespec="seconds")}
            if now is not None:
                manifest["now"] = now.isoformat()
            write_private(self.manifest, json.dumps(manifest, indent=2) + "\n")

    def check(self) -> None:
        """Raise HomeError unless this home exists, can be written and is not from a newer version."""
        if not self.exists():
            raise HomeError(f"there is no Steward home at {self.root}", "run `steward init`")
        layout = self.settings().get("layout")
        if not isinstance(layout, int) or layout > LAYOUT:
            raise HomeError(f"{self.root} was made by a newer Steward", "upgrade Steward, then run `steward doctor`")
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise HomeError(f"{self.root} cannot be written", f"run `chmod u+rwx {self.root}`")

    def settings(self) -> dict[str, object]:
        """Return what home.json says. Raises HomeError where it is damaged."""
        try:
            settings = json.loads(self.manifest.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise HomeError(f"{self.manifest} cannot be read", "restore it from a backup") from error
        if not isinstance(settings, dict):
            raise HomeError(f"{self.manifest} is not a JSON object", "restore it from a backup")
        return settings

    def now(self) -> datetime:
        """Return this home's present, in UTC: the clock's, or the fixed moment of a demo home."""
        if self.exists() and (fixed := self.settings().get("now")):
            return datetime.fromisoformat(str(fixed)).astimezone(UTC)
        return datetime.now(UTC)


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone (0600).

    The content reaches a temporary file beside it, is synced, and takes the name in one step: a kill at any moment
    leaves the old file or the new one. Raises StorageError where the disk refuses.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 - both names are strings here
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error.strerror}", "free some space, then try again") from error
