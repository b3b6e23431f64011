"""The archive: every output as .md, .html and .json in the owner's folder, with all that made it.

`outputs/2026/03/brief-2026-03-25-<run>.json` holds the output, its facts, the pack and the prompt; the .md and .html
beside it are its renderings. The .json is written last: where it stands, the output is whole.
"""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from context.errors import InputError, StorageError
from context.home import Home, write_private
from flows.output import Output
from flows.render import html, markdown

SCHEMA = "steward/output@1"


class Saved(BaseModel):
    """What the archive holds of one output."""

    model_config = ConfigDict(frozen=True)
    kind: str = SCHEMA
    output: Output
    pack: str | None = None
    prompt: str | None = None
    prompt_hash: str | None = None


def stem(home: Home, output: Output) -> Path:
    """Return where this output stands, without a suffix."""
    run = output.footer.run
    about = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{output.capability}-{output.subject}")[: 120 - len(run)].strip("-.")
    name = f"{about}-{run}"  # a long subject is cut, never the run: each has files of its own
    return home.outputs / f"{output.made:%Y}" / f"{output.made:%m}" / name


def save(
    home: Home,
    output: Output,
    *,
    pack: str | None = None,
    prompt: str | None = None,
    prompt_hash: str | None = None,
) -> Path:
    """Write the output and its renderings; return the path of the .json. The same run overwrites itself.

    Raises StorageError where the disk refuses.
    """
    place = stem(home, output)
    try:
        for folder in (place.parent.parent, place.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot write {place.parent}: {error.strerror}", "free some space, then try again"
        ) from error
    saved = Saved(output=output, pack=pack, prompt=prompt, prompt_hash=prompt_hash)
    # Suffixes are added, not replaced: a subject may hold a dot.
    write_private(place.with_name(f"{place.name}.md"), markdown.render(output))
    write_private(place.with_name(f"{place.name}.html"), html.render(output))
    path = place.with_name(f"{place.name}.json")
    document: dict[str, Any] = saved.model_dump(mode="json")
    write_private(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return path


def load(path: Path) -> Saved:
    """Return an archived output. Raises InputError where the file is missing or damaged."""
    try:
        return Saved.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"{path} is not in the archive", "run `steward status` to see the newest outputs") from error
    except (OSError, ValidationError) as error:
        raise InputError(f"{path} cannot be read as an archived output", "restore it from a backup") from error
