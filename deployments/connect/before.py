"""The Google accounts that are connected already, so that a new grant takes the place of the right one."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from context.errors import InputError
from context.home import Home

if TYPE_CHECKING:
    from blocks.ledger import SourceRow
    from deployments.connect.consent import Client

NEEDED = "create one (README, “Google”), then run `steward connect google --client FILE`"


@dataclass(frozen=True)
class Before:
    """The sources that are there already: of the named account, and of all Google accounts."""

    named: list["SourceRow"] = field(default_factory=list)
    all: list["SourceRow"] = field(default_factory=list)
    taken: frozenset[str] = frozenset()

    @classmethod
    def find(cls, home: Home, name: str | None) -> "Before":
        from blocks.ledger import Ledger
        from connectors.connections import NAME
        from connectors.kinds import KINDS
        from connectors.reach import block_of

        with Ledger.open(home) as ledger:
            sources = ledger.sources.all()
        every = [source for source in sources if source.kind in KINDS and KINDS[source.kind].word == "google"]
        named = [source for source in every if name and block_of(source.name, source.settings) == name]
        taken = {source.name for source in sources} | {block_of(source.name, source.settings) for source in sources}
        if name and not NAME.fullmatch(f"{name}-calendar"):
            raise InputError(f"“{name}” cannot be a name", "use up to 31 small letters, digits and dashes")
        if name in taken and not named:
            raise InputError(f"{name} is already the name of another source", "give another --name")
        return cls(named, every, frozenset(taken))

    @property
    def words(self) -> set[str]:
        """The services that the named account is connected for."""
        from connectors.google.services import services

        return {word for word, service in services().items() if service.kind in self.kinds}

    def called(self, address: str, name: str | None) -> str:
        """Return what the account's block is called: as wished, or what is free.

        Raises InputError where that name has another account, and where the account is there under another name: a new
        grant must cover all that the old one did.
        """
        from connectors.reach import block_of

        if name is not None:
            if any(address != source.settings.get("address", address) for source in self.named):
                raise InputError(
                    f"that is another account than {name} reads", "choose that one, or give another --name"
                )
            return name
        for source in self.all:
            if address and source.settings.get("address") == address:
                found = block_of(source.name, source.settings)
                mend = f"run `steward connect google --name {found}`"
                raise InputError(f"this account is already connected, as {found}", mend)
        free = (f"google-{n}" if n > 1 else "google" for n in range(1, len(self.taken) + 2))
        return next(candidate for candidate in free if candidate not in self.taken)

    @property
    def kinds(self) -> set[str]:
        """The kinds of source that the named account has."""
        return {source.kind for source in self.named}

    def own(self, kind: str) -> dict[str, Any]:
        """Return what is set for the named account's source of a kind alone: which calendars it reads."""
        settings = next((source.settings for source in self.named if source.kind == kind), {})
        return {"calendars": settings["calendars"]} if "calendars" in settings else {}

    def settings(self, home: Home) -> dict[str, Any]:
        """Return the named account's settings, its grant among them. Raises SourceError where its block is gone."""
        from connectors.reach import handle_of

        handle = handle_of(home, self.named[0])
        return {name: value for name, value in vars(handle).items() if name not in ("account", "through", "calendars")}

    def client(self, home: Home) -> "Client":
        """Return the client that the account was connected with before, or any other Google account was.

        Raises InputError where there is none.
        """
        from connectors.reach import handle_of
        from deployments.connect.consent import Client

        for source in [*self.named, *self.all]:
            handle = handle_of(home, source)
            if handle.client_id:
                secret = handle.client_secret.get_secret_value()
                return Client(handle.client_id, secret, handle.auth_uri, handle.token_uri)
        raise InputError("Google needs an OAuth client of your own", NEEDED)

    def setting(self, name: str, default: Any) -> Any:
        """Return a setting of the named account."""
        return next((source.settings.get(name, default) for source in self.named), default)
