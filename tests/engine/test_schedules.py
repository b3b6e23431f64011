"""Schedules on a real server: they fire, they are those of prefect.yaml, and what the file no longer says is gone."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blocks import engine
from deployments import register
from flows import manifest
from tests.engine.conftest import Engine, wait

pytestmark = [pytest.mark.engine, pytest.mark.row("K1", "K8")]
ROOT = Path(__file__).resolve().parents[2]


def shown(up: Engine) -> dict[str, dict[str, Any]]:
    """Return what the server has of each deployment that carries Steward's tag."""
    return {
        name: {
            "entrypoint": found["entrypoint"],
            "schedules": {
                line["slug"]: (line["schedule"]["cron"], line["schedule"]["timezone"], line["active"])
                for line in found["schedules"]
            },
            "limit": found["global_concurrency_limit"] and found["global_concurrency_limit"]["limit"],
            "pull": found["pull_steps"],
            "pool": found["work_pool_name"],
            "paused": found["paused"],
        }
        for name, found in up.deployments().items()
        if register.TAG in found["tags"]
    }


def wanted(zone: str) -> dict[str, dict[str, Any]]:
    return {
        entry.name: {
            "entrypoint": entry.entrypoint,
            "schedules": {line.slug: (line.cron, zone, True) for line in entry.schedules},
            "limit": entry.concurrency_limit and entry.concurrency_limit.limit,
            "pull": [],
            "pool": manifest.POOL,
            "paused": False,
        }
        for entry in manifest.entries()
    }


def test_the_server_has_what_the_file_says_in_the_owners_zone(up: Engine) -> None:
    assert shown(up) == wanted("Europe/Berlin")


def test_what_the_file_no_longer_says_is_taken_down(up: Engine) -> None:
    """Prefect's own tool leaves a removed schedule running, and a removed deployment, too."""
    found = up.deployments()["brief"]
    stray = {"schedule": {"cron": "* * * * *", "timezone": "UTC"}, "active": True, "slug": "every-minute"}
    up.call("POST", f"/deployments/{found['id']}/schedules", [stray])
    other = {"flow_id": found["flow_id"], "entrypoint": "flows.brief.flow.brief", "work_pool_name": manifest.POOL}
    up.call("POST", "/deployments/", {**other, "name": "gone", "tags": [register.TAG], "schedules": [stray]})
    up.call("POST", "/deployments/", {**other, "name": "the-owners", "tags": ["mine"]})
    assert shown(up) != wanted("Europe/Berlin")
    worker = up.child("worker")
    os.kill(worker, signal.SIGKILL)  # the next one registers, as after every start
    wait("a new worker", lambda: up.replaced("worker", worker))
    assert shown(up) == wanted("Europe/Berlin")
    assert "the-owners" in up.deployments(), "what is not Steward's is left alone"
    assert up.deployments()["brief"]["id"] == found["id"], "its past runs stay with it"


def test_prefects_own_tool_takes_the_file(up: Engine, tmp_path: Path) -> None:
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    environment = {**up.environment, **engine.environment(up.home), "STEWARD_ZONE": "America/New_York"}
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert shown(up) == wanted("America/New_York")
    up.python("import asyncio\nfrom deployments.register import register\nasyncio.run(register(Home.open()))")
    assert shown(up) == wanted("Europe/Berlin")


def test_the_rule_for_silent_runs_is_on(up: Engine) -> None:
    (rule,) = up.call("POST", "/automations/filter", {})
    assert (rule["name"], rule["enabled"]) == (register.CRASHED, True)
    assert rule["trigger"]["within"] == register.SILENCE


@pytest.mark.row("T6")
def test_a_one_minute_schedule_fires(up: Engine) -> None:
    done = up.steward("doctor", "--deep", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    last = json.loads(done.stdout)[-1]
    assert (last["about"], last["light"]) == ("schedule", "green")
    assert "proof" not in up.deployments()
