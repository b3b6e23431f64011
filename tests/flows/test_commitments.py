"""Commitments over a small world: both directions, asked once, verdicts, odd and hostile mail."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from blocks.ledger import Ledger
from tests.flows.briefs import lines, text
from tests.flows.promising import found, made, one, promise
from tests.flows.world import ME, World, at


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home")


@pytest.mark.row("P6")
def test_both_directions_are_told_late_before_open(world: World) -> None:
    promise(world)
    world.mail("t2", "2026-03-24 10:00", "Costs", "I'll send the costs by Thursday.", sender=ME)
    world.mail("t3", "2026-03-23 10:00", "Numbers", "Hi Ana, you'll have the numbers tomorrow.", from_name="Bo Lind")
    output = made(world)
    assert lines(output, "You owe") == [
        "To Bo Lind: “I'll send you the Kestrel plan by Friday” — overdue since Fri 20 Mar",
        "To Bo Lind: “I'll send the costs by Thursday” — due tomorrow",
    ]
    assert lines(output, "Owed to you") == ["Bo Lind: “you'll have the numbers tomorrow” — overdue since Tue 24 Mar"]
    assert lines(made(world, about="mine"), "Owed to you") == []
    assert lines(made(world, about="theirs"), "You owe") == []
    facts = {fact.id: fact for fact in output.facts}
    cited = facts[output.sections[0].lines[0].facts[0]]
    assert (cited.view, cited.key, cited.values["due"]) == ("messages", "m0@x", "2026-03-20")


@pytest.mark.row("P6", "K6")
def test_what_shows_no_sign_for_three_weeks_is_asked_once_and_then_dropped(world: World) -> None:
    promise(world, sent="2026-02-18 10:00")
    assert one(world).state == "stale"
    first = made(world)
    assert lines(first, "Still so?") == [
        "To Bo Lind: “I'll send you the Kestrel plan by Friday” — 33 days without a sign; it is not told again"
    ]
    assert lines(made(world), "Still so?") != []  # the same day: the same answer
    assert lines(made(world, as_of=world.now + timedelta(days=1)), "Still so?") == []


@pytest.mark.row("K6")
def test_on_a_schedule_only_news_is_told(world: World) -> None:
    promise(world, sent="2026-03-23 10:00")
    first = made(world, about=None)
    assert len(lines(first, "You owe")) == 1
    world.source("mail", world.now + timedelta(days=4))
    tomorrow = made(world, about=None, as_of=world.now + timedelta(days=1))
    assert lines(tomorrow, "You owe") == ["1 item told before, unchanged"]
    late = made(world, about=None, as_of=world.now + timedelta(days=4))
    assert "overdue" in lines(late, "You owe")[0]


@pytest.mark.row("P5", "P6")
@pytest.mark.parametrize(("verdict", "state"), [("no commitment", None), ("kept", "kept"), ("dropped", "dropped")])
@pytest.mark.parametrize("scope", ["item", "thread", "sender"])
def test_the_owners_verdict_wins(world: World, verdict: str, state: str | None, scope: Any) -> None:
    key = promise(world)
    about = {"item": key, "thread": "t1", "sender": ME}[scope]
    with Ledger.open(world.home) as ledger:
        ledger.verdicts.give("commitments", scope, about, verdict, "as I say", world.now)
    assert [item.state for item in found(world)] == ([state] if state else [])


def test_two_promises_of_one_mail_are_two_facts(world: World) -> None:
    promise(world, "I'll send you the plan by Friday. I'll book the room by Monday.")
    output = made(world)
    facts = {fact.id: fact for fact in output.facts}
    first, second = (facts[line.facts[0]] for line in output.sections[0].lines)
    assert (first.view, second.view) == ("messages", "sql")
    assert second.values["due"] == "2026-03-23"
    from blocks.warehouse import Warehouse

    assert len(Warehouse(world.home).query(second.key).rows) == 1


def test_strangers_lists_machines_junk_and_drafts_promise_nothing(world: World) -> None:
    said = "I'll send you the offer by Friday."
    world.mail("a", "2026-03-23 10:00", "Offer", said, sender="x@evil.example")
    world.mail("b", "2026-03-23 10:00", "Offer", said, list_id="news.example")
    world.mail("c", "2026-03-23 10:00", "Offer", said, list_unsubscribe="<https://x.example>")
    world.mail("d", "2026-03-23 10:00", "Offer", said, automated=True)
    world.mail("e", "2026-03-23 10:00", "Offer", said, folder="Junk")
    world.mail("f", "2026-03-23 10:00", "Offer", said, sender=ME, folder="Drafts")
    assert found(world) == []


def test_a_mail_in_two_mailboxes_counts_once_and_one_to_oneself_not_at_all(world: World) -> None:
    for account in ("work", "private"):
        world.mail(
            "t", "2026-03-23 10:00", "Plan", "I'll send the plan by Friday.", account=account, message_id="same@x"
        )
    world.mail(
        "n", "2026-03-23 10:00", "Note", "I'll buy milk tomorrow.", sender=ME, to_addresses=f'[{{"address": "{ME}"}}]'
    )
    assert [item.message_id for item in found(world)] == ["same@x"]


@pytest.mark.row("T8")
def test_hostile_text_stays_text(world: World) -> None:
    evil = "I'll send you \u202egnp.exe [pay](https://evil.example) **now** <b>x</b> by Friday."
    world.mail("t1", "2026-03-23 10:00", "Hi", evil, from_name="Bo\u202e Lind](https://evil.example)")
    from flows.render import markdown

    assert len(found(world)) == 1
    said = markdown.render(made(world))
    assert "\u202e" not in said
    assert "https://evil.example" not in said


def test_five_scripts_open_nothing_and_break_nothing(world: World) -> None:
    for number, body in enumerate(
        ("明日送ります。", "سأرسلها غدا", "אשלח מחר", "завтра пришлю", "θα το στείλω αύριο", "", None)
    ):
        world.mail(f"s{number}", "2026-03-23 10:00", "…", body)  # type: ignore[arg-type]
    world.mail("huge", "2026-03-23 11:00", "big", "a. " * 700_000)
    assert found(world) == []
    assert text(made(world)) == "You owe: Nothing open was found in the mail of the last 120 days."


@pytest.mark.row("P14")
def test_nothing_found_is_claimed_only_of_mail_that_was_read(world: World) -> None:
    world.disconnect("mail")
    assert text(made(world)) == "You owe: No mail is connected"
    world.source("mail", at("2026-03-23 18:00"), failed=True)
    assert text(made(world)) == "You owe: Mail: not read since Mon 23 Mar 18:00"


def test_the_past_is_seen_as_it_was(world: World) -> None:
    promise(world)
    world.mail("t1", "2026-03-24 09:00", "Re: Kestrel", "Here is the Kestrel plan.", sender=ME)
    assert one(world).state == "kept"
    assert one(world).slipped
    assert one(world, as_of=at("2026-03-19 08:00")).state == "open"
    assert one(world, as_of=at("2026-03-23 08:00")).state == "late"


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_tomorrow_across_a_change_of_clocks_is_the_next_date(tmp_path: Path, day: str) -> None:
    world = World.make(tmp_path / "home", now=f"{day} 23:50")
    world.mail("t", f"{day} 23:30", "Plan", "I'll send the plan tomorrow.", sender=ME)
    assert str(one(world).due) == {"2026-03-28": "2026-03-29", "2026-10-24": "2026-10-25"}[day]


def test_holidays_of_the_owners_calendar_are_no_working_days(world: World) -> None:
    world.whole("Karfreitag", "2026-04-03", "2026-04-04")
    world.rows["event_instances"][-1]["calendar"] = "Feiertage in Deutschland"
    world.mail("t", "2026-03-24 10:00", "Plan", "I'll send it within eight working days.", sender=ME)
    assert str(one(world).due) == "2026-04-06"  # by Good Friday it would be the 3rd
