"""prefect.yaml: Prefect passes over what it does not know in it, so that a slip would go unseen. Here it does not."""

import inspect
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from context.errors import ConfigError, InputError
from flows import manifest, slots
from flows.manifest import ZONE, Entry

ENTRIES = manifest.entries()
# Everything that Steward does by itself. `owner` is the owner's zone.
GRAPH = {
    "sync": ("flows.sync.flow.sync", {"quarter-hourly": ("*/15 * * * *", "owner")}),
    "brief": ("flows.brief.flow.brief", {"weekday-mornings": ("0 7 * * 1-5", "owner")}),
    "triage": ("flows.triage.flow.triage", {}),
    "plan": ("flows.plan.flow.plan", {}),
    "digest": ("flows.digest.flow.digest", {"monday-mornings": ("15 7 * * 1", "owner")}),
    "commitments": ("flows.commitments.flow.commitments", {"monday-mornings": ("30 7 * * 1", "owner")}),
    "review": ("flows.review.flow.review", {"friday-afternoons": ("30 15 * * 5", "owner")}),
    "prep": ("flows.prep.flow.prep", {"working-hours": ("5-59/15 6-19 * * 1-5", "owner")}),
    "drafts": ("flows.drafts.flow.drafts", {}),
    "ask": ("flows.ask.flow.ask", {}),
    "people": ("flows.people.flow.people", {"weekly": ("30 7 * * 1", "owner")}),
    "learn": ("flows.learn.flow.learn", {}),
    "housekeeping": ("flows.housekeeping.flow.housekeeping", {"nightly": ("40 3 * * *", "owner")}),
}

VALID: dict[str, Any] = {
    "name": "sync",
    "entrypoint": "flows.sync.flow.sync",
    "description": "Read.",
    "tags": ["steward"],
    "work_pool": {"name": "steward"},
    "pull": [],
    "parameters": {},
    "schedules": [{"slug": "daily", "cron": "0 6 * * *", "timezone": "Europe/Berlin"}],
}


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    from ruamel.yaml import YAML

    file = folder / "prefect.yaml"
    with file.open("w", encoding="utf-8") as stream:
        YAML().dump({"name": "steward", "deployments": list(entries)}, stream)
    return file


@pytest.mark.row("K1")
def test_the_graph_is_the_one_we_mean() -> None:
    zones = {ZONE: "owner"}
    found = {
        entry.name: (
            entry.entrypoint,
            {line.slug: (line.cron, zones.get(line.timezone, line.timezone)) for line in entry.schedules},
        )
        for entry in ENTRIES
    }
    assert found == GRAPH


@pytest.mark.row("K1", "K4")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_deployment_loads_and_can_run(entry: Entry) -> None:
    from prefect.flows import Flow, load_flow_from_entrypoint
    from prefect.utilities.importtools import to_qualified_name

    flow = load_flow_from_entrypoint(entry.entrypoint, use_placeholder_flow=False)
    assert isinstance(flow, Flow)
    assert to_qualified_name(flow.fn) == entry.entrypoint, "a second copy of every class would be loaded"
    assert flow.name == entry.name, "one word: folder, flow, deployment, command"
    bound = inspect.signature(flow.fn).bind(**entry.parameters)
    flow.validate_parameters(bound.arguments)


@pytest.mark.row("K1")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_a_schedule_is_one_for_prefect_too(entry: Entry, zone: str) -> None:
    from prefect.client.schemas.schedules import CronSchedule

    assert len({line.slug for line in entry.schedules}) == len(entry.schedules)
    for line in entry.schedules:
        made = CronSchedule(cron=line.cron, timezone=manifest.zoned(line, zone))
        assert ZoneInfo(str(made.timezone)).key == zone
    if entry.schedules:
        assert slots.rhythm(entry.name, zone).useful, "what has a schedule says how long a late run is of use"


def test_prefect_knows_every_key() -> None:
    """Ours is a part of what Prefect's own tool reads from the same file."""
    from prefect.cli.deploy._models import DeploymentConfig, RawScheduleConfig

    assert set(Entry.model_fields) <= set(DeploymentConfig.model_fields)
    for entry in ENTRIES:
        for line in entry.schedules:
            RawScheduleConfig.model_validate(line.model_dump())


def test_nothing_is_pulled_and_no_parameter_is_secret() -> None:
    for entry in ENTRIES:
        assert entry.pull == ()
        assert "{{" not in str(entry.parameters), "Prefect keeps a filled-in secret in clear"


def test_the_valid_file_is_read(tmp_path: Path) -> None:
    (entry,) = manifest.read(written(tmp_path, VALID))
    assert (entry.module, entry.function) == ("flows.sync.flow", "sync")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shedules": []}, "shedules"),
        ({"entrypoint": "flows/sync/flow.py:sync"}, "entrypoint"),
        ({"pull": [{"prefect.deployments.steps.git_clone": {}}]}, "pull"),
        ({"work_pool": {"name": "steward", "job_variables": {"env": {}}}}, "job_variables"),
        ({"concurrency_limit": {"limit": 0, "collision_strategy": "ENQUEUE"}}, "concurrency_limit.limit"),
        ({"schedules": [{"cron": "0 6 * * *", "timezone": "UTC"}]}, "schedules.0.slug"),
        ({"schedules": [{"slug": "x", "cron": "0 6 * * *"}]}, "schedules.0.timezone"),
        ({"schedules": [{"slug": "x", "cron": "61 6 * * *", "timezone": "UTC"}]}, "schedules.0.cron"),
        ({"schedules": [{"slug": "x", "cron": "0 6 * * * *", "timezone": "UTC"}]}, "schedules.0.cron"),
    ],
)
def test_a_slip_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        manifest.read(written(tmp_path, {**VALID, **change}))
    assert said in refused.value.what
    assert str(tmp_path / "prefect.yaml") in (refused.value.mend or "")


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="twice"):
        manifest.read(written(tmp_path, VALID, VALID))


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prefect.yaml").write_text("deployments: [")
    with pytest.raises(ConfigError, match="cannot be read"):
        manifest.read(tmp_path / "prefect.yaml")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ConfigError, match="IANA"):
        manifest.zoned(ENTRIES[0].schedules[0], zone)


def test_an_unknown_deployment_is_named() -> None:
    with pytest.raises(InputError, match="no deployment called bief") as refused:
        manifest.entry("bief")
    assert "brief" in (refused.value.mend or "")
