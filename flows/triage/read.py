"""The mails to be sorted, each with its judgement: by verdict, by rule, and for what rules leave open by a model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, create_model

from blocks.model.prompt import Prompt, fence
from flows.common.labels import allowed, label
from flows.common.sorting import Judgement, Mail, mail, owner
from flows.facts import Row
from flows.shape import View

DAYS = 30  # a thread that nobody moved for longer is not sorted any more
MOST_ASKED = 20  # questions to a model in one run, newest mail first: what is asked does not grow with the mailbox

# What a model may say of an open mail: a reason is chosen, never written, so that no mail speaks through it.
REASONS: dict[str, str] = {
    "question": "asks you something",
    "request": "asks you to do something",
    "decision": "asks for your decision",
    "their turn": "the next step is theirs",
    "information": "tells something; asks nothing",
    "advertising": "advertises something",
    "not for you": "is meant for somebody else",
}
QUESTION = "Which label has this mail, and for which reason?"


@dataclass(frozen=True)
class Sorted:
    """A mail with its judgement."""

    mail: Mail
    judgement: Judgement

    @property
    def row(self) -> Row:
        return self.mail.row


def judged(view: View, days: int = DAYS, every: bool = False) -> list[Sorted]:
    """Return the newest mail of each thread (or every mail, as it arrived) as verdicts and rules sort it."""
    me = owner(view.profile)
    found = (mail(row, me) for row in view.rows("mails", days=days, every=every))
    return [Sorted(each, label(each, view.verdicts)) for each in found]


def read(view: View) -> list[Sorted]:
    """Return the newest mail of each thread with its judgement, newest first.

    A thread that the owner answered last is left out unless they wait for an answer.
    """
    kept = [each for each in judged(view) if not each.mail.answered or each.judgement.label == "waiting"]
    return consulted(view, kept)


def consulted(view: View, found: Sequence[Sorted]) -> list[Sorted]:
    """Return the same, with a model's choice for the newest of those that rules leave open, where there is a model."""
    if view.consult is None:
        return list(found)
    result = list(found)
    asked = [number for number, each in enumerate(found) if each.judgement.open][:MOST_ASKED]
    for number in asked:
        result[number] = replace(found[number], judgement=_chosen(view, found[number]))
    return result


def _chosen(view: View, each: Sorted) -> Judgement:
    """Ask the model for one mail's label; what it does not settle stays as the rule has it."""
    assert view.consult is not None
    row = each.row
    kept = row["relation"] if view.keeps(row["from_address"]) else None
    known = kept or ("a stranger" if each.mail.person.stranger else "somebody you know")
    data = fence([{"from": known, "subject": row["subject"], "text": each.mail.said[:1200]}], clip=1200)
    instructions = (Path(__file__).parent / "choose.md").read_text("utf-8")
    answer: Any = view.consult.choose(schema(each.mail), Prompt(instructions, data, QUESTION))
    if answer is None or answer.label == "unsure":
        return each.judgement
    return Judgement(answer.label, REASONS[answer.reason], "model", 0.75)


def schema(found: Mail) -> type[BaseModel]:
    """Return the schema of an answer: the labels that this mail may have, and the reasons, as the only choices."""
    labels: Any = Literal[(*allowed(found), "unsure")]
    reasons: Any = Literal[tuple(REASONS)]
    made: type[BaseModel] = create_model(
        "Choice", __config__=ConfigDict(extra="forbid"), label=(labels, ...), reason=(reasons, ...)
    )
    return made
