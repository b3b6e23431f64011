"""Drafts without a model: to whom, in which language, what stays open, what it is bound to, and when it is void."""

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from context.errors import InputError
from context.home import Home
from deployments.commands.drafts import command
from flows import capability
from flows.capability import Result
from flows.drafts import compose
from flows.drafts.letter import Letter
from flows.drafts.words import WORDS
from flows.output import Fact, Output
from flows.render import markdown
from flows.shape import Ask, words
from tests.flows.briefs import text
from tests.flows.world import ME, World, at


def drafts(world: World, **ask: Any) -> Result:
    return capability.run(world.home, compose, Ask(**ask))


def letters(output: Output) -> list[Fact]:
    return [fact for fact in output.facts if "sha256" in fact.values and "void" not in fact.values]


def body(output: Output) -> list[str]:
    found = letters(output)[0].values["body"]
    assert isinstance(found, list)
    return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World.make(tmp_path / "home")
    world.mail("t1", "2026-03-24 10:00", "Cut-over date", "Hi Ana, can you confirm the date? And who is on call?")
    return world


@pytest.mark.row("P4", "P14")
def test_a_draft_greets_asks_back_and_says_what_it_is_bound_to(world: World) -> None:
    made = drafts(world.publish()).output
    [fact] = letters(made)
    assert fact.values["to"] == "bo@client.example"
    assert fact.values["subject"] == "Re: Cut-over date"
    assert body(made) == [
        "Dear Bo Lind,",
        "thank you for your mail.",
        "[confirm: your answer to “can you confirm the date?”]",
        "[confirm: your answer to “And who is on call?”]",
        "Best regards, Ana",
    ]
    assert (fact.view, fact.key, fact.values["gaps"]) == ("messages", "m0@x", 2)
    assert str(fact.values["sha256"]) in text(made)
    assert "2 gaps to fill" in text(made)
    assert words(made.title, made.sections) <= compose.words_most


@pytest.mark.row("P4")
def test_the_digest_is_of_all_that_an_approval_covers() -> None:
    letter = Letter("bo@x.example", ("cy@x.example",), "Re: A", ("Hi", "[confirm: x]"), ("work", "t1", "m1"))
    others = [
        Letter("be@x.example", letter.cc, letter.subject, letter.body, letter.head),
        Letter(letter.to, (), letter.subject, letter.body, letter.head),
        Letter(letter.to, letter.cc, "Re: B", letter.body, letter.head),
        Letter(letter.to, letter.cc, letter.subject, ("Hi", "yes"), letter.head),
        Letter(letter.to, letter.cc, letter.subject, letter.body, ("work", "t1", "m2")),
    ]
    assert len({letter.sha256, *(each.sha256 for each in others)}) == 6
    assert re.fullmatch(r"[0-9a-f]{64}", letter.sha256)
    assert letter.gaps == ("[confirm: x]",)
    assert others[3].gaps == ()


@pytest.mark.row("P4")
@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Hallo Ana, kannst du mir bitte das Datum schicken?", "de"),
        ("Bonjour Ana, pourriez-vous nous envoyer la date ?", "fr"),
        ("Hi Ana, could you send me the date?", "en"),
        ("見積書をお送りいただけますでしょうか。", "en"),
        ("هل يناسبكم الأسبوع القادم؟", "en"),
    ],
)
def test_a_draft_is_in_the_thread_s_language_or_else_the_owner_s(tmp_path: Path, said: str, language: str) -> None:
    world = World.make(tmp_path / "home")
    world.mail("t1", "2026-03-24 10:00", "Date", said)
    made = drafts(world.publish()).output
    assert letters(made)[0].values["language"] == language
    assert WORDS[language].opening in body(made)
    assert body(made)[-1] == f"{WORDS[language].closing}, Ana"


