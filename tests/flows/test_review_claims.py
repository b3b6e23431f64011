"""What the weekly review does not claim: a source that was not read lately may hold what was not seen."""

from pathlib import Path

import pytest

from flows import capability
from flows.review import compose
from flows.shape import Ask
from tests.flows.briefs import text
from tests.flows.world import World, at

CLAIM = "Kestrel: nothing seen"


def told(world: World) -> str:
    return text(capability.run(world.publish().home, compose, Ask()).output)


@pytest.mark.row("P7")
def test_nothing_seen_of_a_project_is_said_where_all_was_read(tmp_path: Path) -> None:
    assert CLAIM in told(World.make(tmp_path / "home"))


@pytest.mark.row("P7", "N12")
@pytest.mark.parametrize("family", ["mail", "calendar", "docs", "repos", "tasks"])
def test_nothing_seen_of_a_project_is_no_claim_on_an_old_source(tmp_path: Path, family: str) -> None:
    world = World.make(tmp_path / "home")
    world.source(family, at("2026-03-20 07:00"))
    assert CLAIM not in told(world)
