"""A home with the fictional quarter, connected and loaded, made without a server and without a terminal."""

from blocks.ledger import Ledger
from connectors import kinds
from connectors.connections import kind_of
from connectors.demo.install import install
from connectors.load import sync
from context.errors import StorageError
from context.home import Home


def ready(home: Home) -> Home:
    """Lay the quarter down in `home`, connect it in the ledger alone and load it; return the home.

    Raises HomeError where the folder is somebody's, StorageError where the quarter cannot be loaded.
    """
    layout = install(home)
    with Ledger.open(home) as ledger:
        for item in layout.connections:
            path = str(layout.root / item.path)
            kind = kind_of(item.kind, path)
            ledger.sources.connect(item.name, kind, kinds.KINDS[kind].family, item.account, {"path": path})
    if failed := [f"{result.name}: {result.error}" for result in sync(home) if result.error]:
        raise StorageError(f"the quarter cannot be loaded ({failed[0]})", "run `steward doctor`")
    return home
