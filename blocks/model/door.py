"""The one door: a typed answer for a prompt, within the caps, from the cache where the same was asked before.

Order of things: cache → caps (an upper bound of the cost is reserved in the ledger) → request → the row settled with
what it was → validation → at most one repair → cache. Answers that cannot be used are cached as such: the same facts,
prompt, model and parameters never cost a second call.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from blocks.ledger import CallRow, Cap, Ledger
from blocks.model import wire
from blocks.model.endpoint import Endpoint
from blocks.model.failures import (
    CapError,
    DeclinedError,
    FilteredError,
    InvalidError,
    ModelError,
    TruncatedError,
)
from blocks.model.price import cost, most_tokens
from blocks.model.prompt import Prompt, canonical, shape
from context.errors import RefusedError

T = TypeVar("T", bound=BaseModel)
Check = Callable[[T], list[str]]  # what is wrong with an answer that fits its schema; sentences for the model to read

KEPT = {kind.word: kind for kind in (InvalidError, TruncatedError, FilteredError, DeclinedError)}


@dataclass(frozen=True)
class Caps:
    """What may be spent, in US dollars: by one call, by the run since `run_began`, by everything since `day_began`."""

    day_usd: float
    day_began: datetime
    run_usd: float
    run_began: datetime
    call_usd: float | None = None

    def of(self, purpose: str) -> list[Cap]:
        return [Cap(self.run_usd, self.run_began, purpose), Cap(self.day_usd, self.day_began)]


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A validated answer and what it cost. `faults` is what `check` still found after the repair."""

    value: T
    model: str
    prompt_hash: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    cached: bool = False
    repaired: bool = False
    faults: tuple[str, ...] = ()


