"""The radar of the demo: the known people, the command, the form, the figures."""

import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.demo.known import golden
from context.home import Home
from deployments.cli import cli
from flows import capability
from flows.people import compose
from flows.people.evaluate import evaluate
from flows.shape import Ask
from flows.verify import check

KNOWN: dict[str, Any] = golden()["people"]


@pytest.mark.row("P10", "N9")
def test_the_overdue_are_the_known_ones(demo: Home) -> None:
    output = capability.gather(demo, compose, Ask(dry_run=True)).output
    facts = {fact.id: fact for fact in output.facts}
    overdue = next(section for section in output.sections if section.title == "Overdue")
    found = [facts[line.facts[0]].values["addresses"] for line in overdue.lines]
    assert sorted(addresses[0] for addresses in found if isinstance(addresses, list)) == KNOWN["overdue"]
    for line in (line for section in output.sections for line in section.lines if line.facts):
        assert check(line.text, [facts[name] for name in line.facts], line, today=date(2026, 3, 25)) == []


@pytest.mark.row("P10", "T12")
def test_its_figures_reach_their_bars(demo: Home) -> None:
    scores = evaluate(demo)
    assert [bar for bar in scores.bars if not bar.reached] == []


@pytest.mark.row("P10")
def test_two_of_one_name_are_told_apart_by_address(demo: Home) -> None:
    asked = capability.gather(demo, compose, Ask(about="Felix Harms", dry_run=True)).output
    found = sorted(str(address) for fact in asked.facts for address in _listed(fact.values["addresses"]))
    assert found == KNOWN["homonyms"]["Felix Harms"]


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


@pytest.mark.row("P10", "T11")
def test_the_command_shows_a_person_and_why(own_demo: Home) -> None:
    run = CliRunner().invoke(cli, ["people", "Camille"])
    assert run.exit_code == 0, run.output
    assert run.stdout.startswith("Camille Roussanne, client (Maison Vernet)\n")
    assert "silent for 33 days: overdue" in " ".join(run.stdout.split())
    made = run.stdout.rsplit("run ", 1)[1].strip()
    why = CliRunner().invoke(cli, ["why", made, "s1", "--json"])
    assert why.exit_code == 0, why.output
    [row] = json.loads(why.stdout)["rows"]
    assert row["from_title"] == "RE: Retour sur les tests"


def test_its_form_is_typed() -> None:
    from prefect.utilities.callables import parameter_schema

    from flows.people.flow import people

    schema = parameter_schema(people).model_dump()
    assert set(schema["properties"]) == {"person", "day", "as_of", "dry_run", "deliver", "zone"}
    assert people.name == compose.name
