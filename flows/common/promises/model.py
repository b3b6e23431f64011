"""What a commitment is, and what may show that it was kept. Plain data; all instants are UTC, all dates local."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["open", "kept", "late", "dropped", "stale"]
DueIs = Literal["stated", "inferred", "none"]
NUMBER = "#commitment-"  # between a mail's key and which of its commitments it is
ROW = "SELECT message_key, sent_at, from_address, subject, body FROM messages"
Act = Literal["send", "answer", "meet", "do"]  # what would show that it was kept


@dataclass(frozen=True)
class Evidence:
    """A row that closes a commitment: its view and key, when it came about, and how it shows it ("attached")."""

    view: str
    key: str
    seen_at: datetime
    day: date  # on the owner's clock
    how: str


@dataclass(frozen=True)
class Commitment:
    """Something that somebody said they would do. `quote` stands in the mail, white space aside.

    `key` is the mail's key, and which of its commitments this is. `mine`: the owner owes it. `theirs`: it is owed to
    the owner. Between others, neither.
    """

    key: str
    message_key: str
    message_id: str | None
    source: str
    account: str
    thread_id: str
    subject: str
    who_owes: str
    owes_name: str | None
    to_whom: str
    to_name: str | None
    mine: bool
    theirs: bool
    what: str
    quote: str
    made_at: datetime
    made: date
    due: date | None
    due_is: DueIs
    act: Act
    confidence: float
    by: Literal["rules", "model"] = "rules"
    state: State = "open"
    closed_by: Evidence | None = None
    renewed: bool = False  # the debtor has said the same again, with another date: that one counts

    @property
    def row(self) -> tuple[str, str]:
        """Return the view and key by which a fact cites it: its mail, or of several in one mail a statement each."""
        name, _, number = self.key.rpartition(NUMBER)
        if not name:
            return "messages", self.message_key
        key = name.replace("'", "''")
        return "sql", f"{ROW} WHERE message_key = '{key}' -- commitment {number}"

    @property
    def closed(self) -> bool:
        return self.state in ("kept", "dropped")

    @property
    def slipped(self) -> bool:
        """Whether its day went by before it was kept."""
        if self.state == "kept" and self.closed_by is not None and self.due is not None:
            return self.closed_by.day > self.due
        return self.state in ("late", "stale") or self.renewed
