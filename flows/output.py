"""Facts and outputs: what every capability computes, and the one document that all renderers draw.

A fact is a row (or a sum over rows) that a statement may rest on; its id is short and stays the same within an output.
Text in a `Line` is plain: renderers escape it, and a link exists only as `Line.url`, taken from a trusted row.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(Frozen):
    """One fact: where it stands (view and key, or the SQL of an aggregate) and what it holds.

    `values` is everything that a sentence citing this fact may say: numbers, local times ("09:30"), names, addresses,
    dates. `origin` is "external" where the text came from somebody else (mail, invitation, document).
    """

    id: str
    view: str
    key: str
    text: str
    values: dict[str, str | int | float | bool | list[str] | None] = Field(default_factory=dict)
    origin: Literal["owner", "system", "external"] = "external"
    url: str | None = None


class Line(Frozen):
    """One line of an output: plain text and the facts it rests on."""

    text: str
    facts: tuple[str, ...] = ()
    url: str | None = None
    external: bool = False


class Section(Frozen):
    title: str
    lines: tuple[Line, ...]
    more: int = 0  # how many further items were left out: "+N more"
    verbatim: bool = False  # rows and statements: a model does not say them again


class Source(Frozen):
    """How fresh a source is, as the header says it. `read` is None where it was never read.

    `grant` says that the leave to read it ends soon or has ended, and the step that renews it.
    """

    name: str
    family: str
    read: datetime | None
    stale: bool
    error: str | None = None
    grant: str | None = None


class Footer(Frozen):
    """What made this output and what it cost. `model` is None where none was used; `cost_usd` None where unknown."""

    run: str
    pack: str | None = None
    model: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    dropped: int = 0
    withheld: int = 0
    notes: tuple[str, ...] = ()


class Output(Frozen):
    """A finished document: what is archived, rendered and delivered."""

    capability: str
    title: str
    made: datetime
    zone: str
    subject: str  # what it is about: the day of a brief ("2026-03-25"), the event of a prep
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...]
    footer: Footer
    narrated: bool = False
    lasting: bool = False  # one message about the subject, edited where it stands; else each output is a message
    version: str = ""  # digest of what was said; the same digest means nothing new to deliver
