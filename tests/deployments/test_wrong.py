"""Corrections: the owner's word is understood by rules, sticks, is listed, removable, and is heeded."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from context.home import Home
from deployments.cli import cli
from flows import capability
from flows.brief import compose
from flows.capability import Result
from flows.corrections import understood, words
from flows.shape import Ask
from tests.flows.world import ME, World, at

pytestmark = pytest.mark.row("P5")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World.make(tmp_path / "home")
    monkeypatch.setenv("STEWARD_HOME", str(world.home.root))
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Hi Ana, can you confirm by Wednesday?")
    world.mail("t2", "2026-03-21 10:00", "Lunch", "What do you think?", sender="cy@fern.example")
    world.mail("t3", "2026-03-20 10:00", "Numbers", "Could you send the numbers?", sender=ME)
    return world.publish()


def brief(world: World, **ask: object) -> Result:
    return capability.run(world.home, compose, Ask(**ask))  # type: ignore[arg-type]


def text(result: Result) -> str:
    return "\n".join(line.text for section in result.output.sections for line in section.lines)


def fact(result: Result, about: str) -> str:
    return next(item.id for item in result.output.facts if about in item.text)


def steward(*arguments: str, typed: str | None = None) -> str:
    done = CliRunner().invoke(cli, list(arguments), input=typed)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


@pytest.mark.parametrize(
    ("name", "said", "meant"),
    [
        ("triage", "this is noise", "noise"),
        ("triage", "That's not noise, I must reply!", "reply"),
        ("triage", "no reply needed", "fyi"),
        ("triage", "Das ist Werbung", "noise"),
        ("triage", "keine Antwort nötig, nur zur Info", "fyi"),
        ("triage", "it is a NEWSLETTER", "newsletter"),
        ("triage", "reply or decide", None),
        ("triage", "hm", None),
        ("triage", "not noise", None),
        ("triage", "noisette", None),
        ("commitments", "no commitment, it was politeness", "no commitment"),
        ("commitments", "das ist längst erledigt", "kept"),
        ("commitments", "not kept", None),
        ("commitments", "hinfällig", "dropped"),
        ("brief", "nicht wichtig", "not important"),
        ("brief", "wrong: he already answered", "wrong"),
        ("brief", "he already answered", "wrong"),
        ("brief", "wrong, this is spam", "not important"),
        ("prep", "that matters, it is important", "important"),
    ],
)
def test_words_are_understood_by_rules(name: str, said: str, meant: str | None) -> None:
    assert understood(name, said) == meant
    assert meant is None or meant in words(name)


def test_every_word_and_other_name_means_itself() -> None:
    from flows.corrections import GENERAL, WORDS

    for name, table in {**WORDS, "brief": GENERAL}.items():
        for word, names in table.items():
            assert {understood(name, other) for other in (word, *names.split(","))} == {word}


def test_what_is_unimportant_is_not_told_again_until_that_is_taken_back(world: World) -> None:
    before = brief(world)
    assert "Lunch" in text(before)
    said = steward("wrong", before.output.footer.run[:6], fact(before, "Lunch"), "not important, he knows")
    assert said.startswith("Verdict 1: not important, for this “Cy Okafor")
    after = brief(world, dry_run=True)
    assert "Lunch" not in text(after)
    assert "Cut-over date" in text(after)
    assert after.output.footer.notes == ("1 item left out by your verdicts: `steward verdicts`",)
    assert "brief: not important  (item m1@x)" in steward("verdicts")
    steward("verdicts", "remove", "1")
    assert "Lunch" in text(brief(world, dry_run=True))
    assert "No verdicts" in steward("verdicts", "list")


@pytest.mark.parametrize(
    ("scope", "about"), [("thread", "t2"), ("sender", "cy@fern.example"), ("domain", "fern.example")]
)
def test_a_wider_verdict_holds_for_all_of_it(world: World, scope: str, about: str) -> None:
    before = brief(world)
    steward("wrong", before.output.footer.run, "unimportant", "--fact", fact(before, "Lunch"), "--scope", scope)
    with Ledger.open(world.home) as ledger:
        (given,) = ledger.verdicts.all("brief")
    assert (given.scope, given.about, given.said) == (scope, about, "unimportant")
    thread = "t2" if scope == "thread" else "t9"
    world.mail(thread, "2026-03-24 10:00", "Dinner", "What do you think?", sender="cy@fern.example")
    after = text(brief(world.publish(), dry_run=True))
    assert "Dinner" not in after
    assert "Cut-over date" in after


def test_the_narrowest_word_counts(world: World) -> None:
    before = brief(world)
    run, lunch = before.output.footer.run, fact(before, "Lunch")
    steward("wrong", run, lunch, "noise", "--scope", "domain")
    steward("wrong", run, lunch, "this one is important")
    assert "Lunch" in text(brief(world, dry_run=True))


def test_it_asks_back_which_line(world: World) -> None:
    before = brief(world)
    done = CliRunner().invoke(cli, ["wrong", before.output.footer.run, "wrong"])
    assert "which line is meant?" in str(done.exception)
    shown = [line for line in done.output.splitlines() if "Lunch" in line]
    number = shown[0].split()[0]
    assert "Verdict 1: wrong" in steward("wrong", before.output.footer.run, "wrong", "--line", number)
    with Ledger.open(world.home) as ledger:
        assert ledger.verdicts.all()[0].about == "m1@x"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("z9", "--fact", "z9"), "has no fact z9"),
        (("wrong", "--line", "99"), "there is no line 99"),
        (("x", "--line", "1", "--as", "nonsense"), "nonsense is no verdict on brief"),
    ],
)
def test_what_is_not_there_is_said(world: World, words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli, ["wrong", brief(world).output.footer.run, *words])
    assert said in str(done.exception)
    with Ledger.open(world.home) as ledger:
        assert ledger.verdicts.all() == ()


def test_a_mail_of_your_own_has_no_sender_to_judge(world: World) -> None:
    before = brief(world)
    mine = fact(before, "has not answered “Numbers”")
    done = CliRunner().invoke(cli, ["wrong", before.output.footer.run, mine, "noise", "--scope", "sender"])
    assert "you wrote this yourself" in str(done.exception)


def test_five_alike_ask_once_for_a_rule(world: World) -> None:
    for n in range(5):
        world.mail(f"s{n}", f"2026-03-2{n} 09:00", f"Offer {n}", "What do you think?", sender=f"p{n % 2}@shop.example")
    world.publish()
    run = brief(world, dry_run=True).output.footer.run
    said = ""
    with Ledger.open(world.home) as ledger:
        for n in range(5):
            assert "make it a rule" not in said
            key = f"m{3 + n}@x"
            ledger.verdicts.give("brief", "item", key, "not important", "noise", at("2026-03-24 20:00"), run, "m1")
            said = steward("verdicts")
    assert "5 times “not important” for shop[.]example: make it a rule?" in said
    assert f'`steward wrong {run} m1 "not important" --scope domain`' in said
    asked = brief(world)
    assert any("for shop[.]example: make it a rule?" in note for note in asked.output.footer.notes)
    home = type(world.home)(world.home.root)
    with Ledger.open(home) as ledger:  # asked once: the next day's brief does not ask again
        assert ledger.shown.last("brief", "rule:not important:domain:shop.example") is not None
    later = brief(world, as_of=at("2026-03-26 07:00"))
    assert not any("make it a rule" in note for note in later.output.footer.notes)
    with Ledger.open(home) as ledger:
        assert {each.scope for each in ledger.verdicts.all()} == {"item"}  # never made by itself
        ledger.verdicts.give("brief", "domain", "shop.example", "not important", "yes", world.now, run, "m1")
    assert "make it a rule" not in steward("verdicts")


def test_no_rule_is_about_the_owner(world: World) -> None:
    for n in range(6):
        world.mail(f"s{n}", f"2026-03-1{n} 09:00", f"Numbers {n}", "Could you send the numbers?", sender=ME)
    world.publish()
    with Ledger.open(world.home) as ledger:
        for n in range(6):
            ledger.verdicts.give("brief", "item", f"m{3 + n}@x", "not important", "noise", world.now, "r", "m1")
    assert "make it a rule" not in steward("verdicts")


def test_no_rule_for_a_domain_that_is_everybodys(world: World) -> None:
    for n in range(6):
        world.mail(f"s{n}", f"2026-03-1{n} 09:00", f"Offer {n}", "What do you think?", sender=f"p{n}@gmail.com")
    world.publish()
    with Ledger.open(world.home) as ledger:
        for n in range(6):
            ledger.verdicts.give("brief", "item", f"m{3 + n}@x", "not important", "noise", world.now, "r", "m1")
    assert "make it a rule" not in steward("verdicts")


def test_verdicts_are_documented_in_sql(world: World) -> None:
    from blocks.ledger.tables import TABLES

    about, columns = TABLES["verdicts"]
    assert about
    assert all(meaning for _, meaning in columns.values())
    with Ledger.open(world.home) as ledger:
        stored = {row[1] for row in ledger.store.rows("PRAGMA table_info(verdicts)")}
    assert stored == set(columns)


def test_verdicts_are_published_with_the_next_sync(copied: Home) -> None:
    from connectors.load import sync

    with Ledger.open(copied) as ledger:
        ledger.verdicts.give("triage", "domain", "shop.example", "noise", "noise", copied.now())
    sync(copied)
    warehouse = Warehouse(copied)
    answer = warehouse.query("SELECT scope, about, verdict FROM ledger_verdicts")
    warehouse.close()
    assert [list(row) for row in answer.rows] == [["domain", "shop.example", "noise"]]


def test_what_a_statement_counts_is_the_same_tomorrow() -> None:
    from flows.corrections import identity

    one, two = (
        f"SELECT 1 FROM people WHERE at < TIMESTAMPTZ '2026-03-2{n} 06:00:00+00:00' AND p = 'x'" for n in (5, 6)
    )
    assert identity("sql", one) == identity("sql", two)
    assert identity("sql", one) != identity("sql", one.replace("'x'", "'y'"))
    assert identity("sql", f"{one} LIMIT 1 OFFSET 3") != identity("sql", f"{two} LIMIT 1 OFFSET 3")
    assert identity("messages", "m1@x") == "m1@x"
