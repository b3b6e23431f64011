"""Publishing: what the newest published file was made from, and making the next one."""

import hashlib
import json
from pathlib import Path
from typing import Any

from context.home import Home, write_private

VIEWS = Path(__file__).parent / "views"


def current(home: Home) -> bool:
    """Whether the published file holds all that was loaded, and the profile and views as they are now.

    Cheap: looks at sizes and times only. A build file restored from a backup is not the one that was published.
    """
    try:
        said = json.loads(home.published.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return home.warehouse.exists() and said == _made_from(home)


def outdate(home: Home) -> None:
    """Say, before the build file changes, that the published file no longer holds all of it."""
    home.published.unlink(missing_ok=True)


def publish(home: Home, warehouse: Any) -> int:
    """Publish the build file with the profile, the ledger and all views; return the generation."""
    from connectors.views import prepare

    made_from = _made_from(home)
    generation: int = warehouse.publish(prepare(home))
    write_private(home.published, json.dumps({**made_from, "build": _stamp(home.build)}))
    return generation


def _made_from(home: Home) -> dict[str, Any]:
    folders = (home.context, VIEWS)
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    seen = [(str(path), *_stamp(path)) for path in files if path.suffix != ".pyc"]
    return {"files": hashlib.sha256(repr(seen).encode()).hexdigest(), "build": _stamp(home.build)}


def _stamp(path: Path) -> list[int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return []
    return [status.st_size, status.st_mtime_ns]
