"""Ask on the fictional quarter: how it goes on, asks back, keeps metrics, refuses, and what it rests on."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors.demo.quarter import mails
from context.errors import InputError
from context.home import Home
from deployments.commands.ask import command
from deployments.commands.why import command as why
from flows import capability
from flows.ask import answer, follow, frame, metric, question, saving
from flows.ask.compose import Asking
from flows.ask.names import Names
from flows.output import Output, Section
from flows.shape import Ask, Draft, View

NOW = datetime(2026, 3, 25, 6, tzinfo=UTC)


def ask(home: Home, text: str, again: bool = False, **given: object) -> Output:
    before = follow.last(home) if again else None
    return capability.run(home, Asking(home, before), Ask(about=text, **given)).output  # type: ignore[arg-type]


def look(home: Home, text: str, **given: object) -> Output:
    return capability.gather(home, Asking(home), Ask(about=text, dry_run=True, **given)).output  # type: ignore[arg-type]


def first(output: Output) -> str:
    return output.sections[0].lines[0].text


def metrics() -> list[str]:
    return sorted(metric.shipped())


@pytest.mark.row("P8")
def test_a_follow_up_keeps_what_it_does_not_change(own_demo: Home) -> None:
    assert first(ask(own_demo, "How many hours of meetings did I have last week?")).endswith("from 16 to 22 Mar")
    assert first(ask(own_demo, "and in February?", again=True)).endswith("in February 2026")
    both = ask(own_demo, "and with Tomasz?", again=True)
    assert first(both).endswith("with Tomasz Wierzba in February 2026")
    assert first(ask(own_demo, "how many mails from him", again=True)) != first(both)
    asked = first(ask(own_demo, "How many hours of meetings with Tomasz did I have in February?"))
    assert asked == first(both)


def test_a_follow_up_may_move_in_time_and_change_the_person(own_demo: Home) -> None:
    ask(own_demo, "How many mails did Erik send me in February?")
    before = first(ask(own_demo, "and the month before?", again=True))
    assert before.endswith("from Erik Sandell in January 2026")
    assert first(ask(own_demo, "and Priya?", again=True)).endswith("from Priya Venkatesan in January 2026")


def test_there_is_nothing_to_go_on_from_at_first_and_after_a_refusal(own_demo: Home) -> None:
    with pytest.raises(InputError, match="no answer to go on from"):
        follow.last(own_demo)
    ask(own_demo, "How many steps did I walk?")
    with pytest.raises(InputError, match="no answer to go on from"):
        follow.last(own_demo)


@pytest.mark.row("P8")
def test_two_of_one_name_are_asked_back_with_their_addresses_and_no_impostor(own_demo: Home) -> None:
    output = ask(own_demo, "How many mails did Felix Harms send me in March?")
    told = [line.text for line in output.sections[0].lines]
    assert told[0] == "Felix Harms is the name of 2 people. Ask again with an address:"
    assert "felix.harms@fernhafen.example" in told[1]
    assert "f.harms@harms-partner.example" in told[2]
    assert "evil" not in " ".join(told)
    chosen = first(ask(own_demo, "f.harms@harms-partner.example", again=True))
    assert chosen == "3 mails received from Felix Harms in March 2026 (until now)"


@pytest.mark.row("P8")
def test_a_metric_is_kept_asked_by_name_listed_and_removed(own_demo: Home) -> None:
    output = ask(own_demo, "How many hours of meetings with Tomasz did I have last week?")
    path = saving.save(own_demo, "tomasz-hours", output)
    assert path == own_demo.root / "metrics" / "tomasz-hours.sql"
    assert path.stat().st_mode & 0o777 == 0o600
    assert first(ask(own_demo, "tomasz-hours")) == first(output)
    assert first(ask(own_demo, "tomasz-hours in February")).endswith("with Tomasz Wierzba in February 2026")
    shown = CliRunner().invoke(command, ["--list"])
    assert shown.output.splitlines()[0].split() == ["tomasz-hours", *output.title.split(), "(yours)"]
    assert CliRunner().invoke(command, ["--forget", "tomasz-hours"]).exit_code == 0
    assert "tomasz-hours" not in metric.own(own_demo)


@pytest.mark.parametrize("name", ["mails", "../x", "A b", ""])
def test_a_name_that_cannot_be_kept_is_refused(own_demo: Home, name: str) -> None:
    with pytest.raises(InputError):
        metric.save(own_demo, name, "SELECT 1")
    assert not metric.own(own_demo)


@pytest.mark.row("T9")
def test_what_the_owner_kept_runs_in_the_sandbox(own_demo: Home) -> None:
    metric.save(own_demo, "bad", "-- title: bad\n-- question: bad\nSELECT * FROM read_text('/etc/hostname')\n")
    with pytest.raises(Exception, match="cannot be used"):
        ask(own_demo, "bad")


def test_a_metric_that_cannot_be_read_names_file_and_line(own_demo: Home) -> None:
    metric.save(own_demo, "odd", "-- title: odd\n-- colour: red\nSELECT 1\n")
    with pytest.raises(InputError, match=r"odd\.sql: line 2: there is no key colour"):
        ask(own_demo, "odd")


@pytest.mark.row("P8")
def test_a_source_that_was_not_read_lately_makes_no_claim_of_nothing(own_demo: Home) -> None:
    with Ledger.open(own_demo) as ledger:
        for source in ledger.sources.all():
            if source.family == "mail":
                ledger.sources.succeed(source.name, NOW - timedelta(days=3), 1, 1, 0, 0, 0, None)
    told = [line.text for line in look(own_demo, "How many mails did Noor Haddad send me yesterday?").sections[0].lines]
    assert told[0].startswith("Not known: no mail received from Noor Haddad yesterday")
    assert told[1] == "Mail: not read since Sun 22 Mar 07:00"


def test_without_a_source_of_that_kind_it_says_so(own_demo: Home) -> None:
    with Ledger.open(own_demo) as ledger:
        for source in ledger.sources.all():
            if source.family == "calendar":
                ledger.sources.remove(source.name)
    output = look(own_demo, "How many meetings did I have last week?")
    assert output.sections[0].title == "Cannot be known from your data"
    assert first(output).startswith("No source of that kind is connected (calendar)")


@pytest.mark.parametrize(
    ("text", "why_not"),
    [
        ("How many meetings did I have in May 2019?", "before the oldest"),
        ("How many mails will I get next week?", "what will be"),
        ("How many mails did I get on 12 April 2026?", "has not happened yet"),
        ("Who is the nicest client?", "Nothing that was read"),
        ("Should I answer Ruth?", "an opinion"),
        ("How many kilometres did I run in March?", "health or fitness data"),
        ("How many dentists did I visit?", "“dentists”"),
        ("Did Erik answer my last mail?", "No named metric fits"),
        ("Xyzzy plugh?", "Nothing that was read"),
    ],
)
@pytest.mark.row("P8")
def test_what_cannot_be_known_is_refused_with_what_is_missing(demo: Home, text: str, why_not: str) -> None:
    output = look(demo, text)
    assert output.sections[0].title == "Cannot be known from your data"
    assert why_not in first(output)
    assert output.facts == ()


def test_nothing_later_than_the_moment_is_counted(demo: Home) -> None:
    early = datetime(2026, 2, 10, 12, tzinfo=UTC)
    assert "(until now)" in first(look(demo, "How many mails did I send this month?", as_of=early))
    since = datetime(2026, 1, 31, 23, tzinfo=UTC)
    sent = sum(mail.from_me and since <= mail.sent <= early for mail in mails())
    assert look(demo, "How many mails did I send this month?", as_of=early).facts[0].values["mails"] == sent
    assert "as of now alone" in first(look(demo, "How many unread mails do I have?", as_of=early))
    assert first(look(demo, "last mail from Ruth", as_of=early)) != first(look(demo, "last mail from Ruth"))


@pytest.mark.row("P8")
@pytest.mark.parametrize(
    ("text", "view", "held"),
    [
        ("What did Solveig write about the rollback?", "messages", "Cut-over: I need this in writing"),
        ("Where is the phone tree?", "documents", "phone-tree"),
    ],
)
def test_what_is_looked_up_is_quoted_from_its_rows(demo: Home, text: str, view: str, held: str) -> None:
    output = look(demo, text)
    assert output.sections[0].title == "Found by these words"
    assert (output.facts[0].view, held in first(output)) == (view, True)
    assert len(output.facts) == len(output.sections[0].lines)


@pytest.mark.row("T8")
def test_hostile_text_in_rows_is_shown_as_text_and_nothing_else(demo: Home) -> None:
    output = look(demo, "Which mails did I get yesterday?")
    shown = output.model_dump_json()
    assert "http://" not in shown.replace("https://", "http://")
    assert "\u202e" not in shown
    assert all(line.url is None for section in output.sections for line in section.lines)


@pytest.mark.parametrize("name", metrics())
def test_every_metric_has_a_head_that_keeps_its_word(name: str) -> None:
    made = metric.shipped()[name]
    assert made.asks
    assert made.answer
    assert made.empty
    assert made.reads
    whole = made.sql + made.rows
    named = {"person": "$person", "company": "$domain", "project": "$topic", "topic": "$topic", "repo": "$repo",
             "account": "$account", "folder": "$folder", "term": "$term", "group": "$group"}  # fmt: skip
    assert [kind for kind in made.takes if kind in named and named[kind] not in whole] == []
    if "period" in made.takes:
        assert "$first" in whole


@dataclass
class Every(Asking):
    """Answers by each of the shipped metrics, narrowed by what it can be narrowed by."""

    def compose(self, view: View) -> Draft:
        said: list[Section] = []
        for made in metric.shipped().values():
            narrowing = {"person": "with Erik", "term": "Lockstep", "group": "per week", "period": "in March"}
            text = " ".join(
                words for kind, words in narrowing.items() if kind in made.needs | (made.takes & {"period"})
            )
            asked = question.read(text, Names.of(view, text), view.moment.today)
            said += answer.metric(view, self.home, frame.of(asked, made, view.moment)).sections()
        return Draft("all", "all", tuple(said))


@pytest.mark.row("P9", "T9", "T11")
def test_every_metric_runs_as_it_is_shown_and_gives_the_same(demo: Home) -> None:
    """The statement that an answer cites gives the answer's own values again, inside the sandbox."""
    output = capability.gather(demo, Every(demo), Ask(about="", dry_run=True)).output
    facts = {fact.id: fact for fact in output.facts}
    warehouse = Warehouse(demo)
    try:
        answers = [section for section in output.sections if not section.verbatim]
        assert {section.title for section in answers} == {"Answer"}
        assert len(answers) == len(metrics())
        for section in answers:
            fact = facts[section.lines[0].facts[0]]
            table = warehouse.query(fact.key)
            row = dict(zip(table.columns, table.rows[0], strict=True)) if table.rows else {}
            same = {key: value for key, value in row.items() if isinstance(value, int) and key in fact.values}
            assert {key: fact.values[key] for key in same} == same, fact.values["metric"]
    finally:
        warehouse.close()


