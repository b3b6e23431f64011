"""A capability of the owner's own becomes a deployment while all runs, runs from it, and goes with its folder."""

import shutil
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from tests.engine.conftest import Engine

pytestmark = [pytest.mark.engine, pytest.mark.row("P16", "K4")]
EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Tea\nDTSTART:20260325T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"
PROMPT = """---
title: What is on
sections: [{sql: all, heading: Events, line: "{summary}"}]
schedule: "15 6 1 1 *"
zone: Asia/Tokyo
---
"""


def test_it_becomes_a_deployment_and_runs(up: Engine, tmp_path: Path) -> None:
    folder = up.home.capabilities / "what_is_on"
    broken = up.home.capabilities / "half_done"
    calendar = tmp_path / "tea.ics"
    calendar.write_text(EVENT)
    assert up.steward("connect", "ics", str(calendar), "--name", "tea").returncode == 0
    try:
        assert up.steward("sync", "tea").returncode == 0
        for made in (folder, broken):
            made.mkdir()
            (made / "all.sql").write_text("SELECT event_key, summary FROM events")
            (made / "prompt.md").write_text(PROMPT if made == folder else "---\ntitle: x\n---\n")
        done = up.steward("deploy")
        assert done.returncode == 4
        assert "half_done/prompt.md:2: sections: is missing" in done.stderr
        made = up.deployments()["what_is_on"]
        assert made["parameters"] == {"name": "what_is_on", "deliver": ["artifact"]}
        assert [(line["schedule"]["cron"], line["schedule"]["timezone"]) for line in made["schedules"]] == [
            ("15 6 1 1 *", "Asia/Tokyo")
        ]
        assert {"day", "as_of", "dry_run"} <= set(made["parameter_openapi_schema"]["properties"])
        assert "half_done" not in up.deployments()
        up.complete("what_is_on")
        with Ledger.open(up.home) as ledger:
            output = ledger.outputs.latest("what_is_on")
            assert output is not None
            assert [item.channel for item in ledger.deliveries.of(output.run)] == ["artifact"]
        assert "Tea" in (up.home.outputs / output.path).read_text("utf-8")
    finally:
        for gone in (folder, broken):
            shutil.rmtree(gone, ignore_errors=True)
        assert up.steward("deploy").returncode == 0
        assert up.steward("sources", "remove", "--yes", "tea").returncode == 0
    assert "what_is_on" not in up.deployments()
    assert "brief" in up.deployments()
