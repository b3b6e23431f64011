"""From a source's line in the ledger to the handle its connector reads through.

Where a kind has a secret, its Prefect block is the truth. Loading one costs some seconds where Prefect does not run
yet, and a sync that finds nothing new should not: so the secret is also kept beside the key that Prefect itself locks
its secrets with, locked with that key (0600). Every sync inside Prefect looks at the block and renews this copy.
"""

import importlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks.ledger import SourceRow
from connectors import kinds, stored
from connectors.kinds import Kind
from context.errors import SourceError
from context.home import Home, write_private


def handle_of(home: Home, source: SourceRow) -> Any:
    """Return the handle of a source: its settings, with the secrets that its kind has.

    Raises SourceError where its block is gone.
    """
    kind = kinds.kind(source.kind)
    if not kind.secrets:
        return kinds.plain(source.settings, source.account)
    name = block_of(source.name, source.settings)
    kept = None if _inside(home) else _kept(home, name)
    if kept is None or kept.keys() != set(kind.secrets):
        kept = _told(home, name, source, kind)
        keep(home, name, kept)
    from pydantic import SecretStr

    return kinds.plain({**source.settings, **{name: SecretStr(value) for name, value in kept.items()}}, source.account)


def _inside(home: Home) -> bool:
    """Whether this process runs inside the Prefect of this home: its blocks are then at hand, and the truth."""
    return "prefect" in sys.modules and os.environ.get("PREFECT_HOME") == str(home.prefect)


def block_of(name: str, settings: Mapping[str, Any]) -> str:
    """Return the name of a source's block: its own, but for one that shares an account's."""
    return str(settings.get("through") or name)


def renewal(source: SourceRow) -> str:
    """Return the step that gets a source a new grant: connecting it again under the name that it has."""
    if source.kind not in kinds.KINDS:
        return "upgrade Steward"
    return f"run `steward connect {kinds.KINDS[source.kind].word} … --name {block_of(source.name, source.settings)}`"


def keep(home: Home, name: str, secrets: Mapping[str, str]) -> None:
    """Keep the secrets of a block, locked, for the next sync."""
    if secrets and _kept(home, name) != secrets:
        write_private(_path(home, name), _lock(home).encrypt(json.dumps(dict(secrets)).encode()))


def drop(home: Home, name: str) -> None:
    """Forget the secrets of a block."""
    _path(home, name).unlink(missing_ok=True)


def _kept(home: Home, name: str) -> dict[str, str] | None:
    from cryptography.fernet import InvalidToken

    try:
        found: dict[str, str] = json.loads(_lock(home).decrypt(_path(home, name).read_bytes()))
    except (OSError, InvalidToken, ValueError):
        return None  # none, or locked with a key that is gone: the block is asked
    return found


def _told(home: Home, called: str, source: SourceRow, kind: Kind) -> dict[str, str]:
    """Return the secrets that the block holds. Raises SourceError where it cannot be loaded."""
    if wrong := stored.fault(home, called, kind.secrets):
        raise SourceError(f"{source.name} cannot be read: {wrong}", renewal(source))
    module, _, name = kind.handle.rpartition(".")
    try:
        if _inside(home):
            block = getattr(importlib.import_module(module), name).get(called)
        else:
            from blocks.engine import session

            with session(home):
                block = getattr(importlib.import_module(module), name).get(called)
    except ValueError as error:
        raise SourceError(f"the block of {source.name} is gone", renewal(source)) from error
    return {secret: getattr(block, secret).get_secret_value() for secret in kind.secrets}


def _path(home: Home, name: str) -> Path:
    return home.secrets / f"source-{name}"


def _lock(home: Home) -> Any:
    from cryptography.fernet import Fernet

    from blocks.engine import secret

    return Fernet(secret(home, "encryption-key"))
