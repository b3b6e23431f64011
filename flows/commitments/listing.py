"""All commitments as rows, for `steward commitments --json`: nothing is told, nothing asked of a model."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from context.home import Home
from flows import capability
from flows.commitments import compose
from flows.common.promises import Commitment, reading
from flows.shape import Ask, Draft, View

Whose = Literal["mine", "theirs", "both", "all"]


class _Listed:
    """The capability, which keeps what it read instead of composing it."""

    name: str = compose.name
    folder: Path = compose.folder
    words_most: int = compose.words_most
    found: list[Commitment]

    def compose(self, view: View) -> Draft:
        self.found = reading.read(view)
        return Draft("", view.moment.today.isoformat(), ())


def listing(home: Home, as_of: datetime | None, zone: str | None, whose: Whose) -> list[dict[str, Any]]:
    """Return the commitments that `whose` names, oldest first; "all" are also those between others and those closed.

    Raises StewardError where the profile is invalid or nothing was ever published.
    """
    listed = _Listed()
    capability.gather(home, listed, Ask(as_of=as_of, zone=zone, dry_run=True))
    return [_row(one) for one in listed.found if _wanted(one, whose)]


def _wanted(one: Commitment, whose: Whose) -> bool:
    if whose == "all":
        return True
    wanted = {"mine": one.mine, "theirs": one.theirs, "both": one.mine or one.theirs}[whose]
    return wanted and not one.closed and not one.renewed


def _row(one: Commitment) -> dict[str, Any]:
    evidence = one.closed_by
    return {
        "key": one.key,
        "who_owes": one.who_owes,
        "to_whom": one.to_whom,
        "what": one.what,
        "quote": one.quote,
        "source": one.source,
        "message_key": one.message_key,
        "made": one.made.isoformat(),
        "due": one.due.isoformat() if one.due else None,
        "due_is": one.due_is,
        "state": one.state,
        "slipped": one.slipped,
        "renewed": one.renewed,
        "closed_by": {"view": evidence.view, "key": evidence.key, "day": evidence.day.isoformat(), "how": evidence.how}
        if evidence
        else None,
        "confidence": one.confidence,
        "found_by": one.by,
    }
