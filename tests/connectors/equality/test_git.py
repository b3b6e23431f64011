"""A Git repository whose history grows, is amended, rebased, forced and replayed; branches come and go."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.repos import git
from tests.connectors.equality.few import few
from tests.connectors.equality.stand import Stand
from tests.connectors.repos.conftest import Work

pytestmark = pytest.mark.row("N4", "N8")


def happen(work: Work, count: "itertools.count[int]", pick: Callable[[int], int]) -> None:
    """Do one thing that owners do to a repository."""
    branches = [name for name in work("branch", "--format=%(refname:short)").split("\n") if name]
    here = work("branch", "--show-current")
    other = branches[pick(len(branches))]
    number = next(count)
    deeds: list[Callable[[], Any]] = [
        lambda: work.commit(f"Work {number}", f"f{number % 4}", f"{number}\n"),
        lambda: work.commit(f"More {number}", f"f{number % 4}", f"{number}\n"),
        lambda: work("commit", "-q", "--amend", "--allow-empty", "-m", f"Amended {number}"),
        lambda: work("checkout", "-q", "-b", f"b{number}"),
        lambda: work("checkout", "-q", other),
        lambda: work("branch", "-q", "-D", other) if other != here else None,
        lambda: work("merge", "-q", "-s", "ours", "--no-edit", other),
        lambda: work("reset", "-q", "--hard", "HEAD~1") if work("rev-list", "--count", "HEAD") > "2" else None,
        lambda: work("rebase", "-q", "-X", "ours", "--root", env={"GIT_EDITOR": "true"}),
        lambda: work("tag", "-f", f"t{number % 2}"),
        lambda: work("branch", "-q", "-m", f"renamed{number}"),
        lambda: work("reflog", "expire", "--expire=now", "--all"),
        lambda: work("pack-refs", "--all"),
    ]
    deeds[pick(len(deeds))]()
    work.hours += pick(2)  # replayed commits have times of their own, or do not


@few(25)
@given(st.data())
def test_readings_at_random_points_equal_one_of_the_end(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What no ref leads to any more is not in a reading of the end; it stays, marked as such."""
    root = tmp_path_factory.mktemp("git") / "kestrel"
    stand, work, count = Stand(git, root), Work(root), itertools.count()
    work.commit("First", "f0", "0\n")
    for _ in range(data.draw(st.integers(1, 12))):
        happen(work, count, lambda most: data.draw(st.integers(0, most - 1)))
        if data.draw(st.integers(0, 2)) == 0:
            stand.sync()
    stand.sync()
    wanted = stand.whole()
    kept = {place: row for place, row in stand.store.tables["commits"].items() if row["reachable"]}
    left = stand.store.tables["commits"].keys() - kept.keys()
    assert kept == wanted.tables["commits"]
    assert stand.store.tables["branches"] == wanted.tables["branches"]
    assert {row["key"] for row in kept.values()} == set(work("rev-list", "--all").split())
    assert not left & wanted.tables["commits"].keys()
    assert stand.sync() == 0
