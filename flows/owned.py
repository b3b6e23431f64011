"""The owner's own capabilities, as data: a folder of SQL files and a prompt with front matter, in their home.

    capabilities/invoices/prompt.md     front matter (YAML between two lines ---), then how a model should say it
    capabilities/invoices/new.sql       one SELECT

Nothing in such a folder is ever imported or run but SQL in the sandbox. A folder with a fault costs only itself: the
fault names file and line. Imports no prefect and no duckdb.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from context.errors import ConfigError, InputError
from context.home import Home
from context.profile import DOORS, Text, Zone
from context.reading import Document, Finding, parse, validate
from flows import manifest
from flows.manifest import Cron, Entry, Limit, Pool, Schedule, Strict

ENTRYPOINT = "flows.own.flow.own"
TAG = "own"
NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
TAKEN = {*DOORS, "own", "export", "context"}  # doors of the policies file; deployments of prefect.yaml are taken, too
FENCE = "---"
LARGEST = 64 * 1024  # bytes of a prompt or an SQL file
FORMATS = ("date", "time", "ago", "length", "name")


def _template(text: str) -> str:
    """Return the text of a line whose fields are names of columns. Raises ValueError for anything else."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"expected column names in braces like {{subject}} ({error})") from None
    for _, column, form, conversion in parts:
        if column is None:
            continue
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", column) or conversion:
            raise ValueError(f"expected the name of a column in braces, found {{{column}}}")
        if form and form not in FORMATS:
            raise ValueError(f"unknown format {form}; expected one of {', '.join(FORMATS)}")
    if not any(column for _, column, _, _ in parts):
        raise ValueError("expected at least one column in braces like {subject}")
    return text


class Told(Strict):
    """One section: which SQL file gives its rows, its heading, and how a line reads from a row's columns."""

    sql: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    heading: Text
    line: Annotated[Text, AfterValidator(_template)]
    most: Annotated[int, Field(ge=1, le=20)] = 5
    repeat: bool = False  # whether rows are told again that were told before and have not changed
    empty: Text | None = None  # what is said where no row is found and every source was read


class Front(Strict):
    """The front matter of prompt.md."""

    title: Text
    description: Text | None = None
    sections: Annotated[tuple[Told, ...], Field(min_length=1, max_length=8)]
    schedule: Cron | None = None
    zone: Zone | None = None
    useful_hours: Annotated[int, Field(ge=1, le=168)] = 6  # how late a scheduled run is still worth making
    delivery: tuple[Literal["artifact", "slack"], ...] = ("artifact",)
    budget: Annotated[float, Field(ge=0, le=100)] | None = None  # US dollars that a run may cost
    words_most: Annotated[int, Field(ge=20, le=600)] = 220


class Own(Entry):
    """The deployment of one of the owner's capabilities, with how late a run of it is still of use."""

    useful: timedelta


@dataclass(frozen=True)
class Owned:
    """One of the owner's capabilities, read and found to be well-formed. Its SQL is not tried yet."""

    name: str
    folder: Path
    front: Front
    wishes: str  # how a model should say it, in the owner's words
    document: Document  # the front matter with its lines

    def entry(self) -> Own:
        """Return its deployment."""
        front = self.front
        lines = (
            [Schedule(slug="own", cron=front.schedule, timezone=front.zone or manifest.ZONE)] if front.schedule else []
        )
        return Own(
            name=self.name,
            entrypoint=ENTRYPOINT,
            description=front.description or f"{front.title}. Your own, from capabilities/{self.name}.",
            tags=("steward", TAG),
            work_pool=Pool(name=manifest.POOL),
            pull=(),
            parameters={"name": self.name, "deliver": list(front.delivery)},
            concurrency_limit=Limit(limit=1, collision_strategy="ENQUEUE"),
            schedules=tuple(lines),
            useful=timedelta(hours=front.useful_hours),
        )

    def statement(self, told: Told) -> str:
        """Return the text of a section's SQL file. Raises ConfigError where it is missing or no text."""
        path = self.folder / f"{told.sql}.sql"
        index = self.front.sections.index(told)
        if not path.is_file():
            raise self.fault(f"there is no file {path.name} in {self.folder.name}", ("sections", index, "sql"))
        return _text(path)

    def fault(self, says: str, loc: tuple[int | str, ...]) -> ConfigError:
        """Return an error at a place of the front matter."""
        return _broken(Finding(self.document.file, self.document.line(loc) + 1, "", says))


