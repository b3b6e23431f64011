"""The handle on a mailbox behind IMAP: Fastmail, iCloud, GMX, Posteo, a company's own server, and all others."""

import ipaddress
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from blocks.files import Certificate, Source


class Imap(Source):
    """A mailbox on a server. It is only ever read."""

    _block_type_name = "Mailbox (IMAP)"
    _block_type_slug = "steward-imap"

    host: str = Field(description="Name of the server, such as imap.fastmail.com.")
    port: int = Field(default=993, ge=1, le=65535, description="993 with TLS, 143 with STARTTLS.")
    user: str = Field(description="User name; with most providers the mail address.")
    password: SecretStr = Field(description="Password, an app password where the provider has them, or access token.")
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls", description="How the connection is encrypted; none only to this machine."
    )
    oauth: bool = Field(default=False, description="Whether the password is an access token (SASL XOAUTH2).")
    folders: list[str] | None = Field(
        default=None, description="Only folders of these names or patterns; all but junk and trash by default."
    )
    authority: Certificate = Field(default=None, description="Path of the certificate that signs your server's (PEM).")
    insecure: bool = Field(default=False, description="Let the password go over an open wire to another machine.")

    @field_validator("host")
    @classmethod
    def _plain(cls, host: str) -> str:
        host = host.strip().rstrip(".")
        if not host or any(sign in host for sign in "/@ \r\n") or not host.isprintable():
            raise ValueError("a server's name is needed, such as imap.example.org")
        return host

    @field_validator("user")
    @classmethod
    def _named(cls, user: str) -> str:
        if not user.strip() or not user.isprintable():
            raise ValueError("a user name is needed")
        return user.strip()

    @field_validator("password")
    @classmethod
    def _given(cls, password: SecretStr) -> SecretStr:
        text = password.get_secret_value()
        if not text or any(sign in text for sign in "\r\n\0"):
            raise ValueError("a password is needed, on one line")
        return password

    @model_validator(mode="after")
    def _protected(self) -> Self:
        """A password goes over no open wire, unless the owner says so."""
        if self.security == "none" and not self.insecure and not _here(self.host):
            raise ValueError("without encryption the password could be read on its way: use --security tls")
        return self


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
