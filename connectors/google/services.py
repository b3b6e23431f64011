"""What Steward can read of a Google account, and the least that has to be granted for each.

Scopes: https://developers.google.com/identity/protocols/oauth2/scopes. All of them only read.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from connectors.kinds import KINDS

PREFIX = "https://www.googleapis.com/auth/"
# To tell accounts apart; Google answers `email` by its long name.
IDENTITY = ("openid", f"{PREFIX}userinfo.email")


@dataclass(frozen=True)
class Service:
    """One service: the kind of source that reads it, the scopes it needs, and why."""

    word: str
    kind: str
    names: tuple[str, ...]
    why: str

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(PREFIX + name for name in self.names)

    def covered(self, granted: Collection[str]) -> bool:
        return set(self.scopes) <= set(granted)


_ALL = (
    Service(
        "calendar",
        "google-calendar",
        ("calendar.calendarlist.readonly", "calendar.events.readonly"),
        "read your calendars and their events: the day's shape, meetings, free time",
    ),
    Service("mail", "google-mail", ("gmail.readonly",), "read your mail and its labels: what waits for an answer"),
    Service("drive", "google-drive", ("drive.readonly",), "read your documents, to find and cite them"),
    Service("tasks", "google-tasks", ("tasks.readonly",), "read your task lists: what is due"),
    Service("contacts", "google-contacts", ("contacts.readonly",), "read your contacts: who people are"),
)


def services() -> dict[str, Service]:
    """Return the services that this Steward has a connector for, by their word."""
    return {service.word: service for service in _ALL if service.kind in KINDS}


def scopes(chosen: Iterable[Service]) -> list[str]:
    """Return what to ask for: the account's address, and what the services need, each once."""
    return list(dict.fromkeys([*IDENTITY, *(scope for service in chosen for scope in service.scopes)]))
