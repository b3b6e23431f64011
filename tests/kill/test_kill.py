"""kill -9 at any moment of a sync, then a sync: the tables equal those of a sync that nobody disturbed."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator

import pytest

from tests.kill.plays import PLAYS
from tests.kill.theatre import Theatre, theatre
from tests.kill.trouble import TROUBLES
from tests.kill.victim import POINTS

pytestmark = [pytest.mark.kill, pytest.mark.row("T7"), pytest.mark.timeout(600)]
# With STEWARD_EXAMPLES all points and many moments; else those that differ most, so that CI is quick.
EXAMPLES = int(os.environ.get("STEWARD_EXAMPLES", "0"))
ALIKE = {"before extract", "more rows loaded", "told the ledger", "indexed", "cloned"}
LATER = [point for point in POINTS if EXAMPLES or point not in ALIKE]
MOMENTS = EXAMPLES or 1
KILLED = str(-signal.SIGKILL)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with theatre(PLAYS[0], tmp_path_factory.mktemp("kill")) as opened:
        yield opened


@pytest.fixture
def stage(fresh: Theatre) -> Theatre:
    return fresh.changed()


@pytest.mark.parametrize("point", ["first rows loaded", "prepared"])
def test_killed_at_a_point_of_the_first_sync(fresh: Theatre, point: str) -> None:
    home = fresh.copy(f"first {point}", fresh.fresh)
    assert fresh.run(home, point) == KILLED, "it ended before it came to the point"
    fresh.same(home, fresh.expected_first)


def test_the_reference_holds_something_of_everything(stage: Theatre) -> None:
    for name in ("events", "event_instances", "messages", "documents", "commits", "tasks", "contacts", "changes"):
        assert stage.expected[f"build raw.{name}"], name
    sources = {row[0] for name, rows in stage.expected.items() if name.startswith("build raw.") for row in rows}
    assert sources >= {one.name for one in stage.stage.sources()}
    assert stage.expected["published main.rejects"]
    assert stage.expected["search index"]
    assert stage.expected_first != stage.expected


@pytest.mark.parametrize("point", LATER)
def test_killed_at_a_point_of_a_later_sync(stage: Theatre, point: str) -> None:
    home = stage.copy(f"later {point}")
    assert stage.run(home, point) == KILLED, "it ended before it came to the point"
    stage.same(home, stage.expected)


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_killed_at_a_random_moment(stage: Theatre, seed: int) -> None:
    home = stage.copy(f"random {seed}")
    child = stage.begin(home)
    time.sleep(random.Random(seed).uniform(0, stage.seconds))
    os.kill(child, signal.SIGKILL)  # it is not waited for yet: its id is no other's, though it may have ended
    stage.nursery.end(child)
    stage.same(home, stage.expected)


def test_killed_again_and_again(stage: Theatre) -> None:
    home = stage.copy("again")
    for point in ("extracted", "first rows loaded", "loaded", "renamed"):
        stage.run(home, point)
    stage.same(home, stage.expected)


def test_an_older_loader_file_alone_is_not_trusted(stage: Theatre) -> None:
    """The ledger and dlt's own state are newer than the data: what they say of it does not hold."""
    home = stage.copy("older file")
    backup = stage.folder / "older.duckdb"
    shutil.copy2(home.build, backup)
    stage.run(home)
    shutil.copy2(backup, home.build)
    stage.same(home, stage.expected)


def test_a_package_left_for_a_newer_file_is_dropped(stage: Theatre) -> None:
    """A sync is killed with its package unwritten; then an older file is put back, which the package does not fit."""
    home = stage.copy("left over")
    empty = stage.copy("empty", stage.fresh)
    assert stage.run(empty, "extracted") == KILLED
    assert stage.run(home, "extracted") == KILLED
    shutil.copy2(empty.build, home.build)
    # History depends on what was once there; everything else does not.
    stage.same(home, stage.expected, history=False)


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble(stage: Theatre, name: str) -> None:
    TROUBLES[name](stage)
