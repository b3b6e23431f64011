"""How right the brief is on the quarter: the replies that are owed, and what is wrong with each of its known days."""

from datetime import date
from typing import TYPE_CHECKING

from connectors.demo.known import golden
from context.home import Home
from flows import capability
from flows.brief import compose, meetings
from flows.common import agenda, items
from flows.common.ties import Ties
from flows.scores import Bar, Pair, Scores
from flows.shape import Ask, Draft, View

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint

CLASH, OWED = "clash", "reply owed"


def evaluate(home: Home, endpoint: "Endpoint | None" = None) -> Scores:
    """Return the scores over a loaded demo home. The brief leaves nothing to a model to decide, so none is asked."""
    known = golden()
    pairs = _replies(home, {item["message_id"]: item["subject"] for item in known["replies"]})
    for day, truth in sorted(known["days"].items()):
        clashes = {tuple(item["events"]): f"{day}: {' / '.join(item['events'])}" for item in truth["conflicts"]}
        pairs += _clashes(home, day, clashes)
    scores = Scores("brief", tuple(pairs))
    bars = (
        Bar("recall(reply owed)", scores.recall(OWED), 0.95),
        Bar("precision(reply owed)", scores.precision(OWED), 0.85),
        Bar("recall(clash)", scores.recall(CLASH), 1.0),
        Bar("precision(clash)", scores.precision(CLASH), 1.0),
    )
    return Scores(scores.capability, scores.pairs, bars)


class _Looked:
    """The brief's own reading of a day, before anything is cut for room."""

    name, folder, words_most = compose.name, compose.folder, compose.words_most

    def compose(self, view: View) -> Draft:
        ties = Ties(view.profile)
        day = meetings.read(view)
        self.problems = agenda.problems(view.moment.day, view.moment.zone, day.slots, view.profile.limits())
        self.replies = items.replies(view, ties)
        return compose.compose(view)


def _look(home: Home, day: date | None = None) -> _Looked:
    looked = _Looked()
    capability.gather(home, looked, Ask(day=day, dry_run=True))
    return looked


def _replies(home: Home, owed: dict[str, str]) -> list[Pair]:
    told = {item.key.partition(":")[2]: item.line for item in _look(home).replies}
    return [
        Pair(key, OWED if key in owed else None, OWED if key in told else None, owed.get(key) or told[key])
        for key in sorted(owed.keys() | told.keys())
    ]


def _clashes(home: Home, day: str, known: dict[tuple[str, ...], str]) -> list[Pair]:
    problems = _look(home, date.fromisoformat(day)).problems
    told = {tuple(slot.title for slot in each.slots) for each in problems if each.kind == CLASH}
    return [
        Pair(f"{day} {'/'.join(key)}", CLASH if key in known else None, CLASH if key in told else None)
        for key in sorted(known.keys() | told)
    ]
