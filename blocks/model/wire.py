"""One request on the wire: the openai client, and the only place where a request is sent again.

A request is sent again only where it certainly had no success: no connection was made, or the server itself said so
(HTTP 408, 409, 429, 5xx). After an answer, after a read that timed out and after a connection that broke while the
answer was awaited it is not: the provider may have served and charged it.
"""

import email.utils
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from blocks.model.endpoint import Endpoint
from blocks.model.failures import (
    BusyError,
    DeclinedError,
    DeniedError,
    FilteredError,
    InvalidError,
    ModelError,
    TimedOutError,
    TruncatedError,
    UnreachableError,
)
from blocks.model.prompt import shape

if TYPE_CHECKING:
    from openai import OpenAI

TRIES = 3
PATIENCE = 60.0  # seconds: a server that asks for a longer wait is given up
AGAIN = frozenset({408, 409, 429})
CONNECT = 10.0


@dataclass(frozen=True)
class Reply:
    """What one request brought. Token counts are None where the server gives no usage."""

    text: str
    tokens_in: int | None
    tokens_out: int | None
    tokens_cached: int | None
    seconds: float
    model: str
    failure: ModelError | None = None  # an answer that was paid for and cannot be used


# Told of each failed try that is made again: its number, the failure, its seconds.
Told = Callable[[int, ModelError, float], None]


def client(endpoint: Endpoint) -> "OpenAI":
    """Return an openai client for an endpoint, with its own retries off."""
    import openai

    key = endpoint.api_key.get_secret_value() if endpoint.api_key else "none"  # the SDK insists on one
    timeout = openai.Timeout(endpoint.timeout, connect=min(CONNECT, endpoint.timeout))
    return openai.OpenAI(
        base_url=endpoint.base_url,
        api_key=key,
        timeout=timeout,
        max_retries=0,
        # redirects are not followed: they would carry the prompt to an address that nobody configured
        http_client=openai.DefaultHttpxClient(timeout=timeout, trust_env=not endpoint.local, follow_redirects=False),
    )


def send(
    endpoint: Endpoint,
    messages: Sequence[dict[str, str]],
    schema: type[BaseModel],
    max_tokens: int,
    told: Told,
    sleep: Callable[[float], None] = time.sleep,
) -> Reply:
    """Send one request, again where that is safe, and return what came.

    An answer that came but cannot be used is a Reply with its `failure`: it was paid for.
    Raises UnreachableError, TimedOutError, DeniedError, BusyError or InvalidError where there is none; its `charged`
    says whether it may have been paid for.
    """
    request: dict[str, Any] = {"model": endpoint.model, "messages": list(messages)}
    request |= endpoint.parameters(max_tokens)
    if endpoint.form == "json_schema":
        form = {"name": schema.__name__, "schema": shape(schema), "strict": True}
        request["response_format"] = {"type": "json_schema", "json_schema": form}
    elif endpoint.form == "json_object":
        request["response_format"] = {"type": "json_object"}
    answer, seconds = tried(endpoint, lambda api: api.chat.completions.create(**request), told, sleep)
    return _reply(answer, endpoint, seconds)


def tried(
    endpoint: Endpoint, ask: Callable[["OpenAI"], Any], told: Told, sleep: Callable[[float], None] = time.sleep
) -> tuple[Any, float]:
    """Make one request, again where that is safe; return what came, as the SDK has it, and its seconds.

    Raises what `send` does.
    """
    import openai

    with client(endpoint) as api:
        for number in range(1, TRIES + 1):
            began = time.monotonic()
            try:
                return ask(api), time.monotonic() - began
            except (openai.OpenAIError, ValueError) as error:  # ValueError: a body under HTTP 200 that is not JSON
                failure, again = _read(error, endpoint)
                wait = _wait(error, number)
                if not again or number == TRIES or wait > PATIENCE:
                    raise failure from None  # the SDK's error holds the request
                told(number, failure, time.monotonic() - began)
                sleep(wait)
    raise AssertionError("unreachable")


def _read(error: Exception, endpoint: Endpoint) -> tuple[ModelError, bool]:
    """Return what a failed request means, and whether it is safe to send it again."""
    import httpx2
    import openai

    host, mend = endpoint.host, "run `steward model test`"
    failure: ModelError
    if isinstance(error, openai.APITimeoutError):
        if isinstance(error.__cause__, httpx2.ConnectTimeout | httpx2.PoolTimeout):
            return UnreachableError(f"{host} cannot be reached", mend), True
        failure = TimedOutError(f"{host} did not answer in {endpoint.timeout:.0f} s", mend)
    elif isinstance(error, openai.APIConnectionError):
        if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ProxyError | httpx2.UnsupportedProtocol):
            return UnreachableError(f"{host} cannot be reached", mend), True
        failure = UnreachableError(f"the connection to {host} broke off", mend)
    elif isinstance(error, openai.APIStatusError):
        status = error.status_code
        if status in AGAIN or status >= 500:
            return BusyError(f"{host} is busy or failing (HTTP {status})", "try again later"), True
        if status in (401, 403):
            return DeniedError(
                f"{host} refuses the key (HTTP {status})", "run `steward model set` with a new key"
            ), False
        return DeniedError(f"{host} refuses the request (HTTP {status})", mend), False
    else:
        failure = InvalidError(f"{host} did not answer as a model does", mend)
    failure.charged = True
    return failure, False


def _wait(error: Exception, number: int) -> float:
    """Return the seconds before the next try: the server's own wish (RFC 9110, 10.2.3), else 1, 2, 4 …"""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    wish = str(headers.get("retry-after", "")).strip()
    if wish.isdigit():
        return float(wish)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(wish) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # none given, or not a date
        return float(2 ** (number - 1))


def _reply(answer: Any, endpoint: Endpoint, seconds: float) -> Reply:
    """Read an answer without trusting its shape: servers differ in what they leave out."""
    usage = getattr(answer, "usage", None)
    details = getattr(usage, "prompt_tokens_details", None)
    choices = getattr(answer, "choices", None)
    choices = choices if isinstance(choices, list) else []
    message = getattr(choices[0], "message", None) if choices else None
    reason = getattr(choices[0], "finish_reason", None) if choices else None
    text = getattr(message, "content", None) or ""
    failure: ModelError | None = None
    if reason == "length":
        failure = TruncatedError("the model's answer was cut off", "raise its max_tokens with `steward model set`")
    elif reason == "content_filter":
        failure = FilteredError(f"{endpoint.host} filtered the answer")
    elif getattr(message, "refusal", None):
        failure = DeclinedError("the model declined to answer")
    elif not text.strip():
        failure = InvalidError("the model's answer is empty")
    return Reply(
        text=text,
        tokens_in=_count(getattr(usage, "prompt_tokens", None)),
        tokens_out=_count(getattr(usage, "completion_tokens", None)),
        tokens_cached=_count(getattr(details, "cached_tokens", None)),
        seconds=seconds,
        model=str(getattr(answer, "model", None) or endpoint.model),
        failure=failure,
    )


def _count(given: Any) -> int | None:
    return given if isinstance(given, int) and given >= 0 else None
