"""The router: which named metric a question asks for. Typed code; the same question always takes the same way."""

from collections.abc import Iterable
from dataclasses import dataclass

from flows.ask.metric import Metric, Pattern
from flows.ask.question import Question

NARROWING = ("person", "company", "project", "repo", "account", "term")  # kinds of names


NOTHING: Pattern = (frozenset({"nothing"}),)  # a name alone, as in "What is Lantern?"


@dataclass(frozen=True)
class Route:
    """A metric that answers a question, and how much of the question it takes."""

    metric: Metric
    weight: int


def route(question: Question, metrics: Iterable[Metric]) -> Metric | None:
    """Return the metric that every word of the question fits; None where none does."""
    if question.unknown:
        return None
    found = [Route(metric, weight) for metric in metrics if (weight := fits(question, metric)) > 0]
    if not found:
        return None
    most = max(item.weight for item in found)
    return next(item.metric for item in found if item.weight == most)


def fits(question: Question, metric: Metric) -> int:
    """Return how well a metric fits: 0 where a word or a narrowing of the question has no place in it."""
    if not narrows(question, metric):
        return 0
    if metric.own and metric.question == question.text:
        return 1000
    best = 0
    for pattern in metric.asks:
        allowed = metric.may.union(*pattern)
        if all(word & allowed for word in question.meanings) and _holds(question, pattern):
            best = max(
                best, 10 * len(pattern) + len(metric.needs) * 5 + (2 if metric.way[:1] == (question.direction,) else 1)
            )
    return best


def _holds(question: Question, pattern: Pattern) -> bool:
    if pattern == NOTHING:
        return not question.meanings
    return all(any(word & wanted for word in question.meanings) for wanted in pattern)


def narrows(question: Question, metric: Metric) -> bool:
    """Return whether everything that narrows the question down is taken, and everything that is needed is there."""
    given = {item.kind for item in question.named if item.kind in NARROWING}
    spans: dict[str, set[str]] = {}
    for item in question.named:
        spans.setdefault(item.said.casefold(), set()).add(item.kind)
    if any(not kinds & metric.takes for kinds in spans.values()):
        return False
    if any(len(question.of(kind)) > 1 for kind in given):
        return False
    if question.topic and question.of("project"):
        return False
    rest = {"period": question.period, "topic": question.topic, "folder": question.folder, "group": question.group}
    if any(value and kind not in metric.takes for kind, value in rest.items()):
        return False
    present = given | {kind for kind, value in rest.items() if value}
    if not metric.needs <= present:
        return False
    return not metric.way or question.direction in metric.way
