"""Times that a draft offers: truly free, under every limit, on the owner's clock, across the change of clocks."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import capability
from flows.drafts import compose
from flows.drafts.offers import length, ruled_out
from flows.shape import Ask
from tests.flows.world import PROFILE, World, at

ASKED = "Hi Ana, when are you free for a call? 45 min would do. Could you suggest a time?"


def body(world: World, **ask: Any) -> list[str]:
    made = capability.run(world.home, compose, Ask(dry_run=True, **ask)).output
    found = next(fact.values["body"] for fact in made.facts if "sha256" in fact.values)
    assert isinstance(found, list)
    return found


def offered(world: World, **ask: Any) -> list[str]:
    return [line.removeprefix("– ") for line in body(world, **ask) if line.startswith("– ")]


def asked(folder: Path, now: str = "2026-03-25 07:00", **files: str) -> World:
    world = World.make(folder / "home", now, **files)
    world.mail("t1", f"{now[:10]} 06:00", "A call", ASKED)
    return world


@pytest.mark.row("P4")
def test_offered_is_what_is_free_under_the_owner_s_limits(tmp_path: Path) -> None:
    world = asked(tmp_path)
    world.event("All morning", "2026-03-26 09:00", "2026-03-26 12:15", 3)
    world.event("Declined", "2026-03-26 12:00", "2026-03-26 18:00", 3, my_status="declined")
    world.whole("Off", "2026-03-27", "2026-03-28")
    world.event("Early", "2026-03-30 09:00", "2026-03-30 16:00", 3)  # then 16:15 is the pick-up
    assert "These times would suit me (Europe/Berlin):" in body(world.publish())
    assert offered(world) == [
        "Thursday 26 March, 12:30–13:15",
        "Tuesday 31 March, 09:00–09:45",
        "Wednesday 1 April, 09:00–09:45",
    ]


@pytest.mark.row("P4")
def test_across_the_change_of_clocks_the_owner_s_clock_counts(tmp_path: Path) -> None:
    world = asked(tmp_path, "2026-03-27 07:00")
    world.event("Early", "2026-03-30 09:00", "2026-03-30 10:00", 3)  # summer time from the 29th
    assert offered(world.publish())[0] == "Monday 30 March, 10:00–10:45"


@pytest.mark.row("P4")
def test_elsewhere_times_are_on_the_clock_there(tmp_path: Path) -> None:
    lines = body(asked(tmp_path).publish(), zone="America/New_York")
    assert "These times would suit me (America/New_York):" in lines


@pytest.mark.row("P4")
def test_a_calendar_that_is_old_or_hours_that_are_not_known_offer_nothing(tmp_path: Path) -> None:
    world = asked(tmp_path)
    world.disconnect("calendar")
    world.source("calendar", at("2026-03-20 08:00"))
    assert "[confirm: times that suit you]" in body(world.publish())
    other = asked(tmp_path / "other", profile="\n".join(PROFILE.splitlines()[:-1]))
    assert "[confirm: times that suit you]" in body(other.publish())


@pytest.mark.row("P4")
def test_preferences_are_kept_and_those_that_cannot_be_read_are_asked_about(tmp_path: Path) -> None:
    rules = """- {id: pf_thu, rule: "Never offer Thursdays", strength: never, scope: {kind: scheduling}}
- {id: pf_moon, rule: "No calls at full moon", strength: avoid, scope: {kind: scheduling}}
- {id: pf_old, rule: "Never offer Fridays", strength: never, scope: {kind: scheduling}, status: retired}
"""
    world = asked(tmp_path, preferences=rules).publish()
    assert offered(world)[0] == "Friday 27 March, 09:00–09:45"
    assert "[confirm: these times keep “No calls at full moon”]" in body(world)


@pytest.mark.parametrize(
    ("rule", "window"),
    [
        ("Never offer Friday afternoons for calls", "FRI 12:00-24:00"),
        ("Keine Termine am Montagvormittag", None),
        ("Keine Termine montags vor 10", "MON 00:00-10:00"),
        ("No calls before 9:30", "DAILY 00:00-9:30"),
        ("Jamais le vendredi après-midi", "FRI 12:00-24:00"),
        ("MON 12:00-13:00", "MON 12:00-13:00"),
        ("Only with coffee", None),
    ],
)
def test_a_preference_in_words_is_read_or_handed_back(rule: str, window: str | None) -> None:
    found = ruled_out(rule)
    assert (str(found) if found else None) == window or (found and window and found.spans == ruled_out(window).spans)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("a quick call", 30), ("45 minutes", 45), ("an hour", 60), ("500 min", 120), ("une heure", 60)],
)
def test_the_length_is_as_asked_within_bounds(said: str, minutes: int) -> None:
    assert length(said) == timedelta(minutes=minutes)
