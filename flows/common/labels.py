"""The label of a mail: the owner's verdict, else the first rule that holds; within what is held by code."""

from collections.abc import Sequence

from blocks.ledger.verdicts import Verdict, standing
from flows.common.rules import RULES
from flows.common.sorting import ASKED, LABELS, Judgement, Label, Mail


def label(found: Mail, verdicts: Sequence[Verdict] = ()) -> Judgement:
    """Return the mail's judgement by the owner's verdicts (newest first) and the rules. The same mail, the same one."""
    if (said := _owner(found, verdicts)) is not None:
        return said
    able = allowed(found)
    for rule in RULES:
        if rule.label in able and rule.holds(found):
            return Judgement(rule.label, rule.reason, f"rule:{rule.id}", rule.confidence)
    raise AssertionError("the last rule holds for every mail")


def allowed(found: Mail) -> tuple[Label, ...]:
    """Return the labels that a mail may have, whatever a rule or a model says."""
    barred: set[Label] = set()
    if found.bulk or found.answered or found.person.namesake:
        barred |= ASKED
    if found.person.tier == 1:
        barred.add("noise")
    return tuple(name for name in LABELS if name not in barred)


def _owner(found: Mail, verdicts: Sequence[Verdict]) -> Judgement | None:
    """Return what the owner said of this mail, its thread, sender or domain; the narrowest counts."""
    if not verdicts:
        return None
    row = found.row
    said = standing(
        verdicts,
        {"item": row["message_key"], "thread": row["thread_id"], "sender": found.sender, "domain": found.domain},
    )
    if said is None or said.verdict not in LABELS:
        return None
    scope = {"item": "of this mail", "thread": "of this thread", "sender": "of this sender"}.get(said.scope)
    reason = f"you said so {scope or f'of {said.scope} mail'} (verdict {said.id})"
    return Judgement(said.verdict, reason, "owner", 1.0)
