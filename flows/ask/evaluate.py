"""How right answers are: 30 questions on the fictional quarter, 8 of which nothing that was loaded can answer.

What is true was worked out from the story, not by asking (`tests/flows/test_ask_golden.py` works it out again). A
question counts as right where it is answered in the right way and each expected value is the answer's own.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from context.home import Home
from flows import capability
from flows.ask.answer import TITLES
from flows.ask.compose import Asking
from flows.output import Output
from flows.scores import Bar, Pair, Scores
from flows.shape import Ask

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint

GOLDEN = Path(__file__).with_name("golden.json")


def golden() -> list[dict[str, Any]]:
    """Return the questions: id, question, kind, and the values that the answer must hold."""
    found: list[dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))
    return found


def evaluate(home: Home, endpoint: "Endpoint | None" = None) -> Scores:
    """Ask every question of a home with the quarter; nothing is archived."""
    pairs = []
    for item in golden():
        output = capability.gather(home, Asking(home), Ask(about=item["question"], dry_run=True), endpoint).output
        given = judged(output, item)
        pairs.append(Pair(item["id"], _told(item["kind"], item.get("values", {})), given, item["question"]))
    right = sum(pair.expected == pair.given for pair in pairs) / len(pairs)
    without = [pair for pair in pairs if pair.expected == "unknown"]
    refused = sum(pair.given == "unknown" for pair in without) / len(without)
    bars = (Bar("right answers", right, 0.9), Bar("refused where nothing can answer", refused, 1.0))
    return Scores("ask", tuple(pairs), bars)


def judged(output: Output, item: dict[str, Any]) -> str:
    """Return in which way a question was answered, with those of its values that are expected."""
    ways = {TITLES[kind]: kind for kind in ("search", "which", "unknown", "metric")}
    way = ways[output.sections[0].title]
    if way == "unknown":
        return way
    fact = output.facts[0]
    held: dict[str, Any] = dict(fact.values)
    held["addresses"] = " ".join(sorted(str(each.values.get("address")) for each in output.facts))
    held["goals"] = sum(each.view == "context_goals" for each in output.facts)
    if way == "metric" and str(held.get("metric")) in ("goals", "means", "projects", "limits", "working_hours"):
        way = "profile"
    return _told(way, {name: held.get(name) for name in item.get("values", {})})


def _told(way: str, values: dict[str, Any]) -> str:
    return " ".join([way, *(f"{name}={value}" for name, value in values.items())])