@dataclass
class Asker:
    """One run's way to a model. `now` is the home's present; `sleep` waits between tries."""

    endpoint: Endpoint
    ledger: Ledger
    run: str
    purpose: str
    caps: Caps
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    calls: int = 0
    _hash: str = field(default="", init=False)

    def answer(self, schema: type[T], prompt: Prompt, check: Check[T] | None = None) -> Answer[T]:
        """Return the model's answer as `schema`.

        Raises RefusedError (a cap; nothing was sent) or a ModelError; the ledger has a row either way.
        """
        messages = prompt.messages(schema)
        self._hash = _digest(canonical(messages))
        key = self.key(schema, messages)
        kept = self.ledger.calls.cached(key)
        if kept is not None and (found := self._kept(schema, kept)) is not None:
            self._row(0, 0, 0.0, 0, "cached")
            return found
        try:
            made = self._ask(schema, messages, check)
        except ModelError as error:
            if error.word in KEPT:
                self.ledger.calls.cache(key, json.dumps({"failure": error.word, "what": error.what}), self.now())
            raise
        entry = {"value": made.value.model_dump(mode="json"), "model": made.model, "repaired": made.repaired}
        self.ledger.calls.cache(key, canonical(entry | {"faults": made.faults}), self.now())
        return made

    def key(self, schema: type[BaseModel], messages: list[dict[str, str]]) -> str:
        """Return the key of the cache: everything that the answer depends on."""
        end = self.endpoint
        return _digest(
            canonical([end.base_url, end.model, end.parameters(end.max_tokens), end.form, shape(schema), messages])
        )

    def _kept(self, schema: type[T], kept: str) -> Answer[T] | None:
        """Return a cached answer, or raise the failure that was cached; None where it no longer fits."""
        try:
            entry = json.loads(kept)
            if "failure" in entry:
                self._row(0, 0, 0.0, 0, "cached", f"the same call was {entry['failure']} before")
                raise KEPT[entry["failure"]](entry["what"])
            value = schema.model_validate(entry["value"])
        except (ValueError, KeyError):
            return None
        faults = tuple(entry.get("faults", ()))
        return Answer(value, entry["model"], self._hash, cached=True, repaired=entry["repaired"], faults=faults)

    def _ask(self, schema: type[T], messages: list[dict[str, str]], check: Check[T] | None) -> Answer[T]:
        """Ask once, and once more where the answer cannot be used as it is."""
        before = (self.tokens_in, self.tokens_out)
        self.cost_usd, total = 0.0, self.cost_usd
        try:
            value, faults, reply = self._once(schema, messages, check, "ok")
            repaired = bool(faults)
            if faults:
                again = [*messages, *_mend(reply.text, faults)]
                try:
                    second, later, reply = self._once(schema, again, check, "repaired")
                except (ModelError, RefusedError):
                    if value is None:
                        raise
                else:
                    value, faults = (second, later) if second is not None else (value, faults)
        finally:
            paid, self.cost_usd = self.cost_usd, _sum(total, self.cost_usd)
        if value is None:
            raise reply.failure or InvalidError("the model's answer does not fit what was asked, also after a repair")
        spent = (self.tokens_in - before[0], self.tokens_out - before[1])
        return Answer(value, reply.model, self._hash, *spent, paid, False, repaired, tuple(faults))

    def _once(
        self, schema: type[T], messages: list[dict[str, str]], check: Check[T] | None, good: str
    ) -> tuple[T | None, list[str], wire.Reply]:
        """Make one request within the caps; return the value (None: unusable), its faults, and what came."""
        most = self._most(schema, messages)
        pending = self._call(None, None, most, None, "pending", None)
        held = self.ledger.calls.reserve(pending, self.caps.of(self.purpose))

        def told(number: int, failure: ModelError, seconds: float) -> None:
            self.ledger.calls.record(self._call(None, None, 0.0, seconds, "failed", f"try {number}: {failure.word}"))

        began = time.monotonic()
        try:
            reply = wire.send(self.endpoint, messages, schema, self.endpoint.max_tokens, told, self.sleep)
        except ModelError as error:
            spent = most if error.charged else 0.0  # what may have been charged is counted at its upper bound
            row = self._call(None, None, spent, time.monotonic() - began, "failed", error.word)
            self.ledger.calls.settle(held, row)
            self._add(0, 0, spent)
            raise
        value, faults = _value(schema, reply)
        self.ledger.calls.settle(held, self._paid_row(reply, most, good if value is not None else "invalid"))
        if reply.failure is not None and not isinstance(reply.failure, TruncatedError | InvalidError):
            raise reply.failure
        return value, check(value) if check and value is not None else faults, reply

    def _most(self, schema: type[BaseModel], messages: list[dict[str, str]]) -> float:
        """Return the most that a request can cost. Raises CapError where that is unknown or over the call's cap."""
        end = self.endpoint
        bound = most_tokens(messages) + len(canonical(shape(schema)))  # some servers count the schema as prompt
        most = cost(end, bound, end.max_tokens)
        if most is None:
            raise CapError(f"the price of {end.model} is not known", "state it with `steward model set --price`")
        if self.caps.call_usd is not None and most > self.caps.call_usd:
            what = f"a call could cost {most:.4f} USD, its cap is {self.caps.call_usd:.2f}"
            raise CapError(what, "raise it in policies.yaml")
        return most

    def _paid_row(self, reply: wire.Reply, most: float, outcome: str) -> CallRow:
        """Return the row of a request that was answered; its cost is the upper bound where no usage was given."""
        known = reply.tokens_in is not None and reply.tokens_out is not None
        tokens_in, tokens_out = reply.tokens_in or 0, reply.tokens_out or 0
        paid = cost(self.endpoint, tokens_in, tokens_out, reply.tokens_cached or 0) if known else most
        self._add(tokens_in, tokens_out, paid)
        note = reply.failure.word if reply.failure else None if known else "no usage given: taken at its upper bound"
        return self._call(reply.tokens_in, reply.tokens_out, paid, reply.seconds, outcome, note, reply.tokens_cached)

    def _row(
        self, tokens_in: int, tokens_out: int, paid: float, seconds: float, outcome: str, error: str | None = None
    ) -> None:
        self.ledger.calls.record(self._call(tokens_in, tokens_out, paid, seconds, outcome, error))

    def _call(
        self,
        tokens_in: int | None,
        tokens_out: int | None,
        paid: float | None,
        seconds: float | None,
        outcome: str,
        error: str | None,
        cached: int | None = None,
    ) -> CallRow:
        latency = None if seconds is None else int(seconds * 1000)
        return CallRow(
            self.now(), self.run, self.purpose, self.endpoint.model, self._hash[:32],
            tokens_in, tokens_out, paid, latency, outcome, cached, error,
        )  # fmt: skip

    def _add(self, tokens_in: int, tokens_out: int, paid: float | None) -> None:
        self.calls += 1
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.cost_usd = _sum(self.cost_usd, paid)


def _sum(one: float | None, other: float | None) -> float | None:
    """Add costs; unknown and anything is unknown."""
    return None if one is None or other is None else one + other


def _value(schema: type[T], reply: wire.Reply) -> tuple[T | None, list[str]]:
    """Return the answer as the schema's type, or what is wrong with it."""
    if isinstance(reply.failure, TruncatedError):
        return None, ["It was cut off at the limit of tokens: answer shorter."]
    try:
        return schema.model_validate_json(_object(reply.text)), []
    except ValidationError as error:
        return None, [_said(fault) for fault in error.errors(include_input=False, include_url=False)]


def _mend(text: str, faults: list[str]) -> list[dict[str, str]]:
    """Return the messages that ask for the answer again."""
    wrong = "\n".join(f"- {fault}" for fault in faults[:20])
    return [
        {"role": "assistant", "content": text[:8_000] or "(nothing)"},
        {"role": "user", "content": f"That answer was refused:\n{wrong}\nGive the whole answer again, mended."},
    ]


def _object(text: str) -> str:
    """Return the JSON object in a text: servers that drop the schema wrap it in a fence or in words."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _said(fault: ErrorDetails) -> str:
    """Return one validation error as a sentence for the model, without the value that was wrong."""
    place = ".".join(str(part) for part in fault["loc"]) or "the answer"
    return f"{place}: {fault['msg']}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
