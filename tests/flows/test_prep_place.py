"""One message for each meeting: kept up to date in place, withdrawn with it, silent where nothing changed."""

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from blocks.ledger import Ledger
from blocks.slack import Slack
from flows import capability
from flows.deliver import Channel
from flows.prep import compose
from flows.prep.due import day, due
from flows.shape import Ask
from flows.verify import check
from tests.flows.preps import BO, CY, change, guests, meet, prep, said, series
from tests.flows.world import World, at
from tests.servers.slack import TOKEN, FakeSlack


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home")


@pytest.fixture
def server(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> FakeSlack:
    fake = FakeSlack(httpserver)
    block = Slack(token=TOKEN, channel="D1", base_url=fake.url)
    monkeypatch.setattr(Slack, "get", lambda name: block)
    return fake


def tick(world: World, **ask: Any) -> list[str]:
    """Do what a scheduled run does; return the titles of what it made."""
    asked = Ask(scheduled=True, **ask)
    made = [
        capability.run(world.home, compose, Ask(about=one, scheduled=True, **ask), [Channel.SLACK])
        for one in due(world.home, asked)
    ]
    return [result.output.title for result in made]


def texts(server: FakeSlack) -> list[str]:
    return [post["text"] for post in server.posted]


@pytest.mark.row("P2", "K5", "D2")
def test_a_change_edits_the_message_and_says_what_changed_first(world: World, server: FakeSlack) -> None:
    uid = meet(world, "Go or no go", "2026-03-25 08:30", "2026-03-25 09:00", BO)
    world.publish()
    tick(world)
    change(world, uid, starts_at="2026-03-25 15:00", ends_at="2026-03-25 15:30", attendees=guests(BO, CY))
    world.publish()
    tick(world)
    assert len(server.posted) == 1
    assert "Changed: +Cy Okafor, moved to 15:00, was 08:30" in texts(server)[0]
    made = prep(world, uid, dry_run=True)
    assert made.sections[0].title == "Update"
    facts = {fact.id: fact for fact in made.facts}
    first = made.sections[0].lines[0]
    assert check(first.text, [facts[name] for name in first.facts], first, today=date(2026, 3, 25)) == []


@pytest.mark.row("K6")
def test_nothing_is_asked_of_slack_when_nothing_changed(world: World, server: FakeSlack) -> None:
    uid = meet(world, "Sync", "2026-03-25 08:30", "2026-03-25 09:00", BO)
    world.publish()
    tick(world)
    change(world, uid, location="Room 4")
    world.publish()
    tick(world)
    calls = list(server.calls)
    assert tick(world) == ["Prep: “Sync”, Wed 25 Mar 08:30–09:00"]
    assert "Changed: now at “Room 4”" in texts(server)[0]  # what changed stays said
    assert server.calls == calls


@pytest.mark.row("P2")
def test_a_mail_that_came_meanwhile_is_said(world: World, server: FakeSlack) -> None:
    meet(world, "Sync", "2026-03-25 08:30", "2026-03-25 09:00", BO)
    world.publish()
    tick(world)
    world.mail("t1", "2026-03-25 07:10", "One more thing", "Can you bring the numbers?")
    world.publish()
    tick(world, as_of=at("2026-03-25 07:20"))
    assert len(server.posted) == 1
    assert "Changed: 1 new mail" in texts(server)[0]


@pytest.mark.row("P2")
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"cancelled": True}, "cancelled"),
        ({"my_status": "declined"}, "declined by you"),
        ({"other_people": 0}, "nobody else comes any more"),
        (None, "no longer on your calendar"),
    ],
)
def test_what_does_not_take_place_is_withdrawn(
    world: World, server: FakeSlack, given: dict[str, object] | None, why: str
) -> None:
    uid = meet(world, "Sync", "2026-03-25 08:30", "2026-03-25 09:00", BO)
    world.publish()
    tick(world)
    kept = list(world.rows["event_instances"])
    if given is None:
        world.rows["event_instances"].clear()
    else:
        change(world, uid, **given)
    world.publish()
    assert tick(world) == ["Withdrawn: “Sync”"]
    assert tick(world) == ["Withdrawn: “Sync”"]
    assert texts(server) == [f"Withdrawn: “Sync”: “Sync”, Wed 25 Mar 08:30–09:00: {why}"]
    world.rows["event_instances"][:] = kept
    change(world, uid, cancelled=False, my_status="accepted", other_people=1)
    world.publish()
    tick(world)
    assert len(server.posted) == 1
    assert "Changed: takes place again" in texts(server)[0]


