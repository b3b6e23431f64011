"""The review of the demo's weeks: sums that agree with the known days, every line held by its facts, the command."""

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from blocks.warehouse import Warehouse
from connectors.demo.known import golden
from context.home import Home
from deployments.commands.review import command
from flows import capability
from flows.output import Output
from flows.review import compose
from flows.review.week import asked
from flows.shape import Ask, words
from flows.verify import check
from tests.flows.briefs import lines


def review(home: Home, name: str) -> Output:
    return capability.gather(home, compose, asked(home, name, Ask())).output


@pytest.mark.row("P7", "N9")
def test_the_meetings_of_a_known_day_are_among_the_weeks(demo: Home) -> None:
    output = review(demo, "2026-W12")
    keys = {key for fact in output.facts for key in fact.values.get("ids") or []}  # type: ignore[union-attr]
    with Warehouse(demo).read() as con:
        for day in ("2026-03-19", "2026-03-20", "2026-03-21"):
            for meeting in golden()["days"][day]["meetings"]:
                found = con.execute(
                    "SELECT list(instance_key) FROM event_instances WHERE uid = ? AND "
                    "strftime(starts_at AT TIME ZONE 'Europe/Berlin', '%Y-%m-%d %H:%M') = ?",
                    [meeting["uid"], f"{day} {meeting['start']}"],
                ).fetchone()
                assert found is not None
                assert keys & set(found[0]), meeting["summary"]


@pytest.mark.row("P7", "P9")
@pytest.mark.parametrize("name", ["2026-W10", "2026-W11", "2026-W12"])
def test_parts_add_up_to_the_whole_and_the_whole_to_the_union(demo: Home, name: str) -> None:
    output = review(demo, name)
    facts = [fact for fact in output.facts if fact.id.startswith("h")]
    [total] = [fact for fact in facts if "minutes" in fact.values and "ids" not in fact.values]
    rows = Warehouse(demo).query(total.key).rows
    spans = sorted((row[7], row[8]) for row in rows)
    union, reached = 0.0, None
    for begins, ends in ((moment(a), moment(b)) for a, b in spans):
        start = begins if reached is None or begins > reached else reached
        union += max(0.0, (ends - start).total_seconds())
        reached = ends if reached is None else max(reached, ends)
    assert total.values["minutes"] == int(union / 60 + 0.5)
    assert total.values["events"] == len(rows)


def moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


@pytest.mark.row("P7", "T11")
@pytest.mark.parametrize("name", ["2026-W04", "2026-W12", "2026-W13"])
def test_every_line_is_held_by_facts_that_resolve(demo: Home, name: str) -> None:
    output = review(demo, name)
    facts = {fact.id: fact for fact in output.facts}
    assert words(output.title, output.sections) <= compose.words_most
    for line in (line for section in output.sections for line in section.lines if line.facts):
        assert check(line.text, [facts[one] for one in line.facts], line) == []
    for fact in output.facts:
        if fact.view == "sql":
            Warehouse(demo).query(fact.key)


@pytest.mark.row("P7")
def test_goals_without_time_stand_first(demo: Home) -> None:
    output = review(demo, "2026-W12")
    assert output.sections[0].title == "Goals without time"
    assert lines(output, "Goals without time")


@pytest.mark.row("P7", "K4")
def test_the_command_gives_the_same_bytes_twice(own_demo: Home) -> None:
    first, second = (CliRunner().invoke(command, ["2026-W11"]) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    assert "Review of week 2026-W11, Mon 9 Mar to Sun 15 Mar" in first.stdout
    kept = {path.name: path.read_bytes() for path in Path(own_demo.outputs).rglob("*review*")}
    assert CliRunner().invoke(command, ["2026-W11"]).exit_code == 0
    assert {path.name: path.read_bytes() for path in Path(own_demo.outputs).rglob("*review*")} == kept
