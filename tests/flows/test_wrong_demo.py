"""Corrections of what several capabilities say of the fictional quarter: each in its own words, and each heeded."""

from datetime import timedelta
from types import ModuleType

import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from context.home import Home
from deployments.cli import cli
from flows import capability
from flows.capability import Result
from flows.commitments import compose as commitments
from flows.people import compose as people
from flows.shape import Ask
from flows.triage import compose as triage

pytestmark = pytest.mark.row("P5")


def text(result: Result) -> str:
    return "\n".join(line.text for section in result.output.sections for line in section.lines)


def wrong(result: Result, about: str, *said: str) -> None:
    line = next(line for section in result.output.sections for line in section.lines if about in line.text)
    words = ["wrong", result.output.footer.run, "--fact", line.facts[0], *said]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("made", "about", "said", "verdict"),
    [
        (triage, "Headcount for Q2", "that is noise, not a reply", "noise"),
        (commitments, "mache ich bis Freitag", "das ist längst erledigt", "kept"),
        (people, "Camille", "unimportant", "not important"),
    ],
)
def test_it_is_heeded_the_same_day_and_the_next(
    own_demo: Home, made: ModuleType, about: str, said: str, verdict: str
) -> None:
    first = capability.run(own_demo, made)  # type: ignore[arg-type]
    assert about in text(first)
    wrong(first, about, said)
    with Ledger.open(own_demo) as ledger:
        assert [each.verdict for each in ledger.verdicts.all(first.output.capability)] == [verdict]
    for later in (timedelta(), timedelta(days=1)):
        again = capability.run(own_demo, made, Ask(as_of=own_demo.now() + later, dry_run=True))  # type: ignore[arg-type]
        assert about not in text(again)
    CliRunner().invoke(cli, ["verdicts", "remove", "1"])
    assert about in text(capability.run(own_demo, made, Ask(dry_run=True)))  # type: ignore[arg-type]