def test_what_was_never_sent_is_not_withdrawn(world: World, server: FakeSlack) -> None:
    meet(world, "Sync", "2026-03-25 08:30", "2026-03-25 09:00", BO, cancelled=True)
    uid = meet(world, "Later", "2026-03-27 08:30", "2026-03-27 09:00", BO)
    prep(world.publish(), uid)  # only looked at, on the terminal
    assert tick(world) == []
    assert server.posted == []


def test_a_calendar_that_cannot_be_read_withdraws_nothing(world: World, server: FakeSlack) -> None:
    meet(world, "Sync", "2026-03-25 08:30", "2026-03-25 09:00", BO)
    world.publish()
    tick(world)
    world.rows["event_instances"].clear()
    world.source("calendar", at("2026-03-24 18:00"))
    world.publish()
    assert tick(world) == []
    assert "Withdrawn" not in str(texts(server))


def test_what_comes_soon_and_tomorrows_first_is_due(world: World) -> None:
    meet(world, "Soon", "2026-03-25 08:30", "2026-03-25 09:00", BO)
    meet(world, "Focus", "2026-03-25 08:00", "2026-03-25 09:00", other_people=0)
    meet(world, "Later", "2026-03-25 14:00", "2026-03-25 15:00", BO)
    meet(world, "Tomorrow", "2026-03-26 10:00", "2026-03-26 11:00", BO)
    meet(world, "Tomorrow too", "2026-03-26 12:00", "2026-03-26 13:00", BO)
    world.publish()
    titles = {row["uid"]: row["summary"] for row in world.rows["event_instances"]}
    assert [titles[one] for one in due(world.home, Ask())] == ["Soon", "Tomorrow"]
    assert [titles[one] for one in day(world.home, Ask())] == ["Soon", "Later"]
    assert [titles[one] for one in day(world.home, Ask(day=date(2026, 3, 26)))] == ["Tomorrow", "Tomorrow too"]


def test_one_day_of_a_series_keeps_its_message_when_it_moves(world: World, server: FakeSlack) -> None:
    series(world, "Weekly", "wk", "2026-03-25 08:30", "2026-04-01 08:30")
    world.publish()
    tick(world)
    row = world.rows["event_instances"][0]
    row |= {"event_key": "wk#x", "starts_at": at("2026-03-26 10:00"), "ends_at": at("2026-03-26 11:00")}
    row["instance_key"] = "wk#x@later"
    world.put("events", event_key="wk#x", source="calendar", recurrence_id="20260325T073000Z")
    world.publish()
    assert tick(world) == ["Prep: “Weekly”, Thu 26 Mar 10:00–11:00"]
    assert len(server.posted) == 1
    assert "moved to Thu 26 Mar 10:00, was Wed 25 Mar 08:30" in texts(server)[0]


@pytest.mark.row("K5")
def test_quiet_hours_and_days_off_hold_for_the_schedule(world: World, server: FakeSlack) -> None:
    meet(world, "Saturday", "2026-03-28 08:30", "2026-03-28 09:00", BO)
    world.publish()
    tick(world, as_of=at("2026-03-28 07:00"))
    assert server.posted == []
    tick(world, as_of=at("2026-03-27 15:00"))  # tomorrow's first, told on a working day
    assert len(server.posted) == 1


@pytest.mark.row("P2", "D4")
def test_two_runs_at_once_make_one_message(world: World, server: FakeSlack) -> None:
    uid = meet(world, "Sync", "2026-03-25 08:30", "2026-03-25 09:00", BO)
    world.publish()
    threads = [
        threading.Thread(target=capability.run, args=(world.home, compose, Ask(about=uid), [Channel.SLACK]))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(server.posted) == 1
    with Ledger.open(world.home) as ledger:
        assert ledger.outputs.latest("prep", uid) is not None


def test_the_word_limit_holds_with_a_long_change(world: World, server: FakeSlack) -> None:
    many = [(f"Person Number{n} Longname", f"p{n}@x.example") for n in range(12)]
    uid = meet(world, "word " * 30, "2026-03-25 08:30", "2026-03-25 09:00", *many[:1], description="text " * 200)
    for n in range(9):
        world.mail(f"t{n}", "2026-03-20 10:00", "word " * 20, "Can you?", sender="p0@x.example")
    world.publish()
    tick(world)
    change(world, uid, starts_at="2026-03-26 15:00", ends_at="2026-03-26 15:30", attendees=guests(*many))
    from flows.shape import words

    made = prep(world.publish(), uid)
    assert said(made, "Update")
    assert words(made.title, made.sections) <= compose.words_most
