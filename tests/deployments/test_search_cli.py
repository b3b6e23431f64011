"""Search by its doors: the command and the MCP tool give the same, and "nothing" names what was not read."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from context.home import Home
from deployments import mcp
from deployments.commands.search import command
from deployments.serving import Serving
from tests.deployments.served import NOW
from tests.deployments.test_mcp import ask

pytestmark = pytest.mark.row("P13")


def run(*words: str) -> str:
    return CliRunner().invoke(command, words).output


def as_json(*words: str) -> Any:
    return json.loads(run("--json", *words))


@pytest.mark.parametrize(
    "words", ["zebra", "kind:event", "zebra kind:mail", "has:link", "from:ana", "after:2026-11-20"]
)
def test_every_door_gives_the_same(served: Home, serving: Serving, words: str) -> None:
    by_hand, by_tool = as_json(words), ask(mcp.build(served, serving), "search", words=words)
    assert [hit["key"] for hit in by_tool["hits"]] == [hit["key"] for hit in by_hand["hits"]]
    assert by_tool["total"] == by_hand["total"]
    assert [hit["why"] for hit in by_tool["hits"]] == [hit["why"] for hit in by_hand["hits"]]
    assert all(hit["key"] in run(words) for hit in by_hand["hits"])


def test_a_wrong_field_is_said_alike(served: Home, serving: Serving) -> None:
    told = CliRunner().invoke(command, ["form:ana"]).exception
    said = ask(mcp.build(served, serving), "search", words="form:ana")
    assert str(told) in said
    assert 'put it in quotes: "form:ana"' in said


def test_quotes_that_the_shell_took_are_put_back(served: Home) -> None:
    assert as_json("subject:no such title", "zebra")["hits"] == [], "subject:'no such title' is one field"
    assert as_json("kind:mail", "zebra")["total"] == as_json("kind:mail zebra")["total"] > 0


def test_nothing_found_names_what_was_not_read(copied: Home) -> None:
    said = run("--words", "xylophone")
    assert said == "Nothing was found. What is searched is what `steward sync` has read.\n"
    assert as_json("--words", "xylophone")["not_known"] == []
    with Ledger.open(copied) as ledger:
        ledger.sources.fail("mail", NOW, "failed", "the file is gone", "run `steward sources`")
    said = run("--words", "xylophone")
    assert "That is not to say that there is nothing:" in said
    assert "mail “mail” was last read 0 min ago: later changes are not known" in said
    assert "mail" not in run("--words", "-k", "events", "xylophone").partition("\n")[2], "events were read"
    assert as_json("--words", "-k", "messages", "xylophone")["not_known"]
    assert "not to say" not in run("zebra"), "what was found was found"


def test_without_a_question_it_says_what_to_ask(served: Home) -> None:
    told = CliRunner().invoke(command, []).exception
    assert "steward search" in str(told)
