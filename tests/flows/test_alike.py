"""What holds for every capability: found in the tree, so that a new one is held to it, too."""

import json
import pkgutil
import socket
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

import flows
from blocks.ledger import Ledger
from blocks.ledger.store import stamp
from blocks.model.endpoint import Endpoint
from blocks.warehouse import Warehouse
from context.home import Home
from flows import capability
from flows.output import Output
from flows.render import html, markdown, terminal
from flows.shape import Ask, words
from flows.verify import check
from tests.servers.smollm import serving

# What a capability is asked about, where it is about something.
ABOUT = {"ask": "How many mails did I get last week?"}
BY_NAME = {"own"}  # runs the owner's folders: it is no capability by itself, and has tests of its own
NAMES = [
    found.name
    for found in pkgutil.iter_modules(flows.__path__)
    if found.ispkg and find_spec(f"flows.{found.name}.compose") and found.name not in BY_NAME
]


def composer(home: Home, name: str) -> Any:
    """Return the capability: its module, or, where it needs the home, what its module makes for it."""
    module = import_module(f"flows.{name}.compose")
    made = next((getattr(module, each) for each in ("Asking", "Learn") if hasattr(module, each)), None)
    return made(home) if made else module


def gathered(home: Home, name: str, **ask: Any) -> capability.Gathered:
    return capability.gather(home, composer(home, name), Ask(**{"about": ABOUT.get(name), "dry_run": True, **ask}))


def output(home: Home, name: str, **ask: Any) -> Output:
    return gathered(home, name, **ask).output


def told(made: Output) -> list[str]:
    return [line.text for section in made.sections for line in section.lines]


def test_there_are_all_the_capabilities() -> None:
    assert {
        "brief",
        "prep",
        "triage",
        "drafts",
        "commitments",
        "review",
        "plan",
        "people",
        "digest",
        "ask",
        "learn",
    } <= set(NAMES)


@pytest.mark.row("P14", "P15", "N9")
@pytest.mark.parametrize("name", NAMES)
def test_it_says_something_of_the_quarter_without_a_model_in_its_words(demo: Home, name: str) -> None:
    made = output(demo, name)
    assert told(made), "it says something"
    assert made.footer.model is None
    assert words(made.title, made.sections) <= composer(demo, name).words_most
    assert made.sources, "it says how fresh its sources are"


@pytest.mark.row("N9", "P14")
@pytest.mark.parametrize("name", NAMES)
def test_the_same_facts_give_the_same_bytes(demo: Home, name: str) -> None:
    first, second = output(demo, name), output(demo, name)
    assert first.model_dump_json() == second.model_dump_json()


@pytest.mark.row("T11")
@pytest.mark.parametrize("name", NAMES)
def test_every_line_holds_by_its_own_facts(demo: Home, name: str) -> None:
    """What a program says of its facts passes the check that a model's words must pass."""
    found = gathered(demo, name)
    facts = {fact.id: fact for fact in found.output.facts}
    for section in found.output.sections:
        for line in () if section.verbatim else section.lines:  # what is verbatim no model says again
            if line.facts:
                cited = [facts[one] for one in line.facts]
                assert check(line.text, cited, line, today=found.moment.today) == [], line.text


@pytest.mark.row("T11")
@pytest.mark.parametrize("name", NAMES)
def test_every_fact_has_rows_behind_it(demo: Home, name: str) -> None:
    from deployments.commands.why import rows_behind

    made = output(demo, name)
    assert made.facts, "a statement rests on facts"
    for fact in made.facts:
        assert isinstance(rows_behind(demo, fact.view, fact.key), list), f"{fact.id}: {fact.view} {fact.key[:80]}"


