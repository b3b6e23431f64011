"""Follow-ups: "and in February?" keeps everything of the last question but what it says anew."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from blocks.ledger import Ledger
from context.errors import InputError
from context.home import Home
from flows import archive
from flows.ask import frame, router
from flows.ask.fold import fold, words
from flows.ask.frame import Frame, restored
from flows.ask.metric import Metric
from flows.ask.question import Question
from flows.facts import SQL, Moment, Value
from flows.output import Fact

BEFORE = re.compile(
    r"\b(?:the (?:week|month|day|quarter|year) before|before that|davor|vorher|(?:die woche|den monat) davor)\b"
)
AFTER = re.compile(
    r"\b(?:the (?:week|month|day|quarter|year) after|after that|danach|(?:die woche|den monat) danach)\b"
)


@dataclass(frozen=True)
class Before:
    """The answer that a follow-up goes on from: its question, its SQL, and what narrowed it down."""

    question: str
    sql: str
    values: Mapping[str, Value]


def last(home: Home, run: str | None = None) -> Before:
    """Return the newest answer, or that of a run. Raises InputError where there is none to go on from."""
    with Ledger.open(home) as ledger:
        row = ledger.outputs.get(run) if run else ledger.outputs.latest("ask")
    if row is None or row.capability != "ask":
        raise InputError("there is no answer to go on from", 'ask first: `steward ask "…"`')
    output = archive.load(home.outputs / row.path).output
    fact = next((fact for fact in output.facts if _kept(fact)), None)
    if fact is None:
        raise InputError("the last question has no answer to go on from", "ask it again in full")
    return Before(output.title, fact.key if fact.view == SQL else "", fact.values)


def _kept(fact: Fact) -> bool:
    return fact.view == SQL or "metric" in fact.values


def merged(before: Before, asked: Question, metrics: Mapping[str, Metric], moment: Moment) -> Frame | None:
    """Return the earlier frame with what the follow-up says anew; None where it cannot be brought together."""
    known = metrics.get(str(before.values.get("metric", "")))
    text = fold(asked.text)
    steps = BEFORE.search(text) or AFTER.search(text)
    strange = set(asked.unknown) - set(words(steps[0]) if steps else ())
    if known is None or strange:
        return None
    earlier = restored(dict(before.values), known)
    period = asked.period or earlier.period
    if not asked.period and earlier.period and steps:
        period = earlier.period.shifted(-1 if BEFORE.search(text) else 1)
    fresh = {item.kind for item in asked.named}
    people = {"person", "company"}
    kept = tuple(
        item for item in earlier.named if item.kind not in fresh and not (item.kind in people and fresh & people)
    )
    whole = replace(
        asked,
        period=period,
        unknown=(),
        tense=asked.tense or earlier.tense,
        named=(*kept, *asked.named),
        topic=asked.topic or earlier.topic,
        group=asked.group or earlier.group,
        folder=asked.folder or earlier.folder,
        direction=asked.direction if asked.direction != "both" else earlier.direction,
    )
    chosen = router.route(whole, metrics.values()) if asked.meanings else known
    if chosen is None or not router.narrows(whole, chosen):
        return None
    return frame.of(whole, chosen, moment)
