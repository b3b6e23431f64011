"""The one loader: scan, drain, read, compare, write, index, publish, and say how each source is.

The scan imports nothing heavy: where no source changed and nothing waits to be published, only the ledger is written.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from blocks.ledger import Ledger, SourceRow
from connectors import kinds
from connectors.outcome import Manner, Progress, Result, Task, failed, quiet, result
from connectors.publish import Note
from context.errors import InputError, SourceError
from context.home import Home

REFUSED = timedelta(days=1)


def sync(
    home: Home,
    names: Iterable[str] | None = None,
    *,
    full: bool = False,
    replay: bool = False,
    scheduled: bool = False,
    publish: bool = True,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> list[Result]:
    """Bring the warehouse up to date with the named sources (all by default); return how each fared, in name order.

    `full` forgets where reading stopped: everything is read again and compared. `replay` does so for the files that
    records in quarantine came from: what this Steward can read is loaded and leaves quarantine. Without `publish` what
    is loaded waits for a later call; with no names at all (`[]`) only that is done. A source that fails costs only
    itself; where nobody asked for this sync (`scheduled`), one whose grant is gone is left alone for a day.
    Raises InputError for an unknown name, BusyError while another sync writes, StorageError where the disk is full.
    """
    tell, now = progress or quiet, now or home.now()
    with Ledger.open(home) as ledger:
        sources = choose(ledger.sources.all(), names)
        note = Note(home)
        zone = note.zone if note.published and note.zone else _zone(home)
        steady = note.trusted and note.zone == zone and not full
        results, tasks = [], []
        for source in sources:
            tell(source.name, "scan", 0)
            if scheduled and _refused(source, now):
                results.append(result(source, "failed", source.error, source.mend))
                continue
            ledger.sources.attempt(source.name, now)
            try:
                task = _scan(home, source, now)
            except Exception as error:  # noqa: BLE001 - whatever a source does, it costs only itself
                results.append(failed(ledger, source, error, now))
                continue
            same = steady and task.fingerprint is not None and task.fingerprint == source.fingerprint
            if same and not (replay and source.rejects):
                results.append(_unchanged(ledger, source, now))
            else:
                tasks.append(task)
        if tasks or (publish and not note.published):
            from connectors.write import write  # pyarrow, duckdb and, where something differs, dlt

            results += write(home, ledger, tasks, Manner(full, publish, zone, now, tell, replay))
    return sorted(results, key=lambda result: result.name)


def _zone(home: Home) -> str:
    from context.store import load

    return load(home).identity.timezone


def choose(sources: Sequence[SourceRow], names: Iterable[str] | None) -> list[SourceRow]:
    """Return the named sources, or all. Raises InputError for a name that none has."""
    if names is None:
        return list(sources)
    wanted = set(names)
    unknown = sorted(wanted - {source.name for source in sources})
    if unknown:
        raise InputError(f"there is no source called {', '.join(unknown)}", "run `steward sources`")
    return [source for source in sources if source.name in wanted]


def _scan(home: Home, source: SourceRow, now: datetime) -> Task:
    from connectors.reach import handle_of

    connector = kinds.connector(source.kind)
    handle = handle_of(home, source)
    try:
        return Task(source, connector, handle, connector.fingerprint(handle, now))
    except OSError as error:
        raise SourceError(f"{source.name} cannot be read: {error.strerror}", "run `steward sources`") from error


def _refused(source: SourceRow, now: datetime) -> bool:
    """Whether a source waits for a new grant. A refused password is not sent every quarter of an hour: providers lock
    accounts for that. Once a day it is, as a provider may be wrong, and whenever the owner asks.
    """
    tried = source.last_attempt_at
    return source.state == "needs_reauth" and tried is not None and timedelta(0) <= now - tried < REFUSED


def _unchanged(ledger: Ledger, source: SourceRow, now: datetime) -> Result:
    rows, rejects = source.rows or 0, source.rejects or 0
    ledger.sources.succeed(source.name, now, rows, 0, 0, 0, rejects, source.fingerprint)
    return result(source, "unchanged")
