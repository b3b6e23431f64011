"""What `steward doctor` checks. Each check is a function that yields findings; none needs the server to run.

A red finding names the command that mends it; a yellow one is worth knowing and stops nothing.
"""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from context.errors import StewardError
from context.home import Home

Light = Literal["green", "yellow", "red"]
ROOM = 1 << 30  # bytes below which a sync may fail half-way: two generations of the warehouse and the loader's own
CATCHING_UP = 300  # seconds after a start in which what was due before it may still wait for its turn
PRIVATE = ("context", "data", "outputs", "prefect", "logs", "run", "secrets")


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and for a red one what mends it."""

    about: str
    light: Light
    said: str
    mend: str | None = None


def check(home: Home) -> Iterator[Finding]:
    """Yield every finding. A check that itself fails is a red finding, not an end."""
    for look in CHECKS:
        try:
            yield from look(home)
        except StewardError as error:
            yield Finding(look.__name__, "red", error.what, error.mend or "run `steward --debug doctor`")
        except Exception as error:  # noqa: BLE001 - one broken check must not hide the others
            yield Finding(
                look.__name__, "red", f"the check failed ({type(error).__name__})", "run `steward --debug doctor`"
            )


def versions(_home: Home) -> Iterator[Finding]:
    """The installed packages are those that were seen to work together: the newest of each do not."""
    from packaging.requirements import Requirement

    wrong = []
    for text in requires("steward") or []:
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            wrong.append(f"{wanted.name} {found} (needs {wanted.specifier})")
    if wrong:
        yield Finding("versions", "red", ", ".join(wrong), "run `uv sync` in Steward's folder")
    else:
        names = ", ".join(f"{name} {version(name)}" for name in ("prefect", "dlt", "duckdb"))
        yield Finding("versions", "green", names)


def folder(home: Home) -> Iterator[Finding]:
    home.check()
    yield Finding("home", "green", str(home.root))


def permissions(home: Home) -> Iterator[Finding]:
    """Nobody but the owner may look into the home."""
    if stat.S_IMODE(home.root.stat().st_mode) & 0o077:
        yield Finding("privacy", "red", "others can look into the home", f"run `chmod 700 {home.root}`")
        return
    open_ = [
        path
        for name in PRIVATE
        for path in (home.root / name).rglob("*")
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077 and not _published(path)
    ]
    if open_:
        said = f"{len(open_)} files or folders are not private, such as {open_[0]}"
        yield Finding("privacy", "red", said, f"run `chmod -R go-rwx {home.root}`")
    else:
        yield Finding("privacy", "green", "the home is its owner's alone")


def _published(path: Path) -> bool:
    """The published warehouse is 0444 by design: nobody writes it, and the home's 0700 keeps others out."""
    return path.name.startswith("warehouse-") and path.suffix == ".duckdb"


def profile(home: Home) -> Iterator[Finding]:
    from context import store
    from context.review import Review

    tree = store.tree(home.context)
    loaded = tree.valid()
    yield Finding("profile", "green", f"{loaded.identity.name or 'no name yet'}, {loaded.identity.timezone}")
    notes = Review(tree, home.now().astimezone(loaded.zone).date()).findings
    if notes:
        yield Finding("profile", "yellow", f"{len(notes)} entries want a look", "run `steward context check`")


def disk(home: Home) -> Iterator[Finding]:
    free = shutil.disk_usage(home.root).free
    said = f"{free / 1e9:.1f} GB free"
    if free < ROOM:
        yield Finding("disk", "red", said, "free some space: a sync needs at least 1 GB")
    else:
        yield Finding("disk", "green", said)


def warehouse(home: Home) -> Iterator[Finding]:
    from blocks.warehouse import Warehouse

    store = Warehouse(home)
    generation = store.generation()
    if generation is None:
        yield Finding("warehouse", "yellow", "nothing was read yet", "run `steward sync`")
        return
    answer = store.query("SELECT count(*) FROM source_health")
    yield Finding("warehouse", "green", f"generation {generation}, {answer.rows[0][0]} sources, the sandbox answers")


def sources(home: Home) -> Iterator[Finding]:
    from blocks.ledger import Ledger
    from flows.sources import ending

    with Ledger.open(home) as ledger:
        rows = ledger.sources.all()
    if not rows:
        yield Finding("sources", "yellow", "nothing is connected", "run `steward connect`")
    for row in rows:
        state, told = row.state_at(home.now()), ending(row, home.now())
        if state in ("failed", "needs_reauth"):
            yield Finding(f"source {row.name}", "red", row.error or state, row.mend or f"run `steward sync {row.name}`")
        elif told:
            yield Finding(f"source {row.name}", "yellow", f"foreseen: {told[0]}", told[1])
        elif state in ("stale", "never"):
            yield Finding(f"source {row.name}", "yellow", f"{state}: not read lately", f"run `steward sync {row.name}`")
    well = sum(row.state_at(home.now()) in ("ok", "backfilling") for row in rows)
    rejects = sum(row.rejects or 0 for row in rows)
    if well:
        yield Finding("sources", "green", f"{well} of {len(rows)} are fresh, {rejects} records in quarantine")


