"""Which meetings a scheduled run prepares: what comes soon, tomorrow's first, and whatever was sent and may be old."""

from datetime import timedelta

from blocks.ledger import Ledger
from context.home import Home
from flows import capability
from flows.common.parts import readable
from flows.prep import changes, compose, events
from flows.shape import Ask, Draft, View

SOON = timedelta(hours=2)
SENT = timedelta(days=7)  # a meeting is prepared at most a day ahead; what was sent is kept right this long


class _Looked:
    """The capability's own view of the calendar."""

    name, folder, words_most = compose.name, compose.folder, compose.words_most

    def __init__(self, sent: list[str]) -> None:
        self.sent = sent
        self.day: list[str] = []
        self.due: list[str] = []

    def compose(self, view: View) -> Draft:
        if readable(view, "calendar"):
            ahead, moment = events.upcoming(view), view.moment
            self.day = [row["occurrence"] for row in ahead if moment.local(row["starts_at"]) == moment.day]
            soon = [row for row in ahead if row["starts_at"] <= moment.as_of + SOON]
            tomorrow = [row for row in ahead if moment.local(row["starts_at"]) == moment.today + timedelta(days=1)]
            found = [row["occurrence"] for row in (*soon, *tomorrow[:1])]
            self.due = [*found, *(one for one in self.sent if one not in found and _open(view, one))]
        return Draft("", "", (), empty=True)


def _open(view: View, occurrence: str) -> bool:
    """Whether what was sent about a meeting may still have to be brought up to date."""
    row = next((row for row in view.rows("coming") if row["occurrence"] == occurrence), None)
    if row is not None:
        return bool(row["ends_at"] > view.moment.as_of)
    last = view.last(occurrence)
    ends = changes.ended(last) if last else None
    return view.health["calendar"].sound and ends is not None and ends > view.moment.as_of


def due(home: Home, ask: Ask) -> list[str]:
    """Return the occurrences that a scheduled run prepares, soonest first, then those sent before."""
    with Ledger.open(home) as ledger:
        looked = _Looked(ledger.outputs.sent(compose.name, (ask.as_of or home.now()) - SENT))
    capability.gather(home, looked, ask)
    return list(looked.due)


def day(home: Home, ask: Ask) -> list[str]:
    """Return the occurrences of the day asked about that are worth preparing and still ahead, in order."""
    looked = _Looked([])
    capability.gather(home, looked, ask)
    return list(looked.day)
