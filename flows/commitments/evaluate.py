"""How right commitments are: what is opened and closed in the demo's quarter, against labels made from its story.

A commitment is the labelled one where it stands in the same mail and the quotations overlap. Whatever else is opened
counts against precision, merely polite phrases above all. Closing is judged on those that were rightly opened.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from blocks.warehouse import Warehouse
from connectors.demo import known
from context import store
from context.home import Home
from flows import facts, shape
from flows.common.promises import Commitment, found, settled
from flows.common.promises.reading import trace
from flows.facts import Moment
from flows.scores import Bar, Pair, Scores

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint

DONE = ("kept", "late")
PRECISION, RECALL, CLOSING = 0.90, 0.60, 0.85


def evaluate(home: Home, endpoint: "Endpoint | None" = None) -> Scores:
    """Return what the rules score in a loaded demo home. What they leave open is asked of a model in runs alone."""
    labels = known.labels()
    made = _made(home)
    pairs, given = [], set()
    for label in labels["commitments"]:
        match = next((one for one in made if _is(one, label)), None)
        if match is not None:
            given.add(match.key)
        state = _state(match) if match else None
        pairs.append(Pair(f"{label['message_id']}: {label['quote']}", label["state"], state, label["quote"]))
    for one in made:
        if one.key not in given:
            pairs.append(Pair(one.key, None, _state(one), one.quote))
    return _scores(pairs, labels, made)


def _made(home: Home) -> list[Commitment]:
    profile = store.load(home)
    now, zone = home.now(), profile.zone
    moment = Moment(now.astimezone(zone).date(), now, zone, now)
    with Warehouse(home).read() as con:
        con.execute("SET TimeZone = 'UTC'")
        read = {
            name: facts.rows(con, facts.statement(shape.COMMON, name), moment.parameters())
            for name in ("letters", "traces")
        }
    opened = found(read["letters"], zone)
    return settled(opened, read["letters"], moment.today, zone, [trace(row) for row in read["traces"]])


def _is(one: Commitment, label: dict[str, Any]) -> bool:
    return one.message_id == label["message_id"] and _overlap(one.quote, label["quote"])


def _overlap(one: str, other: str) -> bool:
    first, second = (" ".join(text.split()).casefold().strip(" .!") for text in (one, other))
    return first in second or second in first


def _state(one: Commitment | None) -> str | None:
    """Return a state as the labels say it, to whom "late" is what was kept after its day, and "open" what was not kept.

    What is stale is given up once the owner was asked.
    """
    if one is None:
        return None
    if one.state == "kept":
        return "late" if one.slipped else "kept"
    return {"late": "open", "stale": "dropped"}.get(one.state, one.state)


def _scores(pairs: list[Pair], labels: dict[str, Any], made: list[Commitment]) -> Scores:
    right = [pair for pair in pairs if pair.expected and pair.given]
    wrong = [pair for pair in pairs if not pair.expected]
    kind = sum(any(_is(one, phrase) for phrase in labels["polite"]) for one in made)
    precision = len(right) / max(1, len(right) + len(wrong))
    recall = len(right) / max(1, len(labels["commitments"]))
    closed = sum((pair.expected in DONE) == (pair.given in DONE) for pair in right)
    states = sum(pair.expected == pair.given for pair in right)
    kept = [pair for pair in right if pair.given in DONE]
    held = sum(pair.expected in DONE for pair in kept) / max(1, len(kept))
    days, closers = _days(labels, made), _closers(labels, made)
    return Scores(
        "commitments",
        tuple(pairs),
        (
            Bar("opening precision", precision, PRECISION),
            Bar("opening recall", recall, RECALL),
            Bar("closing accuracy", closed / max(1, len(right)), CLOSING),
        ),
        notes=(
            f"{len(right)} of {len(labels['commitments'])} opened, {len(wrong)} besides, {kind} of them among the "
            f"{len(labels['polite'])} polite phrases",
            f"state right for {states} of {len(right)}; of what was said to be kept {held:.0%} was",
            f"due day right for {days} of {len(right)}; closing mail right for {closers[0]} of {closers[1]}",
        ),
    )


def _days(labels: dict[str, Any], made: list[Commitment]) -> int:
    def day(label: dict[str, Any]) -> date | None:
        return date.fromisoformat(label["due"]) if label["due"] else None

    return sum(any(_is(one, label) and one.due == day(label) for one in made) for label in labels["commitments"])


def _closers(labels: dict[str, Any], made: list[Commitment]) -> tuple[int, int]:
    """Return how many closing mails were named rightly, of those that are labelled and whose commitment was opened."""
    right = total = 0
    for label in labels["commitments"]:
        one = next((one for one in made if _is(one, label)), None)
        if label["closed_by"] and one is not None:
            total += 1
            right += one.closed_by is not None and one.closed_by.key == label["closed_by"]
    return right, total
