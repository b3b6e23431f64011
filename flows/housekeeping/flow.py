"""housekeeping: once a day, deliver what did not get out, and note the scheduled moments that were lost."""

from datetime import UTC, datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from context import store
from context.errors import BusyError
from context.home import Home
from flows import deliver, owned, slots


@task(cache_policy=NO_CACHE)
def missed(home: Home, zone: str) -> dict[str, int]:
    """Write down every scheduled moment that nobody served; return how many of each."""
    now = datetime.now(UTC)
    with Ledger.open(home) as ledger:
        return {
            entry.name: len(slots.missed(ledger, slots.rhythm(entry.name, zone, home), now))
            for entry in owned.entries(home)
            if entry.schedules
        }


@task(cache_policy=NO_CACHE)
def undelivered(home: Home) -> dict[str, int]:
    """Try again what was produced and did not get out; return how each stands now."""
    states = [delivery.state for delivery in deliver.retry(home)]
    return {state: states.count(state) for state in set(states)}


@task(cache_policy=NO_CACHE)
def leftovers(home: Home) -> str:
    """Remove what a killed sync or publish left behind. A sync that is at work does so itself."""
    try:
        with Warehouse(home).writing():
            return "none left"
    except BusyError:
        return "a sync is at work"


@flow(name="housekeeping")
def housekeeping() -> Any:
    """Put things in order. Old runs, logs and generations are removed where they are made; this does the rest."""
    home = Home.open()
    zone = store.load(home).identity.timezone
    with slots.turn(home, "housekeeping", zone) as turn:
        if not turn.serve:
            return turn.state()
        return {"missed": missed(home, zone), "undelivered": undelivered(home), "leftovers": leftovers(home)}
