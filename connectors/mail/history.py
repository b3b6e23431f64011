"""Gmail's history: what happened to which mail since a point, made one change a mail.

https://developers.google.com/workspace/gmail/api/guides/sync and …/reference/rest/v1/users.history/list
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.mail.shelf import HIDDEN


@dataclass(slots=True)
class Change:
    """What became of a mail. `labels`: given (True) or taken away (False), the last word of each.

    History is replayed onto a state that may hold a part of it already (a mail that was read after the point): so only
    what was given and taken counts, never the list that a record repeats.
    """

    added: bool = False
    deleted: bool = False
    labels: dict[str, bool] = field(default_factory=dict)

    def onto(self, labels: frozenset[str]) -> frozenset[str]:
        """Return the labels after the change."""
        given = {label for label, there in self.labels.items() if there}
        return (labels | given) - (self.labels.keys() - given)

    def shows(self) -> bool:
        """Whether a mail that is not known may be there to be read: new, or out of the bin."""
        if self.deleted or any(self.labels.get(label) for label in HIDDEN):
            return False
        return self.added or any(label in self.labels for label in HIDDEN)


def changes(pages: Iterable[Mapping[str, Any]]) -> dict[str, Change]:
    """Return id → change. Records come in the order in which things happened."""
    found: dict[str, Change] = {}
    for page in pages:
        for record in page.get("history", ()):
            for told in record.get("messagesAdded", ()):
                _added(found, told["message"])
            for kind, there in (("labelsAdded", True), ("labelsRemoved", False)):
                for told in record.get(kind, ()):
                    labels = _change(found, told["message"]).labels
                    labels.update(dict.fromkeys(told.get("labelIds", ()), there))
            for told in record.get("messagesDeleted", ()):
                _change(found, told["message"]).deleted = True
    return found


def _added(found: dict[str, Change], message: Mapping[str, Any]) -> None:
    """A mail that came as spam is not worth a download; should it leave the bin, a later record says so."""
    change = _change(found, message)
    change.added = True
    for label in HIDDEN.intersection(message.get("labelIds", ())):
        change.labels.setdefault(label, True)


def _change(found: dict[str, Change], message: Mapping[str, Any]) -> Change:
    return found.setdefault(message["id"], Change())
