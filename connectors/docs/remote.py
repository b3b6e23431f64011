"""A file of Google Drive: what is known of it, which reader takes it, in which form it is fetched.

Forms of Google's own documents: https://developers.google.com/workspace/drive/api/guides/ref-export-formats
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from connectors.docs.folder import READERS
from connectors.docs.rows import rows as document_rows
from connectors.google.api import TOO_LARGE, AnswerError, Api, parsed, part
from connectors.shape import Rows
from connectors.web import LARGEST, PassingError, Reply

VERSION = 1  # raised when rows change in meaning: everything is then read anew
FIELDS = "id,name,mimeType,parents,trashed,md5Checksum,modifiedTime,size"
GOOGLES = "application/vnd.google-apps."
FOLDER = GOOGLES + "folder"
OFFICE = "application/vnd.openxmlformats-officedocument."
LATER = "a later sync tries again"

# Google's own kinds → forms to ask for, the best first; the others are for what is larger than Google exports (10 MB).
FORMS: dict[str, tuple[tuple[str, str], ...]] = {
    GOOGLES + "document": (("text/markdown", "markdown"), ("text/plain", "text")),
    GOOGLES + "spreadsheet": ((OFFICE + "spreadsheetml.sheet", "xlsx"), ("text/csv", "text")),
    GOOGLES + "presentation": ((OFFICE + "presentationml.presentation", "pptx"), ("text/plain", "text")),
}
TYPES = {
    "application/pdf": "pdf",
    "application/epub+zip": "epub",
    "text/html": "html",
    "text/markdown": "markdown",
    "text/plain": "text",
    "text/csv": "text",
    "text/tab-separated-values": "text",
    OFFICE + "wordprocessingml.document": "docx",
    OFFICE + "presentationml.presentation": "pptx",
    OFFICE + "spreadsheetml.sheet": "xlsx",
}


class File(NamedTuple):
    """A file as Drive lists it. `mark` tells its content from another: a digest, or for Google's own the time."""

    id: str
    name: str
    mime: str
    parent: str
    mark: str
    modified: str
    size: int

    @property
    def own(self) -> bool:
        """Whether it is a document of Google's own kind, which has no bytes and no suffix."""
        return self.mime.startswith(GOOGLES)

    @property
    def reader(self) -> str | None:
        """Return which reader takes it, or would take its best form; None where none does."""
        if self.own:
            return FORMS[self.mime][0][1] if self.mime in FORMS else None
        return READERS.get(PurePosixPath(self.name).suffix.lower()) or TYPES.get(self.mime)

    @property
    def title(self) -> str:
        """Return a title from its name."""
        stem = self.name if self.own else PurePosixPath(self.name.replace("/", "_")).stem
        return " ".join((stem if self.own else stem.replace("_", " ")).split()) or self.name


class Content(NamedTuple):
    """What was fetched of a file: its bytes, and which reader takes them."""

    file: File
    body: bytes
    reader: str
    sha256: str | None


class TooLargeError(Exception):
    """No form of the file is small enough."""


def file_of(told: Mapping[str, Any]) -> File:
    """Return a file from Drive's description."""
    modified = str(told.get("modifiedTime", ""))
    return File(
        told["id"],
        str(told.get("name", "")),
        str(told.get("mimeType", "")),
        next(iter(told.get("parents", ())), ""),
        str(told.get("md5Checksum") or modified),
        modified,
        int(told.get("size", 0)),
    )


def fetch(api: Api, file: File) -> Content:
    """Return a file's content, and the file as it was then.

    Raises TooLargeError; AnswerError where it is gone (404) or may not be downloaded (403); PassingError.
    """
    if file.size > LARGEST:
        raise TooLargeError
    return _exported(api, file) if file.own else _downloaded(api, file)


def rows(file: File, content: Content | None, answer: Mapping[str, Any], path: str) -> list[Rows]:
    """Return the rows of a file that was read, or whose content is too large."""
    return document_rows(
        file.id,
        answer,
        path=path,
        title=file.title if file.own else answer.get("title") or file.title,
        kind=content.reader if content else file.reader,
        size=file.size or None,
        sha256=content.sha256 if content else None,
        modified_at=moment(file.modified),
    )


def moment(told: str) -> datetime | None:
    """Return an RFC 3339 time; None where it is none."""
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _exported(api: Api, file: File) -> Content:
    for form, reader in FORMS[file.mime]:
        try:
            reply = api.reply(f"files/{part(file.id)}/export", {"mimeType": form})
        except AnswerError as error:
            if TOO_LARGE not in error.reasons:
                raise
            continue
        if not reply.headers.get("Content-Type", "").startswith(form):
            raise _strange(reply)
        return Content(file, reply.body, reader, None)  # exported anew, the same text may be other bytes
    raise TooLargeError


def _downloaded(api: Api, file: File) -> Content:
    """Fetch a file's bytes. It may have changed since it was listed: then it is looked up again."""
    for _ in range(2):
        reply = api.reply(f"files/{part(file.id)}", {"alt": "media"})
        digest = hashlib.md5(reply.body, usedforsecurity=False).hexdigest()
        if digest == file.mark or len(file.mark) != len(digest):  # some files have no digest
            return Content(file, reply.body, file.reader or "text", hashlib.sha256(reply.body).hexdigest())
        file = file_of(parsed(api.reply(f"files/{part(file.id)}", {"fields": FIELDS})))
    raise _strange(reply)


def _strange(reply: Reply) -> Exception:
    return reply.strange() if reply.page else PassingError(f"{reply.host} sent a file that is not whole", LATER)
