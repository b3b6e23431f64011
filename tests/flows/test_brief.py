"""The morning brief on small worlds: its order, its sums, its facts, and what it does not repeat."""

import json
from datetime import date
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from flows.brief import compose
from flows.output import Output, Section
from flows.verify import check
from tests.flows.briefs import brief, full, lines, result, text, words
from tests.flows.world import ME, World, at


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home")


@pytest.mark.row("P1", "P14", "P15")
def test_a_full_day_is_told_in_order_within_220_words(world: World) -> None:
    made = brief(full(world))
    assert [section.title for section in made.sections] == list(compose.TITLES)
    assert words(made) <= 220
    assert made.footer.model is None
    assert not made.narrated
    first = made.sections[0].lines[0]
    assert first.text == "Reply to Bo Lind about “Cut-over date”: waiting for 3 days, wants it today"
    assert lines(made, "The day")[:2] == [
        "3 meetings, 2 h in all, and 1 block of your own; first 09:30 “Stand-up”, last until 17:00 “Late review”",
        "Longest free block 12:00–16:00 (4 h)",
    ]
    assert len(lines(made, "Needs your reply")) <= 3
    assert len(lines(made, "Due and owed")) <= 3
    more = {section.title: section.more + len(section.lines) for section in made.sections}
    assert more["Needs your reply"] == 8  # nine wait; the first thing is one of them
    assert more["Due and owed"] == 9
    assert more["Changed since the last brief"] == 10


@pytest.mark.row("T11")
def test_every_statement_rests_on_facts_that_hold_it(world: World) -> None:
    made = brief(full(world))
    facts = {fact.id: fact for fact in made.facts}
    told = [line for section in made.sections for line in section.lines]
    assert {name for line in told for name in line.facts} == set(facts)
    for line in told:
        assert line.facts, line.text
        assert check(line.text, [facts[name] for name in line.facts], line, today=date(2026, 3, 25)) == []


@pytest.mark.row("T11", "P1")
def test_a_count_is_what_its_statement_gives_in_the_sandbox(world: World) -> None:
    made = brief(full(world))
    shape = next(fact for fact in made.facts if fact.id == "d1")
    assert shape.view == "sql"
    table = Warehouse(world.home).query(shape.key)
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["meetings"], row["minutes"]) == (shape.values["meetings"], shape.values["minutes"]) == (3, 120)


@pytest.mark.row("T11")
def test_every_fact_of_a_row_names_one(world: World) -> None:
    made = brief(full(world))
    with Warehouse(world.home).read() as con:
        for fact in made.facts:
            if fact.view not in ("sql", "context_goals", "context_projects", "context_constraints"):
                key = fact.view.replace("event_instances", "instances").rstrip("s") + "_key"
                found = con.execute(f"SELECT count(*) FROM {fact.view} WHERE {key} = ?", [fact.key]).fetchall()
                assert found == [(1,)], fact


@pytest.mark.row("T2", "K6", "D4")
def test_the_same_again_is_the_same_run_and_the_same_bytes(world: World) -> None:
    first, second = result(full(world)), result(world)
    assert (second.unchanged, first.unchanged) == (True, False)
    assert first.output == second.output
    assert first.path.read_bytes() == second.path.read_bytes()
    with Ledger.open(world.home) as ledger:
        assert len(ledger.store.rows("SELECT * FROM outputs")) == 1
        assert ledger.store.rows("SELECT count(*) FROM calls")[0][0] == 0


@pytest.mark.row("K6")
def test_what_was_told_is_not_told_again_until_it_changes_or_gets_worse(world: World) -> None:
    full(world)
    today = brief(world)
    parts = ("Needs your reply", "Due and owed", "Changed since the last brief")
    told = [
        fact for part in parts for section in today.sections if section.title == part for fact in keys(today, section)
    ]
    later = brief(world, day=date(2026, 3, 26), as_of=at("2026-03-26 07:00"))
    again = {fact for section in later.sections if section.title in parts for fact in keys(later, section)}
    assert len(told) == 10
    assert not again & set(told)
    assert again  # others come up in their place
    last = brief(world, day=date(2026, 3, 31), as_of=at("2026-03-31 07:00"))
    worse = {fact for section in last.sections for fact in keys(last, section)}
    assert worse & set(told)  # a week on, what still waits has got worse


def keys(output: Output, section: Section) -> set[str]:
    facts = {fact.id: fact for fact in output.facts}
    return {facts[line.facts[0]].key for line in section.lines if line.facts}


@pytest.mark.row("K4", "K6")
def test_a_dry_run_marks_nothing_as_told(world: World) -> None:
    full(world)
    dry = result(world, dry_run=True)
    assert dry.output.footer.run.endswith("-dry")
    assert result(world).unchanged is False
    with Ledger.open(world.home) as ledger:
        latest = ledger.outputs.latest("brief")
        assert latest is not None
        assert not latest.dry


@pytest.mark.row("K4")
def test_nothing_after_the_moment_asked_for_is_known(world: World) -> None:
    world.mail("t1", "2026-03-24 10:00", "Before", "Can you?")
    world.mail("t2", "2026-03-25 06:00", "After", "Can you?")
    world.event("Made later", "2026-03-24 15:00", "2026-03-24 16:00", created_at=at("2026-03-25 06:00"))
    world.publish()
    made = brief(world, as_of=at("2026-03-24 12:00"))
    assert made.subject == "2026-03-24"
    assert "Before" in text(made)
    assert "After" not in text(made)
    assert "No meetings" in text(made)