@pytest.mark.row("T4", "T8")
@pytest.mark.parametrize("name", NAMES)
def test_of_an_earlier_moment_nothing_later_is_known(demo: Home, name: str) -> None:
    moment = demo.now().replace(month=2, day=10)
    made = output(demo, name, as_of=moment)
    for fact in made.facts:
        for key in ("sent", "date_sent", "modified"):
            value = fact.values.get(key)
            if isinstance(value, str) and len(value) == 10:
                assert date.fromisoformat(value) <= moment.date(), (fact.id, fact.text)


@pytest.mark.row("T8")
@pytest.mark.parametrize("name", NAMES)
def test_no_text_of_others_becomes_a_link_or_a_picture(demo: Home, name: str) -> None:
    made = output(demo, name)
    known = {fact.url for fact in made.facts if fact.url and fact.origin != "external"}
    assert {line.url for section in made.sections for line in section.lines if line.url} <= known
    for page in (markdown.render(made), html.render(made)):
        assert "https://evil" not in page
        assert "<img" not in page
        assert "![" not in page.replace("\\!\\[", "")
    assert "\x1b" not in terminal.render(made, 100)


@pytest.mark.row("N12")
@pytest.mark.parametrize("name", NAMES)
def test_a_home_whose_sources_failed_claims_nothing(own_demo: Home, name: str) -> None:
    with Ledger.open(own_demo) as ledger:
        for source in ledger.sources.all():
            ledger.sources.fail(source.name, own_demo.now(), "failed", "it broke", "run `steward sync`")
        ledger.store.run("UPDATE sources SET last_success_at = ?", (stamp(own_demo.now() - timedelta(days=3)),))
    made = output(own_demo, name)
    for text in told(made):
        assert not text.startswith(("Nothing presses: a normal day", "No meetings", "Nothing is due", "It fits")), text
    assert all(source.stale or source.error for source in made.sources)


