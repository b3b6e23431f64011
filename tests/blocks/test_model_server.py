"""The door against a real server: llama.cpp with a very small model. What a scripted server cannot show."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import pytest
from pydantic import BaseModel, SecretStr

from blocks.ledger import Ledger
from blocks.model.door import Asker, Caps
from blocks.model.endpoint import Endpoint
from blocks.model.failures import DeniedError, TruncatedError
from blocks.model.probe import probe
from blocks.model.prompt import Prompt, fence
from context.home import Home
from tests.servers.smollm import serving

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)


class Label(BaseModel):
    label: Literal["invoice", "newsletter", "meeting"]
    urgent: bool


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving() as given:
        yield given


def asker(ledger: Ledger, endpoint: Endpoint) -> Asker:
    return Asker(endpoint, ledger, "run-1", "brief", Caps(1.0, NOW, 1.0, NOW), lambda: NOW)


PROMPT = Prompt("You sort mail.", fence([{"subject": "Invoice 2231 is due"}]), "Label the mail.")


@pytest.mark.row("T5", "T1", "T2")
def test_a_real_server_answers_to_the_schema_and_is_asked_once(home: Home, endpoint: Endpoint) -> None:
    with Ledger.open(home) as ledger:
        first = asker(ledger, endpoint).answer(Label, PROMPT)
        second = asker(ledger, endpoint).answer(Label, PROMPT)
        rows = [tuple(row) for row in ledger.store.rows("SELECT outcome, cost_usd FROM calls ORDER BY id")]
    assert first.value.label in ("invoice", "newsletter", "meeting")
    assert first.tokens_in > 50
    assert first.tokens_out > 5
    assert (second.value, second.cached) == (first.value, True)
    assert rows == [("ok", 0.0), ("cached", 0.0)]


def test_a_real_answer_that_is_cut_off_is_known_as_such(home: Home, endpoint: Endpoint) -> None:
    class Story(BaseModel):
        story: str

    short = endpoint.model_copy(update={"max_tokens": 16})
    with Ledger.open(home) as ledger, pytest.raises(TruncatedError):
        asker(ledger, short).answer(Story, Prompt("You tell long stories.", "", "Tell a story of a thousand words."))


def test_a_real_server_refuses_a_wrong_key(home: Home, endpoint: Endpoint) -> None:
    stranger = endpoint.model_copy(update={"api_key": SecretStr("sk-other")})
    with Ledger.open(home) as ledger, pytest.raises(DeniedError, match="key"):
        asker(ledger, stranger).answer(Label, PROMPT)


@pytest.mark.row("T5")
def test_the_probe_finds_what_a_real_server_can(endpoint: Endpoint) -> None:
    found = {finding.what: finding for finding in probe(endpoint)}
    assert {name: finding.good for name, finding in found.items()} == dict.fromkeys(
        ("models", "answer", "schema", "tokens", "price"), True
    )
