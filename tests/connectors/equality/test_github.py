"""GitHub: whatever happens there, readings at random points end with the rows of one reading of the end."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from blocks.ledger import Ledger
from connectors import load, reach, web
from connectors.repos import github
from context.errors import StewardError
from context.home import Home
from tests.connectors.equality.few import few
from tests.connectors.store import Store
from tests.servers.github import FakeHub
from tests.servers.github_http import serving, small

pytestmark = pytest.mark.row("N4", "N8")
PEOPLE = ("octocat", "ada", "grace")
WEEK = 8 * 86400
VANISH = 2  # the last of the changes below, which no list tells of before it is read whole


def _open(world: FakeHub, pick: Callable[[int], int]) -> None:
    repo = list(world.repos.values())[pick(len(world.repos))]
    world.open(repo, f"Title {world.ids}", pull=bool(pick(2)), author=PEOPLE[pick(3)])


def _changed(world: FakeHub, pick: Callable[[int], int], lasting: bool = False) -> None:
    repo = list(world.repos.values())[pick(len(world.repos))]
    if not repo.issues:
        return
    issue = list(repo.issues.values())[pick(len(repo.issues))]
    who = PEOPLE[pick(3)]
    changes: list[Callable[[], Any]] = [
        lambda: world.change(issue, title=f"{issue['title']}!", body="Text"),
        lambda: world.change(issue, labels=[*issue["labels"], "late"][-2:]),
        lambda: world.change(issue, assignees=[] if issue["assignees"] else [who]),
        lambda: world.change(issue, mentioned=[who], comments=issue["comments"] + 1),
        lambda: world.change(issue, requested=[who] if issue["pull"] else []),
        lambda: world.close(issue, merged=issue["pull"] and bool(pick(2))),
        lambda: world.change(issue, state="open", closed_at=None, merged_at=None),
        lambda: world.review(issue, who) if issue["pull"] else None,
        lambda: world.change(issue, reviews=issue["reviews"][1:]),
        lambda: repo.issues.pop(issue["number"]),
        lambda: world.transfer(issue, repo, list(world.repos.values())[-1]),
    ]
    changes[pick(len(changes) - (VANISH if lasting else 0))]()


def _notified(world: FakeHub, pick: Callable[[int], int]) -> None:
    threads = list(world.notifications.values())
    what = pick(3)
    if what == 0 or not threads:
        world.notify(next(iter(world.repos.values())), f"News {world.ids}", 1)
    elif what == 1:
        threads[pick(len(threads))].update(unread=False, last_read_at=world.stamp())
    else:
        del world.notifications[threads[pick(len(threads))]["id"]]


def _renamed(world: FakeHub, pick: Callable[[int], int]) -> None:
    repo = world.repo("harbour/docs") if any(one.name == "harbour/docs" for one in world.repos.values()) else None
    if repo is not None:
        world.rename(repo, f"harbour/papers-{world.identifier()}")


HAPPENS = (*[_changed] * 6, *[_open] * 3, *[_notified] * 2, _renamed)
FAULTS = ("", "", "", "primary", "429-soon", "500", "cut", "html", "reset", "404")


def handle(world: FakeHub, repos: list[str] | None) -> Any:
    return SimpleNamespace(
        token=SecretStr(world.token), login=world.login, api=world.base, repos=repos, account="account"
    )


def happenings(world: FakeHub, data: st.DataObject, lasting: bool = False) -> Iterator[int]:
    """Let things happen; yield the seconds until a reading, at random points."""
    pick = lambda count: data.draw(st.integers(0, count - 1))  # noqa: E731
    for _ in range(data.draw(st.integers(1, 14))):
        happens = HAPPENS[pick(len(HAPPENS))]
        if happens is _changed:
            _changed(world, pick, lasting)
        else:
            happens(world, pick)
        world.tick(pick(3))  # often within the same second
        if pick(3) == 0:
            yield (0, 1, 90, 4000, WEEK)[pick(5)]


@few(40)
@given(st.data(), st.booleans(), st.booleans())
def test_readings_at_random_points_equal_one_of_the_end(data: st.DataObject, chosen: bool, lasting: bool) -> None:
    """`lasting`: of chosen repositories nothing is deleted, and then no list has to be read whole to see it all."""
    lasting &= chosen
    with serving(small(FakeHub())) as world, patch.object(web.time, "sleep"):
        mine = handle(world, ["harbour/docs", "harbour/kestrel"] if chosen else None)
        store = Store(github.TABLES)
        for seconds in happenings(world, data, lasting):
            world.faults[:] = [data.draw(st.sampled_from(FAULTS)) for _ in range(3)]
            with suppress(StewardError):
                store.sync(github, mine, world.now)
            world.tick(seconds)
        world.faults.clear()
        world.tick(4000 if lasting else WEEK)  # after a week all lists are read whole: deletions show
        store.sync(github, mine, world.now)
        whole = Store(github.TABLES)
        whole.sync(github, mine, world.now)
        assert store.differences(whole) == {}
        again = store.sync(github, mine, world.now, full=True)
        assert again == len(whole.rows("issues") + whole.rows("reviews") + whole.rows("notifications"))
        assert store.differences(whole) == {}


@few(2)
@given(st.data())
def test_so_it_is_through_the_loader(home_of: Callable[[], Home], data: st.DataObject) -> None:
    with serving(small(FakeHub())) as world, patch.object(reach, "handle_of") as found:
        one, other = home_of(), home_of()
        found.return_value = handle(world, ["harbour/docs", "harbour/kestrel"])
        for home in (one, other):
            _connect(home, world)
        for seconds in happenings(world, data):
            [result] = load.sync(one, now=world.now, publish=False)
            assert result.state != "failed", result.error
            world.tick(seconds)
        world.tick(WEEK)
        for home in (one, other):
            [result] = load.sync(home, now=world.now, publish=False)
            assert result.state != "failed", result.error
        assert rows(one) == rows(other)
        lying = [path for path in one.root.rglob("*") if path.is_file() and world.token.encode() in path.read_bytes()]
        assert lying == [], "the token lies open"


def _connect(home: Home, world: FakeHub) -> None:
    settings = {"api": world.base, "login": world.login, "repos": ["harbour/docs", "harbour/kestrel"]}
    with Ledger.open(home) as ledger:
        ledger.sources.connect("github", "github", "repos", "account", settings)


def rows(home: Home) -> dict[str, list[Any]]:
    import duckdb

    with duckdb.connect(home.build, read_only=True) as con:
        return {
            table.name: con.execute(
                f"SELECT * EXCLUDE (_dlt_load_id, _dlt_id) FROM raw.{table.name} ORDER BY source, file, key"
            ).fetchall()
            for table in github.TABLES
        }
