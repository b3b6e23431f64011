"""How right the radar is on the quarter: who is overdue by the cadence that the owner stated, and the last contacts."""

from typing import TYPE_CHECKING

from connectors.demo.known import golden
from context.home import Home
from flows import capability
from flows.people import acquaintance, compose
from flows.people.acquaintance import Acquaintance
from flows.scores import Bar, Pair, Scores
from flows.shape import Ask, Draft, View

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint

OVERDUE, DAY = "overdue", "day of the last contact"


def evaluate(home: Home, endpoint: "Endpoint | None" = None) -> Scores:
    """Return the scores over a loaded demo home. The radar leaves nothing to a model to decide, so none is asked.

    Only people whom the radar may show are judged, and of overdue only those with a stated cadence: the known answers
    say nothing of the others.
    """
    looked = _Looked()
    capability.gather(home, looked, Ask(dry_run=True))
    known = golden()["people"]["contacts"]
    pairs: list[Pair] = []
    for who in looked.people:
        address = next((one for one in who.addresses if one in known), None)
        if address is None:
            continue
        truth = known[address]
        days = who.rhythm
        if truth["cadence_days"] is not None:
            told = days is not None and days.overdue
            pairs.append(Pair(address, OVERDUE if truth["overdue"] else None, OVERDUE if told else None, who.name))
        right = days is not None and days.silent == truth["silent_days"]
        pairs.append(Pair(f"{address} days", DAY, DAY if right else None, f"{who.name}: {days}"))
    scores = Scores(compose.name, tuple(pairs))
    bars = (
        Bar("recall(overdue)", scores.recall(OVERDUE), 1.0),
        Bar("precision(overdue)", scores.precision(OVERDUE), 1.0),
        Bar("recall(day of the last contact)", scores.recall(DAY), 0.9),
    )
    return Scores(scores.capability, scores.pairs, bars)


class _Looked:
    """The radar's own reading of its people, before anything is cut for room."""

    name, folder, words_most = compose.name, compose.folder, compose.words_most
    people: list[Acquaintance]

    def compose(self, view: View) -> Draft:
        self.people = acquaintance.read(view)
        return compose.compose(view)
