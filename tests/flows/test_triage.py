"""Triage of small inboxes: what is listed, counted, told before, and cannot be known; and the bars of the demo."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from context.home import Home
from deployments.commands.triage import command
from flows import capability
from flows.capability import Result
from flows.common.sorting import OPEN
from flows.shape import Ask, words
from flows.triage import compose, evaluate
from flows.triage.listing import listing
from flows.triage.read import DAYS
from flows.verify import check
from tests.flows.briefs import lines, text
from tests.flows.world import ME, World, at


def triage(world: World, **ask: Any) -> Result:
    return capability.run(world.home, compose, Ask(**ask))


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World.make(tmp_path / "home")
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Hi Ana, can you confirm by Wednesday?")
    world.mail("t2", "2026-03-24 10:00", "Option", "Shall we take option A?", sender="cy@fern.example")
    world.mail("t3", "2026-03-20 10:00", "Numbers", "Here they are.", sender="cy@fern.example")
    world.mail("t3", "2026-03-20 11:00", "Numbers", "Thanks. Could you add the totals?", sender=ME)
    world.mail(
        "t4", "2026-03-23 10:00", "Weekly", "All the news?", "n@news.example", list_id="n.news.example", seen=False
    )
    world.mail("t5", "2026-03-23 11:00", "Notes", "The notes are in the folder.", "cy@fern.example")
    return world


@pytest.mark.row("P3", "P14")
def test_what_needs_the_owner_is_listed_with_reasons_and_ages_and_the_rest_counted(world: World) -> None:
    output = triage(world.publish()).output
    assert lines(output, "Needs your reply") == [
        "Bo Lind, for 3 days: “Cut-over date” — asks you something, wants it today (rule:question)"
    ]
    assert lines(output, "Needs your decision") == [
        "Cy Okafor, since yesterday: “Option” — asks for your decision (rule:decision)"
    ]
    assert lines(output, "You wait for") == [
        "Cy Okafor, for 5 days: “Numbers” — you asked last; nobody has answered (rule:asked)"
    ]
    assert lines(output, "The rest") == ["1 mail for your information", "1 newsletter or list mail, 1 unread"]
    facts = {fact.id: fact for fact in output.facts}
    asked = facts[next(line.facts[0] for s in output.sections for line in s.lines if "Cut-over" in line.text)]
    assert (asked.view, asked.key) == ("messages", "m0@x")
    assert (asked.values["label"], asked.values["rule"], asked.values["confidence"]) == ("reply", "rule:question", 0.92)
    assert words(output.title, output.sections) <= compose.words_most
    for line in (line for section in output.sections for line in section.lines):
        assert check(line.text, [facts[name] for name in line.facts], line, today=world.now.date()) == []


@pytest.mark.row("P3")
def test_a_thread_that_the_owner_answered_is_not_to_be_answered(world: World) -> None:
    world.mail("t1", "2026-03-24 12:00", "Re: Cut-over date", "Yes, Friday.", sender=ME)
    assert "Cut-over" not in text(triage(world.publish()).output)
    world.mail("t1", "2026-03-24 13:00", "Re: Cut-over date", "At what time?")
    assert "since yesterday: “Re: Cut-over date”" in text(triage(world.publish()).output)


@pytest.mark.row("P3", "P5")
def test_a_verdict_moves_a_mail_and_all_alike_and_taking_it_back_restores_it(world: World) -> None:
    with Ledger.open(world.home) as ledger:
        number = ledger.verdicts.give("triage", "sender", "bo@client.example", "fyi", "no answer needed", world.now)
    output = triage(world.publish()).output
    assert not lines(output, "Needs your reply")
    assert "2 mails for your information" in lines(output, "The rest")
    [told] = [row for row in listing(world.home) if row["from"] == "bo@client.example"]
    assert (told["label"], told["by"], told["reason"]) == (
        "fyi",
        "owner",
        f"you said so of this sender (verdict {number})",
    )
    with Ledger.open(world.home) as ledger:
        ledger.verdicts.remove(number, world.now)
    assert lines(triage(world).output, "Needs your reply")


@pytest.mark.row("K6", "P3")
def test_what_was_told_before_is_counted_and_told_again_once_it_is_worse(world: World) -> None:
    world.publish()
    assert triage(world).quiet is None
    again = triage(world)
    assert again.unchanged
    later = triage(world, as_of=at("2026-03-26 07:00")).output
    assert "wanted it by Wed 25 Mar" in lines(later, "Needs your reply")[0]  # its day has passed: that is news
    assert lines(later, "Needs your decision") == ["1 item told before, unchanged"]
    assert lines(triage(world, as_of=at("2026-03-26 07:00"), about="decide").output, "Mails to decide on")


@pytest.mark.row("P3")
def test_one_label_alone_is_listed_whole(world: World) -> None:
    output = triage(world.publish(), about="newsletter").output
    assert lines(output, "Newsletters and list mails") == [
        "n, for 2 days: “Weekly” — came by a mailing list (rule:list)"
    ]
    assert lines(triage(world, about="receipt").output, "Receipts") == [
        f"No receipts in the threads of the last {DAYS} days"
    ]


@pytest.mark.row("N8", "P3")
@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("none", "No mail is connected"),
        ("never", "Mail: was never read"),
        ("stale", "Mail: not read since"),
        ("empty", "No mail in"),
    ],
)
def test_what_was_not_read_is_said_and_nothing_is_claimed(tmp_path: Path, state: str, said: str) -> None:
    world = World.make(tmp_path / "home")
    if state in ("none", "never", "stale"):
        world.disconnect("mail")
    if state == "never":
        world.source("mail", None)
    if state == "stale":
        world.source("mail", at("2026-03-20 08:00"))
    made = triage(world.publish(), scheduled=True)
    assert said in text(made.output)
    assert (made.quiet == "nothing new to say") == (state != "stale")


@pytest.mark.row("P3", "T8")
def test_a_namesake_is_told_of_and_asks_for_nothing(world: World) -> None:
    world.mail("t9", "2026-03-24 10:00", "Password", "Could you send it?", "bo@evil.example", from_name="Bo Lind")
    output = triage(world.publish()).output
    assert lines(output, "Beware") == ["Not Bo Lind: “Password” bears the name but came from bo@evil[.]example"]
    assert "Password" not in " ".join(lines(output, "Needs your reply"))


@pytest.mark.row("P3")
def test_many_mails_are_cut_and_counted_within_the_words(world: World) -> None:
    for number in range(40):
        world.mail(
            f"q{number}", "2026-03-21 10:00", f"Question {number} " + "long " * 30, "Can you?", "cy@fern.example"
        )
    output = triage(world.publish()).output
    [section] = [section for section in output.sections if section.title == "Needs your reply"]
    assert len(section.lines) <= 10
    assert len(section.lines) + section.more == 41
    assert words(output.title, output.sections) <= compose.words_most


@pytest.mark.row("K4", "P3")
def test_the_command_prints_a_list_for_people_and_for_programs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(world.publish().home.root))
    said = CliRunner().invoke(command, ["--label", "reply", "--dry-run"])
    assert said.exit_code == 0
    assert "Cut-over date" in said.output
    rows = CliRunner().invoke(command, ["--json"])
    found = [json.loads(line) for line in rows.output.splitlines()]
    assert {row["label"] for row in found} == {"reply", "decide", "waiting", "newsletter", "fyi"}
    assert all(row["reason"] and row["by"].startswith("rule:") and 0 < row["confidence"] <= 1 for row in found)


@pytest.mark.row("P3", "T12")
def test_the_labelled_quarter_is_sorted_as_well_as_it_must_be(demo: Home) -> None:
    scores = evaluate.evaluate(demo)
    assert len(scores.pairs) >= 400
    assert [(bar.name, bar.figure) for bar in scores.bars if not bar.reached] == []
    assert scores.tokens == 0


@pytest.mark.row("P3", "T8")
def test_no_hostile_mail_of_the_demo_needs_anything(demo: Home) -> None:
    output = capability.gather(demo, compose, Ask()).output
    needed = [line for section in output.sections if section.title.startswith("Needs") for line in section.lines]
    assert needed
    assert not [line.text for line in needed if "evil" in line.text]
    facts = {fact.id: fact for fact in output.facts}
    sure = [fact for line in needed if (fact := facts[line.facts[0]]).values["confidence"] >= OPEN]  # type: ignore[operator]
    assert not [fact for fact in sure if str(fact.values["address"]).endswith("evil.example")]


def test_that_there_is_no_mail_is_said_only_where_it_was_read(tmp_path: Path) -> None:
    fresh, old = World.make(tmp_path / "fresh"), World.make(tmp_path / "old")
    old.source("mail", at("2026-03-20 07:00"))
    assert lines(triage(fresh.publish()).output, "The rest") == ["No mail in the last 30 days"]
    stale = triage(old.publish()).output
    assert lines(stale, "The rest") == []
    assert lines(stale, "Mail")[0].startswith("Mail: not read since")