def names(home: Home) -> list[str]:
    """Return the names of the folders in the owner's capabilities, well-formed or not. Imports nothing heavy."""
    if not home.capabilities.is_dir():
        return []
    return sorted(path.name for path in home.capabilities.iterdir() if path.is_dir() and path.name[0] not in "._")


def read(home: Home, name: str) -> Owned:
    """Return the owner's capability `name`.

    Raises InputError where there is none, ConfigError (with file and line) where it is not well-formed.
    """
    if name not in names(home):
        known = ", ".join(names(home)) or "none yet: `steward new capability NAME` makes one"
        raise InputError(f"you have no capability called {name}", f"yours are: {known}")
    check_name(name)
    folder = home.capabilities / name
    path = folder / "prompt.md"
    if not path.is_file():
        raise _broken(Finding(_said(path), 1, "", "is missing"))
    text = _text(path)
    lines = text.splitlines()
    if not lines or lines[0].strip() != FENCE or FENCE not in [line.strip() for line in lines[1:]]:
        raise _broken(Finding(_said(path), 1, "", f"expected front matter between two lines {FENCE}"))
    end = [line.strip() for line in lines[1:]].index(FENCE) + 1
    document = parse(_said(path), "\n".join(lines[1:end]) + "\n")
    if isinstance(document, Finding):
        raise _broken(_moved(document))
    front, wrong = validate(document, Front, False)
    if wrong:
        raise _broken(_moved(wrong[0]))
    owned = Owned(name, folder, front, "\n".join(lines[end + 1 :]).strip(), document)
    for told in front.sections:
        owned.statement(told)
    return owned


def check_name(name: str) -> None:
    """Raise InputError unless a capability of the owner's may be called `name`."""
    if not NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot be a capability's name", "use 2 to 31 of a-z, 0-9 and _, a letter first")
    if name in TAKEN or name in {entry.name for entry in manifest.entries()}:
        raise InputError(f"{name} is the name of something that Steward does itself", "choose another name")


def found(home: Home) -> Iterator[Owned | tuple[str, ConfigError | InputError]]:
    """Yield each of the owner's capabilities, or its name with what is wrong with it."""
    for name in names(home):
        try:
            yield read(home, name)
        except (ConfigError, InputError) as error:
            yield name, error


def broken(home: Home) -> dict[str, ConfigError | InputError]:
    """Return what is wrong with those that are not well-formed."""
    return dict(item for item in found(home) if isinstance(item, tuple))


def entries(home: Home) -> tuple[Entry, ...]:
    """Return every deployment of this home: those of prefect.yaml, then the owner's own that are well-formed."""
    return (*manifest.entries(), *(item.entry() for item in found(home) if isinstance(item, Owned)))


def _text(path: Path) -> str:
    """Return a file of the owner's. Raises ConfigError where it is too large or not UTF-8."""
    try:
        if path.stat().st_size > LARGEST:
            raise _broken(Finding(_said(path), 1, "", f"expected at most {LARGEST // 1024} kB"))
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _broken(Finding(_said(path), line, "", "expected UTF-8 text")) from error
    except OSError as error:
        raise _broken(Finding(_said(path), 1, "", f"cannot be read: {error.strerror}")) from error


def _said(path: Path) -> str:
    return f"capabilities/{path.parent.name}/{path.name}"


def _moved(finding: Finding) -> Finding:
    """Return a finding of the front matter by its line in the file: the fence stands above it."""
    return Finding(finding.file, finding.line + 1, finding.key, finding.says)


def _broken(finding: Finding) -> ConfigError:
    return ConfigError(str(finding), "mend it, then run `steward deploy`")
