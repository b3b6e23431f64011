"""A home of the fictional quarter, synced."""

from pathlib import Path

from blocks.ledger import Ledger
from connectors import kinds
from connectors.connections import kind_of
from connectors.demo.install import install
from connectors.load import sync
from context.home import Home


def quarter(folder: Path) -> Home:
    """Return a home with the quarter, loaded. The connections are written to the ledger alone: no Prefect is needed."""
    home = Home(folder)
    layout = install(home)
    with Ledger.open(home) as ledger:
        for item in layout.connections:
            path = str(layout.root / item.path)
            kind = kind_of(item.kind, path)
            ledger.sources.connect(item.name, kind, kinds.KINDS[kind].family, item.account, {"path": path})
    assert {result.error for result in sync(home)} == {None}
    return home
