"""Ledger: opening the file, bringing it up to date, and its areas."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from blocks.ledger.calls import Calls
from blocks.ledger.deliveries import Deliveries
from blocks.ledger.migrations import MIGRATIONS
from blocks.ledger.outputs import Outputs
from blocks.ledger.reads import Reads
from blocks.ledger.shown import Shown
from blocks.ledger.slots import Slots
from blocks.ledger.sources import Sources
from blocks.ledger.store import Store
from blocks.ledger.verdicts import Verdicts
from context.errors import HomeError
from context.home import Home


class Ledger:
    """The open ledger of a home. Use it in a `with`; opening costs about a millisecond; one per thread."""

    def __init__(self, home: Home) -> None:
        self.store = Store(home.ledger)
        try:
            _migrate(self.store, MIGRATIONS)
        except BaseException:
            self.store.close()
            raise
        self.sources = Sources(self.store, home.now)
        self.calls = Calls(self.store)
        self.outputs = Outputs(self.store)
        # A delivery is a matter of this machine's clock, also in a home whose own clock stands still.
        self.deliveries = Deliveries(self.store, lambda: datetime.now(UTC))
        self.shown = Shown(self.store)
        self.slots = Slots(self.store, home.now)
        self.reads = Reads(self.store)
        self.verdicts = Verdicts(self.store)

    @classmethod
    def open(cls, home: Home) -> Self:
        """Open the ledger, made or brought up to date where needed.

        Raises HomeError where a newer version made it or it cannot be written, BusyError, StorageError.
        """
        return cls(home)

    def close(self) -> None:
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _migrate(store: Store, migrations: Sequence[Sequence[str]]) -> None:
    """Run the migrations that this file has not seen: user_version is how many it has."""
    if _version(store) == len(migrations):
        return
    with store.transaction():
        done = _version(store)  # again, now that no other process can be migrating
        if done > len(migrations):
            raise HomeError(f"{store.path} was made by a newer Steward", "upgrade Steward, then try again")
        for statements in migrations[done:]:
            for statement in statements:
                store.run(statement)
        store.run(f"PRAGMA user_version = {len(migrations)}")


def _version(store: Store) -> int:
    return int(store.rows("PRAGMA user_version")[0][0])
