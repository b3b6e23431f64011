"""Who has been silent for too long, and who is not: by days of contact, stated cadences, and addresses alone."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocks.ledger import Ledger
from context.errors import InputError
from flows import capability, shape
from flows.output import Output
from flows.people import compose
from flows.people.rhythm import rhythm
from flows.shape import Ask
from flows.verify import check
from tests.flows.preps import BO, everything, meet, said
from tests.flows.world import ME, PEOPLE, PROFILE, PROJECTS, World, at

BOS = """- {id: pe_bo, name: Bo Lind, emails: [bo@client.example], relation: client, tier: 1, org: Lind,
   cadence_days: 14}
"""
TODAY = date(2026, 3, 25)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home", people=BOS)


def people(world: World, about: str | None = None, **ask: Any) -> Output:
    return capability.run(world.home, compose, Ask(about=about, **ask)).output


def letters(world: World, *days: str, sender: str = "bo@client.example", **given: Any) -> None:
    for day in days:
        world.mail(f"{sender}{day}", f"{day} 10:00", f"Letter of {day}", "Hello.", sender=sender, **given)


def silent(world: World) -> World:
    """Bo wrote every five days until the 25th of February: 28 days ago."""
    letters(world, "2026-02-05", "2026-02-10", "2026-02-15", "2026-02-20", "2026-02-25")
    return world.publish()


@pytest.mark.parametrize(
    ("days", "stated", "most", "overdue"),
    [
        ((30, 25, 20, 15), 7, 10.5, True),
        ((30, 25, 20, 11), 7, 10.5, True),
        ((30, 25, 20, 10), 7, 10.5, False),
        ((40, 30, 20, 12), 7, 15.0, False),  # the usual gap of ten days is longer than the stated week
        ((3, 2, 1, 0), None, 21.0, False),
        ((60, 59, 58, 57), None, 21.0, True),
        ((60, 59, 58), 7, None, False),  # three days are no rhythm
        ((60, 60, 60, 60), 7, None, False),  # four times on one day are one day
    ],
)
def test_a_silence_is_too_long_by_cadence_and_usual_gap(
    days: tuple[int, ...], stated: int | None, most: float | None, overdue: bool
) -> None:
    found = rhythm([TODAY - timedelta(days=back) for back in days], TODAY, stated)
    assert found is not None
    assert (found.most, found.overdue) == (most, overdue)
    assert rhythm([], TODAY, 7) is None
    assert rhythm([TODAY + timedelta(days=1)], TODAY, 7) is None


@pytest.mark.row("P10", "P14")
def test_who_is_overdue_is_told_with_a_hook(world: World) -> None:
    made = people(silent(world))
    assert said(made, "Overdue") == [
        "Bo Lind, client (Lind): last mail from them Wed 25 Feb, 28 days ago; every 14 days was meant. "
        "Hook: the last topic was “Letter of 2026-02-25”"
    ]
    assert said(made, "The others") == ["0 people within their rhythm, 0 with too little history"]
    assert shape.words(made.title, made.sections) <= compose.words_most


@pytest.mark.row("P10", "T11")
def test_every_line_holds_by_its_facts(world: World) -> None:
    for made in (people(silent(world)), people(world, "Bo")):
        facts = {fact.id: fact for fact in made.facts}
        for line in (line for section in made.sections for line in section.lines):
            assert line.facts, line.text
            assert check(line.text, [facts[name] for name in line.facts], line, today=TODAY) == []


@pytest.mark.row("K6", "P10")
def test_it_is_told_again_only_when_it_gets_worse(world: World) -> None:
    silent(world)
    assert said(people(world), "Overdue")

    def later(day: str) -> Output:
        for family in ("mail", "calendar", "docs", "repos", "tasks"):
            world.source(family, at(f"{day} 06:56"))
        return people(world, as_of=at(f"{day} 07:00"))

    assert said(later("2026-04-01"), "Overdue") == ["1 item told before, unchanged"]
    assert said(later("2026-04-15"), "Overdue")[0].startswith("Bo Lind, client (Lind): last mail from them")


@pytest.mark.row("P5")
def test_whom_the_owner_calls_unimportant_is_told_no_more(world: World) -> None:
    silent(world)
    made = people(world)
    fact = next(fact for fact in made.facts if fact.view == "people")
    with Ledger.open(world.home) as ledger:
        ledger.verdicts.give("people", "item", fact.key, "not important", "not them", world.now)
    assert said(people(world), "Overdue") == []


def test_meetings_and_own_mails_are_contact_too(world: World) -> None:
    silent(world)
    letters(world, "2026-03-20", sender=ME)
    assert said(people(world.publish()), "Overdue") == []
    world.rows["messages"].pop()
    meet(world, "Lunch", "2026-03-20 12:00", "2026-03-20 13:00", BO)
    assert said(people(world.publish()), "Overdue") == []
    world.rows["event_instances"][-1]["my_status"] = "declined"
    assert said(people(world.publish()), "Overdue")


@pytest.mark.parametrize("given", [{"list_id": "news"}, {"automated": True}, {"folder": "Junk"}, {"folder": "Drafts"}])
def test_lists_machines_and_junk_are_no_contact(world: World, given: dict[str, Any]) -> None:
    silent(world)
    letters(world, "2026-03-20", **given)
    assert said(people(world.publish()), "Overdue")


@pytest.mark.parametrize(
    ("prepare", "hook"),
    [
        (lambda w: w.mail("q", "2026-02-25 12:00", "Re: Date", "Which day?"), "their question “Date” is open"),
        (
            lambda w: w.mail("q", "2026-02-25 12:00", "Numbers", "Could you send them?", sender=ME),
            "your question “Numbers” has no answer",
        ),
        (
            lambda w: w.put(
                "contacts", contact_key="c", source="p", name="Bo", birthday="1980-04-02",
                addresses='[{"address": "bo@client.example"}]',
            ),
            "birthday on Thu 2 Apr",
        ),
    ],
)  # fmt: skip
def test_the_hook_is_the_best_there_is(world: World, prepare: Any, hook: str) -> None:
    prepare(world)
    assert said(people(silent(world)), "Overdue")[0].endswith(f"Hook: {hook}")


def test_a_shared_project_is_a_hook(tmp_path: Path) -> None:
    projects = PROJECTS.replace("name: Kestrel,", "name: Kestrel, people: [pe_bo], next: cut over invoices,")
    world = World.make(tmp_path / "home", people=BOS, projects=projects)
    assert said(people(silent(world)), "Overdue")[0].endswith("Hook: Kestrel, next: cut over invoices")


@pytest.mark.row("C7")
def test_whom_the_tier_hides_is_not_told_nor_found(tmp_path: Path) -> None:
    for sensitivity, seen in (("private", False), ("secret", False), ("work", True)):
        hidden = BOS.replace("cadence_days", f"sensitivity: {sensitivity}, cadence_days")
        world = World.make(tmp_path / sensitivity, people=hidden)
        world.put("contacts", contact_key="c", source="p", name="Bo Lind", addresses="[]", birthday="--03-27")
        world.rows["addresses"][0]["person_source"] = "contacts"  # a card of the same address hides nobody less
        made = people(silent(world))
        assert ("Bo Lind" in made.model_dump_json()) is seen
        if not seen:
            with pytest.raises(InputError, match="nobody"):
                people(world, "Bo Lind")


def test_homonyms_are_two_people(tmp_path: Path) -> None:
    twin = "- {id: pe_bo2, name: Bo Lind, emails: [bo@law.example], relation: lawyer, cadence_days: 14}\n"
    world = World.make(tmp_path / "home", people=BOS + twin)
    world.person("pe_bo2", "Bo Lind", "bo@law.example", "lawyer", 3)
    letters(world, "2026-03-05", "2026-03-10", "2026-03-15", "2026-03-20", sender="bo@law.example")
    made = people(silent(world))
    assert len(said(made, "Overdue")) == 1
    assert said(made, "Overdue")[0].startswith("Bo Lind, client (Lind)")
    asked = people(world, "bo lind")
    assert asked.title == "More than one person is called that"
    assert {str(fact.values["addresses"]) for fact in asked.facts} == {"['bo@client.example']", "['bo@law.example']"}
    assert people(world, "bo@law.example").title == "Bo Lind, lawyer"


def test_one_persons_page(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", people=BOS)
    meet(world, "Lunch", "2026-02-12 12:00", "2026-02-12 13:00", BO)
    meet(world, "Cut-over", "2026-03-26 12:00", "2026-03-26 13:00", BO)
    world.mail("q", "2026-03-01 12:00", "Re: Date", "Which day suits you?")
    letters(world, "2026-02-14", sender=ME)
    made = people(silent(world), "Bo")
    assert made.title == "Bo Lind, client (Lind)"
    assert said(made, "Contact") == [
        "Last mail from them: Sun 1 Mar, “Re: Date”",
        "Your last mail to them: Sat 14 Feb, “Letter of 2026-02-14”",
        "Last met: Thu 12 Feb, “Lunch”",
        "Usually every 4 days, every 14 days was meant; silent for 24 days: overdue",
    ]
    assert said(made, "Open between you")[0] == "Bo Lind asked on Sun 1 Mar: “Date”"
    assert said(made, "Ahead") == ["Thu 26 Mar 12:00 “Cut-over”"]


@pytest.mark.parametrize("family", ["mail", "calendar"])
def test_a_silence_is_no_claim_where_a_source_is_old(world: World, family: str) -> None:
    world.source(family, at("2026-03-23 18:00"))
    made = people(silent(world))
    assert said(made, "Overdue") == [f"{family.capitalize()}: not read since Mon 23 Mar 18:00"]
    assert said(made, "The others") == []


def test_without_mail_the_calendar_alone_counts_and_without_both_nothing_is_said(world: World) -> None:
    world.disconnect("mail")
    for day in ("2026-02-05", "2026-02-10", "2026-02-15", "2026-02-20"):
        meet(world, "Sync", f"{day} 12:00", f"{day} 13:00", BO)
    assert "last met Fri 20 Feb" in everything(people(world.publish()))
    world.disconnect("calendar")
    assert people(world).sections == ()


def test_nobody_to_keep_in_touch_with(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", people="", profile=PROFILE)
    world.rows["addresses"].clear()
    world.rows["people"].clear()
    assert everything(people(world.publish())).endswith("Nobody is in your profile or your contacts")
    result = capability.run(world.home, compose, Ask(scheduled=True, dry_run=True))
    assert result.quiet == "nothing new to say"


def test_the_days_are_the_owners_own(world: World) -> None:
    """A mail at 00:30 in Berlin is of that day there, and of the day before in New York."""
    world.mail("t", "2026-03-25 00:30", "Night", "Hello.")
    silent(world)
    assert "silent for 0 days" in everything(people(world, "Bo"))
    assert "silent for 1 day:" in everything(people(world, "Bo", zone="America/New_York", day=TODAY))


@pytest.mark.row("T8")
def test_hostile_names_and_subjects_stay_harmless(world: World) -> None:
    world.mail("t", "2026-02-26 10:00", "\u202eIgnore this https://evil.example/x <b>", "Hello.")
    from flows.render import markdown

    page = markdown.render(people(silent(world)))
    assert "evil.example/x" not in page
    assert "\u202e" not in page


def test_everybody_of_a_long_list_is_ranked_and_cut(tmp_path: Path) -> None:
    listing = "".join(
        f"- {{id: pe_{n}, name: Name{n} Long, emails: [n{n}@x.example], tier: {1 + n % 3}, cadence_days: 7}}\n"
        for n in range(12)
    )
    world = World.make(tmp_path / "home", people=PEOPLE + listing)
    for n in range(12):
        world.person(f"pe_{n}", f"Name{n} Long", f"n{n}@x.example", "friend", 1 + n % 3)
        letters(world, "2026-01-05", "2026-01-10", "2026-01-15", f"2026-01-{16 + n}", sender=f"n{n}@x.example")
    made = people(world.publish())
    overdue = next(section for section in made.sections if section.title == "Overdue")
    assert [line.text.split(":")[0] for line in overdue.lines] == [
        f"Name{n} Long" for n in (0, 3, 6, 9, 1)[: len(overdue.lines)]
    ]
    assert len(overdue.lines) + overdue.more == 12
    assert shape.words(made.title, made.sections) <= compose.words_most
