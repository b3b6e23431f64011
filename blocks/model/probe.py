"""Probe: what a server can do, found by asking it: its models, one short answer, whether a schema binds, usage."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from blocks.model import wire
from blocks.model.endpoint import Endpoint
from blocks.model.failures import ModelError
from blocks.model.price import cost
from blocks.model.prompt import Prompt


@dataclass(frozen=True)
class Finding:
    """One thing that was probed. `good` None: it is worth knowing, and not wrong."""

    what: str
    good: bool | None
    said: str


class Colour(BaseModel):
    """An enum that no model would choose unbidden: only a schema that binds gives it."""

    colour: Literal["vermilion", "cerulean"]


def probe(endpoint: Endpoint) -> Iterator[Finding]:
    """Yield what is found, cheapest first; stops where nothing answers. Raises nothing for the server's sake."""
    yield _models(endpoint)
    if endpoint.embedding:
        yield _vectors(endpoint, endpoint.embedding)
    began = time.monotonic()
    try:
        prompt = Prompt("You name a colour.", "", "Name the colour of the sky on a clear day, in one word.")
        free = endpoint.model_copy(update={"max_tokens": min(endpoint.max_tokens, 200)})
        reply = wire.send(free, prompt.messages(Colour), Colour, free.max_tokens, lambda *_: None, lambda _: None)
    except ModelError as error:
        yield Finding("answer", False, f"{error.what} — {error.mend}" if error.mend else error.what)
        return
    yield Finding("answer", True, f"in {time.monotonic() - began:.1f} s, by {reply.model}")
    yield _bound(reply)
    counted = reply.tokens_in is not None and reply.tokens_out is not None
    said = f"{reply.tokens_in} in, {reply.tokens_out} out" if counted else "not counted: costs are taken at their most"
    yield Finding("tokens", True if counted else None, said)
    price = cost(endpoint, 1_000_000, 0)
    if price is None:
        yield Finding("price", False, "not known: state it with `steward model set --price IN OUT`, or no call is made")
    else:
        out = cost(endpoint, 0, 1_000_000) or 0.0
        yield Finding("price", True, f"{price:.2f} USD in, {out:.2f} USD out for a million tokens")


def _vectors(endpoint: Endpoint, model: str) -> Finding:
    try:
        answer, seconds = wire.tried(
            endpoint,
            lambda api: api.embeddings.create(model=model, input=["sky"], encoding_format="float"),
            lambda *_: None,
            lambda _: None,
        )
        length = len(answer.data[0].embedding)
    except ModelError as error:
        return Finding("vectors", False, f"{error.what} — {error.mend}" if error.mend else error.what)
    except (AttributeError, IndexError, TypeError):
        return Finding("vectors", False, f"{model} gives none")
    return Finding("vectors", True, f"of {length} numbers in {seconds:.1f} s, by {model}")


def _bound(reply: wire.Reply) -> Finding:
    if reply.failure is not None:
        return Finding("schema", None, f"{reply.failure.what}: answers are checked and repaired here")
    try:
        Colour.model_validate_json(reply.text)
    except ValidationError:
        return Finding("schema", None, "the server does not hold it: answers are checked and repaired here")
    return Finding("schema", True, "the server holds an answer to it")


def _models(endpoint: Endpoint) -> Finding:
    import openai

    try:
        with wire.client(endpoint) as api:
            names = [str(model.id) for model in _first(api.models.list(), 500)]
    except (openai.OpenAIError, ValueError, TypeError) as error:
        return Finding("models", None, f"not listed ({type(error).__name__})")
    if endpoint.model in names:
        return Finding("models", True, f"{endpoint.model} is one of {len(names)}")
    near = ", ".join(sorted(names)[:5]) or "none"
    return Finding("models", None, f"{endpoint.model} is not among those listed ({near} …)")


def _first(pages: Any, most: int) -> Iterator[Any]:
    for number, item in enumerate(pages):
        if number >= most:
            return
        yield item
