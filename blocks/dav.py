"""Handles on calendars and address books of a server: Nextcloud, iCloud, Fastmail, Radicale, and others that speak
CalDAV and CardDAV.
"""

import ipaddress
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from blocks.files import Certificate, Source

NEARBY = (".local", ".lan", ".internal", ".home.arpa")


class DavAccount(Source):
    """An account on a server, by user name and password."""

    _block_type_name = "WebDAV account"
    _block_type_slug = "steward-dav-account"

    url: str = Field(description="Address of the server or of the account on it: https://…")
    user: str = Field(description="User name; with most providers the mail address.")
    password: SecretStr = Field(description="Password; an app password where the provider has them.")
    authority: Certificate = Field(
        default=None, description="Path of the certificate that signs a server of your own (PEM)."
    )

    @field_validator("url")
    @classmethod
    def _protected(cls, url: str) -> str:
        """A password goes over no open wire: plain http only to this machine or the network at home."""
        parts = urlsplit(url.strip())
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("an address begins with https://")
        if "@" in parts.netloc:
            raise ValueError("the address must hold neither a user name nor a password")
        if parts.scheme == "http" and not _nearby(parts.hostname):
            raise ValueError("an address outside your own network begins with https://")
        return url.strip()

    @field_validator("user")
    @classmethod
    def _named(cls, user: str) -> str:
        if not user.strip() or ":" in user:
            raise ValueError("a user name is needed, without a colon")
        return user.strip()

    @field_validator("password")
    @classmethod
    def _given(cls, password: SecretStr) -> SecretStr:
        if not password.get_secret_value():
            raise ValueError("a password is needed")
        return password


class CalDav(DavAccount):
    """Calendars of an account on a CalDAV server."""

    _block_type_name = "CalDAV account"
    _block_type_slug = "steward-caldav"

    calendars: list[str] | None = Field(default=None, description="Names of the calendars to read; all by default.")


class CardDav(DavAccount):
    """Address books of an account on a CardDAV server."""

    _block_type_name = "CardDAV account"
    _block_type_slug = "steward-carddav"

    books: list[str] | None = Field(default=None, description="Names of the address books to read; all by default.")


def _nearby(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith(NEARBY)
