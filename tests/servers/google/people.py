"""The People interface: an owner's contacts, and sync tokens that expire.

https://developers.google.com/people/api/rest/v1/people.connections/list
"""

from typing import Any

from tests.servers.google.core import Account, Call, GoogleError, Service, on

CONTACT = "READ_SOURCE_TYPE_CONTACT"


class People(Service):
    """The contacts of an account. Tests change them by the public methods."""

    document = "people.v1"

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.people: dict[str, dict[str, Any]] = {}
        self.changed: dict[str, int] = {}
        self.before: dict[str, list[str]] = {}  # resource name → those that it had
        self.point, self.expired, self.made = 1, 0, 0

    # What tests do.

    def add(self, **fields: Any) -> str:
        self.made += 1
        name = f"people/c{self.made}"
        self.people[name] = fields
        self._told(name)
        return name

    def change(self, name: str, **fields: Any) -> None:
        self.people[name] |= fields
        self._told(name)

    def delete(self, name: str) -> None:
        del self.people[name]
        self._told(name)

    def become(self, name: str) -> str:
        """Give a contact another resource name, as when it is linked to a profile."""
        fields = self.people.pop(name)
        self.changed.pop(name)
        made = self.add(**fields)
        self.before[made] = [name, *self.before.pop(name, [])]
        return made

    def expire(self) -> None:
        """Let all sync tokens expire, and forget who was deleted."""
        self.expired = self.point
        self.point += 1
        self.changed = {name: point for name, point in self.changed.items() if name in self.people}

    def _told(self, name: str) -> None:
        self.point += 1
        self.changed[name] = self.point

    # What it answers.

    @on("people.people.connections.list")
    def connections(self, call: Call) -> dict[str, Any]:
        if call.path["resourceName"] != "people/me":
            raise GoogleError(400, "INVALID_ARGUMENT", "Only people/me is valid.")
        if call.query.get("sources") != [CONTACT]:
            raise GoogleError(501, "notImplemented", "sources")
        point, _, asked = call.get("syncToken").partition("/")
        if point and (not point.isdigit() or int(point) <= self.expired or asked != call.get("personFields")):
            raise GoogleError(400, "EXPIRED_SYNC_TOKEN", "Sync token is expired. Clear local cache and retry call.")
        since = int(point or "0")
        names = set(call.get("personFields").split(","))
        found = sorted((at, name) for name, at in self.changed.items() if at > since)
        if not point:
            found = [(at, name) for at, name in found if name in self.people]
        begin = int(call.get("pageToken", "0"))
        end = begin + self.fake.sized(call.get("pageSize"), 1000, 100)
        answer: dict[str, Any] = {"totalItems": len(self.people), "totalPeople": len(self.people)}
        if page := [self._shown(name, names, bool(point)) for _, name in found[begin:end]]:
            answer["connections"] = page
        if end < len(found):
            answer["nextPageToken"] = str(end)
        elif call.flag("requestSyncToken"):
            answer["nextSyncToken"] = f"{self.point}/{call.get('personFields')}"
        return answer

    def _shown(self, name: str, names: set[str], syncing: bool) -> dict[str, Any]:
        fields = self.people.get(name)
        metadata: dict[str, Any] = {"deleted": True} if fields is None else {}
        if syncing and name in self.before:
            metadata["previousResourceNames"] = self.before[name]
        if fields is None:
            return {"resourceName": name, "etag": "%e", "metadata": metadata}
        source = {"type": "CONTACT", "id": name[7:], "updateTime": f"2026-03-02T08:00:00.{self.changed[name]:06}Z"}
        metadata |= {"sources": [source]}
        told = {field: value for field, value in fields.items() if field in names}
        return {"resourceName": name, "etag": f"%{self.changed[name]}", **told, "metadata": metadata}
