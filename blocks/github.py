"""The handle on GitHub: whose account, which repositories, and the token that reads them."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from blocks.files import Source

API = "https://api.github.com"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class GitHub(Source):
    """One account on GitHub, or on a GitHub Enterprise server: issues, pull requests, reviews, notifications."""

    _block_type_name = "GitHub"
    _block_type_slug = "steward-github"

    token: SecretStr = Field(description="Personal access token that may read.")
    login: str = Field(description="Name of the account.")
    api: str = Field(default=API, description="Address of the REST API; of an Enterprise server https://HOST/api/v3.")
    repos: list[str] | None = Field(
        default=None, description="Repositories (org/name) to read; by default what concerns the account."
    )

    @field_validator("token")
    @classmethod
    def _one_word(cls, token: SecretStr) -> SecretStr:
        """A token is sent as a header: it holds neither blanks nor anything beyond ASCII."""
        text = token.get_secret_value().strip()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("a token is one word of plain letters and digits")
        return SecretStr(text)

    @field_validator("api")
    @classmethod
    def _protected(cls, api: str) -> str:
        parts = urlsplit(api.strip())
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("the API's address begins with https://")
        return api.strip().rstrip("/")

    @field_validator("repos")
    @classmethod
    def _named(cls, repos: list[str] | None) -> list[str] | None:
        for repo in repos or ():
            owner, _, name = repo.partition("/")
            allowed = owner and name not in ("", ".", "..") and "/" not in name
            if not allowed or not all(char.isascii() and (char.isalnum() or char in "-_.") for char in owner + name):
                raise ValueError("a repository is named as org/name")
        return sorted(set(repos), key=str.lower) if repos else None
