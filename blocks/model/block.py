"""The model as a Prefect block: its typed form in the Prefect UI, its key in a Secret field."""

from pydantic import Field, SecretStr

from blocks.handle import Handle
from blocks.model.endpoint import Endpoint, Form, Limit

NAME = "default"


class Model(Handle):
    """An OpenAI-compatible endpoint that writes for the owner. Without one, Steward renders facts directly."""

    _block_type_name = "Steward model"
    _block_type_slug = "steward-model"

    base_url: str = Field(description="Address under which /chat/completions answers, such as https://host/v1.")
    model: str = Field(description="Name of the model, as the server knows it.")
    api_key: SecretStr | None = Field(default=None, description="Key; empty for a server that asks for none.")
    provider: str | None = Field(
        default=None, description='Price list (genai-prices id); "local" costs nothing; empty: found by the address.'
    )
    usd_per_million: tuple[float, float] | None = Field(
        default=None, description="Your own price per million tokens (in, out), where no list knows it."
    )
    temperature: float | None = Field(default=0.0, description="Left out where empty: reasoning models refuse it.")
    seed: int | None = Field(default=7, description="Left out where empty.")
    max_tokens: int = Field(default=2_000, description="Ceiling of one answer, in tokens.")
    timeout: float = Field(default=90.0, description="Seconds to wait for an answer.")
    limit: Limit = Field(default="max_tokens", description="What the server calls the ceiling.")
    form: Form = Field(default="json_schema", description="How far the server can constrain an answer.")
    embedding: str | None = Field(
        default=None, description="Model that makes vectors of your texts, for search by meaning; empty: none."
    )

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Model":
        return cls(**{name: getattr(endpoint, name) for name in Endpoint.model_fields})

    def endpoint(self) -> Endpoint:
        """Return the plain settings, checked."""
        return Endpoint(**{name: getattr(self, name) for name in Endpoint.model_fields})
