"""The one table that every mail source fills, and its form as an Arrow schema."""

from functools import cache
from typing import Any

from connectors.shape import Table

VERSION = "1"  # raised when the same bytes give another row: every mail is then read again

MESSAGES = Table(
    name="messages",
    comment="Mails as they were received: one row per mail of a mailbox, text already decoded.",
    columns={
        "folder": ("text", "Folder of the mailbox, '/' between levels"),
        "message_id": ("text", "Message-ID without brackets; null where the mail has none"),
        "thread_root": ("text", "Oldest known ancestor: first of References, else In-Reply-To, else itself"),
        "in_reply_to": ("text", "Message-ID that this mail answers"),
        "reference_ids": ("json", "Message-IDs of References, oldest first"),
        "sent_at": ("timestamp", "Date header, repaired; where it is unusable the time of receipt"),
        "received_at": ("timestamp", "Time in the newest Received header, else on the mbox's From_ line"),
        "from_address": ("text", "Address of the first author, lower case"),
        "from_name": ("text", "Display name of the first author, as the mail gives it"),
        "to_addresses": ("json", "To: [{address, name}], at most 10,000"),
        "cc_addresses": ("json", "Cc: [{address, name}], at most 10,000"),
        "reply_to": ("text", "Address that answers should go to, where the mail names one"),
        "subject": ("text", "Subject, decoded, on one line"),
        "body": ("text", "Readable text: the plain part, else the text of the HTML part"),
        "is_html": ("bool", "Whether `body` was taken from HTML"),
        "labels": ("json", "Labels or keywords given by the mail program"),
        "seen": ("bool", "Read by the owner; null where the mailbox does not say"),
        "answered": ("bool", "Answered by the owner; null where the mailbox does not say"),
        "flagged": ("bool", "Starred or flagged by the owner; null where the mailbox does not say"),
        "list_id": ("text", "Identifier of the mailing list (RFC 2919), without brackets"),
        "list_unsubscribe": ("text", "List-Unsubscribe header (RFC 2369)"),
        "automated": ("bool", "Sent by a machine: auto-submitted, bulk, bounce, or from a no-reply address"),
        "attachments": (
            "json",
            "Attachments: [{name, type, size}], size in bytes as encoded in the mail, null where unknown",
        ),
        "size": ("bigint", "Size of the whole mail in bytes"),
        "content_hash": ("text", "SHA-256 of the mail, without the status lines that mail programs add"),
        "duplicate_id": ("bool", "A mail read before it has the same Message-ID and other content; both are kept"),
    },
    history=("folder", "labels", "seen", "answered", "flagged"),
)

TABLES = (MESSAGES,)
COLUMNS = ("key", "row_hash", *MESSAGES.columns)


@cache
def schema() -> Any:
    """Return the pyarrow schema of the declared columns, after `key` and `row_hash`. JSON travels as text."""
    import pyarrow as pa

    types = {
        "bigint": pa.int64(),
        "bool": pa.bool_(),
        "timestamp": pa.timestamp("us", "UTC"),
    }
    declared = [(name, types.get(kind, pa.string())) for name, (kind, _) in MESSAGES.columns.items()]
    return pa.schema([("key", pa.string()), ("row_hash", pa.string()), *declared])
