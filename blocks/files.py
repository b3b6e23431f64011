"""Handles on what lies in files, and behind one secret address: calendars, mail, documents, code, tasks, contacts.

A connector reads through any object that has these attributes. The ledger mirrors the settings that are no secret, so a
sync makes its handle of those alone (`connectors.kinds.plain`) and imports no Prefect; only where a kind has a secret
(`IcsUrl.url`) is the block itself loaded. Paths are absolute: a run's working directory is a temporary folder.
"""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator

from blocks.handle import Handle


class Source(Handle):
    """What all sources have: the label of the account that it belongs to."""

    account: str = Field(default="", description="Label of the account, such as “work”; the block's name by default.")

    def settings(self) -> dict[str, Any]:
        """Return what the ledger may mirror: every setting that is neither the account nor a secret."""
        secret = {name for name, field in type(self).model_fields.items() if field.annotation is SecretStr}
        kept = set(type(self).model_fields) - secret - {"account"} - set(Handle.model_fields)
        return {name: value for name in sorted(kept) if (value := getattr(self, name)) is not None}


def _certificate(path: str | None) -> str | None:
    if path is None:
        return None
    found = Path(path).expanduser().absolute()
    if not found.is_file():
        raise ValueError("there is no certificate at that path")
    return str(found)


Certificate = Annotated[str | None, AfterValidator(_certificate)]  # what signs a server of one's own (PEM)


class LocalPath(Source):
    """One file or folder of this machine."""

    _block_type_name = "Local path"
    _block_type_slug = "steward-local-path"

    path: str = Field(description="Absolute path.")

    @field_validator("path")
    @classmethod
    def _absolute(cls, path: str) -> str:
        if not path or "\0" in path:
            raise ValueError("a path is needed")
        return str(Path(path).expanduser().absolute())


class IcsFile(LocalPath):
    """One calendar file (.ics)."""

    _block_type_name = "Calendar file"
    _block_type_slug = "steward-ics-file"


class IcsFolder(LocalPath):
    """A folder of .ics files, at any depth."""

    _block_type_name = "Calendar folder"
    _block_type_slug = "steward-ics-folder"


class IcsUrl(Source):
    """A calendar behind a secret address, as Google, Outlook and Nextcloud give them out: who knows it can read it."""

    _block_type_name = "Calendar address"
    _block_type_slug = "steward-ics-url"

    url: SecretStr = Field(description="The secret address: https://… or webcal://…")

    @field_validator("url")
    @classmethod
    def _web(cls, url: SecretStr) -> SecretStr:
        """webcal is http by another name; every provider that gives such addresses serves them by https."""
        text = url.get_secret_value().strip()
        if text.startswith("webcal://"):
            text = "https://" + text.removeprefix("webcal://")
        parts = urlsplit(text)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("an address begins with https:// or webcal://")
        return SecretStr(text)


class Mbox(LocalPath):
    """One mail archive in mbox format (Thunderbird, Takeout, mailing lists)."""

    _block_type_name = "Mail archive (mbox)"
    _block_type_slug = "steward-mbox"


class Maildir(LocalPath):
    """A Maildir, with its subfolders (Maildir++)."""

    _block_type_name = "Maildir"
    _block_type_slug = "steward-maildir"


class EmlFolder(LocalPath):
    """A folder of .eml files, at any depth."""

    _block_type_name = "Mail folder (.eml)"
    _block_type_slug = "steward-eml-folder"


class DocumentFolder(LocalPath):
    """A folder of documents. Patterns are those of shells, on paths below the folder."""

    _block_type_name = "Document folder"
    _block_type_slug = "steward-document-folder"

    include: list[str] | None = Field(default=None, description="Only what matches one of these, such as “*.md”.")
    exclude: list[str] | None = Field(default=None, description="Not what matches one of these.")


class GitRepository(LocalPath):
    """A local git repository, with or without a working tree."""

    _block_type_name = "Git repository"
    _block_type_slug = "steward-git-repository"


class TaskFolder(LocalPath):
    """A folder of Markdown files with check boxes."""

    _block_type_name = "Task folder"
    _block_type_slug = "steward-task-folder"


class ContactFile(LocalPath):
    """Contacts in vCard format: one file, or a folder of them."""

    _block_type_name = "Contacts (vCard)"
    _block_type_slug = "steward-contact-file"
