"""sync: read what changed in the sources, each as a task of its own, and publish it."""

from datetime import UTC, datetime
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from blocks.ledger import Ledger, SourceRow
from blocks.search import Index
from connectors import load
from connectors.outcome import Result
from context import store
from context.errors import BusyError, SourceError
from context.home import Home
from flows.render.markdown import text
from flows.slots import turn
from flows.sources import next_sync, table, warnings

UNDERSTANDING = 20.0  # seconds of each sync, at most, for what search needs to know by its meaning
PAUSES = [10.0, 60.0]  # seconds before a source is tried again: a network that comes back, a lock that goes


class ReadError(SourceError):
    """A source could not be read."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"{result.name}: {result.error}", result.mend)
        self.passing = result.passing


async def _again(_task: Any, _run: Any, state: State) -> bool:
    """Try again what time may mend: a source that is not reachable, another writer at work. The rest waits for help."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, BusyError) or (isinstance(error, ReadError) and error.passing)


@task(task_run_name="read {name}", retries=len(PAUSES), retry_delay_seconds=PAUSES, retry_condition_fn=_again)
def read(name: str, full: bool, now: datetime, scheduled: bool) -> dict[str, Any]:
    """Read one source into the loader's file and return its counts. A source that fails, fails this task alone."""
    home = Home.open()
    result = load.sync(home, [name], full=full, scheduled=scheduled, publish=False, now=now)[0]
    if result.state == "failed":
        raise ReadError(result)
    return vars(result)


@task(retries=len(PAUSES), retry_delay_seconds=PAUSES, retry_condition_fn=_again)
def publish(now: datetime) -> None:
    """Index and publish what was read."""
    load.sync(Home.open(), [], now=now)


@task
def understand() -> None:
    """Go on making what was read findable by its meaning, newest first. Without an embedding model there is nothing."""
    done = Index(Home.open()).understand(UNDERSTANDING)
    if done:
        get_run_logger().info("%s more texts can be found by their meaning", done)


@flow(name="sync", flow_run_name="sync")
def sync(names: list[str] | None = None, full: bool = False) -> Any:
    """Bring the warehouse up to date.

    Names: which sources to read; all if none is given. Full: forget where reading stopped, and compare everything.
    """
    home = Home.open()
    zone = store.load(home).identity.timezone
    with turn(home, "sync", zone) as given:
        if not given.serve:
            return given.state()
        now = home.now()
        with Ledger.open(home) as ledger:
            chosen = [source.name for source in load.choose(ledger.sources.all(), names)]
        states = {name: read(name, full, now, names is None, return_state=True) for name in chosen}
        publish(now)
        understand(return_state=True)  # a cache: what it lacks, search finds by its words
        return _outcome(home, states, zone)


def _outcome(home: Home, states: dict[str, State[Any]], zone: str) -> State[Any]:
    """Show the sources as a table, and say how many of them failed: all of them is a failed run."""
    with Ledger.open(home) as ledger:
        rows = [row for row in ledger.sources.all() if row.name in states]
    if rows:
        shown = _shown(rows, home.now(), next_sync(datetime.now(UTC), zone), zone)
        create_table_artifact(shown, key="sync", description="The sources, and what the last sync read of each.")
    failed = sorted(name for name, state in states.items() if not state.is_completed())
    said = f"{len(states) - len(failed)} read" + (f", {len(failed)} failed: {', '.join(failed)}" if failed else "")
    return Failed(message=said) if states and len(failed) == len(states) else Completed(message=said)


def _shown(rows: list[SourceRow], now: datetime, due: datetime | None, zone: str) -> list[dict[str, str | int]]:
    """Return the rows of the artifact: the columns of `steward status`, what this sync brought, and what is wrong.

    The UI draws a cell as Markdown: an account's label and an error may hold anything, and are made plain text.
    """
    wrong = {row.name: "; ".join(warnings([row], now)) for row in rows}
    brought = {
        row.name: {"in": row.rows_in or 0, "changed": row.rows_changed or 0, "deleted": row.rows_deleted or 0}
        for row in rows
    }
    return [
        {**line, "account": text(str(line["account"])), **brought[name], "note": text(wrong[name])}
        for line in table(rows, now, due, zone)
        for name in [str(line["source"])]
    ]
