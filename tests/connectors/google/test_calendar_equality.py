"""Google Calendar: whatever happens to calendars, and whenever they are read, the rows are those of one reading."""

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.calendar import google as connector
from connectors.web import GrantError
from tests.connectors.google.agenda import ME, ZONE
from tests.connectors.google.conftest import SCOPES
from tests.connectors.google.side import EXAMPLES, Side, impatient, weather  # noqa: F401
from tests.servers.google.calendar import Calendars
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import handle

TEAM = "team@group.calendar.google.com"
RULES = (
    ["RRULE:FREQ=WEEKLY;COUNT=9"],
    ["RRULE:FREQ=DAILY;UNTIL=20260420T215959Z"],
    ["RRULE:FREQ=WEEKLY"],
    [
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE;TZID=Europe/Berlin:20260309T093000",
        "RDATE;TZID=Europe/Berlin:20260311T150000",
    ],
)
OPERATIONS = (
    *("single", "days", "series", "series", "title", "shift", "exception", "exception", "cancel", "restore", "delete"),
    *("split", "move", "alone", "unrepeat", "subscribe", "unsubscribe", "rename", "hide", "expire", "week", "choose"),
    *("sync", "sync", "sync", "full", "killed"),
)
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 11)), max_size=25)


def span(day: int, hour: int = 9, zone: str = ZONE) -> dict[str, Any]:
    start = datetime(2026, 3, 2, hour, 30, tzinfo=ZoneInfo(zone)) + timedelta(days=day)
    return {name: {"dateTime": (start + timedelta(minutes=30 * n)).isoformat(), "timeZone": zone}
            for n, name in enumerate(("start", "end"))}  # fmt: skip


def days(day: int) -> dict[str, Any]:
    return {name: {"date": f"{datetime(2026, 3, 2) + timedelta(days=day + 2 * n):%Y-%m-%d}"}
            for n, name in enumerate(("start", "end"))}  # fmt: skip


def original(master: dict[str, Any], number: int) -> dict[str, Any]:
    """Return when the day of a series would begin that is `number` steps after its first."""
    step = timedelta(days=1 if "DAILY" in master["recurrence"][0] else 7) * number
    start = master["start"]
    if "date" in start:
        return {"date": f"{datetime.fromisoformat(start['date']) + step:%Y-%m-%d}"}
    local = datetime.fromisoformat(start["dateTime"]).astimezone(ZoneInfo(start["timeZone"]))
    return {**start, "dateTime": (local + step).isoformat()}


def change(world: Calendars, what: str, which: int) -> None:
    """Do one thing to an account's calendars."""
    name = TEAM if which % 3 == 0 and TEAM in world.calendars else ME
    held = world.calendars[name].events
    whole = sorted(
        one for one, event in held.items() if event["status"] != "cancelled" and "recurringEventId" not in event
    )
    one = whole[which % len(whole)] if whole else ""
    series = sorted(event for event in whole if held[event].get("recurrence"))
    many = series[which % len(series)] if series else ""
    match what:
        case "single":
            world.put({"id": f"e{world.count}", "summary": f"Event {which}", **span(which)}, name)
        case "days":
            world.put({"id": f"d{world.count}", **days(which), "recurrence": RULES[0][: which % 2]}, name)
        case "series":
            zone = "America/New_York" if which == 5 else ZONE
            world.put(
                {"id": f"s{world.count}", "summary": "S", **span(which, zone=zone), "recurrence": RULES[which % 4]},
                name,
            )
        case "subscribe" if TEAM not in world.calendars:
            world.add(TEAM, summary="Team", timeZone="America/New_York")
        case "unsubscribe" if TEAM in world.calendars:
            world.remove(TEAM)
        case "rename":
            world.calendars[name].entry["summaryOverride"] = f"Name {world.count}"
        case "hide":
            world.calendars[name].entry["hidden"] = which % 2 == 1
        case "expire":
            world.expire(name)
        case "title" if one:
            world.change(one, name, summary=f"Title {world.count}")
        case "shift" if one:
            times = days(which) if "date" in held[one]["start"] else span(which, hour=11)
            world.change(one, name, **times)
        case "delete" if one:
            world.delete(one, name)
        case "move" if one and TEAM in world.calendars and name == ME:
            world.move(one, ME, TEAM)
        case "unrepeat" if many:
            world.put({part: value for part, value in held[many].items() if part != "recurrence"}, name)
        case "split" if many:
            world.split(many, original(held[many], 1 + which % 3), name, summary="Split")
        case "alone":  # one day of somebody else's series
            own = {"id": f"x{world.count}_1", "recurringEventId": f"x{world.count}", "summary": "Guest"}
            world.put({**own, **span(which), "originalStartTime": span(which)["start"]}, name)
        case "cancel" if many:
            world.cancel(many, original(held[many], which % 4), name)
        case "exception" | "restore" if many:
            first = original(held[many], which % 4)
            moved = {} if what == "restore" or "date" in first else span(which, hour=15)
            world.exception(many, first, name, **moved)


