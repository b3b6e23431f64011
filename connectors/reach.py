"""From a source's line in the ledger to the handle its connector reads through."""

import importlib
from typing import Any

from blocks.ledger import SourceRow
from connectors import kinds
from context.errors import SourceError
from context.home import Home


def handle_of(home: Home, source: SourceRow) -> Any:
    """Return the handle of a source: its settings alone, or its Prefect block where that holds a secret.

    Raises SourceError where the block is gone.
    """
    kind = kinds.kind(source.kind)
    if not kind.secrets:
        return kinds.plain(source.settings, source.account)
    from blocks.engine import configure

    configure(home)
    module, _, name = kind.handle.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name).get(source.name)
    except ValueError as error:
        raise SourceError(
            f"the block of {source.name} is gone", f"run `steward connect {kind.word} … --name {source.name}`"
        ) from error
