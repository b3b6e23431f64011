"""The morning brief on small worlds: its order, its sums, its manners, and what it does when things are missing."""

import json
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from flows import capability
from flows.brief import compose
from flows.capability import Ask, Result
from flows.output import Output, Section
from flows.render import terminal
from flows.verify import check
from tests.flows.world import ME, PROFILE, World, at

QUIET = "identity: {name: Ana, emails: [ana@fern.example], timezone: Europe/Berlin}\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home")


def brief(world: World, **ask: object) -> Output:
    return result(world, **ask).output


def result(world: World, **ask: object) -> Result:
    return capability.run(world.home, compose, Ask(**ask))  # type: ignore[arg-type]


def lines(output: Output, title: str) -> list[str]:
    return [line.text for section in output.sections if section.title == title for line in section.lines]


def text(output: Output) -> str:
    return "\n".join(f"{s.title}: {line.text}" for s in output.sections for line in s.lines)


def words(output: Output) -> int:
    return capability.words(output.title, output.sections)


def full(world: World) -> World:
    """A day with something of everything, and more of it than a brief has room for."""
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    world.event("Kestrel cut-over", "2026-03-25 09:45", "2026-03-25 10:30", 2)
    world.event("Focus", "2026-03-25 11:00", "2026-03-25 12:00", 0, my_status="none")
    world.event("Late review", "2026-03-25 16:00", "2026-03-25 17:00", 2, description=None)
    world.event("Declined", "2026-03-25 13:00", "2026-03-25 15:00", 2, my_status="declined")
    world.event("Cancelled", "2026-03-25 13:00", "2026-03-25 15:00", 2, cancelled=True)
    world.event("Lunch", "2026-03-25 13:00", "2026-03-25 14:00", 0, transparent=True)
    world.whole("Cy on leave", "2026-03-24", "2026-03-27")
    world.event("Planning", "2026-03-27 10:00", "2026-03-27 11:00", 4, updated_at=at("2026-03-24 18:00"))
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Hi Ana, can you confirm by Wednesday?")
    for n in range(8):
        world.mail(f"q{n}", f"2026-03-0{n + 1} 10:00", f"Question {n}", "What do you think?", sender="cy@fern.example")
        world.task(f"Task number {n}", f"2026-03-2{n + 1}")
        when = at("2026-03-24 15:00") + timedelta(minutes=n)
        world.put("documents", document_key=f"d{n}", source="docs", title=f"Plan {n}", path=f"{n}.md", modified_at=when)
    world.mail("t3", "2026-03-20 10:00", "Numbers", "Could you send the numbers?", sender=ME)
    world.put(
        "commits", commit_key="c1", repo="kestrel", author_name="Cy Okafor", author_address="cy@fern.example",
        subject="Fix rounding", committed_at=at("2026-03-24 15:00"), reachable=True,
    )  # fmt: skip
    return world.publish()


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


def test_a_normal_day_is_said_to_be_normal(world: World) -> None:
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    made = brief(world.publish())
    assert lines(made, "First") == [
        "Nothing presses: a normal day. Give 10:00–16:15 to “Checkout p95 under 400 ms”, your weightiest goal, "
        "due Thu 31 Dec"
    ]
    assert lines(made, "Problems") == []
    assert [section.title for section in made.sections] == ["First", "The day"]


