"""Proposals: what Steward has seen in the owner's data and might belong into the profile. The owner decides each.

They wait in context/learned/proposals.jsonl, one to a line, beside the profile and never in it. Nothing of them is
served or used before the owner accepts. One that was rejected is not made again; at most `A_DAY` new ones come a day.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from context.errors import BusyError, ConfigError, InputError
from context.home import Home, write_private

A_DAY = 5
WAIT = 10.0  # seconds to wait for another process that decides
FILE = "learned/proposals.jsonl"  # below the context folder

Kind = Literal["hours", "person", "project", "routine", "language", "voice"]
State = Literal["open", "accepted", "rejected"]


@dataclass(frozen=True)
class Seen:
    """Something that could be proposed. `key` says what it is about: the same kind and key are the same proposal.

    `entry` is what would be written, by the names of the profile's fields (of a voice: {"text": …}). `evidence` is made
    of counts and dates alone ("41 mails, 12 meetings").
    """

    kind: Kind
    key: str
    entry: dict[str, Any]
    evidence: str

    @property
    def id(self) -> str:
        """Return the name by which the owner decides on it."""
        return hashlib.sha256(f"{self.kind}\n{self.key.casefold()}".encode()).hexdigest()[:6]

    @property
    def line(self) -> str:
        """Return what is proposed in one line, without the evidence."""
        entry = self.entry
        if self.kind == "hours":
            return "Working hours " + ", ".join(f"{days} {times}" for days, times in entry.items())
        if self.kind == "person":
            return f"{entry['name']} <{entry['emails'][0]}>"
        if self.kind == "routine":
            return f"Routine “{entry['name']}”, {entry['when']}"
        if self.kind == "language":
            return f"You write {entry['language']}"
        return f"How you write to: {self.key}" if self.kind == "voice" else f"Project “{entry['name']}”"


class Proposal(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    kind: Kind
    key: str
    entry: dict[str, Any]
    evidence: str
    proposed: date
    state: State = "open"
    decided: date | None = None

    @property
    def seen(self) -> Seen:
        return Seen(self.kind, self.key, self.entry, self.evidence)


def read(home: Home) -> list[Proposal]:
    """Return every proposal ever made, oldest first. Raises ConfigError, by file and line, where one is damaged."""
    path = home.context / FILE
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(Proposal.model_validate_json(line))
        except ValidationError as error:
            raise ConfigError(
                f"{FILE}:{number}: this is no proposal", "delete the line, or restore the file"
            ) from error
    return found


def find(known: Iterable[Proposal], id_: str) -> Proposal:
    """Return the one whose id begins with `id_`. Raises InputError where none does, or several do."""
    found = [item for item in known if id_ and item.id.startswith(id_)]
    if len(found) != 1:
        many = "several proposals begin with" if found else "there is no proposal"
        raise InputError(f"{many} {id_}", "run `steward proposals` to see them")
    return found[0]


def new(known: Sequence[Proposal], seen: Iterable[Seen], today: date) -> list[Seen]:
    """Return those that may be proposed today: never proposed before, the first of each kind first, A_DAY in all."""
    ids = {item.id for item in known}
    room = A_DAY - sum(item.proposed == today for item in known)
    kinds: dict[str, list[Seen]] = {}
    for item in seen:
        if item.id not in ids:
            ids.add(item.id)
            kinds.setdefault(item.kind, []).append(item)
    return _ranked(kinds)[: max(room, 0)]


def _ranked(kinds: dict[str, list[Seen]]) -> list[Seen]:
    """Return the first of each kind, then the second of each, and so on."""
    longest = max(map(len, kinds.values()), default=0)
    return [items[rank] for rank in range(longest) for items in kinds.values() if rank < len(items)]


def put(home: Home, seen: Iterable[Seen], today: date) -> list[Proposal]:
    """Write down what is new of `seen`, as far as the day has room; return what was written."""
    with _changing(home) as known:
        made = [
            Proposal(id=item.id, kind=item.kind, key=item.key, entry=item.entry, evidence=item.evidence, proposed=today)
            for item in new(known, seen, today)
        ]
        known += made
    return made


def decide(home: Home, id_: str, state: State, today: date) -> Proposal:
    """Write down what the owner decided. Raises InputError where it is not open any more."""
    return _change(home, id_, {"state": state, "decided": today})


def edit(home: Home, id_: str, entry: dict[str, Any]) -> Proposal:
    """Write the owner's own wording over an open proposal; it stays open."""
    return _change(home, id_, {"entry": entry})


def opened(home: Home, id_: str) -> Proposal:
    """Return an open proposal. Raises InputError where there is none, or it was decided."""
    found = find(read(home), id_)
    if found.state != "open":
        raise InputError(f"proposal {found.id} was {found.state} on {found.decided}", "run `steward proposals list`")
    return found


def _change(home: Home, id_: str, update: dict[str, Any]) -> Proposal:
    with _changing(home) as known:
        found = find(known, id_)
        if found.state != "open":
            raise InputError(
                f"proposal {found.id} was {found.state} on {found.decided}", "run `steward proposals list`"
            )
        changed = found.model_copy(update=update)
        known[known.index(found)] = changed
    return changed


@contextmanager
def _changing(home: Home) -> Iterator[list[Proposal]]:
    """Give the proposals to be changed; write them when the block ends. Raises BusyError where another writes them."""
    home.run.mkdir(mode=0o700, exist_ok=True)
    try:
        with FileLock(home.run / "proposals.lock", timeout=WAIT, mode=0o600):
            known = read(home)
            before = list(known)
            yield known
            if known != before:
                path = home.context / FILE
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                lines = (json.dumps(item.model_dump(mode="json"), ensure_ascii=False) for item in known)
                write_private(path, "".join(f"{line}\n" for line in lines))
    except Timeout as error:
        raise BusyError("another Steward is writing the proposals", "try again when it has finished") from error
