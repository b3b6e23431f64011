"""An endpoint: where a model answers and with which parameters. Plain data, importable without Prefect or openai."""

import ipaddress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from context.errors import InputError

Limit = Literal["max_tokens", "max_completion_tokens"]
Form = Literal["json_schema", "json_object", "none"]


class Endpoint(BaseModel):
    """An OpenAI-compatible endpoint (`/chat/completions` under `base_url`) and how to ask it.

    `limit` is the name that the server knows for the ceiling of answer tokens; `form` is how far it constrains an
    answer (whatever it says, every answer is validated here). `temperature` and `seed` are left out where None:
    reasoning models refuse them. `provider` is the price list to look in (genai-prices id); "local" costs nothing.
    `usd_per_million` is the owner's own price (in, out), for a model that no list knows. `embedding` is the model that
    makes vectors of texts (`/embeddings`), where search by meaning may use this server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str
    model: str = Field(min_length=1)
    api_key: SecretStr | None = None
    provider: str | None = None
    usd_per_million: tuple[float, float] | None = None
    temperature: float | None = 0.0
    seed: int | None = 7
    max_tokens: int = Field(default=2_000, ge=16, le=64_000)
    timeout: float = Field(default=90.0, ge=1.0, le=600.0)
    limit: Limit = "max_tokens"
    form: Form = "json_schema"
    embedding: str | None = Field(default=None, min_length=1)

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def local(self) -> bool:
        """Whether it answers on this machine; then no proxy of the environment is used."""
        return self.host == "localhost" or _address(self.host).startswith("loopback")

    def parameters(self, max_tokens: int) -> dict[str, float | int]:
        """Return the sampling parameters of a request, as the server names them."""
        given: dict[str, float | int] = {self.limit: max_tokens}
        if self.temperature is not None:
            given["temperature"] = self.temperature
        if self.seed is not None:
            given["seed"] = self.seed
        return given


@dataclass(frozen=True)
class Preset:
    """What is known of a kind of server before it is asked."""

    about: str
    base_url: str | None  # None: the owner has to give theirs
    model: str | None
    provider: str | None
    needs_key: bool
    limit: Limit = "max_tokens"
    temperature: float | None = 0.0
    seed: int | None = 7


PRESETS: dict[str, Preset] = {
    # platform.openai.com/docs/api-reference/chat: max_tokens is deprecated there, and reasoning models refuse
    # max_tokens, temperature and (silently) seed
    "openai": Preset("OpenAI", "https://api.openai.com/v1", "gpt-4.1-mini", "openai", True, "max_completion_tokens"),
    # learn.microsoft.com, "Azure OpenAI v1 API": the deployment's name is the model, the key goes as a bearer
    "azure": Preset(
        "Azure OpenAI (https://RESOURCE.openai.azure.com/openai/v1)", None, None, "azure", True, "max_completion_tokens"
    ),
    "ollama": Preset("Ollama on this machine", "http://127.0.0.1:11434/v1", None, "local", False),
    "vllm": Preset("vLLM", "http://127.0.0.1:8000/v1", None, "local", False),
    "lmstudio": Preset("LM Studio on this machine", "http://127.0.0.1:1234/v1", None, "local", False),
    "llamacpp": Preset("llama.cpp server", "http://127.0.0.1:8080/v1", None, "local", False),
    "custom": Preset("any other OpenAI-compatible server", None, None, None, False),
}


def checked_url(url: str) -> str:
    """Return a base URL without its final slash.

    Raises InputError unless it is http(s) without credentials, query or fragment; and for plain http to a host of the
    public internet, where key and mail would travel in clear.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("the base URL is not an http(s) address", "give one like https://host/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            "the base URL carries a credential, query or fragment", "give the key by prompt or environment"
        )
    if parts.scheme == "http" and not _near(parts.hostname):
        raise InputError(f"plain http to {parts.hostname} would send your data in clear", "use an https address")
    return url.strip().rstrip("/")


def _near(host: str) -> bool:
    """Whether a host is this machine or on the local network."""
    kind = _address(host)
    if kind:
        return kind in ("loopback", "private")
    return "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa", ".localhost"))


def _address(host: str) -> str:
    """Return "loopback", "private" or "public" for a literal IP address, "" for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    return "loopback" if address.is_loopback else "private" if address.is_private else "public"
