"""A letter that waits for its owner: typed recipients, a body, what is still to be filled in, and what it is bound to.

An approval holds for one digest alone: sha256 over recipients, subject, body and the thread's newest mail. Whatever of
these changes makes another letter; where the thread moved on, the letter is void.
"""

import hashlib
import json
import re
from dataclasses import dataclass

from blocks.model.prompt import canonical
from flows.common.wording import title
from flows.facts import Row

GAP = re.compile(r"\[confirm: [^\[\]]*\]")
ANSWERS = re.compile(r"(?i)^\s*(?:(?:re|aw|antw|sv|rép|ref)\s*(?:\[\d+\])?\s*:\s*)+")
ADDRESS = re.compile(r"[^@\s<>,;\"'()]+@[^@\s<>,;\"'()]+\.[^@\s<>,;\"'()]+")
MOST_COPIES = 10


@dataclass(frozen=True)
class Letter:
    """`head` names the thread and its newest mail: account, thread, message key. `body` has one paragraph a line."""

    to: str
    cc: tuple[str, ...]
    subject: str
    body: tuple[str, ...]
    head: tuple[str, str, str]

    @property
    def sha256(self) -> str:
        """Return what an approval is bound to, in hexadecimal."""
        parts = [self.to, list(self.cc), self.subject, list(self.body), list(self.head)]
        return hashlib.sha256(canonical(parts).encode("utf-8")).hexdigest()

    @property
    def gaps(self) -> tuple[str, ...]:
        """Return what is still to be filled in: while there is any, nothing can be approved."""
        return tuple(found for line in (self.subject, *self.body) for found in GAP.findall(line))


@dataclass(frozen=True)
class Recipients:
    """Where an answer goes. `left_out`: how many addresses in copy the owner does not know. `elsewhere`: the mail asks
    for answers to an address that nobody of the thread has."""

    to: str
    cc: tuple[str, ...] = ()
    left_out: int = 0
    elsewhere: bool = False


def addresses(value: str | None) -> list[str]:
    """Return the addresses of a To or Cc column, in lower case."""
    return [str(entry.get("address") or "").lower() for entry in json.loads(value or "[]")]


def recipients(thread: list[Row], mine: frozenset[str], known: frozenset[str]) -> Recipients:
    """Return who an answer to the newest mail of a thread goes to, from its typed rows alone.

    It goes to who wrote it, in copy to those of its To and Cc whom the owner knows. Its Reply-To counts where that
    address wrote or was written to in the thread before.
    """
    head, earlier = thread[0], thread[1:]
    writer = str(head["from_address"] or "").lower()
    within = {address for row in earlier for address in (str(row["from_address"] or "").lower(), *_all(row))}
    answer = str(head["reply_to"] or "").lower()
    named = ADDRESS.fullmatch(answer) is not None
    elsewhere = named and answer != writer and answer not in within
    to = answer if named and answer in within and answer not in mine else writer
    others = [each for each in dict.fromkeys(_all(head)) if each and each not in mine | {to, writer}]
    kept = tuple(each for each in others if each in known and ADDRESS.fullmatch(each))[:MOST_COPIES]
    return Recipients(to, kept, len(others) - len(kept), elsewhere)


def _all(row: Row) -> list[str]:
    return [*addresses(row["to_addresses"]), *addresses(row["cc_addresses"])]


def subject(text: str | None) -> str:
    """Return the subject of an answer, harmless and on one line: "Re: …" once."""
    return f"Re: {title(ANSWERS.sub('', text or ''), 120)}"
