"""`steward demo`: the whole product on a bundled fictional quarter, with no account, no key and no network."""

import os
import shlex
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from context.errors import BusyError, ServerError, SourceError, StewardError
from context.home import Home

if TYPE_CHECKING:
    from connectors.demo.quarter import Layout
    from connectors.outcome import Result

Say = Callable[[str], None]
PATIENCE = 60.0  # seconds that a sync of the running server may take
FAMILIES = {
    "calendar": "events and occurrences",
    "mail": "mails",
    "docs": "documents and passages",
    "repos": "commits and branches",
    "tasks": "tasks",
    "people": "contacts",
}


@click.command("demo")
@click.option("--no-server", is_flag=True, help="Do not start the server and its UI.")
@click.option("--port", type=click.IntRange(1024, 65535), help="Port of the UI on 127.0.0.1 (by default 4200).")
@click.pass_context
def command(ctx: click.Context, no_server: bool, port: int | None) -> None:
    """Lay a fictional quarter down, read it, print the brief of its morning, and start the server.

    It has a home of its own (STEWARD_HOME) and refuses to touch a real one. Doing it again changes nothing.
    """
    from connectors.demo.install import install, refuse_real

    home = Home.find()
    refuse_real(home)
    address: str | None = None
    fault: StewardError | None = None  # told last: neither the server nor one source may cost the brief
    with _steps() as say:
        say("laying the quarter down")
        layout = install(home)
        if not no_server:
            say("starting the server")
            try:
                address = _serve(home, port)
            except ServerError as error:
                fault = error
        say("connecting its sources")
        connect(home, layout)
        results = _read(home, say)
    fault = next((SourceError(f"{one.name}: {one.error}", one.mend) for one in results if one.error), fault)
    click.echo(f"A fictional quarter in {home.root}: {_total(results)}.\n")
    _brief(ctx, deliver=address is not None)
    click.echo()
    _next(home, address)
    if fault is not None:
        raise fault


def connect(home: Home, layout: "Layout") -> None:
    """Make the connections that are not yet made. All are saved in one session: Prefect starts once, not per source."""
    from blocks.ledger import Ledger

    with Ledger.open(home) as ledger:
        known = {source.name: source.settings.get("path") for source in ledger.sources.all()}
    missing = [one for one in layout.connections if known.get(one.name) != str(layout.root / one.path)]
    if missing:
        from connectors import connections

        made = [
            connections.make(home, one.kind, str(layout.root / one.path), one.name, one.account, {}) for one in missing
        ]
        connections.save(home, *made)


def _read(home: Home, say: Say) -> "list[Result]":
    """Sync, waiting for one that runs."""
    from connectors.load import sync

    def progress(source: str, stage: str, rows: int) -> None:
        if source and stage == "read":
            say(f"reading {source}")

    until = time.monotonic() + PATIENCE
    while True:
        try:
            return sync(home, progress=progress)
        except BusyError:  # the server's own sync, when the demo is started a second time
            if time.monotonic() > until:
                raise
            say("waiting for a sync that runs")
            time.sleep(0.5)


def _total(results: "Sequence[Result]") -> str:
    """Return what stands in the warehouse, by family: "1,500 mails, …"."""
    totals: Counter[str] = Counter()
    for result in results:
        totals[result.family] += result.rows
    told = [f"{totals[family]:,} {what}" for family, what in FAMILIES.items() if totals[family]]
    state = "nothing new" if all(result.state == "unchanged" for result in results) else "read"
    return f"{', '.join(told)} ({state})"


def _serve(home: Home, port: int | None) -> str:
    """Start what `steward up` starts, unless it runs, and return the address of the UI.

    Raises ServerError where it cannot start, such as on a port that is taken.
    """
    from blocks import engine

    if found := engine.server(home):
        return found.address
    from deployments import up
    from deployments.commands.up import PORT

    return f"http://{engine.HOST}:{up.start(home, port or PORT)['port']}"


def _brief(ctx: click.Context, deliver: bool) -> None:
    from deployments.commands.brief import command as brief

    ctx.invoke(brief, deliver=("artifact",) if deliver else ())


def _next(home: Home, address: str | None) -> None:
    """Print where to look and what to try next."""
    from blocks.ledger import Ledger

    prefix = f"STEWARD_HOME={shlex.quote(str(home.root))} " if "STEWARD_HOME" in os.environ else ""
    steward = f"{prefix}{_program()}"
    if address:
        click.echo(f"Prefect UI:  {address}")
        click.echo(f"Log in with: the password of `{steward} status --password`")
        click.echo(f"Stop it:     {steward} down")
    with Ledger.open(home) as ledger:
        made = ledger.outputs.latest("brief")
    why = [f"why {made.run} d1"] if made else []
    for words in (*why, "search rollback", "sql --schema", "context pack"):
        click.echo(f"Try:         {steward} {words}")


def _program() -> str:
    """Return what to type for `steward`: its name where the shell finds it, else its path from here."""
    if shutil.which("steward"):
        return "steward"
    beside = Path(sys.executable).with_name("steward")
    return shlex.quote(str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside))


@contextmanager
def _steps() -> Iterator[Say]:
    """Show what is being done: a live line on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda line: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda line: status.update(line)
