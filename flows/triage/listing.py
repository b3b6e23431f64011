"""Every sorted mail as a row, for programs: by rules and verdicts alone, nothing is told or archived by it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from context.home import Home
from flows import capability
from flows.common.sorting import Label
from flows.shape import Ask, Draft, View
from flows.triage import compose
from flows.triage.read import Sorted, read


class Kept:
    """Triage that keeps its judgements and says nothing."""

    name, folder, words_most = compose.name, compose.folder, compose.words_most
    found: list[Sorted]

    def compose(self, view: View) -> Draft:
        self.found = read(view)
        return Draft("", "", (), empty=True)


def listing(home: Home, as_of: datetime | None = None, label: Label | str | None = None) -> Iterator[dict[str, Any]]:
    """Yield each thread's newest mail with its judgement, newest first; with `label` only those that have it."""
    kept = Kept()
    capability.gather(home, kept, Ask(as_of=as_of, dry_run=True))
    for each in kept.found:
        row, said = each.row, each.judgement
        if label is None or said.label == label:
            yield {
                "message_key": row["message_key"],
                "source": row["source"],
                "thread_id": row["thread_id"],
                "label": said.label,
                "reason": said.reason,
                "by": said.by,
                "confidence": said.confidence,
                "from": row["from_address"],
                "subject": row["subject"],
                "sent_at": row["sent_at"].isoformat(),
                "seen": row["seen"],
            }
