"""The watch, once a minute beside the worker: a scheduled moment that nobody served is served once, or written down.

Prefect makes runs for the future only: what fell due while its server was off has none. And a run that died keeps its
moment claimed. So the schedule of record is prefect.yaml, the owner's own capabilities and the ledger; Prefect is told
what is missing.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from blocks.ledger import Ledger
from context import store
from context.errors import ConfigError, StewardError
from context.home import Home
from flows import owned, slots

EVERY = 60.0  # seconds; the first look comes after one, so that Prefect's own late runs go first
BACK = timedelta(days=1)  # how far before the last look a moment may still turn out to be lost


async def watch(home: Home) -> None:
    """Look once a minute, until cancelled. A look that fails is told to the log, and the next one goes on."""
    import httpx
    from prefect.exceptions import PrefectException

    zone, since = store.load(home).identity.timezone, None
    while True:
        await asyncio.sleep(EVERY)
        now = datetime.now(UTC)
        try:
            zone = await _settled(home, zone)
            await look(home, zone, now, since)
            since = now - BACK
        except (StewardError, PrefectException, httpx.HTTPError) as error:
            print(f"watch: {type(error).__name__}: {error}", flush=True)  # noqa: T201 - the worker's log


async def _settled(home: Home, zone: str) -> str:
    """Return the profile's zone; where it moved, move the schedules. An invalid profile leaves them as they are."""
    from deployments.register import register

    try:
        found = store.load(home).identity.timezone
    except ConfigError:
        return zone
    if found != zone:
        await register(home)
    return found


async def look(home: Home, zone: str, now: datetime, since: datetime | None = None) -> list[str]:
    """Write down what was lost since `since`, and start what is overdue; return the deployments that were started."""
    from prefect.client.orchestration import get_client

    started = []
    with Ledger.open(home) as ledger:
        async with get_client() as client:
            for entry in owned.entries(home):
                rhythm = slots.rhythm(entry.name, zone, home)
                slots.missed(ledger, rhythm, now, since)
                behind = slots.overdue(ledger, rhythm, now)
                free = behind and await _free(client, ledger, entry.name, *behind)
                if behind and free and await _start(client, entry.name, *behind):
                    started.append(entry.name)
    return started


async def _free(client: Any, ledger: Ledger, name: str, slot: datetime, holder: str | None) -> bool:
    """Tell whether nobody will serve the slot any more: nobody claimed it, or the run that did has died.

    A run is stood in for once. Where the owner cancelled it, or its stand-in died too, that is how the slot ended.
    """
    from prefect.exceptions import ObjectNotFound

    if holder is None:
        return True
    try:
        run = await client.read_flow_run(holder)
    except ObjectNotFound:
        return True
    if run.state is None or not run.state.is_final():
        return False
    now = datetime.now(UTC)
    if run.state.is_cancelled():
        ledger.slots.finish(name, slot, "skipped", "cancelled", now)
    elif slots.CATCH_UP in run.tags:
        ledger.slots.finish(name, slot, "failed", "the run died, and so did the one that stood in for it", now)
    else:
        return True
    return False


async def _start(client: Any, name: str, slot: datetime, holder: str | None) -> bool:
    """Start a run for `slot`; False where one was started already: one for each slot and dead holder, by its key."""
    from prefect.states import Scheduled

    deployments = [found for found in await client.read_deployments() if found.name == name]
    if not deployments:
        return False
    asked = datetime.now(UTC)
    run = await client.create_flow_run_from_deployment(
        deployments[0].id,
        state=Scheduled(scheduled_time=slot),
        tags=[slots.CATCH_UP, *([f"{slots.AFTER}{holder}"] if holder else [])],
        idempotency_key=f"{name} {slot.isoformat()} {holder or ''}",
    )
    return bool(run.created >= asked)
