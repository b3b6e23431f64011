"""The proof that schedules fire: a deployment due every minute, watched until one of its runs has ended.

A server can look healthy for ever and create no scheduled run at all; only a run that ended is a proof.
"""

import asyncio
import time

from blocks import engine
from context.errors import ServerError
from context.home import Home

PATIENCE = 180.0  # seconds: up to a minute until it is due, the scheduler's loop, and a cold process
NAME = "proof"


def fires(home: Home) -> float:
    """Return how many seconds it took until a run of a one-minute schedule had ended. Raises ServerError."""
    if engine.server(home) is None:
        raise ServerError("Steward is down: no schedule runs", "run `steward up`, then `steward doctor --deep`")
    engine.configure(home)
    return asyncio.run(_fires())


async def _fires() -> float:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterId,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.schedules import CronSchedule

    from flows.manifest import POOL

    began = time.monotonic()
    async with get_client() as client:
        schedule = DeploymentScheduleCreate(schedule=CronSchedule(cron="* * * * *", timezone="UTC"), active=True)
        made = await client.create_deployment(
            flow_id=await client.create_flow_from_name(NAME),
            name=NAME,
            entrypoint="flows.housekeeping.proof.proof",
            work_pool_name=POOL,
            schedules=[schedule],
            pull_steps=[],
        )
        try:
            while time.monotonic() - began < PATIENCE:
                done = FlowRunFilterStateType(any_=[StateType.COMPLETED])
                runs = await client.read_flow_runs(
                    deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[made])),
                    flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=done)),
                )
                if any(run.auto_scheduled for run in runs):
                    return time.monotonic() - began
                await asyncio.sleep(1)
        finally:
            await client.delete_deployment(made)
    raise ServerError("no schedule fired within three minutes", "run `steward down; steward up`, then try again")
