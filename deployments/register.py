"""prefect.yaml and the owner's own capabilities, made true on the server: each deployment as they say, no other."""

import importlib
from typing import Any

from blocks import engine
from context import store
from context.home import Home
from flows import manifest, owned
from flows.manifest import POOL, Entry

TAG = "steward"
CRASHED = "A run that fell silent has crashed"
SILENCE = 3 * engine.HEARTBEAT  # seconds without a heartbeat


async def register(home: Home) -> list[str]:
    """Bring the server in line with prefect.yaml and the owner's capabilities; return the names of the deployments.

    Schedules are in the owner's zone. What carries Steward's tag and is in neither any more is deleted with its
    schedules. Raises ConfigError for a fault in the file or the profile.
    """
    from prefect.client.orchestration import get_client

    zone = store.load(home).identity.timezone
    async with get_client() as client:
        await _pool(client)
        entries = owned.entries(home)
        wanted = {await _deploy(client, entry, zone) for entry in entries}
        for old in await client.read_deployments():
            if TAG in old.tags and old.id not in wanted:
                await client.delete_deployment(old.id)
        await _automation(client)
    return [entry.name for entry in entries]


async def _pool(client: Any) -> None:
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound
    from prefect.workers.process import ProcessWorker

    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))


async def _deploy(client: Any, entry: Entry, zone: str) -> Any:
    """Make or change one deployment; return its id."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.utilities.callables import parameter_schema

    flow = getattr(importlib.import_module(entry.module), entry.function)
    schedules = [
        DeploymentScheduleCreate(
            schedule=CronSchedule(cron=line.cron, timezone=manifest.zoned(line, zone)), active=True, slug=line.slug
        )
        for line in entry.schedules
    ]
    limit = entry.concurrency_limit
    made = await client.create_deployment(
        flow_id=await client.create_flow_from_name(flow.name),
        name=entry.name,
        entrypoint=entry.entrypoint,
        work_pool_name=entry.work_pool.name,
        parameters=entry.parameters,
        description=entry.description,
        tags=list(entry.tags),
        schedules=schedules,
        parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
        enforce_parameter_schema=True,
        pull_steps=[],
        concurrency_limit=limit.limit if limit else None,
        concurrency_options={"collision_strategy": limit.collision_strategy} if limit else None,
        paused=False,
    )
    slugs = {line.slug for line in entry.schedules}
    for schedule in await client.read_deployment_schedules(made):
        if schedule.slug not in slugs:
            await client.delete_deployment_schedule(made, schedule.id)
    return made


async def _automation(client: Any) -> None:
    """Make a run crashed that has sent no heartbeat: when worker and run die together, nobody else says so.

    The rule is Prefect's own for zombie runs (docs.prefect.io, "Detect zombie flow runs").
    """
    from prefect.automations import AutomationCore, EventTrigger
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState

    ended = ("Completed", "Failed", "Cancelled", "Crashed", "Cancelling", "Paused", "Suspended", "AwaitingRetry")
    beat = "prefect.flow-run.heartbeat"
    rule = AutomationCore(
        name=CRASHED,
        enabled=True,
        trigger=EventTrigger(
            after={beat},
            expect={beat, *(f"prefect.flow-run.{state}" for state in ended)},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture="Proactive",
            threshold=1,
            within=SILENCE,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, name="Crashed", message=f"Silent for {SILENCE} seconds.")],
    )
    if not await client.read_automations_by_name(CRASHED):
        await client.create_automation(rule)
