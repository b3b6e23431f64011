"""A mailbox behind IMAP. Table: messages. Handle: `blocks.imap.Imap` (host, port, user, password, security, folders).

Cursors: for each folder UIDVALIDITY, UIDNEXT and the modification sequence; for each thousand UIDs of it the marks and
keys of its mails. Only the server can tell whether something changed, so there is no fingerprint.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.mail.tables import TABLES
from connectors.shape import Item, Known, Preview

__all__ = ["TABLES", "ZONED", "fingerprint", "preview", "read"]
ZONED = False


def preview(handle: Any) -> Preview:
    """Log in and count. Raises InputError, GrantError, PassingError or SourceError."""
    from connectors.mail.imap import source

    return source.preview(handle)


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed, newest first in each folder. Raises GrantError, PassingError or SourceError."""
    from connectors.mail.imap import source

    yield from source.read(handle, known)