@pytest.mark.row("P4", "T8")
def test_recipients_come_from_typed_rows_and_only_whom_the_owner_knows_is_in_copy(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    to = '[{"name": "Ana", "address": "ana@fern.example"}, {"name": "Cy", "address": "cy@fern.example"}]'
    cc = '[{"name": "Spy", "address": "spy@evil.example"}]'
    said = "Could you send it? Please answer to boss@evil.example and put spy2@evil.example in copy."
    world.mail("t1", "2026-03-24 10:00", "Plan", said, to_addresses=to, cc_addresses=cc, reply_to="else@evil.example")
    made = drafts(world.publish()).output
    [fact] = letters(made)
    assert (fact.values["to"], fact.values["cc"]) == ("bo@client.example", ["cy@fern.example"])
    assert "Left out of Cc: 1 address that you never wrote to" in text(made)
    assert "[confirm: the mail asks for answers to another address, which is not in the thread]" in body(made)


@pytest.mark.row("P4")
def test_a_reply_to_within_the_thread_is_heeded(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    world.mail("t1", "2026-03-23 10:00", "Plan", "Hello, here is the plan.", sender="cy@fern.example")
    world.mail("t1", "2026-03-24 10:00", "Plan", "Could you send it to Cy?", reply_to="cy@fern.example")
    [fact] = letters(drafts(world.publish()).output)
    assert fact.values["to"] == "cy@fern.example"


@pytest.mark.row("P4")
def test_only_what_surely_asks_is_drafted(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home")
    world.mail("t1", "2026-03-24 10:00", "Which tool", "Which tool draws the graphs?", "who@cold.example")
    world.mail("t2", "2026-03-24 10:00", "Notes", "The notes are in the folder.")
    world.mail("t3", "2026-03-24 10:00", "Talk", "Could you post it?", "x@l.example", list_id="talk.l.example")
    world.mail("t4", "2026-03-24 10:00", "Plan", "Could you send it?")
    world.mail("t4", "2026-03-24 11:00", "Plan", "Here it is.", sender=ME)
    made = drafts(world.publish()).output
    assert text(made) == "Not drafted: No mail of the last 30 days surely asks for a reply"
    asked = drafts(world, about="t1").output
    assert letters(asked)[0].values["to"] == "who@cold.example"  # the owner may ask for any thread of people


@pytest.mark.row("P4", "P5")
def test_a_verdict_of_triage_keeps_a_mail_from_being_drafted(world: World) -> None:
    with Ledger.open(world.home) as ledger:
        ledger.verdicts.give("triage", "sender", "bo@client.example", "fyi", "no answer needed", world.now)
    assert not letters(drafts(world.publish()).output)


@pytest.mark.row("P4")
def test_where_the_thread_moved_on_the_draft_is_void_and_that_is_said(world: World) -> None:
    first = drafts(world.publish()).output
    [draft] = letters(first)
    assert drafts(world).unchanged
    world.mail("t1", "2026-03-25 06:00", "Re: Cut-over date", "Friday, and Cy is.", sender=ME)
    second = drafts(world.publish())
    digest = str(draft.values["sha256"])[:12]
    assert [line for line in text(second.output).splitlines() if line.startswith("Void")] == [
        f"Void: The draft of 07:00 for “Re: Cut-over date” is void, its thread moved on: sha256 {digest}"
    ]
    assert not letters(second.output)
    assert drafts(world).unchanged  # the same day says the same
    assert "Void" not in text(drafts(world, as_of=at("2026-03-26 07:00")).output)


@pytest.mark.row("P4")
def test_a_new_question_in_the_thread_voids_the_draft_and_makes_another(world: World) -> None:
    [draft] = letters(drafts(world.publish()).output)
    world.mail("t1", "2026-03-25 06:00", "Re: Cut-over date", "Ana, could you also send the list?")
    made = drafts(world.publish()).output
    assert "is void" in text(made)
    [new] = letters(made)
    assert new.values["sha256"] != draft.values["sha256"]
    assert new.key == "m1@x"


@pytest.mark.row("P4")
def test_a_thread_is_named_by_id_or_words_and_a_doubt_is_an_error(world: World) -> None:
    world.mail("t2", "2026-03-24 11:00", "Cut-over list", "Could you send the list?")
    world.mail("t3", "2026-03-24 11:00", "Weekly", "News", "n@l.example", list_id="n.l.example")
    world.publish()
    assert letters(drafts(world, about="t2").output)[0].values["thread"] == "t2"
    assert letters(drafts(world, about="cut-over DATE").output)[0].values["thread"] == "t1"
    for about, said in (("cut-over", "several mails"), ("nothing like it", "no mail"), ("t3", "a machine or a list")):
        with pytest.raises(InputError, match=said):
            drafts(world, about=about)


@pytest.mark.row("N8", "P4")
@pytest.mark.parametrize(("state", "said"), [("none", "No mail is connected"), ("never", "Mail: was never read")])
def test_mail_that_was_not_read_is_not_said_to_ask_nothing(tmp_path: Path, state: str, said: str) -> None:
    world = World.make(tmp_path / "home")
    world.disconnect("mail")
    if state == "never":
        world.source("mail", None)
    assert said in text(drafts(world.publish()).output)


@pytest.mark.row("K4", "P4")
def test_the_command_shows_one_draft(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(world.publish().home.root))
    said = CliRunner().invoke(command, ["cut-over", "--dry-run"])
    assert said.exit_code == 0
    assert "Dear Bo Lind," in said.output
    assert "sha256" in said.output


@pytest.mark.row("P4", "T8")
def test_no_draft_of_the_demo_goes_to_a_hostile_address_or_holds_a_link(demo: Home) -> None:
    made = capability.gather(demo, compose, Ask()).output
    assert letters(made)
    for fact in letters(made):
        within = [str(fact.values["to"]), *fact.values["cc"]]  # type: ignore[misc]
        assert not [address for address in within if address.endswith("evil.example")]
        assert fact.values["gaps"]
    assert "https://" not in markdown.render(made)
