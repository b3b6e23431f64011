"""The configured endpoint's embedding model: `/embeddings` as OpenAI has it, within the day's cap, and written down.

What is asked of it goes to that server: the text of mails, events and documents. It is asked only where the owner set
an embedding model (`steward model set … --embedding NAME`).
"""

import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from blocks.ledger import CallRow, Cap, Ledger
from blocks.model import saved, wire
from blocks.model.endpoint import Endpoint
from blocks.model.failures import CapError, InvalidError, ModelError
from blocks.model.price import cost
from context.errors import ConfigError
from context.home import Home

PURPOSE = "search"
DAY_USD = 1.0  # where the policies name no cap for a day
MOST = 64  # texts in one request


def named(base_url: str, model: str) -> str:
    """Return what tells this model from others: its vectors may differ from those of its namesake elsewhere."""
    return f"{model} at {urlsplit(base_url).hostname or base_url}"


class Remote:
    """The embedding model of the configured endpoint. Its key is fetched from Prefect's block when first needed."""

    floor = None
    most = MOST

    def __init__(self, home: Home) -> None:
        self._home = home
        known = saved.configured(home) or {}
        self._known = known
        self.name = named(str(known.get("base_url")), str(known.get("embedding")))

    @cached_property
    def _endpoint(self) -> Endpoint:
        """Return the endpoint, with the embedding model in the place of the other one."""
        if self._known.get("key"):
            from blocks import engine

            with engine.session(self._home):
                endpoint = saved.load(self._home)
        else:
            endpoint = Endpoint(**{name: value for name, value in self._known.items() if name != "key"})
        if endpoint is None or not endpoint.embedding:
            raise ConfigError("no embedding model is configured", "run `steward model set`")
        return endpoint.model_copy(update={"model": endpoint.embedding})

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit vectors. Raises RefusedError (a cap) or a ModelError."""
        made = [self._batch(texts[start : start + MOST]) for start in range(0, len(texts), MOST)]
        return np.concatenate(made) if made else np.empty((0, 0), np.float32)

    def _batch(self, texts: Sequence[str]) -> np.ndarray:
        end = self._endpoint
        bound = sum(len(text.encode()) + 2 for text in texts)  # byte-level BPE makes at most one token of a byte
        if (most := cost(end, bound, 0)) is None:
            raise CapError(f"the price of {end.model} is not known", "state it with `steward model set --price`")
        digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
        with Ledger.open(self._home) as ledger:
            held = ledger.calls.reserve(self._row(digest, most, "pending"), [self._cap()])
            began = time.monotonic()
            try:
                answer, seconds = wire.tried(
                    end,
                    lambda api: api.embeddings.create(model=end.model, input=list(texts), encoding_format="float"),
                    lambda *_: None,
                )
                vectors = _vectors(answer, len(texts), end)
            except ModelError as error:
                spent = most if error.charged else 0.0
                ledger.calls.settle(
                    held, self._row(digest, spent, "failed", time.monotonic() - began, error=error.word)
                )
                raise
            tokens = getattr(getattr(answer, "usage", None), "prompt_tokens", None)
            paid = most if tokens is None else cost(end, tokens, 0)
            ledger.calls.settle(held, self._row(digest, paid, "ok", seconds, tokens))
        return vectors

    @cached_property
    def _profile(self) -> Any:
        from context import store

        return store.load(self._home)

    def _cap(self) -> Cap:
        from context.windows import bounds

        profile = self._profile
        dawn: datetime = bounds(self._home.now().astimezone(profile.zone).date(), profile.zone)[0]
        day = profile.policies.budget("day")
        return Cap(DAY_USD if day is None else day, dawn.astimezone(UTC))

    def _row(
        self,
        digest: str,
        usd: float | None,
        outcome: str,
        seconds: float | None = None,
        tokens: int | None = None,
        error: str | None = None,
    ) -> CallRow:
        took = None if seconds is None else timedelta(seconds=seconds) // timedelta(milliseconds=1)
        return CallRow(
            self._home.now(),
            "search",
            PURPOSE,
            self._endpoint.model,
            digest,
            tokens,
            0,
            usd,
            took,
            outcome,
            error=error,
        )


def _vectors(answer: Any, count: int, endpoint: Endpoint) -> np.ndarray:
    """Read an answer without trusting its shape. Raises InvalidError."""
    data = getattr(answer, "data", None)
    try:
        ordered = sorted(data or [], key=lambda item: item.index)
        made = np.array([item.embedding for item in ordered], np.float32)
    except (AttributeError, TypeError, ValueError):
        made = np.empty((0, 0), np.float32)
    if made.ndim != 2 or len(made) != count or not made.shape[1] or not np.isfinite(made).all():
        failure = InvalidError(f"{endpoint.host} did not answer with a vector a text", "run `steward model test`")
        failure.charged = True
        raise failure
    unit: np.ndarray = made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)
    return unit
