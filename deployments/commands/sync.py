"""`steward sync`: read what changed in the sources, and say what that was."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Literal

import click

from context.errors import InputError, SourceError, StewardError
from context.home import Home

if TYPE_CHECKING:
    from connectors.outcome import Progress, Result

UNDERSTANDING = 5.0  # seconds, at most, while somebody waits
STAGES = {"scan": "looking at", "read": "reading", "write": "writing", "index": "indexing", "publish": "publishing"}


@click.command("sync")
@click.argument("names", nargs=-1)
@click.option("--full", is_flag=True, help="Forget where reading stopped: read everything again and compare.")
@click.option("--replay", is_flag=True, help="Try again what is in quarantine, after an upgrade of Steward.")
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], full: bool, replay: bool) -> None:
    """Read what changed in your sources (or in the named ones) and publish it.

    Ends with code 5 if a source failed; the others are read all the same.
    """
    from blocks.ledger import Ledger
    from connectors.load import sync

    home = Home.open()
    if (ctx.obj or {}).get("debug"):
        _verbose()
    with Ledger.open(home) as ledger:
        if not ledger.sources.all():
            raise InputError("nothing is connected yet", "run `steward connect`")
    with _progress() as progress:
        results = sync(home, names or None, full=full, replay=replay, progress=progress)
    _table(results)
    _understand(home)
    fail_for(results)


def _understand(home: Home) -> None:
    """Go on making what was read findable by its meaning. It costs no sync: `steward search --status` tells how far."""
    from blocks.search import Index

    with suppress(StewardError):
        Index(home).understand(UNDERSTANDING)


def fail_for(results: Sequence["Result"]) -> None:
    """Raise SourceError where a source could not be read; each is named."""
    failed = [SourceError(f"{result.name}: {result.error}", result.mend) for result in results if result.error]
    if len(failed) > 1:
        for error in failed:
            click.echo(str(error), err=True)
        raise SourceError(f"{len(failed)} of {len(results)} sources could not be read", "run `steward sources`")
    if failed:
        raise failed[0]


@contextmanager
def _progress() -> Iterator["Progress"]:
    """Show a live line on a terminal; elsewhere print a plain line a stage."""
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("") as status:
            yield _told(lambda line: status.update(line))
    else:
        yield _told(lambda line: click.echo(line, err=True), steps_only=True)


def _told(show: Callable[[str], None], steps_only: bool = False) -> "Progress":
    last: list[tuple[str, str]] = []

    def progress(source: str, stage: Literal["scan", "read", "write", "index", "publish"], rows: int) -> None:
        if steps_only and (stage == "scan" or last[-1:] == [(source, stage)]):
            return
        last.append((source, stage))
        count = f" ({rows:,} rows)" if rows else ""
        show(f"{STAGES[stage]} {source}".rstrip() + count)

    return progress


def _table(results: Sequence["Result"]) -> None:
    """Print the counts, a row a source."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "kind", "state"):
        table.add_column(title, no_wrap=True)
    for title in ("rows", "in", "changed", "deleted", "rejects"):
        table.add_column(title, justify="right", no_wrap=True)
    colours = {"loaded": "green", "unchanged": "dim", "failed": "red"}
    for result in results:
        numbers = (result.rows, result.rows_in, result.changed, result.deleted, result.rejects)
        table.add_row(
            result.name, result.kind, Text(result.state, colours[result.state]), *(f"{number:,}" for number in numbers)
        )
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    console.print(table)


def _verbose() -> None:
    """Show on stderr what the loader says of unforeseen faults, tracebacks included."""
    import logging

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    logging.getLogger("connectors").setLevel(logging.DEBUG)
