"""Heeding the owner's verdicts: what they called unimportant or wrong is not told again."""

from collections.abc import Sequence

from blocks.ledger.verdicts import standing
from flows.common.items import Item
from flows.common.wording import count
from flows.corrections import UNTOLD, Whose, identity, of
from flows.shape import View

WIDE = ("thread", "sender", "domain")
UNHEARD = "{} left out by your verdicts: `steward verdicts`"


def heeded(view: View, *lists: Sequence[Item]) -> list[list[Item]]:
    """Return the items without those that the owner's verdicts keep untold; a note says how many those are.

    An item is known by the row behind its first fact.
    """
    if not view.verdicts:
        return [list(found) for found in lists]
    rows = {fact.id: (fact.view, fact.key) for fact in view.book.facts}
    behind = {item.key: rows[item.facts[0]] for found in lists for item in found if item.facts}
    mails = {key for name, key in behind.values() if name == "messages"} - set(view.mails)
    if mails and any(each.scope in WIDE for each in view.verdicts):
        view.mails |= {key: {} for key in mails}
        view.mails |= {str(row["message_key"]): row for row in view.rows("whose", keys=sorted(mails))}

    def told(item: Item) -> bool:
        name, key = behind.get(item.key, ("", ""))
        row = view.mails.get(key, {}) if name == "messages" else {}
        sender = row.get("from_address")
        verdict = standing(view.verdicts, Whose(identity(name, key), row.get("thread_id"), sender, of(sender)).known())
        return verdict is None or verdict.verdict not in UNTOLD

    kept = [[item for item in found if told(item)] for found in lists]
    gone = {item.key for found in lists for item in found} - {item.key for found in kept for item in found}
    if gone:
        view.notes.append(UNHEARD.format(count(len(gone), "item")))
    return kept
