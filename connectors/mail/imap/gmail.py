"""What Gmail adds to IMAP, where it says X-GM-EXT-1: the labels of each mail.

Its folders are labels: a mail stands in as many as it has labels, and always in All Mail, but for spam and bin. So that
one folder is read, and a mail gives one row with its labels. Names of labels are written as those of folders are;
Gmail's own begin with a backslash. A folder's own label is not told of the mails in it.
https://developers.google.com/workspace/gmail/imap/imap-extensions
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.mail.imap import grammar
from connectors.mail.marks import Marks

CAPABILITY = "X-GM-EXT-1"
LABELS = b"X-GM-LABELS"
ALL = "\\all"  # All Mail in a list of folders (RFC 6154)
SAID = frozenset({"\\STARRED"})  # \Flagged says it too
DRAFTS = frozenset({"\\DRAFT", "\\DRAFTS"})  # not read: a draft becomes another mail when it is sent
# Google does not say that other labels count as a change (RFC 7162): so often those of all mails are compared.
COMPARED = timedelta(days=1)


def marked(marks: Marks, labels: Sequence[Any]) -> Marks:
    """Return marks with labels as they were answered; Gmail's own as its other interface names them, such as INBOX."""
    told = [grammar.folder_name(label) for label in labels if isinstance(label, bytes)]
    own = {label.upper() for label in told if label.startswith("\\")}
    names = {label.replace("\0", "") for label in told if not label.startswith("\\")}
    names |= {label[1:] for label in own - SAID - DRAFTS}
    kept = tuple(sorted({*marks.labels, *names})[: grammar.LABELS])
    return replace(marks, labels=kept, deleted=marks.deleted or not own.isdisjoint(DRAFTS))


def fresh(compared: str | None, now: datetime) -> bool:
    """Whether the labels of all mails were compared lately."""
    return compared is not None and now - COMPARED < datetime.fromisoformat(compared) <= now
