"""What one writes first, as a peer of the benchmark: mailbox, policy.default, an HTML parser, dicts through dlt.

`python usual_mail.py FOLDER MBOX` loads the mbox into FOLDER/usual.duckdb. No search index is made.
"""

import email
import email.policy
import mailbox
import os
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast


class Text(HTMLParser):
    """Collect the text of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    text = cast(str, part.get_content())
    if part.get_content_type() == "text/html":
        parser = Text()
        parser.feed(text)
        text = "".join(parser.parts)
    return text


def rows(path: str) -> Iterator[dict[str, Any]]:
    box = mailbox.mbox(path, factory=lambda file: email.message_from_binary_file(file, policy=email.policy.default))
    for message in box:
        mail = cast(EmailMessage, message)
        try:
            yield {
                "message_id": str(mail["message-id"]),
                "subject": str(mail["subject"]),
                "sender": str(mail["from"]),
                "recipients": str(mail["to"]),
                "date": str(mail["date"]),
                "thread": str(mail["references"]),
                "body": body(mail).encode("utf-8", "replace").decode(),
            }
        except Exception:  # noqa: BLE001 - it stops at thousands of real mails; the usual program skips them
            continue


def main() -> None:
    """Load the mbox."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"DLT_DATA_DIR": str(folder), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    import dlt

    pipeline = dlt.pipeline(
        "usual",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.duckdb(str(folder / "usual.duckdb")),
        dataset_name="mail",
    )
    pipeline.run(rows(sys.argv[2]), table_name="messages", write_disposition="merge", primary_key="message_id")


if __name__ == "__main__":
    main()
