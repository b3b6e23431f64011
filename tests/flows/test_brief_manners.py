"""The brief's manners: what it says when little is known, on odd days, and when it keeps quiet."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from blocks.ledger import Ledger
from context.errors import InputError
from flows import capability
from flows.brief import compose
from flows.render import terminal
from flows.shape import Ask
from tests.flows.briefs import brief, full, lines, result, text, words
from tests.flows.world import FAMILIES, ME, PEOPLE, PROFILE, World, at

QUIET = "identity: {name: Ana, emails: [ana@fern.example], timezone: Europe/Berlin}\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home")


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


def test_a_calendar_whose_grant_is_gone_costs_its_section_only(world: World) -> None:
    world.source("calendar", at("2026-03-24 18:00"))
    with Ledger.open(world.home) as ledger:
        ledger.sources.fail("calendar", world.now, "needs_reauth", "no leave", "run `steward connect google`")
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Can you confirm?")
    world.task("Pay rent", "2026-03-25")
    made = brief(world.publish())
    assert lines(made, "The day") == ["Calendar not read since Tue 24 Mar 18:00; what it says of the day may be old"]
    assert "Stand-up" not in text(made)
    assert lines(made, "First") + lines(made, "Needs your reply") + lines(made, "Due and owed") != []
    assert "Cut-over date" in text(made)
    assert "Pay rent" in text(made)
    shown = terminal.render(made, width=400)
    assert "calendar stale 13 h (the leave to read it has ended: run `steward connect google`)" in shown
    assert "mail 4 min" in shown


def test_a_grant_that_ends_soon_is_foreseen_and_changes_no_word_of_the_brief(world: World) -> None:
    full(world)
    before = brief(world)
    with Ledger.open(world.home) as ledger:
        ledger.sources.grant("mail", world.now + timedelta(days=2))
    after = brief(world)
    assert after.sections == before.sections
    assert after.version == before.version
    assert words(after) <= 220
    assert "mail 4 min (the leave to read it ends in 2 days" in terminal.render(after, width=400)


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


@pytest.mark.row("K5")
def test_the_schedule_is_silent_when_there_is_nothing_to_say(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", profile=QUIET, goals="", projects="", people="", policies="")
    world.publish()
    assert result(world, scheduled=True, dry_run=True).quiet == "nothing new to say"
    assert result(world, dry_run=True).quiet is None


@pytest.mark.row("K5")
def test_nothing_is_delivered_into_the_quiet(world: World) -> None:
    world.publish()
    gathered = capability.gather(world.home, compose, Ask(as_of=at("2026-03-28 07:00"), scheduled=True))
    from flows.deliver import Channel

    assert capability.send(world.home, gathered, gathered.output, [Channel.ARTIFACT]) == ()


def test_a_normal_day_is_said_to_be_normal(world: World) -> None:
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    made = brief(world.publish())
    assert lines(made, "First") == [
        "Nothing presses: a normal day. Give 10:00–16:15 to “Checkout p95 under 400 ms”, your weightiest goal, "
        "due Thu 31 Dec 2026"
    ]
    assert lines(made, "Problems") == []
    assert [section.title for section in made.sections] == ["First", "The day"]


def test_an_empty_day_and_no_profile_to_speak_of(tmp_path: Path) -> None:
    world = World.make(tmp_path / "home", profile=QUIET, goals="", projects="", people="", policies="")
    made = brief(world.publish())
    assert text(made) == "First: Nothing presses: a normal day.\nThe day: No meetings"


@pytest.mark.row("K5", "K6")
def test_the_schedule_is_silent_when_all_was_told_before(world: World) -> None:
    world.mail("t1", "2026-03-24 10:00", "Hello", "Could you look at this?")
    world.publish()
    assert result(world, scheduled=True).quiet is None
    for family in FAMILIES:
        world.source(family, at("2026-03-26 06:56"))
    later = result(world, as_of=at("2026-03-26 07:00"), scheduled=True)
    assert later.quiet == "nothing new to say"
    assert "1 item told before, unchanged" in text(later.output)


def test_what_is_long_past_does_not_press_and_has_its_year(world: World) -> None:
    world.task("File taxes", "2019-04-15")
    made = brief(world.publish())
    assert lines(made, "First")[0].startswith("Nothing presses")
    assert lines(made, "Due and owed") == ["File taxes — overdue since Mon 15 Apr 2019"]


def test_a_task_in_two_places_and_a_mail_in_two_accounts_are_one(world: World) -> None:
    for source in ("a", "b"):
        world.task("Pay rent", "2026-03-27", task_key="same", source=source)
        world.mail("t1", "2026-03-24 10:00", "Hello", "Could you?", message_key="same", source=source, account=source)
    made = brief(world.publish())
    assert [len(section.lines) + section.more for section in made.sections[2:]] == [1, 1]


def test_somebody_without_a_name_is_called_by_their_address(world: World) -> None:
    world.mail(
        "t1", "2026-03-24 10:00", "Hello", "Could you?", sender="jo.van_dyk@x.example", from_name="jo.van_dyk@x.example"
    )
    assert lines(brief(world.publish()), "Needs your reply") == ["jo van dyk, since yesterday: “Hello”"]


def test_a_moment_without_an_offset_is_on_the_owners_clock(world: World) -> None:
    world.publish()
    bare = capability.gather(world.home, compose, Ask(as_of=datetime(2026, 3, 25, 7, 0), dry_run=True))
    assert bare.output.made == at("2026-03-25 07:00")
    with pytest.raises(InputError, match="Nowhere/Land is no time zone"):
        capability.gather(world.home, compose, Ask(zone="Nowhere/Land", dry_run=True))


def test_what_the_owner_calls_a_hidden_person_is_not_told(tmp_path: Path) -> None:
    hidden = PEOPLE.replace("name: Bo Lind", "name: Bobo").replace("tier: 1}", "tier: 1, sensitivity: secret}")
    world = World.make(tmp_path / "home", people=hidden)
    world.rows["people"][0]["name"] = "Bobo"
    world.mail("t1", "2026-03-24 10:00", "Cut-over date", "Can you confirm the date?", from_name="Bo Lind")
    world.mail("t2", "2026-03-20 10:00", "The plan", "Can you send the plan?", sender=ME)
    made = brief(world.publish())
    assert "Bo Lind, since yesterday: “Cut-over date”" in text(made)
    assert "Bo Lind has not answered “The plan”" in text(made)
    assert "Bobo" not in made.model_dump_json()


def test_a_mail_to_nobody_in_particular_is_waited_for_all_the_same(world: World) -> None:
    to = json.dumps([{"name": None, "address": None}])
    world.mail("t2", "2026-03-20 10:00", "The plan", "Can you send the plan?", sender=ME, to_addresses=to)
    assert "somebody has not answered “The plan”" in text(brief(world.publish()))


def test_a_task_that_was_done_later_was_still_open(world: World) -> None:
    world.task("Send the plan", "2026-03-25", status="done", completed_at=at("2026-03-25 15:00"))
    world.task("Order the parts", "2026-03-25", status="done", completed_at=at("2026-03-24 15:00"))
    made = text(brief(world.publish(), as_of=at("2026-03-25 07:00")))
    assert "Send the plan" in made
    assert "Order the parts" not in made
