"""What is open by mail between the owner and some people, both ways; who they are is known by their addresses."""

import json
import re
from dataclasses import dataclass

from flows.common import asking
from flows.common.items import Item
from flows.common.wording import on, title
from flows.facts import Row, Value
from flows.shape import View

ANSWER = re.compile(r"(?i)^(?:\s*(?:re|aw|antw|sv|tr|fwd?|wg)\s*(?:\[\d+\])?\s*:)+\s*")
# Subjects of what calendars write by themselves: nobody waits for an answer to it.
NOTICE = re.compile(
    r"(?i)^(?:updated |aktualisierte )?(?:invitation|einladung|accepted|declined|tentative\w*(?: accepted)?|cancel+ed"
    r"(?: event)?|zugesagt|abgelehnt|abgesagt|mit vorbehalt|accepté|refusé|annulé|provisoire)\s*:"
)


@dataclass(frozen=True)
class Matter:
    """An open item, and the question that it suggests."""

    item: Item
    question: str


def theirs(view: View, names: dict[str, str]) -> list[Matter]:
    """Return the mails of theirs without an answer: each that asks, and of who asks nothing the last one."""
    wrote = [row for row in view.rows("replies") if str(row["from_address"]).lower() in names]
    asked = [row for row in wrote if asking.asks(row["body"] or "")]
    asking_people = {row["from_address"] for row in asked}
    last: dict[str, Row] = {}
    for row in wrote:  # newest first
        if row["from_address"] not in asking_people and not NOTICE.match(row["subject"] or ""):
            last.setdefault(row["from_address"], row)
    return [_letter(view, names, row, True) for row in asked] + [
        _letter(view, names, row, False) for row in last.values()
    ]


def subject(row: Row) -> str:
    """Return a mail's subject without what marks an answer."""
    return title(ANSWER.sub("", row["subject"] or ""))


def _letter(view: View, names: dict[str, str], row: Row, asks: bool) -> Matter:
    who, about = names[str(row["from_address"]).lower()], subject(row)
    sent = view.moment.local(row["sent_at"])
    by = asking.deadline(row["body"] or "", sent) if asks else None
    said = on(sent, view.moment.today)
    line = f"{who} asked on {said}: “{about}”" if asks else f"{who} wrote on {said}, not answered: “{about}”"
    line += f", wanted by {on(by, view.moment.today)}" if by else ""
    values: dict[str, Value] = {
        "from": who,
        "address": row["from_address"],
        "subject": about,
        "sent": sent.isoformat(),
        "by": by.isoformat() if by else None,
    }
    fact = view.book.add("m", "messages", row["message_key"], line, values)
    rank = (0 if asks else 3, -row["sent_at"].timestamp(), row["message_key"])
    question = f"Can you settle “{about}”, which {who} asked on {said}?" if asks else ""
    return Matter(Item(f"messages:{row['message_key']}", "", line, (fact,), rank), question)


def mine(view: View, names: dict[str, str]) -> list[Matter]:
    """Return the owner's own questions to them that nobody answered."""
    found = []
    for row in view.rows("waiting"):
        to = [str(entry.get("address") or "").lower() for entry in json.loads(row["to_addresses"] or "[]")]
        who = next((names[address] for address in to if address in names), None)
        if who is None or not asking.asks(row["body"] or ""):
            continue
        sent, about = view.moment.local(row["sent_at"]), subject(row)
        line = f"You asked {who} on {on(sent, view.moment.today)}, no answer: “{about}”"
        values: dict[str, Value] = {"to": who, "subject": about, "sent": sent.isoformat()}
        fact = view.book.add("w", "messages", row["message_key"], line, values)
        rank = (1, -row["sent_at"].timestamp(), row["message_key"])
        item = Item(f"messages:{row['message_key']}", "", line, (fact,), rank)
        found.append(Matter(item, f"Where does {who} stand on “{about}”, asked on {on(sent, view.moment.today)}?"))
    return found