def blocks(home: Home) -> Iterator[Finding]:
    """The blocks that hold the sources' secrets can be loaded. A sync by hand may not need them: a schedule does."""
    from blocks.ledger import Ledger
    from connectors import stored
    from connectors.kinds import KINDS
    from connectors.reach import block_of, renewal

    with Ledger.open(home) as ledger:
        rows = [row for row in ledger.sources.all() if row.kind in KINDS and KINDS[row.kind].secrets]
    wrong = {row.name: stored.fault(home, block_of(row.name, row.settings), KINDS[row.kind].secrets) for row in rows}
    for row in rows:
        if said := wrong[row.name]:
            yield Finding(f"source {row.name}", "red", f"{said}: no schedule can read it", renewal(row))
    if rows and not any(wrong.values()):
        yield Finding("blocks", "green", f"the secrets of all {len(rows)} sources that have any can be loaded")


def running(home: Home) -> Iterator[Finding]:
    from deployments import supervise

    found = supervise.running(home)
    if found is None:
        yield Finding("server", "yellow", "Steward is down: no schedule runs", "run `steward up`")
        return
    if not supervise.answers(home, int(found["port"])):
        yield Finding("server", "red", f"port {found['port']} does not answer", "run `steward down; steward up`")
        return
    gone = [name for name in ("server", "worker") if name not in found["children"]]
    if gone or found["state"] != "ready":
        said = f"{' and '.join(gone) or 'it'} is not ready (logs in {home.logs})"
        yield Finding("server", "red", said, "wait a minute, or run `steward down; steward up`")
    else:
        yield Finding("server", "green", f"http://127.0.0.1:{found['port']}, password kept")


def schedules(home: Home) -> Iterator[Finding]:
    """A schedule that fires leaves its mark in the ledger; /health of a server proves nothing."""
    from datetime import UTC, datetime

    from blocks.ledger import Ledger
    from context import store
    from deployments import supervise
    from flows import slots

    if supervise.running(home) is None:
        return
    now = datetime.now(UTC)
    try:
        up = now.timestamp() - (home.run / "server.json").stat().st_mtime
    except FileNotFoundError:
        up = 0.0
    with Ledger.open(home) as ledger:
        late = slots.overdue(ledger, slots.rhythm("sync", store.load(home).identity.timezone), now)
        last = [row for row in ledger.slots.all("sync") if row.outcome == "done"]
    if late and up < CATCHING_UP:
        said = f"up for {up:.0f} s; the sync of {late[0]:%H:%M} UTC is caught up within {CATCHING_UP // 60} minutes"
        yield Finding("schedules", "green", said)
    elif late:
        said = f"the sync of {late[0]:%H:%M} UTC has not run"
        yield Finding("schedules", "red", said, "run `steward down; steward up`, then `steward doctor --deep`")
    else:
        said = f"the last scheduled sync ran for {last[-1].slot:%a %H:%M} UTC" if last else "none was due yet"
        yield Finding("schedules", "green", said)


def capabilities(home: Home) -> Iterator[Finding]:
    """The owner's own capabilities are well-formed, and their SQL runs."""
    from flows import owned
    from flows.own.compose import faults

    wrong = faults(home)
    for name, error in wrong.items():
        yield Finding(f"capability {name}", "red", error.what, error.mend or "mend it, then run `steward deploy`")
    well = len(owned.names(home)) - len(wrong)
    if well or not wrong:
        yield Finding("capabilities", "green", f"{well} of your own can run")


def model(home: Home) -> Iterator[Finding]:
    from blocks.model import saved

    known = saved.configured(home)
    if known is None:
        yield Finding("model", "green", "no model configured: facts are rendered directly")
    else:
        said = f"{known.get('model')} at {known.get('base_url')}; `steward model test` tries it"
        yield Finding("model", "green", said)


def slack(home: Home) -> Iterator[Finding]:
    from datetime import UTC, datetime, timedelta

    from blocks.ledger import Ledger

    with Ledger.open(home) as ledger:
        open_ = ledger.deliveries.undelivered(datetime.now(UTC) - timedelta(days=1))
    for item in open_:
        said = f"run {item.run} to {item.channel} is {item.state}: {item.error or 'no answer yet'}"
        yield Finding("delivery", "red", said, "run `steward up`: housekeeping tries it again, nightly or from the UI")
    if not open_:
        yield Finding("delivery", "green", "everything produced was delivered")


def quiet(home: Home) -> Iterator[Finding]:
    """No telemetry, and the guards of the server are on."""
    from blocks import engine

    found = engine.environment(home)
    wanted = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
    }
    wrong = [name for name, value in wanted.items() if found.get(name) != value]
    if wrong:
        yield Finding("guards", "red", f"{', '.join(wrong)} are not as they must be", "reinstall Steward")
    else:
        yield Finding("guards", "green", "no telemetry; password, CSRF and CORS guards are on")


CHECKS: tuple[Callable[[Home], Iterator[Finding]], ...] = (
    *(versions, folder, permissions, profile, disk, warehouse, sources, blocks),
    *(running, schedules, capabilities, model, slack, quiet),
)