def test_an_empty_day_and_no_profile_to_speak_of(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", profile=QUIET, goals="", projects="", people="", policies="")
    made = brief(world.publish())
    assert text(made) == "First: Nothing presses: a normal day.\nThe day: No meetings"


def test_without_any_source_nothing_is_claimed(world: World) -> None:
    world.disconnect("calendar", "mail", "docs", "repos", "tasks")
    made = brief(world.publish())
    assert text(made) == "First: Nothing presses in what could be read.\nThe day: No calendar is connected"
    assert "no source connected" in terminal.render(made)


def test_a_calendar_not_read_lately_is_never_called_clear(world: World) -> None:
    world.source("calendar", at("2026-03-24 18:00"))
    made = brief(world.publish())
    assert lines(made, "The day") == ["Calendar not read since Tue 24 Mar 18:00; what it says of the day may be old"]
    assert "normal" not in text(made)
    assert [source.stale for source in made.sources if source.family == "calendar"] == [True]


def test_a_source_that_failed_costs_its_section_only(world: World) -> None:
    world.source("mail", at("2026-03-23 18:00"), failed=True)
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Can you confirm?")
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    world.task("Pay rent", "2026-03-25")
    made = brief(world.publish())
    assert lines(made, "Needs your reply") == ["Mail: not read since Mon 23 Mar 18:00"]
    assert "Cut-over" not in text(made)
    assert lines(made, "First") == ["Pay rent: due today"]
    assert "1 meeting" in text(made)


def test_one_failed_attempt_after_a_fresh_read_costs_nothing(world: World) -> None:
    world.source("mail", at("2026-03-25 06:40"), failed=True)
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Can you confirm?")
    assert "Cut-over date" in text(brief(world.publish()))


def test_a_hidden_limit_is_kept_and_stays_opaque(tmp_path: Path) -> None:
    profile = PROFILE.replace("tier: private", "tier: secret").replace("Leave by 16:15", "Chemo with Greta")
    world = World.make(tmp_path / "home", profile=profile)
    world.event("Late review", "2026-03-25 16:00", "2026-03-25 17:00", 2)
    made = brief(world.publish())
    assert "runs into time that is unavailable MON,WED 16:15-18:00" in text(made)
    assert "Chemo" not in made.model_dump_json()
    assert made.footer.withheld == 1


@pytest.mark.parametrize(
    ("day", "shape"),
    [
        ("2026-03-29", "2 meetings, 2 h in all"),  # 01:30–03:30 is one hour on the day that has no 02:00
        ("2026-10-25", "2 meetings, 4 h in all"),  # and three hours on the day that has 02:00 twice
        ("2026-03-22", "2 meetings, 3 h in all"),
    ],
)
def test_the_days_on_which_clocks_change(world: World, day: str, shape: str) -> None:
    world.event("Night", f"{day} 01:30", f"{day} 03:30", 1)
    world.event("Noon", f"{day} 12:00", f"{day} 13:00", 1)
    assert shape in text(brief(world.publish(), day=date.fromisoformat(day)))


def test_a_meeting_over_midnight_counts_on_both_days_by_its_part(world: World) -> None:
    world.event("Release", "2026-03-25 23:00", "2026-03-26 01:30", 2)
    world.publish()
    assert "1 meeting, 1 h in all: 23:00–00:00 “Release”" in text(brief(world))
    assert "1 meeting, 1 h 30 min in all: 00:00–01:30 “Release”" in text(brief(world, day=date(2026, 3, 26)))


def test_a_traveller_reads_their_own_clock(world: World) -> None:
    world.event("Board", "2026-03-25 20:00", "2026-03-25 21:00", 2, zone=ZoneInfo("Europe/Berlin"))
    made = brief(world.publish(), zone="America/New_York", day=date(2026, 3, 25))
    assert "15:00–16:00 “Board”" in text(made)
    assert made.zone == "America/New_York"


def test_days_off_out_of_office_and_quiet_hours_silence_the_schedule_only(tmp_path: Path) -> None:
    away = 'constraints:\n  - {id: c_out, rule: Away, hard: true, when: "2026-03-26..2026-03-27"}'
    files = {
        "profile": PROFILE.replace("constraints:", away),
        "preferences": '- {id: pf_q, rule: "DAILY 20:00-06:30", strength: never, scope: {kind: brief}}\n',
    }  # fmt: skip
    world = World.make(tmp_path / "home", **files)
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    world.publish()
    asked = {"25": "2026-03-25 07:00", "26": "2026-03-26 07:00", "28": "2026-03-28 07:00", "early": "2026-03-25 06:00"}
    why = {name: result(world, as_of=at(when), scheduled=True, dry_run=True).quiet for name, when in asked.items()}
    assert why == {"25": None, "26": "out of office", "28": "a day off", "early": "quiet hours (DAILY 20:00-06:30)"}
    assert result(world, as_of=at("2026-03-28 07:00"), dry_run=True).quiet is None


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


@pytest.mark.row("K5")
def test_the_schedule_is_silent_when_there_is_nothing_to_say(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", profile=QUIET, goals="", projects="", people="", policies="")
    world.publish()
    assert result(world, scheduled=True, dry_run=True).quiet == "nothing to say"
    assert result(world, dry_run=True).quiet is None


@pytest.mark.row("K5")
def test_nothing_is_delivered_into_the_quiet(world: World) -> None:
    world.publish()
    gathered = capability.gather(world.home, compose, Ask(as_of=at("2026-03-28 07:00"), scheduled=True))
    from flows.deliver import Channel

    assert capability.send(world.home, gathered, gathered.output, [Channel.ARTIFACT]) == ()


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
