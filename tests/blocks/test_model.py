"""The model door against a scripted OpenAI-compatible server on loopback: every way in which an answer can fail."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from blocks.ledger import Ledger
from blocks.model import failures
from blocks.model.door import Asker, Caps
from blocks.model.endpoint import Endpoint
from blocks.model.price import cost
from blocks.model.prompt import Prompt, shape
from context.errors import RefusedError
from context.home import Home
from tests.blocks.scripted import GOOD, PROMPT, Pick, Script, body

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
DAWN = datetime(2026, 3, 25, 0, 0, tzinfo=UTC)


@pytest.fixture
def script(httpserver: HTTPServer) -> Script:
    return Script(httpserver)


@pytest.fixture
def ledger(home: Home) -> Iterator[Ledger]:
    with Ledger.open(home) as ledger:
        yield ledger


@pytest.fixture
def ask(script: Script, ledger: Ledger) -> Callable[..., Asker]:
    def make(day: float = 1.0, run: float = 1.0, call: float | None = None, **given: Any) -> Asker:
        settings = {"provider": "openai", "model": "gpt-4o-mini", "api_key": SecretStr("sk-planted"), "timeout": 5}
        endpoint = Endpoint(base_url=script.server.url_for("/v1").rstrip("/"), **(settings | given))
        caps = Caps(day, DAWN, run, NOW, call)
        return Asker(endpoint, ledger, "run-1", "brief", caps, lambda: NOW, slept.append)

    slept: list[float] = []
    make.slept = slept  # type: ignore[attr-defined]
    return make


def rows(ledger: Ledger) -> list[tuple[Any, ...]]:
    found = ledger.store.rows("SELECT outcome, tokens_in, tokens_out, cost_usd, error FROM calls ORDER BY id")
    return [tuple(row) for row in found]


@pytest.mark.row("T1", "T5")
def test_an_answer_is_typed_priced_and_written_down(ask: Any, script: Script, ledger: Ledger) -> None:
    script.then(body(GOOD))
    answer = ask().answer(Pick, PROMPT)
    assert (answer.value.label, answer.tokens_in, answer.tokens_out, answer.cached) == ("reply", 100, 20, False)
    price = cost(ask().endpoint, 100, 20)
    assert price is not None
    assert 0 < price < 0.001
    assert answer.cost_usd == price
    assert rows(ledger) == [("ok", 100, 20, price, None)]


def test_the_request_says_the_schema_twice_and_puts_stable_parts_first(ask: Any, script: Script) -> None:
    script.then(body(GOOD))
    ask().answer(Pick, PROMPT)
    headers, sent = script.asked[0]
    assert headers["Authorization"] == "Bearer sk-planted"
    assert sent["response_format"]["json_schema"]["schema"] == shape(Pick)
    assert sent["response_format"]["json_schema"]["strict"] is True
    system = sent["messages"][0]["content"]
    assert system.index("You sort mail") < system.index("JSON Schema") < system.index("Owner: Ana")
    assert [message["role"] for message in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert sent["messages"][-1]["content"].endswith("Which label?")
    assert (sent["temperature"], sent["seed"], sent["max_tokens"]) == (0.0, 7, 2000)


@pytest.mark.row("T2")
def test_the_same_question_is_not_asked_twice(ask: Any, script: Script, ledger: Ledger) -> None:
    script.then(body(GOOD), body(json.dumps({"label": "noise", "title": "y"})))
    first, second = ask().answer(Pick, PROMPT), ask().answer(Pick, PROMPT)
    assert len(script.asked) == 1
    assert (second.value, second.cached, second.cost_usd, second.tokens_in) == (first.value, True, 0.0, 0)
    assert rows(ledger)[1] == ("cached", 0, 0, 0.0, None)
    ask(temperature=0.5).answer(Pick, PROMPT)  # other parameters are another question
    assert len(script.asked) == 2


def test_an_answer_that_does_not_fit_is_mended_once(ask: Any, script: Script, ledger: Ledger) -> None:
    script.then(body('{"label": "spam", "title": "x"}'), body(GOOD))
    answer = ask().answer(Pick, PROMPT)
    assert (answer.value.label, answer.repaired, answer.tokens_in) == ("reply", True, 200)
    complaint = script.asked[1][1]["messages"][-1]["content"]
    assert "label" in complaint
    assert [row[0] for row in rows(ledger)] == ["invalid", "repaired"]


@pytest.mark.row("T2")
def test_two_answers_that_do_not_fit_are_the_end_and_are_remembered(ask: Any, script: Script) -> None:
    script.then(body("no json"), body("[]"))
    for _ in range(2):
        with pytest.raises(failures.InvalidError):
            ask().answer(Pick, PROMPT)
    assert len(script.asked) == 2


def test_a_check_of_the_caller_is_mended_once_and_then_reported(ask: Any, script: Script) -> None:
    script.then(body(GOOD), body(json.dumps({"label": "noise", "title": "x"})))
    answer = ask().answer(Pick, PROMPT, lambda pick: [f"{pick.label} is wrong"])
    assert (answer.value.label, answer.faults, answer.repaired) == ("noise", ("noise is wrong",), True)
    again = ask().answer(Pick, PROMPT, lambda pick: [])
    assert (again.cached, again.faults) == (True, ("noise is wrong",))


@pytest.mark.parametrize("wrapped", ["```json\n%s\n```", "Here you are: %s Good luck", "\ufeff%s"])
def test_an_answer_in_wrapping_is_read(ask: Any, script: Script, wrapped: str) -> None:
    script.then(body(wrapped % GOOD))
    assert ask().answer(Pick, PROMPT).value.label == "reply"
    assert len(script.asked) == 1


def test_a_cut_answer_is_asked_again_shorter_then_given_up(ask: Any, script: Script) -> None:
    script.then(body('{"label": "re', "length"), body('{"label"', "length"))
    with pytest.raises(failures.TruncatedError):
        ask().answer(Pick, PROMPT)
    assert "shorter" in script.asked[1][1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (body(None, "content_filter"), failures.FilteredError),
        (body(None, refusal="I cannot"), failures.DeclinedError),
    ],
)
def test_a_refusal_is_not_argued_with(ask: Any, script: Script, answer: Any, error: type[Exception]) -> None:
    script.then(answer)
    with pytest.raises(error):
        ask().answer(Pick, PROMPT)
    assert len(script.asked) == 1


@pytest.mark.row("T3")
def test_a_busy_server_is_asked_again_when_it_says(ask: Any, script: Script, ledger: Ledger) -> None:
    later = format_datetime(datetime.now(UTC).replace(microsecond=0), usegmt=True)  # a date that has come
    script.then(
        Response(status=429, headers={"Retry-After": "7"}), Response(status=503, headers={"Retry-After": later})
    )
    script.then(body(GOOD))
    assert ask().answer(Pick, PROMPT).value.label == "reply"
    assert ask.slept[0] == 7
    assert ask.slept[1] < 1
    assert [row[0] for row in rows(ledger)] == ["ok", "failed", "failed"]  # the reservation's row is the first
    assert sum(row[3] for row in rows(ledger)[1:]) == 0


def test_a_server_that_stays_busy_or_asks_for_an_hour_is_given_up(ask: Any, script: Script) -> None:
    script.then(*[Response(status=500) for _ in range(3)])
    with pytest.raises(failures.BusyError):
        ask().answer(Pick, PROMPT)
    assert ask.slept == [1.0, 2.0]
    script.then(Response(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(failures.BusyError):
        ask().answer(Pick, PROMPT)
    assert len(script.asked) == 4


@pytest.mark.parametrize(("status", "mend"), [(401, "new key"), (404, "model test"), (400, "model test")])
def test_a_denied_request_is_not_repeated(ask: Any, script: Script, status: int, mend: str) -> None:
    script.then(Response(json.dumps({"error": {"message": "secret text"}}), status=status))
    with pytest.raises(failures.DeniedError) as caught:
        ask().answer(Pick, PROMPT)
    assert len(script.asked) == 1
    assert mend in str(caught.value)
    assert "secret text" not in str(caught.value)
    assert "sk-planted" not in str(caught.value)


def test_a_redirect_does_not_carry_the_prompt_elsewhere(ask: Any, script: Script, httpserver: HTTPServer) -> None:
    script.then(Response(status=307, headers={"Location": httpserver.url_for("/elsewhere")}))
    with pytest.raises(failures.DeniedError):
        ask().answer(Pick, PROMPT)
    assert [request.path for request, _ in httpserver.log] == ["/v1/chat/completions"]


@pytest.mark.parametrize("text", ["<html>busy</html>", "", "{", "null", "[]", '{"choices": []}', '{"choices": 5}'])
def test_a_body_that_is_no_completion_is_an_error_line(ask: Any, script: Script, text: str) -> None:
    script.then(*[Response(text, content_type="application/json") for _ in range(2)])
    with pytest.raises(failures.InvalidError):
        ask().answer(Pick, PROMPT)


def test_a_request_that_timed_out_is_not_sent_again_and_counts_as_spent(
    ask: Any, script: Script, ledger: Ledger, httpserver: HTTPServer
) -> None:
    release = threading.Event()

    def hang(request: Request) -> Response:
        script.asked.append(request.path)
        release.wait(10)
        return Response(json.dumps(body(GOOD)), content_type="application/json")

    httpserver.expect_request("/slow/chat/completions").respond_with_handler(hang)
    asker = ask()
    slow = {"base_url": httpserver.url_for("/slow"), "timeout": 0.3}
    asker.endpoint = asker.endpoint.model_copy(update=slow)
    with pytest.raises(failures.TimedOutError):
        asker.answer(Pick, PROMPT)
    release.set()
    assert len(script.asked) == 1
    [(outcome, _, _, spent, error)] = rows(ledger)
    assert (outcome, error) == ("failed", "timeout")
    assert spent > 0


def test_a_connection_that_breaks_off_is_not_sent_again(ask: Any, ledger: Ledger) -> None:
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drop() -> None:
            connection, _ = server.accept()
            taken.append(connection.recv(65_536))
            connection.close()

        thread = threading.Thread(target=drop)
        thread.start()
        asker = ask()
        port = server.getsockname()[1]
        asker.endpoint = asker.endpoint.model_copy(update={"base_url": f"http://127.0.0.1:{port}/v1"})
        with pytest.raises(failures.UnreachableError, match="broke off"):
            asker.answer(Pick, PROMPT)
        thread.join()
    assert len(taken) == 1
    assert rows(ledger)[0][3] > 0


@pytest.mark.row("T3")
def test_an_address_where_nothing_listens_is_tried_three_times_at_no_cost(ask: Any, ledger: Ledger) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    asker = ask()
    asker.endpoint = asker.endpoint.model_copy(update={"base_url": f"http://127.0.0.1:{port}/v1"})
    with pytest.raises(failures.UnreachableError, match="cannot be reached"):
        asker.answer(Pick, PROMPT)
    assert [row[3] for row in rows(ledger)] == [0.0, 0.0, 0.0]


@pytest.mark.row("T1")
@pytest.mark.parametrize("caps", [{"day": 0.0001}, {"run": 0.0001}, {"call": 0.0001}])
def test_a_cap_is_enforced_before_the_call(ask: Any, script: Script, ledger: Ledger, caps: dict[str, float]) -> None:
    with pytest.raises(RefusedError, match=r"cap"):
        ask(**caps).answer(Pick, PROMPT)
    assert script.asked == []
    assert rows(ledger) == []


@pytest.mark.row("T1")
def test_the_cap_of_the_day_counts_what_was_spent(ask: Any, script: Script, ledger: Ledger) -> None:
    script.then(*[body(GOOD, usage=(200, 2_000)) for _ in range(20)])

    def spend() -> None:
        for number in range(20):
            ask(day=0.006, run=9).answer(Pick, Prompt(f"Try {number}", "", "?"))

    with pytest.raises(RefusedError):
        spend()
    assert 0.003 < ledger.calls.spent(DAWN) <= 0.006
    assert 2 <= len(script.asked) < 20


@pytest.mark.row("T1")
def test_a_model_without_a_price_is_refused_until_the_owner_states_one(ask: Any, script: Script) -> None:
    with pytest.raises(failures.CapError, match="price"):
        ask(model="nobody-knows-it", provider=None).answer(Pick, PROMPT)
    assert script.asked == []
    script.then(body(GOOD))
    answer = ask(model="nobody-knows-it", usd_per_million=(1.0, 2.0)).answer(Pick, PROMPT)
    assert answer.cost_usd == pytest.approx(100e-6 + 40e-6)


def test_a_server_that_counts_no_tokens_is_taken_at_the_upper_bound(ask: Any, script: Script, ledger: Ledger) -> None:
    script.then(body(GOOD, usage=None))
    ask().answer(Pick, PROMPT)
    [(outcome, tokens_in, _, spent, note)] = rows(ledger)
    assert (outcome, tokens_in) == ("ok", None)
    assert spent > 0
    assert "upper bound" in note