def play(side: Side, world: Calendars, steps: list[tuple[str, int]]) -> None:
    for what, which in steps:
        match what:
            case "sync":
                side.sync()
            case "full":
                side.sync(full=True)
            case "week":
                side.now += timedelta(days=7)
            case "choose":
                side.handle.calendars = (None, [ME], [TEAM], [TEAM, ME])[which % 4]
            case "killed":
                side.now += timedelta(hours=1)
                known = side.store.known(side.now, "Europe/Berlin")
                side.store.take(connector.read(side.handle, known), known.cursors, most=which)
            case _:
                change(world, what, which)


@pytest.mark.row("N1", "N8")
@settings(max_examples=EXAMPLES or 60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_reading_in_steps_is_reading_at_once(steps: list[tuple[str, int]]) -> None:
    with closing(FakeGoogle()) as google:
        world = google.account().of(Calendars)
        side = Side(connector, handle(google, *SCOPES))
        play(side, world, steps)
        side.sync()
        side.same()
        assert not google.violations


@pytest.mark.row("N12", "T3", "T10")
def test_whatever_goes_wrong_it_converges(google: FakeGoogle) -> None:
    made: list[Calendars] = []

    def make() -> Side:
        address = f"u{len(made)}@example.org"
        google.account(address)
        made.append(_lived(google, address))
        return Side(connector, handle(google, *SCOPES, address=address))

    def act() -> None:
        world = made[-1]
        world.change("mine", summary="Ours")
        world.cancel("mine", original(world.calendars[world.account.address].events["mine"], 2))
        world.delete("gone")
        world.remove(TEAM)

    struck = weather(google, "calendar", make, act)
    print(f"\nfaults that struck calendar calls, all converged: {struck}")
    assert struck > 80


def _lived(google: FakeGoogle, address: str) -> Calendars:
    world = google.account(address).of(Calendars)
    world.add(TEAM, summary="Team")
    for n in range(4):
        world.put({"id": f"e{n}", "summary": f"Event {n}", **span(n)})
    world.put({"id": "gone", **days(3)})
    world.put({"id": "mine", "summary": "Mine", **span(3), "recurrence": RULES[2]})
    world.exception("mine", original(world.calendars[address].events["mine"], 1), summary="Other")
    world.put({"id": "team", "summary": "Team", **span(4), "recurrence": RULES[0]}, TEAM)
    return world


@pytest.mark.row("N12")
def test_a_grant_revoked_at_any_call_is_a_state_and_loses_nothing(google: FakeGoogle) -> None:
    _lived(google, ME)
    for after in range(12):
        side = Side(connector, handle(google, *SCOPES))
        google.fail(401, reason="authError", method="calendar", after=after, then=google.grants.revoke)
        try:
            side.sync()
        except GrantError:
            pass
        else:
            break
        google.faults.clear()
        side.handle = handle(google, *SCOPES)  # the owner consents again
        side.sync()
        side.same()
    assert after > 4
