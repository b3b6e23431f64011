"""The weekly review over a small world: hours by goal, shared time, clocks that change, what was missed and spent."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from context.errors import InputError
from flows import capability
from flows.output import Output
from flows.review import compose, hours
from flows.review.week import Week, asked, week
from flows.shape import Ask
from tests.flows.briefs import lines, text
from tests.flows.world import BERLIN, ME, PEOPLE, PROFILE, World, at

GOALS = """- {id: g_latency, statement: "Checkout p95 under 400 ms", weight: 0.5, hours_per_week: 8}
- {id: g_hire, statement: "Hire two engineers", weight: 0.2, hours_per_week: 2}
"""
PROJECTS = """- {id: pr_kestrel, name: Kestrel, goal: g_latency, repos: [fern/kestrel], next: cut over,
   match: {title: [kestrel, checkout], domain: [client.example]}}
- {id: pr_vernet, name: Vernet}
- {id: pr_hire, name: Hiring, goal: g_hire, people: [pe_cy]}
"""
PEOPLE_ = PEOPLE + "- {id: pe_dee, name: Dee Rao, emails: [dee@fern.example]}\n"
DEE = '{"address": "dee@fern.example"}'
BO, CY = '{"address": "bo@client.example"}', '{"address": "cy@fern.example"}'
W12 = "2026-W12"  # 16 to 22 March


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home", goals=GOALS, projects=PROJECTS, people=PEOPLE_)


def review(world: World, name: str | None = W12, **ask: Any) -> Output:
    world.publish()
    return capability.run(world.home, compose, asked(world.home, name, Ask(**ask))).output


@pytest.mark.row("P7")
def test_hours_are_given_to_goals_and_goals_without_time_come_first(world: World) -> None:
    keys = [
        world.event("Kestrel sync", "2026-03-16 10:00", "2026-03-16 11:30"),
        world.event("Lunch with Bo", "2026-03-17 12:00", "2026-03-17 13:00", attendees=f"[{BO}]"),
    ]
    world.event("Dentist", "2026-03-18 09:00", "2026-03-18 10:00", 0, my_status="none")
    output = review(world)
    assert output.sections[0].title == "Goals without time"
    assert lines(output, "Goals without time") == ["“Hire two engineers”: no time this week, of 2 h stated"]
    assert lines(output, "Hours by goal") == [
        "3 h 30 min in 3 events; time that several share counts once",
        "“Checkout p95 under 400 ms”: 2 h 30 min of 8 h stated (2 events)",
        "No goal: 1 h, 29 % of the time",
    ]
    facts = {fact.id: fact for fact in output.facts}
    [goal] = [fact for fact in output.facts if fact.values.get("stated") == "8 h"]
    assert goal.values["ids"] == sorted(keys)
    from blocks.warehouse import Warehouse

    assert len(Warehouse(world.home).query(goal.key).rows) == 2
    assert all(name in facts for section in output.sections for line in section.lines for name in line.facts)


@pytest.mark.row("P7")
def test_what_is_no_time_of_the_owners_is_not_counted(world: World) -> None:
    world.event("Kestrel", "2026-03-16 10:00", "2026-03-16 11:00")
    world.event("Declined", "2026-03-17 10:00", "2026-03-17 12:00", my_status="declined")
    world.event("Cancelled", "2026-03-17 10:00", "2026-03-17 12:00", cancelled=True)
    world.event("Free", "2026-03-17 10:00", "2026-03-17 12:00", transparent=True)
    world.event("Hers", "2026-03-17 10:00", "2026-03-17 12:00", account="dana@fern.example")
    world.whole("Holiday", "2026-03-18", "2026-03-20")
    world.event("Kestrel", "2026-03-16 10:00", "2026-03-16 11:00", source="other", uid="ev0")  # in a second calendar
    assert lines(review(world), "Hours by goal")[0].startswith("1 h in 1 event;")


@pytest.mark.row("P7")
def test_shared_time_counts_once_and_is_split_in_equal_parts(world: World) -> None:
    world.event("Kestrel", "2026-03-16 10:00", "2026-03-16 12:00")
    world.event("Other", "2026-03-16 11:00", "2026-03-16 13:00")
    assert lines(review(world), "Hours by goal") == [
        "3 h in 2 events; time that several share counts once",
        "“Checkout p95 under 400 ms”: 1 h 30 min of 8 h stated (1 event)",
        "No goal: 1 h 30 min, 50 % of the time; so much is unplaced that the hours above are not reliable",
    ]


def test_shares_add_up_whatever_overlaps() -> None:
    three = [(at("2026-03-16 10:00"), at("2026-03-16 11:00"))] * 3
    assert hours.shares(three) == [Fraction(1200)] * 3
    odd = [*three, (at("2026-03-16 10:10"), at("2026-03-16 12:00"))]
    assert sum(hours.shares(odd)) == 7200


@pytest.mark.row("P7")
def test_much_unplaced_time_is_called_so_and_rules_are_proposed(world: World) -> None:
    for day in (16, 17, 18):
        world.event("Steering", f"2026-03-{day} 10:00", f"2026-03-{day} 11:00")
    for day in (16, 17):
        many = ", ".join(f'{{"address": "g{n}@x.example"}}' for n in range(4))
        world.event(f"Talk {day}", f"2026-03-{day} 15:00", f"2026-03-{day} 16:00", attendees=f"[{CY}, {DEE}, {many}]")
    world.event("Once", "2026-03-19 10:00", "2026-03-19 14:00")
    world.event("Vernet call", "2026-03-20 10:00", "2026-03-20 11:00")
    proposed = lines(review(world), "To place more of the time")
    assert proposed == [
        "Vernet (1 event, 1 h) serves no goal: give it one, if it does",
        "“Steering” (3 events, 3 h): if it serves a project, add it to the titles that match that project",
        "Dee Rao (in 2 events): if they work on a project, add pe_dee to its people",
    ]


@pytest.mark.row("P7", "K1")
@pytest.mark.parametrize(
    ("name", "length", "said"),
    [("2026-W13", 167, "2 h"), ("2026-W43", 169, "4 h"), ("2026-W12", 168, "3 h")],
)
def test_weeks_in_which_clocks_change(tmp_path: Path, name: str, length: int, said: str) -> None:
    world = World.make(tmp_path / "home", now="2026-11-03 07:00", goals=GOALS, projects=PROJECTS)
    chosen = week(name, date(2026, 1, 1), BERLIN)
    assert (chosen.ends - chosen.begins).total_seconds() == length * 3600
    world.event("Old", "2026-03-01 01:30", "2026-03-01 04:30")
    world.event("Kestrel night", f"{chosen.last} 01:30", f"{chosen.last} 04:30")
    assert lines(review(world, name), "Hours by goal")[0].startswith(f"{said} in 1 event")


@pytest.mark.row("P7")
def test_a_travellers_week_begins_on_their_own_clock(world: World) -> None:
    world.event("Kestrel", "2026-03-16 03:00", "2026-03-16 04:00")  # still Sunday in New York
    assert lines(review(world), "Hours by goal")[0].startswith("1 h in")
    away = review(world, zone="America/New_York")
    assert lines(away, "Hours by goal") == ["0 min in 0 events; time that several share counts once"]


def test_an_event_over_the_weeks_edge_counts_by_its_part(world: World) -> None:
    world.event("Kestrel", "2026-03-22 23:00", "2026-03-23 01:30")
    assert lines(review(world), "Hours by goal")[0].startswith("1 h in")
    assert lines(review(world, "2026-W13"), "Hours by goal")[0].startswith("1 h 30 min in")


@pytest.mark.row("P7")
def test_promises_kept_and_slipped(world: World) -> None:
    world.mail("t1", "2026-03-16 10:00", "Plan", "I'll send the plan by Wednesday.", sender=ME)
    world.mail("t1", "2026-03-18 09:00", "Plan", "Here is the plan.", sender=ME)
    world.mail("t2", "2026-03-16 10:00", "Room", "I'll book the room by Thursday.", sender=ME)
    world.mail("t3", "2026-03-16 10:00", "Costs", "You'll have the costs by Friday.")
    world.mail("t4", "2026-03-16 10:00", "Later", "I'll write the report by 31 March.", sender=ME)
    assert lines(review(world), "Promises") == [
        "You kept 1 and let 1 slip; others kept 0 and let 1 slip",
        "Slipped: to Bo Lind, “I'll book the room by Thursday”, due Thu 19 Mar",
        "Slipped: bo, “You'll have the costs by Friday”, due Fri 20 Mar",
    ]


@pytest.mark.row("P7")
def test_answers_are_timed_by_their_median_against_the_weeks_before(world: World) -> None:
    for number, waited in enumerate(("11:00", "12:00", "18:00")):
        world.mail(f"a{number}", "2026-03-17 10:00", "Q", "Could you?")
        world.mail(f"a{number}", f"2026-03-17 {waited}", "Re: Q", "Yes.", sender=ME)
    world.mail("b", "2026-03-03 10:00", "Q", "Could you?")
    world.mail("b", "2026-03-05 10:30", "Re: Q", "Yes.", sender=ME)
    world.mail("c", "2026-03-17 09:00", "News", "Hello", sender=ME)  # an opening is no answer
    said = lines(review(world), "Answers and meetings")
    assert said[0] == "3 answers, half of them within 2 h; in the four weeks before, 2 days"


@pytest.mark.row("P7")
def test_meetings_are_measured_against_the_weeks_that_were_loaded(world: World) -> None:
    world.event("First", "2026-02-24 10:00", "2026-02-24 11:00")
    for number, day in enumerate(("2026-03-03", "2026-03-10")):
        world.event("Sync", f"{day} 10:00", f"{day} 1{number + 1}:00")
    world.event("Sync", "2026-03-17 10:00", "2026-03-17 14:00")
    world.event("Focus", "2026-03-18 10:00", "2026-03-18 14:00", 0, my_status="none")
    assert lines(review(world), "Answers and meetings")[-1] == "1 meeting, 4 h; 1 h 30 min a week in the 2 weeks before"


@pytest.mark.row("P7")
def test_projects_without_activity_are_named(world: World) -> None:
    assert lines(review(world), "Projects without activity") == [
        "Kestrel: nothing seen; next: cut over",
        "Vernet: nothing seen",
        "Hiring: nothing seen",
    ]
    world.put(
        "commits", commit_key="c", repo="kestrel", author_name="Cy", author_address="cy@fern.example", subject="Fix",
        committed_at=at("2026-03-18 10:00"), reachable=True,
    )  # fmt: skip
    world.mail("t", "2026-03-18 10:00", "Hiring plan", "Hi")
    assert lines(review(world), "Projects without activity") == ["Vernet: nothing seen"]


@pytest.mark.row("P7", "K3", "T1")
def test_missed_runs_and_spending_of_the_week(world: World) -> None:
    for hour in (7, 8):
        world.put("ledger_slots", name="sync", slot=at(f"2026-03-17 0{hour}:00"), outcome="skipped", reason="asleep")
    world.put("ledger_slots", name="brief", slot=at("2026-03-24 07:00"), outcome="skipped", reason="asleep")
    for cost in (0.01, 0.02, None):
        world.put(
            "ledger_calls", called_at=at("2026-03-18 07:00"), tokens_in=9, tokens_out=1, cost_usd=cost, outcome="ok"
        )
    assert lines(review(world), "Steward itself") == [
        "sync: 2 scheduled runs skipped",
        "3 questions to the model, $0.03 and 1 call of unknown price",
    ]


@pytest.mark.row("P7", "T4")
def test_a_past_week_is_seen_as_it_was_at_its_end(world: World) -> None:
    world.event("Kestrel moved", "2026-03-30 10:00", "2026-03-30 12:00")
    was = {"uid": "ev0", "summary": "Kestrel", "starts_at": at("2026-03-17 10:00").isoformat()}
    was |= {"ends_at": at("2026-03-17 11:00").isoformat(), "status": "confirmed", "rrule": None, "recurrence_id": None}
    change = {"table_name": "events", "source": "calendar", "changed_at": at("2026-03-24 10:00"), "change": "updated"}
    world.put("changes", change_key="x", row_key="ev0", before=json.dumps(was), **change)
    gone = was | {"uid": "gone", "summary": "Deleted", "attendees": [{"address": "g@x.example"}]}
    world.put("changes", change_key="y", row_key="gone", before=json.dumps(gone), **(change | {"change": "deleted"}))
    world.event("Series", "2026-03-18 10:00", "2026-03-18 11:00")
    series = was | {"rrule": "FREQ=WEEKLY"}
    world.put("changes", change_key="z", row_key="ev1", before=json.dumps(series), **change)
    world.event("Made later", "2026-03-19 10:00", "2026-03-19 11:00", created_at=at("2026-03-24 09:00"))
    output = review(world)
    assert lines(output, "Hours by goal")[0] == "2 h in 3 events; time that several share counts once"
    assert lines(output, "How this is known")[:2] == [
        "2 events changed or deleted since: counted as known at the week's end",
        "1 event of series changed since: counted as they are now",
    ]


@pytest.mark.row("P7", "T4")
def test_the_same_week_is_the_same_to_the_byte_whenever_it_is_asked_for(world: World) -> None:
    world.event("Kestrel", "2026-03-16 10:00", "2026-03-16 12:00")
    world.publish()
    first = capability.run(world.home, compose, asked(world.home, W12, Ask()))
    kept = first.path.read_bytes()
    later = asked(world.home, W12, Ask(day=date(2026, 3, 24)))
    second = capability.run(world.home, compose, later)
    assert (second.path, second.path.read_bytes(), second.unchanged) == (first.path, kept, True)
    assert first.output.made == at("2026-03-23 00:00")


def test_a_week_that_goes_on_is_counted_until_now(world: World) -> None:
    world.event("Kestrel", "2026-03-24 10:00", "2026-03-24 12:00")
    world.event("Kestrel", "2026-03-26 10:00", "2026-03-26 12:00")
    output = review(world, None)
    assert output.subject == "2026-W13"
    assert lines(output, "Hours by goal")[0].startswith("2 h in 1 event")
    assert "The week still goes on: everything is counted until now" in lines(output, "How this is known")


def test_without_a_calendar_or_beyond_its_reach_no_hours_are_claimed(world: World) -> None:
    world.event("Kestrel", "2026-03-16 10:00", "2026-03-16 12:00")
    old = review(world, "2025-W10")
    assert lines(old, "Hours by goal")[0].endswith("does not reach back to this week: nothing is known of its hours")
    assert lines(old, "Goals without time") == []
    world.disconnect("calendar", "mail")
    bare = review(world)
    assert lines(bare, "Hours by goal") == ["No calendar is connected"]
    assert lines(bare, "Promises") == ["No mail is connected"]
    assert "Answers and meetings" not in text(bare)


def test_a_calendar_not_read_lately_is_said_to_be_old(world: World) -> None:
    world.source("calendar", at("2026-03-20 07:00"))
    assert "Calendar not read since Fri 20 Mar 07:00; what it says may be old" in lines(
        review(world, None), "How this is known"
    )


def test_an_empty_profile_gives_hours_only(tmp_path: Path) -> None:
    plain = "identity: {name: Ana, emails: [ana@fern.example], timezone: Europe/Berlin}\n"
    world = World.make(tmp_path / "home", profile=plain, goals="", projects="", people="", policies="")
    world.event("Sync", "2026-03-16 10:00", "2026-03-16 12:00")
    assert lines(review(world), "Hours by goal")[0].startswith("2 h in 1 event")


def test_roles_are_told_apart_by_organisation(tmp_path: Path) -> None:
    roles = "roles:\n  - {id: r_lead, title: Lead, org: Fern}\n  - {id: r_board, title: Board, org: Client}\n"
    world = World.make(tmp_path / "home", profile=PROFILE + roles)
    world.event("A", "2026-03-16 10:00", "2026-03-16 12:00", attendees=f"[{CY}]")
    world.event("B", "2026-03-17 10:00", "2026-03-17 11:00", attendees=f"[{BO}]")
    assert lines(review(world), "Hours by role") == ["“Lead”: 2 h (1 event)", "“Board”: 1 h (1 event)"]


@pytest.mark.parametrize("name", ["2026", "2026-W54", "W12", "2026-W0", "week"])
def test_what_is_no_week_is_refused(world: World, name: str) -> None:
    with pytest.raises(InputError, match="is no week"):
        asked(world.home, name, Ask())


def test_a_week_to_come_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="2026-W40 has not begun"):
        asked(world.home, "2026-W40", Ask())


def test_the_first_week_of_a_year_may_begin_in_the_old_one() -> None:
    assert week("2026-W01", date(2026, 1, 1), BERLIN) == Week(date(2025, 12, 29), BERLIN)
    assert week(None, date(2027, 1, 1), ZoneInfo("UTC")).name == "2026-W53"
