"""Google Tasks: what changed, what went, lists that come and go, and all of that in any order."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.tasks import google as tasks
from connectors.web import GrantError
from tests.connectors.google.side import EXAMPLES, Side, weather
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import handle
from tests.servers.google.tasks import Tasks


@pytest.fixture
def lists(google: FakeGoogle) -> Tasks:
    return google.account().of(Tasks)


@pytest.fixture
def side(google: FakeGoogle) -> Side:
    return Side(tasks, handle(google, "tasks.readonly"))


def by_title(side: Side) -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in side.store.rows("tasks")}


@pytest.mark.row("N5")
def test_tasks_with_their_days_and_states(lists: Tasks, side: Side, google: FakeGoogle) -> None:
    home = lists.list("Home")
    lists.add(home, "Call Ann", due="2026-03-05T00:00:00.000Z", notes="About the roof")
    done = lists.add(home, "Pay rent")
    lists.done(home, done)
    lists.clear(home)
    lists.add(home, "  ")
    lists.add(home, "Gone", deleted=True)
    side.sync()
    rows = by_title(side)
    assert list(rows) == ["Call Ann", "Pay rent"]
    ann, rent = rows.values()
    assert (ann["list"], ann["status"], ann["due_date"], ann["due_at"]) == ("Home", "open", date(2026, 3, 5), None)
    assert (rent["status"], rent["completed_at"]) == ("done", datetime(2026, 3, 2, 8, 0, 3, tzinfo=UTC))
    assert tasks.preview(side.handle).counts == {"lists": 1, "open tasks": 1}
    google.calls.clear()
    side.sync()
    asked = google.asked("tasks.tasks.list")
    assert [len(call.query["updatedMin"]) for call in asked] == [1]


def test_only_what_changed_is_asked_for(lists: Tasks, side: Side) -> None:
    home = lists.list("Home")
    first, second, third = (lists.add(home, title) for title in ("One", "Two", "Three"))
    side.sync()
    lists.change(home, first, title="First")
    lists.delete(home, second)
    assert side.sync() == 2, "the last known one, and the one that changed"
    assert list(by_title(side)) == ["First", "Three"]
    lists.change(home, third, title=" ")
    side.sync()
    assert list(by_title(side)) == ["First"]
    side.same()


def test_lists_are_renamed_and_deleted(lists: Tasks, side: Side) -> None:
    home, work = lists.list("Home"), lists.list("Work")
    lists.add(home, "One")
    lists.add(work, "Two")
    side.sync()
    lists.rename(home, "House")
    lists.drop(work)
    side.sync()
    assert {title: row["list"] for title, row in by_title(side).items()} == {"One": "House"}
    side.same()


def test_a_deletion_that_nobody_tells_of_is_seen_within_a_week(lists: Tasks, side: Side) -> None:
    home = lists.list("Home")
    lists.add(home, "One")
    second = lists.add(home, "Two")
    side.sync()
    lists.delete(home, second)
    lists.purge()
    side.sync()
    assert list(by_title(side)) == ["One", "Two"]
    side.now += timedelta(days=7)
    side.sync()
    assert list(by_title(side)) == ["One"]


@pytest.mark.row("N10")
def test_a_task_that_cannot_be_read_is_set_aside(lists: Tasks, side: Side) -> None:
    home = lists.list("Home")
    bad = lists.add(home, "Bad", due="soon")
    lists.add(home, "Fine")
    side.sync()
    [reject] = side.store.rejects.values()
    assert (reject["position"], reject["reason"]) == (bad, "bad-task")
    assert list(by_title(side)) == ["Fine"]
    lists.change(home, bad, due="2026-03-05T00:00:00.000Z")
    side.sync()
    assert not side.store.rejects
    side.same()


OPERATIONS = ("list", "rename", "drop", "add", "add", "add", "edit", "done", "undone", "clear", "delete", "undelete",
              "bad", "sync", "sync", "full", "killed", "halted")  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 7)), max_size=25)


def change(lists: Tasks, what: str, which: int) -> None:
    """Do one thing to the lists."""
    names = list(lists.titles)
    if what == "list" or not names:
        lists.list(f"List {lists.made}")
        return
    name = names[which % len(names)]
    there = list(lists.tasks[name])
    task = there[which % len(there)] if there else ""
    match what:
        case "rename":
            lists.rename(name, f"Name {lists.made} {which}")
        case "drop":
            lists.drop(name)
        case "add":
            lists.add(name, f"Task {lists.made}", **({"parent": task} if task and which % 2 else {}))
        case "clear":
            lists.clear(name)
    if not task or what in ("drop", "rename", "add", "clear"):
        return
    match what:
        case "edit":
            lists.change(name, task, title=f"Edited {which}", due="2026-03-05T00:00:00.000Z")
        case "bad":
            lists.change(name, task, due="soon")
        case "done":
            lists.done(name, task)
        case "undone":
            lists.change(name, task, status="needsAction", hidden=False)
        case "delete" | "undelete":
            lists.change(name, task, deleted=what == "delete")


@settings(max_examples=EXAMPLES or 30, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
@pytest.mark.row("N5", "N8")
def test_reading_in_steps_is_reading_at_once(steps: list[tuple[str, int]]) -> None:
    with closing(FakeGoogle()) as fake:
        lists, side = fake.account().of(Tasks), Side(tasks, handle(fake, "tasks.readonly"))
        side.walk(steps, partial(change, lists))
        assert not fake.violations


@pytest.mark.row("N5", "T3")
def test_every_fault_at_every_call_converges(google: FakeGoogle) -> None:
    made: list[Tasks] = []

    def make() -> Side:
        address = f"p{len(made)}@example.org"
        side = Side(tasks, handle(google, "tasks.readonly", address=address))
        lists = google.account(address).of(Tasks)
        home = lists.list("Home")
        for number in range(4):
            lists.add(home, f"Task {number}")
        made.append(lists)
        return side

    def act() -> None:
        lists = made[-1]
        lists.delete("list1", "task2")
        lists.done("list1", "task3")
        lists.add(lists.list("Work"), "New")

    assert weather(google, "tasks", make, act) > 30


@pytest.mark.row("N12")
def test_a_grant_revoked_in_the_middle_wants_a_new_one(lists: Tasks, side: Side, google: FakeGoogle) -> None:
    for title in ("Home", "Work"):
        lists.add(lists.list(title), f"{title} task")
    google.fail(401, reason="authError", method="tasks.tasks.list", after=1, then=google.grants.revoke)
    with pytest.raises(GrantError, match="google"):
        side.sync()
    assert list(by_title(side)) == ["Home task"], "what was read before is kept"
    side.handle = handle(google, "tasks.readonly")
    side.sync()
    side.same()
