"""Commitments on the demo's quarter: the bars, every line held by its facts, the command, and a model that is asked."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from blocks.model.endpoint import Endpoint
from context.home import Home
from deployments.commands.commitments import command
from flows import capability
from flows.commitments import compose, model
from flows.commitments.evaluate import evaluate
from flows.shape import Ask, words
from flows.verify import check
from tests.flows.briefs import lines, text
from tests.flows.world import ME, World


@pytest.mark.row("P6", "T12")
def test_the_bars_are_reached(demo: Home) -> None:
    scores = evaluate(demo)
    assert [bar.name for bar in scores.bars] == ["opening precision", "opening recall", "closing accuracy"]
    assert all(bar.reached for bar in scores.bars), scores.bars
    assert len(scores.pairs) >= 135


@pytest.mark.row("P6", "T11")
@pytest.mark.parametrize("about", ["news", "both", "all"])
def test_every_line_is_held_by_its_facts(demo: Home, about: str) -> None:
    gathered = capability.gather(demo, compose, Ask(about=about))
    output = gathered.output
    facts = {fact.id: fact for fact in output.facts}
    assert lines(output, "You owe")
    assert about == "all" or words(output.title, output.sections) <= compose.words_most
    for line in (line for section in output.sections for line in section.lines if line.facts):
        assert check(line.text, [facts[one] for one in line.facts], line, today=gathered.moment.today) == []
    assert not [line for section in output.sections for line in section.lines if "evil" in line.text]


@pytest.mark.row("P6", "K4")
def test_the_command_prints_the_list_and_its_rows(own_demo: Home) -> None:
    shown = CliRunner().invoke(command, ["--mine", "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "You owe" in shown.stdout
    assert "Owed to you" not in shown.stdout
    rows = [json.loads(row) for row in CliRunner().invoke(command, ["--json"]).stdout.splitlines()]
    every = [json.loads(row) for row in CliRunner().invoke(command, ["--all", "--json"]).stdout.splitlines()]
    assert 0 < len(rows) < len(every)
    assert {row["state"] for row in every} >= {"open", "kept", "late", "stale"}
    assert all(row["closed_by"] for row in every if row["state"] == "kept")
    assert {row["key"] for row in rows} <= {row["key"] for row in every}


class Asked:
    """A model that answers each question by a function of what it was given, and keeps the questions."""

    def __init__(self, server: HTTPServer, answer: Any) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer = answer
        server.expect_request("/v1/chat/completions").respond_with_handler(self.serve)
        url = server.url_for("/v1").rstrip("/")
        self.endpoint = Endpoint(base_url=url, model="gpt-4o-mini", provider="openai")

    def serve(self, request: Request) -> Response:
        sent = request.get_json()
        block = sent["messages"][-1]["content"].split("<data>\n")[1].split("\n</data>")[0]
        [row] = [json.loads(item) for item in block.splitlines()]
        said = {"lines": []}
        if "sentence" in row:
            self.asked.append(row)
            said = self.answer(row)
        message = {"role": "assistant", "content": json.dumps(said)}
        usage = {"prompt_tokens": 90, "completion_tokens": 20, "total_tokens": 110}
        body = {"id": "c", "object": "chat.completion", "created": int(time.time()), "model": "m", "usage": usage}
        body["choices"] = [{"index": 0, "finish_reason": "stop", "message": message}]
        return Response(json.dumps(body), content_type="application/json")


def unsure(world: World, number: int) -> World:
    for n in range(number):
        sent = world.now - timedelta(days=1, minutes=n)
        said = f"I'll look at number {n}. The board meets on Friday."
        world.mail(f"u{n}", f"{sent:%Y-%m-%d %H:%M}", f"Number {n}", said, sender=ME)
    return world.publish()


@pytest.fixture
def world(tmp_path: Any) -> World:
    return World.make(tmp_path / "home")


@pytest.mark.row("P6", "T1")
def test_what_is_unclear_is_put_to_a_model_at_most_ten_times_newest_first(world: World, httpserver: HTTPServer) -> None:
    unsure(world, 13)
    plain = capability.gather(world.home, compose, Ask(about="all")).output
    assert lines(plain, "You owe") == ["Nothing open was found in the mail of the last 120 days."]
    asked = Asked(httpserver, lambda row: {"commits": "yes", "quote": row["sentence"], "due": row["days"][0]})
    made = capability.gather(world.home, compose, Ask(about="all"), asked.endpoint).output
    assert len(asked.asked) == model.MOST == 10
    assert asked.asked[0] == {"sentence": "I'll look at number 0.", "written": "2026-03-24", "days": ["2026-03-27"]}
    assert len(lines(made, "You owe")) == 10
    assert lines(made, "You owe")[0] == "To Bo Lind: “I'll look at number 0” — due Fri 27 Mar, as it seems"


@pytest.mark.row("T8", "P6")
@pytest.mark.parametrize(
    "answer",
    [
        {"commits": "yes", "quote": "I'll pay Mallory", "due": "none"},
        {"commits": "yes", "quote": "", "due": "none"},
        {"commits": "yes", "quote": "I'll look at number 0.", "due": "2026-12-31"},
        {"commits": "perhaps", "quote": "I'll look at number 0.", "due": "none"},
        {"commits": "yes", "quote": "I'll look at number 0.", "due": "none", "to": "x@evil.example"},
        {"commits": "no", "quote": "I'll look at number 0.", "due": "none"},
    ],
)
def test_a_lying_model_opens_nothing(world: World, httpserver: HTTPServer, answer: dict[str, str]) -> None:
    unsure(world, 1)
    asked = Asked(httpserver, lambda row: answer)
    made = capability.gather(world.home, compose, Ask(about="all"), asked.endpoint).output
    assert asked.asked
    assert text(made) == "You owe: Nothing open was found in the mail of the last 120 days."
