"""One Google account: what its calendar, mail, documents, tasks and contacts are read through."""

import json
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from blocks.files import Source

AUTH_URI = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
NONE = SecretStr("")


class GoogleAccount(Source):
    """A grant to read one account: a refresh token of the owner's own client, or a service account's key.

    The addresses of the interfaces can be pointed elsewhere: `bases` maps calendar, gmail, drive, tasks and people to
    another origin each (default: Google's own).
    """

    _block_type_name = "Google account"
    _block_type_slug = "steward-google-account"

    address: str = Field(default="", description="Mail address of the account.")
    client_id: str = Field(default="", description="The OAuth client of type “Desktop app”.")
    client_secret: SecretStr = Field(default=NONE, description="That client's secret.")
    refresh_token: SecretStr = Field(default=NONE, description="The grant, as Google gave it.")
    service_account: SecretStr = Field(default=NONE, description="Key of a service account (the JSON file's text).")
    subject: str = Field(default="", description="With a service account: the person in whose name it reads.")
    scopes: list[str] = Field(default_factory=list, description="What was granted.")
    auth_uri: str = Field(default=AUTH_URI, description="Where the owner consents.")
    token_uri: str = Field(default=TOKEN_URI, description="Where access tokens are got.")
    bases: dict[str, str] = Field(default_factory=dict, description="Other origins than Google's, by interface.")
    granted_at: str = Field(default="", description="When it was granted (ISO 8601, UTC).")
    ends_at: str = Field(default="", description="When it ends, where that is known (ISO 8601, UTC).")
    testing: bool = Field(default=False, description="Whether the consent screen is in “Testing”: 7 days a grant.")

    @field_validator("auth_uri", "token_uri", "bases")
    @classmethod
    def _protected(cls, value: Any) -> Any:
        """Credentials go there: only encrypted, or to this machine itself."""
        for url in value.values() if isinstance(value, dict) else [value]:
            parts = urlsplit(url)
            if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
                raise ValueError("an address of Google's interfaces begins with https://")
        return value

    @model_validator(mode="after")
    def _usable(self) -> "GoogleAccount":
        if key := self.service_account.get_secret_value():
            try:
                given = json.loads(key)
            except ValueError:
                raise ValueError("the service account's key is no JSON") from None
            if not isinstance(given, dict) or not {"client_email", "private_key"} <= given.keys():
                raise ValueError("the service account's key lacks client_email or private_key")
        elif not (self.client_id and self.refresh_token.get_secret_value()):
            raise ValueError("an account needs a client and its grant, or a service account's key")
        return self
