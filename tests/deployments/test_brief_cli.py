"""`steward brief` and the brief's flow, as the owner and the Prefect UI start them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.world import World

ROOT = Path(__file__).resolve().parents[2]
FLOW = """
import json, sys
from blocks import engine
from context.home import Home
from context.errors import BusyError, ConfigError
home = Home.open()
with engine.session(home):
    from flows import steps
    from flows.brief.flow import brief
    from flows.deliver import Channel
    from prefect.artifacts import Artifact
    real, calls = steps.capability.gather, []
    def busy_once(*given):
        calls.append(1)
        if len(calls) == 1:
            raise BusyError("locked")
        return real(*given)
    steps.capability.gather = busy_once
    steps.gather.retry_delay_seconds = [0, 0]
    first = brief()
    second = brief()
    dry = brief(dry_run=True)
    def invalid(*given):
        calls.append(2)
        raise ConfigError("invalid")
    steps.capability.gather = invalid
    failed = brief(return_state=True)
    artifact = Artifact.get("brief")
    from blocks.slack import Slack
    from context import store
    profile, asked = store.load(home), [Channel.ARTIFACT]
    unconnected = steps.channels(profile, asked, True)
    Slack(token="xoxb-1", channel="D1").save("slack", overwrite=True)
    channels = [unconnected, steps.channels(profile, asked, False), steps.channels(profile, asked, True)]
print(json.dumps({"runs": [first, second, dry], "calls": calls, "failed": failed.is_failed(), "made": artifact.data,
    "channels": channels, "form": brief.parameters.model_dump()["properties"]}))
"""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World.make(tmp_path / "home")
    monkeypatch.setenv("STEWARD_HOME", str(world.home.root))
    world.event("Stand-up", "2026-03-25 09:30", "2026-03-25 10:00", 3)
    world.mail("t1", "2026-03-22 10:00", "Cut-over date", "Hi Ana, can you confirm by Wednesday?")
    return world.publish()


def steward(*words: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
    """Run the command line; it must end with `code` and never show a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "deployments.cli", *words],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.row("K4", "P14")
def test_the_brief_on_the_terminal_is_plain_when_piped_and_the_same_again(world: World) -> None:
    first, second = steward("brief").stdout, steward("brief").stdout
    assert first == second
    assert "\x1b" not in first
    assert first.startswith("Brief for Wednesday 25 March 2026\n")
    assert "→ Reply to Bo Lind about “Cut-over date”" in first
    assert "no model configured: facts rendered directly" in first
    run = first.rsplit("run ", 1)[1].strip()
    told = steward("why", run, "d1").stdout
    assert "meetings" in told
    assert "the row today" in told


@pytest.mark.row("K4")
def test_another_day_moment_and_zone(world: World) -> None:
    told = steward(
        "brief", "--date", "2026-03-26", "--as-of", "2026-03-25T12:00", "--zone", "Asia/Tokyo", "--dry-run"
    ).stdout
    assert "Brief for Thursday 26 March 2026" in told
    assert "12:00 JST" in told
    assert "-dry" in told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--date", "soon"), "soon is no date"),
        (("--as-of", "later"), "later is no time"),
        (("--zone", "Mars/Base"), "Mars/Base is no time zone"),
        (("--deliver", "fax"), "fax"),
    ],
)
def test_wrong_input_is_one_line(world: World, words: tuple[str, ...], says: str) -> None:
    assert says in steward("brief", *words, code=2).stderr


def test_before_the_first_sync_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.make(tmp_path / "home")
    monkeypatch.setenv("STEWARD_HOME", str(world.home.root))
    assert "run `steward sync`" in steward("brief", code=8).stderr


def test_no_prefect_is_imported_for_a_brief_on_the_terminal(world: World) -> None:
    program = (
        "import sys\nfrom deployments.cli import main\nmain(['brief'])\nassert 'prefect' not in sys.modules, 'prefect'"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.engine
@pytest.mark.row("K4", "D1", "T3")
def test_the_flow_retries_what_may_pass_and_makes_one_artifact(world: World) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FLOW], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    first, second, dry = told["runs"]
    assert first == second
    assert dry == f"{first}-dry"
    assert told["calls"] == [1, 1, 1, 1, 2]  # busy once, then three briefs; what the owner must mend is tried once
    assert told["failed"] is True
    assert "Cut\\-over date" in told["made"]
    assert told["channels"] == [["artifact"], ["artifact"], ["artifact", "slack"]]
    assert list(told["form"]) == ["day", "as_of", "dry_run", "deliver", "zone"]
    assert told["form"]["deliver"]["default"] == ["artifact"]
    assert all("description" in field for field in told["form"].values())
