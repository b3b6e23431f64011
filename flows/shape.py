"""The shapes that capabilities share: what one is, what it may look at, what it is asked, and what it gives.

`flows/capability.py` runs them; a capability's own modules and the narration need only these.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blocks.ledger import Verdict
from context.errors import InputError
from context.pack import HOT, Pack, pack
from context.profile import Profile
from flows import facts
from flows.facts import Book, Moment, Row
from flows.health import Health
from flows.output import Output, Section

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from flows.consult import Consult


COMMON = Path(__file__).parent / "common"  # the SQL files that several capabilities read


@dataclass(frozen=True)
class Told:
    """An item that is told, and the digest of what is told about it: the same digest is no news."""

    key: str
    digest: str


@dataclass
class View:
    """What a capability may look at while it composes: rows, profile, freshness, and what was told before this day."""

    con: "DuckDBPyConnection"
    folder: Path
    profile: Profile
    moment: Moment
    health: dict[str, Health]
    before: Callable[[str], str | None]  # the digest under which an item was last told
    book: Book = field(default_factory=Book)
    told: list[Told] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # for the footer: what the owner should know of how it was made
    about: str | None = None  # what is asked about, where a capability is about one thing: an event, a thread
    verdicts: tuple[Verdict, ...] = ()  # what the owner said is right, newest first; as of the moment
    consult: "Consult | None" = None  # the model, where there is one, for closed choices while composing
    last: Callable[[str], Output | None] = lambda subject: None  # the newest output that was told about a subject
    hidden: frozenset[str] = frozenset()  # mail addresses of people whom the profile holds, above this tier
    mails: dict[str, Row] = field(default_factory=dict)  # by key: what verdicts on mails are compared with; read once
    _read: dict[tuple[str, str], list[Row]] = field(default_factory=dict)

    def keeps(self, address: str | None) -> bool:
        """Return whether what the profile says of whoever has this address may be told here."""
        return (address or "").lower() not in self.hidden

    def rows(self, name: str, **also: object) -> list[Row]:
        """Return the rows of the SQL file `name`, the capability's or shared; `also` adds parameters. Run once."""
        key = (name, repr(sorted(also.items())))
        if key not in self._read:
            self._read[key] = facts.rows(self.con, self._sql(name), self._parameters(also))
        return self._read[key]

    def statement(self, name: str, **also: object) -> str:
        """Return that SQL file as a fact cites it: with the parameters written in."""
        return facts.written(self._sql(name), self._parameters(also))

    def _sql(self, name: str) -> str:
        return facts.statement(self.folder if (self.folder / f"{name}.sql").is_file() else COMMON, name)

    def _parameters(self, also: dict[str, object]) -> dict[str, object]:
        return {**self.moment.parameters(), "about": self.about, **also}

    def news(self, key: str, digest: str) -> bool:
        """Return whether an item was not yet told as it is; `tell` says that it now is."""
        return self.before(key) != digest

    def tell(self, key: str, digest: str) -> None:
        self.told.append(Told(key, digest))


@dataclass(frozen=True)
class Draft:
    """What a capability composed without a model. `empty`: there is nothing new to say.

    `lasting`: what was sent about the subject before is edited where it stands, instead of sent anew.
    """

    title: str
    subject: str
    sections: tuple[Section, ...]
    empty: bool = False
    lasting: bool = False


class Capability(Protocol):
    """A capability: a module with its one word, its folder, the most words it may say, and how it composes."""

    name: str
    folder: Path
    words_most: int

    def compose(self, view: View) -> Draft: ...


@dataclass(frozen=True)
class Ask:
    """What is asked of a capability. Every field has a default: today, now, at home."""

    day: date | None = None
    as_of: datetime | None = None
    zone: str | None = None
    about: str | None = None
    dry_run: bool = False
    scheduled: bool = False
    notes: tuple[str, ...] = ()  # for the footer: what the owner should know of how it was made

    def place(self, profile: Profile) -> ZoneInfo:
        """Return the zone that it is asked in, the owner's by default. Raises InputError for what is no zone."""
        try:
            return ZoneInfo(self.zone) if self.zone else profile.zone
        except (ZoneInfoNotFoundError, ValueError):
            raise InputError(f"{self.zone} is no time zone", "write it like Europe/Berlin") from None

    def moment(self, zone: ZoneInfo) -> datetime | None:
        """Return `as_of` as an instant: without an offset, as a form may give it, it is on the clock of `zone`."""
        return self.as_of.replace(tzinfo=zone) if self.as_of and self.as_of.tzinfo is None else self.as_of


@dataclass(frozen=True)
class Gathered:
    """An output by template, and what the later steps need to know of how it came about."""

    output: Output
    profile: Profile
    moment: Moment
    began: datetime  # from when this run's spending counts
    told: tuple[Told, ...]
    quiet: str | None
    dry: bool
    seen: bool  # the same was made before: nothing is written or sent anew


def words(title: str, sections: Iterable[Section]) -> int:
    """Return the words that a reader reads: title, headings, lines and "+N more"."""
    said = len(title.split())
    for section in sections:
        if section.lines or section.more:
            said += len(section.title.split()) + sum(len(line.text.split()) for line in section.lines)
            said += 2 if section.more else 0
    return said


def prompt(capability: Capability) -> str:
    """Return the capability's prompt file, and what the owner wishes besides, where it is one of theirs."""
    wishes: str = getattr(capability, "wishes", "")
    return (capability.folder / "prompt.md").read_text("utf-8") + (f"\n{wishes}\n" if wishes else "")


def given(capability: Capability, gathered: Gathered) -> Pack:
    """Return the slice of the profile that a model is given for this output. The same inputs give the same text."""
    return pack(gathered.profile, capability.name, HOT, now=gathered.moment.as_of)
