"""Gmail's interface: mails, labels, and a history that is forgotten.

Behaviour: https://developers.google.com/workspace/gmail/api/guides/sync
"""

import base64
from dataclasses import dataclass
from typing import Any

from tests.servers.google.core import BEGUN, Account, Call, GoogleError, Service, on

FIRST = 0x18C0_0000_0000_0000
STEP = 1 << 46  # between two ids: four mails to a shelf of the connector
SYSTEM = ("INBOX", "SENT", "DRAFT", "UNREAD", "STARRED", "IMPORTANT", "SPAM", "TRASH", "CATEGORY_PERSONAL", "CHAT")


@dataclass
class Mail:
    id: str
    thread: str
    raw: bytes
    labels: list[str]
    date: int  # milliseconds since 1970
    point: int  # of the history: its last change

    def named(self) -> dict[str, Any]:
        return {"id": self.id, "threadId": self.thread}

    def shown(self) -> dict[str, Any]:
        more = {"labelIds": list(self.labels)} if self.labels else {}
        return {
            **self.named(),
            **more,
            "historyId": str(self.point),
            "internalDate": str(self.date),
            "sizeEstimate": len(self.raw),
            "snippet": "",
        }


class Gmail(Service):
    """A mailbox. Tests change it by its public methods, each of which leaves its record in the history."""

    document = "gmail.v1"

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.mails: dict[str, Mail] = {}
        self.labels = {name: name for name in SYSTEM}
        self.records: list[dict[str, Any]] = []
        self.broken: set[str] = set()  # mails that the server fails to give
        self.point, self.forgotten, self.made = 1000, 1000, 0

    # What tests do.

    def deliver(self, raw: bytes, *labels: str, thread: str = "") -> str:
        """Let a mail arrive (by default unread in the inbox); return its id."""
        self.made += 1
        name = f"{FIRST + self.made * STEP:016x}"
        date = int(BEGUN.timestamp() * 1000) + self.made * 60_000
        mail = Mail(name, thread or name, raw, list(labels or ("INBOX", "UNREAD")), date, self.point)
        self.mails[name] = mail
        self._told(mail, messagesAdded=[{"message": {**mail.named(), "labelIds": list(mail.labels)}}])
        return name

    def relabel(self, name: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        mail = self.mails[name]
        added = [label for label in add if label not in mail.labels]
        removed = [label for label in remove if label in mail.labels]
        mail.labels = [label for label in mail.labels if label not in removed] + added
        for kind, labels in (("labelsAdded", added), ("labelsRemoved", removed)):
            if labels:
                message = {**mail.named(), "labelIds": list(mail.labels)}
                self._told(mail, **{kind: [{"message": message, "labelIds": labels}]})

    def trash(self, name: str) -> None:
        self.relabel(name, ("TRASH",), ("INBOX",))

    def untrash(self, name: str) -> None:
        self.relabel(name, (), ("TRASH",))

    def delete(self, name: str) -> None:
        mail = self.mails.pop(name)
        self._told(mail, messagesDeleted=[{"message": mail.named()}])

    def label(self, name: str, called: str) -> None:
        """Make a label, or give it another name."""
        self.labels[name] = called

    def unlabel(self, name: str) -> None:
        """Delete a label: it is taken off the mails, and the history says nothing of it."""
        del self.labels[name]
        for mail in self.mails.values():
            mail.labels = [label for label in mail.labels if label != name]

    def forget(self) -> None:
        """Forget the history, as Google does after about a week."""
        self.point += 100
        self.forgotten = self.point
        self.records.clear()

    def _told(self, mail: Mail, **what: Any) -> None:
        self.point += 7  # "not contiguous with random gaps in between valid IDs"
        mail.point = self.point
        self.records.append({"id": str(self.point), "messages": [mail.named()], **what})

    # What it answers.

    @on("gmail.users.getProfile")
    def profile(self, call: Call) -> dict[str, Any]:
        threads = len({mail.thread for mail in self.mails.values()})
        return {
            "emailAddress": self.account.address,
            "messagesTotal": len(self.mails),
            "threadsTotal": threads,
            "historyId": str(self.point),
        }

    @on("gmail.users.labels.list")
    def listed_labels(self, call: Call) -> dict[str, Any]:
        return {
            "labels": [
                {"id": name, "name": called, "type": "system" if name in SYSTEM else "user"}
                for name, called in self.labels.items()
            ]
        }

    @on("gmail.users.messages.list")
    def listed(self, call: Call) -> dict[str, Any]:
        wanted = set(call.query.get("labelIds", ()))
        hidden = set() if call.flag("includeSpamTrash") else {"SPAM", "TRASH"} - wanted
        if unknown := wanted - self.labels.keys():
            raise GoogleError(400, "invalidArgument", f"Invalid label: {sorted(unknown)}")
        found = [
            mail
            for mail in sorted(self.mails.values(), key=lambda mail: mail.date, reverse=True)
            if wanted <= set(mail.labels) and not hidden & set(mail.labels)
        ]
        page, more = self._page(call, found)
        listed = {"messages": [mail.named() for mail in page]} if page else {}
        return {**listed, **more, "resultSizeEstimate": len(found)}

    @on("gmail.users.messages.get")
    def message(self, call: Call) -> dict[str, Any]:
        mail = self.mails.get(call.path["id"])
        if mail is None:
            raise GoogleError(404, "notFound", "Requested entity was not found.")
        if mail.id in self.broken:
            raise GoogleError(500, "backendError", "Backend Error")
        if call.get("format") == "minimal":
            return mail.shown()
        if call.get("format") != "raw":
            raise GoogleError(501, "notImplemented", "only raw and minimal")
        return {**mail.shown(), "raw": base64.urlsafe_b64encode(mail.raw).decode()}

    @on("gmail.users.history.list")
    def history(self, call: Call) -> dict[str, Any]:
        start = int(call.get("startHistoryId", "0"))
        if not self.forgotten <= start <= self.point:
            raise GoogleError(404, "notFound", "Requested entity was not found.")
        page, more = self._page(call, [record for record in self.records if int(record["id"]) > start])
        listed = {"history": page} if page else {}
        return {**listed, **more, "historyId": str(self.point)}

    def _page(self, call: Call, found: list[Any]) -> tuple[list[Any], dict[str, str]]:
        begin = int(call.get("pageToken", "0"))
        end = begin + self.fake.sized(call.get("maxResults"), 500, 100)
        return found[begin:end], {"nextPageToken": str(end)} if end < len(found) else {}