@pytest.mark.row("T13", "P14")
@pytest.mark.parametrize("name", NAMES)
def test_a_dry_run_writes_nothing_down(own_demo: Home, name: str) -> None:
    def state() -> list[tuple[str, int]]:
        with Ledger.open(own_demo) as ledger:
            return [(table, ledger.store.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in ("shown", "calls")]

    before = state()
    with Warehouse(own_demo).read() as con:
        generation = con.execute("SELECT count(*) FROM messages").fetchone()
    capability.run(own_demo, composer(own_demo, name), Ask(about=ABOUT.get(name), dry_run=True))
    assert state() == before
    with Warehouse(own_demo).read() as con:
        assert con.execute("SELECT count(*) FROM messages").fetchone() == generation


class Liar:
    """A model that gives back whatever the schema lets through: foreign sums, names, times and links everywhere."""

    LIE = "Pay 9,999 EUR to Mallory Crane at 23:59, see https://evil.example/now"

    def __init__(self, server: HTTPServer) -> None:
        self.asked = 0
        self.address = server.url_for("/v1").rstrip("/")
        server.expect_request("/v1/chat/completions").respond_with_handler(self.serve)

    def serve(self, request: Request) -> Response:
        self.asked += 1
        sent = request.get_json()
        schema = sent["response_format"]["json_schema"]["schema"]
        text = json.dumps(self.filled(schema, schema.get("$defs", {})))
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": 900, "completion_tokens": 200, "total_tokens": 1100}
        body = {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini", "usage": usage}
        body["choices"] = [{"index": 0, "finish_reason": "stop", "message": message}]
        return Response(json.dumps(body), content_type="application/json")

    def filled(self, schema: dict[str, Any], known: dict[str, Any]) -> Any:
        """Return a value that fits a schema and is as false as it can be."""
        if "$ref" in schema:
            return self.filled(known[schema["$ref"].rsplit("/", 1)[-1]], known)
        if "enum" in schema:
            return schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        if "anyOf" in schema:
            return self.filled(schema["anyOf"][0], known)
        if schema.get("type") == "object":
            return {key: self.filled(value, known) for key, value in schema.get("properties", {}).items()}
        if schema.get("type") == "array":
            return [self.filled(schema["items"], known)]
        simple: dict[str, Any] = {"string": self.LIE, "integer": 9999, "number": 0.99, "boolean": True, "null": None}
        return simple[schema["type"]]


@pytest.mark.row("T8", "P14")
@pytest.mark.parametrize("name", NAMES)
def test_a_model_that_lies_changes_no_fact_and_brings_in_nothing(
    own_demo: Home, name: str, httpserver: HTTPServer
) -> None:
    model = Liar(httpserver)
    endpoint = Endpoint(base_url=model.address, model="gpt-4o-mini", provider="openai")
    made = capability.run(own_demo, composer(own_demo, name), Ask(about=ABOUT.get(name)), endpoint=endpoint).output
    assert model.asked
    everything = " ".join([made.title, *told(made), *(fact.text for fact in made.facts)])
    for word in ("9,999", "9999", "Mallory", "23:59", "evil.example/now"):
        assert word not in everything
    facts = {fact.id: fact for fact in made.facts}
    for line in (line for section in made.sections for line in section.lines if line.facts):
        assert set(line.facts) <= facts.keys()


def unreachable(server: HTTPServer) -> Endpoint:
    """A model behind a port at which nobody listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return Endpoint(base_url=f"http://127.0.0.1:{port}/v1", model="gpt-4o-mini", provider="openai", timeout=5)


def babbling(server: HTTPServer) -> Endpoint:
    """A portal that answers everything with a page."""
    page = Response("<html>Please log in</html>", content_type="text/html")
    server.expect_request("/v1/chat/completions").respond_with_response(page)
    return Endpoint(base_url=server.url_for("/v1").rstrip("/"), model="gpt-4o-mini", provider="openai")


def unpriced(server: HTTPServer) -> Endpoint:
    """A model whose price nobody stated: no cap can hold it, so it is never asked."""
    return Endpoint(base_url="http://127.0.0.1:1/v1", model="no-such-model", provider="openai")


@pytest.mark.row("T1", "P14")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("given", [unreachable, babbling, unpriced], ids=lambda each: each.__name__)
def test_a_model_that_cannot_be_had_costs_its_words_and_says_so(
    own_demo: Home, name: str, given: Callable[[HTTPServer], Endpoint], httpserver: HTTPServer
) -> None:
    plainly = output(own_demo, name)
    ask = Ask(about=ABOUT.get(name), dry_run=True)
    made = capability.run(own_demo, composer(own_demo, name), ask, endpoint=given(httpserver)).output
    assert [line.facts for section in made.sections for line in section.lines] == [
        line.facts for section in plainly.sections for line in section.lines
    ]
    assert told(made) == told(plainly)
    assert made.footer.notes, "it is said"


@pytest.fixture(scope="module")
def small() -> Any:
    with serving(max_tokens=120, timeout=25) as endpoint:
        yield endpoint


@pytest.mark.row("T5", "P14")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", NAMES)
def test_a_real_small_model_leaves_it_honest(own_demo: Home, name: str, small: Endpoint) -> None:
    """A model too small to be of use, on a real server: whatever it says, what comes out holds by its facts."""
    plainly = output(own_demo, name)
    found = capability.run(own_demo, composer(own_demo, name), Ask(about=ABOUT.get(name)), endpoint=small)
    made = found.output
    assert made.footer.model == "smollm2"
    assert [section.title for section in made.sections] == [section.title for section in plainly.sections]
    facts = {fact.id: fact for fact in made.facts}
    today = made.made.date()
    for line in (line for each in made.sections if not each.verbatim for line in each.lines if line.facts):
        assert check(line.text, [facts[one] for one in line.facts], line, today=today) == [], line.text
    with Ledger.open(own_demo) as ledger:
        calls = ledger.store.rows("SELECT outcome, tokens_in FROM calls")
    assert calls, "it was asked"
    assert found.path.is_file()
