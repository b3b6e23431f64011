"""kill -9 and other trouble with sources behind servers: nothing is lost and nothing doubled."""

import os
import random
import signal
import time
from collections.abc import Iterator

import pytest

from connectors.kinds import KINDS
from tests.conftest import absent
from tests.kill.plays import LIVE, PLAYS
from tests.kill.stage import Play
from tests.kill.theatre import Theatre, theatre
from tests.kill.trouble import TROUBLES

pytestmark = [pytest.mark.kill, pytest.mark.row("T7"), pytest.mark.timeout(600)]
KILLED = str(-signal.SIGKILL)


def test_every_kind_is_played() -> None:
    assert {kind for play in PLAYS for kind in play.kinds} >= KINDS.keys()


@pytest.fixture(scope="module", params=LIVE, ids=lambda play: play.name)
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    play: Play = request.param
    if missing := play.missing():
        absent(missing)
    with theatre(play, tmp_path_factory.mktemp(play.name)) as opened:
        yield opened


@pytest.fixture
def stage(fresh: Theatre) -> Theatre:
    return fresh.changed()


def test_killed_at_the_first_sync(fresh: Theatre) -> None:
    home = fresh.copy("first", fresh.fresh)
    assert fresh.run(home, "read") == KILLED
    fresh.same(home, fresh.expected_first)


def test_the_reference_holds_rows_of_each_source(stage: Theatre) -> None:
    raw = [row for name, rows in stage.expected.items() if name.startswith("build raw.") for row in rows]
    assert {row[0] for row in raw} == {one.name for one in stage.stage.sources()}
    assert stage.expected["build raw.changes"], "something changed"
    assert stage.expected["published main.rejects"].total() == 0


@pytest.mark.parametrize("point", ["first rows loaded"])
def test_killed_at_a_point_of_a_later_sync(stage: Theatre, point: str) -> None:
    home = stage.copy(f"later {point}")
    assert stage.run(home, point) == KILLED, "it ended before it came to the point"
    stage.same(home, stage.expected)


def test_killed_at_a_random_moment(stage: Theatre) -> None:
    home = stage.copy("random")
    child = stage.begin(home)
    time.sleep(random.Random(7).uniform(0, stage.seconds))
    os.kill(child, signal.SIGKILL)
    stage.nursery.end(child)
    stage.same(home, stage.expected)


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble(stage: Theatre, name: str) -> None:
    TROUBLES[name](stage)