@pytest.mark.row("T11")
def test_a_row_of_every_view_resolves(own_demo: Home) -> None:
    output = capability.run(own_demo, Every(own_demo, words_most=10_000), Ask(about="")).output
    every = {fact.view: fact for fact in output.facts}
    assert {"messages", "event_instances", "people", "addresses", "commits", "documents", "tasks"} <= every.keys()
    for view, fact in every.items():
        told = CliRunner().invoke(why, [output.footer.run, fact.id, "--json"])
        assert isinstance(json.loads(told.output)["rows"], list), view


@pytest.mark.row("P8", "T11")
def test_the_command_prints_answer_rows_and_sql_and_each_fact_resolves(own_demo: Home) -> None:
    run = CliRunner()
    shown = run.invoke(command, ["How many meetings do I have tomorrow?"])
    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert lines[0] == "7 meetings tomorrow (Thu 26 Mar) a1"
    assert lines[1].startswith("Thu 26 Mar 09:00  “Tidemark stand-up”")
    assert "SELECT" in shown.output
    output = json.loads(run.invoke(command, ["--json", "--dry-run", "How many meetings do I have tomorrow?"]).output)
    made = run.invoke(command, ["How many meetings do I have tomorrow?", "--json"])
    archived = json.loads(made.output)["footer"]["run"]
    assert output["footer"]["run"] == f"{archived}-dry"
    for fact in output["facts"][:3]:
        told = run.invoke(why, [archived, fact["id"], "--json"])
        assert isinstance(json.loads(told.output)["rows"], list)


def test_the_archive_holds_the_question_and_its_answer(own_demo: Home) -> None:
    result = capability.run(own_demo, Asking(own_demo), Ask(about="How many unread mails do I have?"))
    assert Path(result.path).name.startswith("ask-how-many-unread-mails-do-i-have-")
    assert capability.run(own_demo, Asking(own_demo), Ask(about="How many unread mails do I have?")).unchanged
