"""Search by meaning through an endpoint: what it is asked, what it may cost, and that it may be away."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from blocks import embed
from blocks.ledger import Ledger
from blocks.model import saved, wire
from blocks.model.endpoint import Endpoint
from blocks.model.probe import probe
from blocks.search import Index
from context.errors import RefusedError, StewardError
from context.home import Home, write_private
from tests.blocks.loaded import DAY, Loaded

pytestmark = pytest.mark.row("P13")
TOPICS = ("invoice bill pay money", "dentist tooth doctor", "flight plane airport", "server crash failure")


def vector(text: str) -> list[float]:
    """One number a topic, and a small one for all that has none."""
    return [float(sum(text.lower().count(word) for word in topic.split())) for topic in TOPICS] + [0.1]


class Server:
    """A server of embeddings on loopback. `answer` replaces what it says."""

    def __init__(self, http: HTTPServer) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: Any = None
        http.expect_request("/v1/embeddings", method="POST").respond_with_handler(self.serve)
        self.url = http.url_for("/v1")

    def serve(self, request: Request) -> Response:
        asked = request.get_json()
        self.asked.append(asked)
        made = [{"index": place, "embedding": vector(text)} for place, text in enumerate(asked["input"])]
        usage = {"prompt_tokens": 10 * len(made), "total_tokens": 10 * len(made)}
        given = {"object": "list", "model": "e-1", "data": made[::-1], "usage": usage}
        answer = given if self.answer is None else self.answer
        return answer if isinstance(answer, Response) else Response(json.dumps(answer), content_type="application/json")


@pytest.fixture
def server(httpserver: HTTPServer, home: Home, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, configured for the home as `steward model set … --no-key --embedding e-1` does."""
    monkeypatch.setattr(wire.time, "sleep", lambda _: None)
    made = Server(httpserver)
    configure(home, made, usd_per_million=(1.0, 0.0))
    return made


def configure(home: Home, server: Server, **given: Any) -> None:
    endpoint = Endpoint(base_url=server.url, model="m-1", embedding="e-1", **given)
    told = endpoint.model_dump(mode="json", exclude={"api_key"}) | {"key": False}
    write_private(home.data / saved.FILE, json.dumps(told))


@pytest.fixture
def index(home: Home, tmp_path: Path) -> Index:
    loaded = Loaded(tmp_path / "build.duckdb")
    loaded.load(("bill@x", "Bill", "Pay the invoice."), ("trip@x", "Trip", "The plane waits."))
    for number in range(60):
        loaded.load((f"{number}@x", f"Note {number}", "Nothing of note."))
    made = Index(home)
    made.update(loaded.con)
    loaded.con.close()
    return made


def keys(index: Index, words: str) -> list[str]:
    return [hit.key for hit in index.search(words)]


def test_the_endpoint_is_asked_for_vectors(home: Home, index: Index, server: Server) -> None:
    assert embed.available(home) == "e-1 at localhost"
    assert index.understand(60) == 62
    assert {asked["model"] for asked in server.asked} == {"e-1"}
    assert {text for asked in server.asked for text in asked["input"]} >= {"Bill\nPay the invoice."}
    found = index.search("money")
    assert [(hit.key, hit.why) for hit in found] == [("bill@x", "meaning")], "it stands out, the notes do not"
    assert keys(index, "airport") == ["trip@x"]
    assert len(server.asked) == 3, "the texts were given together"
    with Ledger.open(home) as ledger:
        assert ledger.calls.spent(DAY - timedelta(days=9999), "search") == pytest.approx(64 * 10 / 1_000_000)
    assert index.understand(60) == 0


@pytest.mark.parametrize("trouble", ["failing", "no vectors", "too few", "no numbers", "not JSON", "denied"])
def test_where_it_does_not_answer_words_do(home: Home, index: Index, server: Server, trouble: str) -> None:
    index.understand(60)
    server.answer = {
        "failing": Response(status=503),
        "no vectors": {"object": "list", "data": []},
        "too few": {"data": [{"index": 0, "embedding": []}]},
        "no numbers": {"data": [{"index": 0, "embedding": ["a"]}]},
        "not JSON": Response("<html>", content_type="text/html"),
        "denied": Response(status=401),
    }[trouble]
    found = index.search("invoice")
    assert [(hit.key, hit.why) for hit in found] == [("bill@x", "words")]
    assert found.note.startswith("by words only: localhost")
    assert index.search("invoice", meaning=False).note == ""
    with pytest.raises(StewardError):
        embed.embedder(home).embed(["x"])  # type: ignore[union-attr]


@pytest.mark.parametrize(("answer", "good"), [(None, True), ({"data": []}, False), (Response(status=404), False)])
def test_the_probe_looks_at_vectors(server: Server, answer: Any, good: bool) -> None:
    server.answer = answer
    found = {finding.what: finding for finding in probe(Endpoint(base_url=server.url, model="m-1", embedding="e-1"))}
    assert found["vectors"].good is good
    assert not good or "5 numbers" in found["vectors"].said
    assert "vectors" not in {finding.what for finding in probe(Endpoint(base_url=server.url, model="m-1"))}


def test_the_day_has_a_cap(home: Home, index: Index, server: Server) -> None:
    (home.context / "policies.yaml").write_text("budgets: {day_usd: 0.0001}\n")
    with pytest.raises(RefusedError, match=r"cap of 0\.00 USD"):
        index.understand(60)
    assert server.asked == [], "what it would cost at most is over the cap"
    assert keys(index, "invoice") == ["bill@x"]


def test_a_model_of_unknown_price_is_not_asked(home: Home, index: Index, server: Server) -> None:
    configure(home, server)
    with pytest.raises(RefusedError, match="price of e-1 is not known"):
        index.understand(60)
    assert server.asked == []


def test_another_dimension_begins_anew(index: Index, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    index.understand(60)
    plain = vector
    monkeypatch.setattr("tests.blocks.test_search_remote.vector", lambda text: [*plain(text), 0.0])
    assert keys(index, "money") == [], "its vectors and these cannot be compared"
    assert index.understand(60) == 62
    assert keys(index, "money") == ["bill@x"]
