"""The demo's home: made with its clock fixed, filled with the fictional owner's profile and files."""

import json

from connectors.demo.quarter import NOW, Layout, profile, write
from context.errors import HomeError
from context.home import Home, write_private

FOLDER = "demo"


def is_demo(home: Home) -> bool:
    """Return whether this home was made by the demo."""
    return home.exists() and home.settings().get("now") == NOW.isoformat()


def refuse_real(home: Home) -> None:
    """Raise HomeError where the folder is somebody's: a real home, or a folder that holds anything else."""
    mend = "set STEWARD_HOME to a new folder: `STEWARD_HOME=~/steward-demo steward demo`"
    if home.exists():
        if not is_demo(home):
            raise HomeError(f"{home.root} is a real home; the demo never touches one", mend)
        return
    if home.root.exists() and not home.root.is_dir():
        raise HomeError(f"{home.root} is not a folder", mend)
    if home.root.is_dir() and any(path.is_file() for path in home.root.rglob("*")):
        raise HomeError(f"{home.root} is not empty and was not made by Steward", mend)


def install(home: Home) -> Layout:
    """Make the demo's home, or bring it up to date; return what was laid down and the connections to make.

    A profile that the visitor edited stays as it is. Raises HomeError where the home is not the demo's.
    """
    refuse_real(home)
    home.create(now=NOW)
    layout = write(home.root / FOLDER)
    lay_profile(home)
    return layout


def lay_profile(home: Home) -> None:
    """Write the owner's profile where it is not yet, or is still as an earlier installation left it."""
    record = home.root / FOLDER / "profile.json"
    laid: dict[str, str] = json.loads(record.read_text("utf-8")) if record.is_file() else {}
    texts = profile()
    for path, text in texts.items():
        target = home.context / path
        found = target.read_text("utf-8") if target.is_file() else None
        if found != text and (found is None or found == laid.get(path)):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(target, text)
    if laid != texts:
        write_private(record, json.dumps(texts, indent=1, ensure_ascii=False) + "\n")
