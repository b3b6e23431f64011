"""The tree of files that says who the owner is: read it whole, with every error at its line, or not at all.

    profile.yaml  goals.yaml  projects.yaml  people.yaml  preferences.yaml  policies.yaml  voice/<audience>.md

A file that is absent is an empty one. Writing is in `context.writer`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from context.errors import ConfigError
from context.home import Home
from context.profile import Goal, Me, Person, Policies, Preference, Profile, Project
from context.reading import Document, Finding, read, validate
from context.references import broken

# file → (what one entry or the whole file is, whether it is a list, the field of the profile that it fills)
FILES: dict[str, tuple[type[BaseModel], bool, str]] = {
    "profile.yaml": (Me, False, ""),
    "goals.yaml": (Goal, True, "goals"),
    "projects.yaml": (Project, True, "projects"),
    "people.yaml": (Person, True, "people"),
    "preferences.yaml": (Preference, True, "preferences"),
    "policies.yaml": (Policies, False, "policies"),
}


class ProfileError(ConfigError):
    """The profile is invalid; `findings` has every error of every file."""

    def __init__(self, findings: list[Finding]) -> None:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{findings[0]}{more}", "run `steward context check`")
        self.findings = findings


@dataclass(frozen=True)
class Tree:
    """The files as read: the profile where all of it is valid, and the errors where not."""

    profile: Profile | None
    errors: list[Finding]
    documents: dict[str, Document] = field(default_factory=dict)

    def valid(self) -> Profile:
        """Return the profile. Raises ProfileError where a file is invalid."""
        if self.profile is None:
            raise ProfileError(self.errors)
        return self.profile


def load(home: Home) -> Profile:
    """Return the owner's profile. Raises ProfileError (with every error's file, line and key) where it is invalid."""
    return tree(home.context).valid()


def tree(folder: Path) -> Tree:
    """Read and check all files in `folder`; what is wrong with them is in the result, nothing is raised."""
    return check({name: read(folder / name, name) for name in FILES}, *_voices(folder))


def check(files: dict[str, Document | Finding], voices: dict[str, str], errors: list[Finding] | None = None) -> Tree:
    """Return the tree that these files make: types first, then ids and references across files."""
    found = list(errors or [])
    documents: dict[str, Document] = {}
    content: dict[str, Any] = {"voices": voices}
    for name, file in files.items():
        if isinstance(file, Finding):
            found.append(file)
            continue
        documents[name] = file
        model, many, part = FILES[name]
        value, wrong = validate(file, model, many)
        found += wrong
        if isinstance(value, Me):
            content |= {key: getattr(value, key) for key in Me.model_fields}
        else:
            content[part] = value
    found += broken(documents)
    found.sort(key=lambda finding: (list(FILES).index(finding.file) if finding.file in FILES else 9, finding.line))
    return Tree(None if found else Profile(**content), found, documents)


def _voices(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    texts: dict[str, str] = {}
    wrong: list[Finding] = []
    for path in sorted(_markdown(folder / "voice")):
        try:
            texts[path.stem] = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            wrong.append(Finding(f"voice/{path.name}", 1, "", "expected a readable UTF-8 text"))
    return texts, wrong


def _markdown(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*.md") if path.is_file() and path.stem != "README")
