"""A sorted mail as an item to tell: who, since when, about what, why it is listed, and who says so."""

from flows.common import asking
from flows.common.items import OLD, Item, pressing
from flows.common.ties import Ties
from flows.common.wording import ago, name, title, wanted
from flows.facts import Value
from flows.shape import View
from flows.triage.read import Sorted


def item(view: View, ties: Ties, each: Sorted) -> Item:
    """Return a mail as an item, and write its fact down: its label, reason, origin and confidence are the values."""
    row, said, moment = each.row, each.judgement, view.moment
    waits = row["answered_at"] or row["sent_at"]
    sent, days = moment.local(row["sent_at"]), (moment.today - moment.local(waits)).days
    text = each.mail.said if said.label in ("reply", "decide") else ""
    by = asking.deadline(text, sent)
    known = row["person"] if view.keeps(row["from_address"]) else None
    who, about = name(known or row["from_name"], row["from_address"]), title(row["subject"])
    when = f", {wanted(by, moment.today)}" if by else ""
    line = f"{who}, {ago(days)}: “{about}” — {said.reason}{when} ({said.by})"
    values: dict[str, Value] = {
        "label": said.label,
        "reason": said.reason,
        "rule": said.by,
        "confidence": said.confidence,
        "from": who,
        "address": row["from_address"],
        "subject": about,
        "sent": sent.isoformat(),
        "days": days,
        "wanted": by.isoformat() if by else None,
        "unread": row["seen"] is False,
    }
    fact = view.book.add("m", "messages", row["message_key"], line, values)
    stranger = each.mail.person.stranger
    pressed = 0 if stranger else pressing(by, moment.today)
    tie = ties.of(row["subject"], person=row["person_id"], address=row["from_address"])
    tier = 5 if stranger else row["tier_rank"] or 4
    late = "late" if by and by < moment.today else "now" if pressed >= 40 else ""
    return Item(
        key=f"messages:{row['message_key']}",
        digest=f"{said.label}:{late}:{sum(days >= old for old in OLD)}",
        line=line,
        facts=(fact,),
        rank=(-pressed, tier, -tie.weight, -row["sent_at"].timestamp(), row["message_key"]),
    )