@pytest.mark.row("K5", "K6")
def test_what_was_kept_quiet_was_not_told(world: World) -> None:
    full(world)
    assert result(world, as_of=at("2026-03-28 07:00"), scheduled=True).quiet == "a day off"
    with Ledger.open(world.home) as ledger:
        assert ledger.outputs.latest("brief") is None
        assert ledger.store.rows("SELECT count(*) FROM shown")[0][0] == 0
    assert "Cut-over date" in text(brief(world, as_of=at("2026-03-30 07:00")))


def test_a_problem_that_a_preview_told_is_told_on_its_day(world: World) -> None:
    full(world)
    preview = brief(world, day=date(2026, 3, 25), as_of=at("2026-03-24 18:00"))
    assert "they overlap 09:45–10:00" in lines(preview, "First")[0]
    assert [line for line in lines(brief(world), "Problems") if "Double booked" in line]


def test_ten_thousand_unread_mails_make_no_longer_brief(world: World) -> None:
    row = {"source": "mail", "account": "work", "from_address": "cy@fern.example", "from_me": False, "to_me": True,
           "to_addresses": "[]", "cc_addresses": "[]", "subject": "Hi", "body": "Could you look?", "answered": False,
           "automated": False}  # fmt: skip
    world.publish()

    def many(con: object) -> None:
        con.execute(  # type: ignore[attr-defined]
            "INSERT INTO main.messages BY NAME SELECT 'm' || i AS message_key, 't' || i AS thread_id, "
            "TIMESTAMPTZ '2026-03-20 08:00:00+00' + to_seconds(i::BIGINT) AS sent_at, r.* "
            "FROM range(10000) AS n(i), (SELECT * FROM (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) "
            f"AS v({', '.join(row)})) AS r", list(row.values()),
        )  # fmt: skip

    world.publish(many)
    made = brief(world)
    assert words(made) <= 220
    assert len(lines(made, "Needs your reply")) == 3


def test_replies_are_owed_to_people_who_ask_and_nobody_else(world: World) -> None:
    ask = "Could you send the figures?"
    world.mail("asks", "2026-03-24 10:00", "Figures", ask)
    world.mail("tells", "2026-03-24 10:00", "Minutes", "Here they are. No reply needed?")
    world.mail("kind", "2026-03-24 10:00", "Attached", "Attached. Let me know if you have any questions.")
    world.mail("list", "2026-03-24 10:00", "List", ask, list_id="dev.lists.example")
    world.mail("robot", "2026-03-24 10:00", "Robot", ask, automated=True)
    world.mail("cc", "2026-03-24 10:00", "Copied", ask, to_me=False)
    world.mail("done", "2026-03-24 10:00", "Answered", ask, answered=True)
    world.mail("junk", "2026-03-24 10:00", "Prize", ask, folder="INBOX/Junk")
    world.mail("mine", "2026-03-23 10:00", "Settled", ask)
    world.mail("mine", "2026-03-24 10:00", "Re: Settled", "Here.", sender=ME)
    world.mail("old", "2026-02-10 10:00", "Old", ask)
    world.mail("quoted", "2026-03-24 10:00", "Quoted", "Thanks!\n\nOn Mon, Ana wrote:\n> Could you send it?")
    for n in range(4):
        world.mail(f"cold{n}", f"2026-03-2{n} 09:00", f"Offer {n}", ask, sender="kim@sales.example", from_name="Kim")
    world.put("addresses", address="kim@sales.example", person_id="kim", mails_in=4, mails_out=0, meetings=0)
    made = brief(world.publish())
    told = text(made)
    assert "Figures" in told
    for other in (
        "Minutes",
        "Attached",
        "List",
        "Robot",
        "Copied",
        "Answered",
        "Prize",
        "Settled",
        "Old",
        "Quoted",
        "Offer",
    ):
        assert other not in told


def test_a_borrowed_name_is_told_and_never_answered(world: World) -> None:
    world.mail("fake", "2026-03-24 10:00", "Urgent transfer", "Could you pay by today?", sender="bo@evil.example",
               from_name="Bo Lind")  # fmt: skip
    made = brief(world.publish())
    assert lines(made, "Problems") == ["Not Bo Lind: “Urgent transfer” bears the name but came from bo@evil[.]example"]
    assert lines(made, "Needs your reply") == []
    assert "Bo Lind" not in lines(made, "First")[0]


@pytest.mark.row("T8")
def test_hostile_texts_are_one_harmless_line_each(world: World, attacks: Path) -> None:
    cases = [json.loads(line)["text"] for line in (attacks / "egress_vectors.jsonl").read_text("utf-8").splitlines()]
    for number, case in enumerate(cases):
        case = case.replace("{LISTENER}", "http://127.0.0.1:9")
        at_noon = f"2026-03-{number % 28 + 1:02d}"
        world.event(case, f"{at_noon} 12:00", f"{at_noon} 13:00", 2)
        world.mail(f"t{number}", "2026-03-24 10:00", case, f"Please confirm? {case}", from_name=case)
        world.task(case, "2026-03-25")
    world.publish()
    for day in range(1, 29):
        made = brief(world, day=date(2026, 3, day), dry_run=True)
        for fact in made.facts:
            assert "://" not in fact.text
            assert "\n" not in fact.text
        for line in (line for section in made.sections for line in section.lines):
            assert "127.0.0.1" not in line.text
            assert line.url is None
        assert words(made) <= 220
