"""Preparations of the demo's day, the command, the form, and a model that lies."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer

from blocks.model.endpoint import Endpoint
from context.home import Home
from deployments.cli import cli
from flows import capability
from flows.output import Output
from flows.prep import compose
from flows.prep.due import day
from flows.shape import Ask, words
from flows.verify import check
from tests.flows.test_narrate import Model, polite, shouting, wrong

GOLDEN: dict[str, Any] = json.loads(
    (Path(compose.__file__).parents[2] / "connectors/demo/golden.json").read_text("utf-8")
)


def made(home: Home, about: str) -> Output:
    return capability.gather(home, compose, Ask(about=about, dry_run=True)).output


@pytest.mark.row("P2", "N9")
def test_every_meeting_of_the_day_is_prepared_and_holds(demo: Home) -> None:
    coming = day(demo, Ask())
    outputs = [made(demo, one) for one in coming]
    titles = [output.title.split("“")[1].split("”")[0] for output in outputs]
    assert titles == [item["summary"] for item in GOLDEN["days"]["2026-03-25"]["meetings"]]
    for output in outputs:
        facts = {fact.id: fact for fact in output.facts}
        assert words(output.title, output.sections) <= compose.words_most
        for line in (line for section in output.sections for line in section.lines if line.facts):
            assert check(line.text, [facts[name] for name in line.facts], line, today=date(2026, 3, 25)) == []
    bare = {title for title, output in zip(titles, outputs, strict=True) if "No agenda" in output.model_dump_json()}
    assert bare == set(GOLDEN["days"]["2026-03-25"]["no_agenda"])


@pytest.mark.row("P2")
def test_the_two_men_of_one_name_are_not_mixed(demo: Home) -> None:
    engineer = made(demo, "Onboarding check-in")
    addresses = {fact.values.get("address") for fact in engineer.facts if fact.view in ("addresses", "messages")}
    assert addresses == {"felix.harms@fernhafen.example"}


@pytest.mark.row("P2", "K4")
def test_the_command_prepares_the_next_meeting_or_all(own_demo: Home) -> None:
    run = CliRunner().invoke(cli, ["prep", "--dry-run"])
    assert run.exit_code == 0, run.output
    assert run.stdout.startswith("Prep: “Tidemark stand-up”, Wed 25 Mar 09:00–09:15\n")
    every = CliRunner().invoke(cli, ["prep", "--all", "--dry-run"])
    assert every.stdout.count("Prep: “") == len(GOLDEN["days"]["2026-03-25"]["meetings"])
    assert CliRunner().invoke(cli, ["prep", "x", "--all"]).exit_code == 2


def test_its_form_is_typed() -> None:
    from prefect.utilities.callables import parameter_schema

    from flows.prep.flow import prep

    schema = parameter_schema(prep).model_dump()
    assert set(schema["properties"]) == {"event", "day", "as_of", "dry_run", "deliver", "zone"}
    assert prep.name == compose.name


@pytest.mark.row("P2", "T8")
def test_a_model_may_say_it_better_and_not_otherwise(own_demo: Home, httpserver: HTTPServer) -> None:
    model = Model(httpserver)
    endpoint = Endpoint(base_url=httpserver.url_for("/v1").rstrip("/"), model="gpt-4o-mini", provider="openai")

    def run(about: str, *writers: Any) -> Output:
        model.writers = list(writers)
        asked = Ask(about=about, dry_run=True)
        return capability.run(own_demo, compose, asked, endpoint=endpoint).output

    template = made(own_demo, "Norrland weekly")
    lied = run("Norrland weekly", shouting, wrong)
    assert [line.text for section in lied.sections for line in section.lines] == [
        line.text for section in template.sections for line in section.lines
    ]
    assert lied.footer.dropped > 5
    kind = run("Onboarding check-in", polite)
    assert kind.narrated
    assert words(kind.title, kind.sections) <= compose.words_most
