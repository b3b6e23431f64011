"""Exports: the profile in files that other tools read (CLAUDE.md, AGENTS.md, Cursor, ChatGPT text, JSON).

What Steward writes stands between two markers; everything else in the file is its owner's and stays byte for byte. The
first marker carries a digest of what follows, so that an edit between the markers is seen, and is not overwritten
without being asked for.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from context.errors import InputError, RefusedError, StorageError
from context.home import write_private
from context.pack import Pack
from context.profile import Profile
from context.sight import seen

State = Literal["current", "missing", "edited", "outdated"]
NOTE = "made by `steward context export`; what you change between these marks is lost at the next export"
INTRODUCTION = """\
## About the person you work for

Kept by Steward from what they said of themselves. Keep every limit; "unavailable" stands for a reason that is not yours
to know. Where something is not said here, ask instead of guessing.
"""
CURSOR = "---\ndescription: Who the owner is, and their limits\nalwaysApply: true\n---\n\n"


@dataclass(frozen=True)
class Target:
    """A kind of file: its usual name, how a marked part begins and ends, and what stands above it in a new file."""

    file: str
    begin: str
    end: str
    head: str = ""


_MARKDOWN = ("<!-- steward:begin {} -->", "<!-- steward:end -->")
_TEXT = ("[steward:begin {}]", "[steward:end]")
TARGETS: dict[str, Target] = {
    "claude": Target("CLAUDE.md", *_MARKDOWN),
    "agents": Target("AGENTS.md", *_MARKDOWN),
    "cursor": Target(".cursor/rules/steward.mdc", *_MARKDOWN, CURSOR),
    "chatgpt": Target("steward-chatgpt.txt", *_TEXT),
    "json": Target("steward.json", "", ""),
}
USUAL = ("claude", "agents", "cursor", "chatgpt")


@dataclass(frozen=True)
class Found:
    """How an exported file stands to the profile."""

    path: Path
    state: State


def check(target: str, folder: Path, profile: Profile, pack: Pack) -> Found:
    """Say how the export in `folder` stands: current, missing, edited between the marks, or older than the profile.

    Raises InputError where its marks are damaged.
    """
    path = folder / TARGETS[target].file
    text = _read(path)
    if text is None:
        return Found(path, "missing")
    held = _held_json(path, text) if target == "json" else _held(path, text, TARGETS[target])
    if held is None:
        return Found(path, "missing")
    body, digest = held
    if _digest(body) != digest:
        return Found(path, "edited")
    return Found(path, "current" if body == _body(target, profile, pack) else "outdated")


def write(target: str, folder: Path, profile: Profile, pack: Pack, force: bool = False) -> Found:
    """Bring the export in `folder` up to date and return how it stood before.

    Raises RefusedError where it was edited between the marks and `force` is not given, InputError where its marks are
    damaged, StorageError where it cannot be written.
    """
    found = check(target, folder, profile, pack)
    if found.state == "edited" and not force:
        raise RefusedError(
            f"{found.path.name} was edited between Steward's marks",
            "move your lines outside of them, or run `steward context export --force`",
        )
    if found.state == "current":
        return found
    text = _read(found.path) or ""
    body = _body(target, profile, pack)
    new = _with_json(found.path, text, body) if target == "json" else _with(found.path, text, TARGETS[target], body)
    _replace(found.path, new)
    return found


def render(target: str, profile: Profile, pack: Pack) -> str:
    """Return an export as a new file would hold it."""
    body = _body(target, profile, pack)
    return _with_json(Path(), "", body) if target == "json" else _with(Path(), "", TARGETS[target], body)


def _body(target: str, profile: Profile, pack: Pack) -> str:
    if target == "json":
        data = seen(profile, pack.tier).profile.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        data.pop("policies", None)  # what Steward may do is not another tool's business
        return json.dumps(data, ensure_ascii=False, sort_keys=True)
    return f"{INTRODUCTION}\n{pack.text}"


def _pattern(target: Target) -> tuple[re.Pattern[str], re.Pattern[str]]:
    begin = re.escape(target.begin).replace(r"\{\}", r"(?P<digest>[0-9a-f]{16}|[^\n]*?)(?: [^\n]*?)?")
    return re.compile(rf"^{begin}$", re.MULTILINE), re.compile(rf"^{re.escape(target.end)}$", re.MULTILINE)


def _place(path: Path, text: str, target: Target) -> tuple[re.Match[str], re.Match[str]] | None:
    begins, ends = (list(pattern.finditer(text)) for pattern in _pattern(target))
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or ends[0].start() < begins[0].end():
        raise InputError(
            f"the marks of Steward in {path.name} are damaged",
            "leave one begin and one end, or remove both, and try again",
        )
    return begins[0], ends[0]


def _held(path: Path, text: str, target: Target) -> tuple[str, str] | None:
    place = _place(path, text.replace("\r\n", "\n"), target)
    if place is None:
        return None
    begin, end = place
    return text.replace("\r\n", "\n")[begin.end() + 1 : end.start()], begin["digest"]


def _with(path: Path, text: str, target: Target, body: str) -> str:
    """Return `text` with `body` between the marks; a file without marks gets them at its end."""
    breaks = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    marked = f"{target.begin.format(f'{_digest(body)} {NOTE}')}\n{body}{target.end}"
    place = _place(path, text, target)
    if place:
        new = text[: place[0].start()] + marked + text[place[1].end() :]
    elif text.strip():
        new = f"{text.rstrip(chr(10))}\n\n{marked}\n"
    else:
        new = f"{target.head}{marked}\n"
    return new.replace("\n", breaks)


def _held_json(path: Path, text: str) -> tuple[str, str] | None:
    part = _object(path, text).get("steward")
    if not isinstance(part, dict):
        return None
    return json.dumps(part.get("profile"), ensure_ascii=False, sort_keys=True), str(part.get("digest"))


def _with_json(path: Path, text: str, body: str) -> str:
    whole = _object(path, text) if text.strip() else {}
    whole["steward"] = {"note": NOTE, "digest": _digest(body), "profile": json.loads(body)}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _object(path: Path, text: str) -> dict[str, object]:
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if not isinstance(whole, dict):
        raise InputError(f"{path.name} is there already and is not a JSON object", "move it away, then try again")
    return whole


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text", "convert or move it, then try again") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", "choose another folder with --to") from None


def _replace(path: Path, text: str) -> None:
    """Write the file whole, where a link leads and with the mode it had; a new one is its owner's alone."""
    try:
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        write_private(path, text)
        path.chmod(mode)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}", "choose another folder with --to") from error
