"""A document that was read → its row and those of its passages, wherever it lay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.docs.tables import DOCUMENTS, PASSAGES
from connectors.shape import Rows


def rows(
    key: str,
    answer: Mapping[str, Any],
    *,
    path: str,
    title: str,
    kind: str | None,
    size: int | None,
    sha256: str | None,
    modified_at: datetime | None,
) -> list[Rows]:
    """Return the rows of the document `key`, which is its file too. `answer` is what its reader told of it."""
    document = {
        "key": key,
        "path": path,
        "title": title,
        "kind": kind,
        "text": answer.get("text") or None,
        "size": size,
        "sha256": sha256,
        "modified_at": modified_at,
        "state": answer["state"],
        "author": answer.get("author"),
        "links": answer.get("links", []),
        "words": answer.get("words"),
        "pages": answer.get("pages"),
    }
    pieces = [
        {
            "key": f"{key}#{ordinal}",
            "document_key": key,
            "ordinal": ordinal,
            "heading": heading or None,
            "text": text,
            "page": page,
        }
        for ordinal, (heading, text, page) in enumerate(answer.get("passages", ()), 1)
    ]
    return [Rows(DOCUMENTS.name, key, [document]), *([Rows(PASSAGES.name, key, pieces)] if pieces else [])]
