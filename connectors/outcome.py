"""What passes between the halves of a sync: the source to be read, the manner of reading, and how it fared."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from blocks.ledger import Ledger, SourceRow
from connectors.shape import Connector
from context.errors import StewardError

log = logging.getLogger(__name__)
State = Literal["loaded", "unchanged", "failed"]


@dataclass(frozen=True)
class Result:
    """How one source fared. Counts are taken after the write; `rows` is what stands in the warehouse.

    `passing`: it failed, and time alone may mend that.
    """

    name: str
    family: str
    kind: str
    state: State
    rows: int = 0
    rows_in: int = 0
    changed: int = 0
    deleted: int = 0
    rejects: int = 0
    error: str | None = None
    mend: str | None = None
    passing: bool = False


class Progress(Protocol):
    """Told as a sync goes on: the source ("" for all), what is being done, and how many rows were read so far."""

    def __call__(self, source: str, stage: Literal["scan", "read", "write", "index", "publish"], rows: int) -> None: ...


@dataclass(frozen=True)
class Task:
    """A source that has to be read."""

    source: SourceRow
    connector: Connector
    handle: Any
    fingerprint: str | None


@dataclass(frozen=True)
class Manner:
    """How a run reads and writes."""

    full: bool
    publish: bool
    zone: str
    now: datetime
    tell: Progress
    replay: bool = False


def quiet(source: str, stage: str, rows: int) -> None:
    """Report nothing."""


def failed(ledger: Ledger, source: SourceRow, error: Exception, now: datetime) -> Result:
    """Write a source's failure to the ledger and return it. An unforeseen fault's text may be private: it stays out."""
    if isinstance(error, StewardError):
        what, mend = error.what, error.mend
    else:
        log.debug("source %s failed", source.name, exc_info=error)
        what = f"unexpected {type(error).__name__} while reading {source.name}"
        mend = f"run `steward --debug sync {source.name}`"
    state: Literal["failed", "needs_reauth"] = "needs_reauth" if getattr(error, "reauth", False) else "failed"
    ledger.sources.fail(source.name, now, state, what, mend)
    passing = getattr(error, "passing", not isinstance(error, StewardError))
    return replace(result(source, "failed", what, mend), passing=passing)


def result(
    source: SourceRow, state: Literal["unchanged", "failed"], error: str | None = None, mend: str | None = None
) -> Result:
    """Return how a source fared that brought nothing new: its counts stand as they were."""
    rows, rejects = source.rows or 0, source.rejects or 0
    who = (source.name, source.family, source.kind)
    return Result(*who, state, rows=rows, rejects=rejects, error=error, mend=mend)
