"""`steward rejects`: the records that could not be read, each kept byte for byte, and trying them again."""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import click

from context.errors import InputError
from context.home import Home

SHOWN = 20  # of the newest records; --all shows the others too
BEGINNING = 1_000  # bytes of a record that `show` prints
SQL = "SELECT source, account, file, reject_key, position, reason, error, sha256, size, path FROM rejects"


@dataclass(frozen=True)
class Rejected:
    """One record in quarantine. `since` is when its bytes were first set aside; None where the kept file is gone."""

    id: str
    source: str
    account: str
    file: str
    position: str
    reason: str
    error: str
    sha256: str
    size: int
    path: str
    since: datetime | None


@click.group("rejects", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, look at and try again what could not be read."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed)


@command.command("list")
@click.option("--source", metavar="NAME", help="Only those of this source.")
@click.option("--reason", metavar="WORDS", help="Only those with this reason.")
@click.option("--all", "whole", is_flag=True, help=f"Show every record, not just the newest {SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listed(source: str | None = None, reason: str | None = None, whole: bool = False, as_json: bool = False) -> None:
    """Count the records by source and reason, and list the newest."""
    home = Home.open()
    if source is not None:
        _known(home, source)
    found = [one for one in rejected(home) if source in (None, one.source) and reason in (None, one.reason)]
    counts = Counter((one.source, one.reason) for one in found)
    if as_json:
        document = {
            "counts": [{"source": name, "reason": why, "records": n} for (name, why), n in sorted(counts.items())],
            "records": [asdict(one) for one in found],
        }
        click.echo(json.dumps(document, indent=2, default=lambda moment: moment.isoformat()))
        return
    if not found:
        click.echo("Nothing is in quarantine." if source is None and reason is None else "There is no such record.")
        return
    _table(("source", "reason", "records"), [(name, why, f"{n:,}") for (name, why), n in counts.most_common()])
    click.echo()
    newest = found if whole else found[:SHOWN]
    columns = ("id", "source", "reason", "size", "file", "position", "error")
    _table(columns, [(o.id, o.source, o.reason, f"{o.size:,}", o.file, o.position, o.error) for o in newest])
    more = f" ({len(found) - len(newest):,} older ones: --all)" if len(newest) < len(found) else ""
    click.echo(f"\nLook at one with `steward rejects show ID`; try them again with `steward rejects retry`{more}.")


@command.command("show")
@click.argument("id_", metavar="ID")
def show(id_: str) -> None:
    """Show the record ID: where it stands, why it could not be read, and how it begins."""
    home = Home.open()
    found = [one for one in rejected(home) if one.id.startswith(id_.lower())]
    if len(found) != 1 or len(id_) < 4:
        said = "several records have" if len(found) > 1 else "no record has"
        raise InputError(f"{said} the id {harmless(id_)}", "run `steward rejects`")
    one, kept = found[0], home.data / found[0].path
    click.echo(f"{one.source}: {harmless(one.file)}")
    told = {
        "position": one.position,
        "reason": one.reason,
        "error": one.error,
        "size": f"{one.size:,} bytes",
        "since": f"{one.since:%Y-%m-%d %H:%M} UTC" if one.since else "unknown",
        "kept in": str(kept) if one.since else f"{kept} (gone)",
    }
    for name, value in told.items():
        click.echo(f"  {name:<9} {harmless(value)}")
    if one.since is None:
        return
    with kept.open("rb") as file:
        raw = file.read(BEGINNING)
    click.echo("It begins:" if one.size > len(raw) else "It is:")
    for line in raw.decode("utf-8", "replace").splitlines():
        click.echo(f"  | {harmless(line)}")


@command.command("retry")
@click.argument("source", required=False)
def retry(source: str | None) -> None:
    """Try the records of SOURCE (or of all) again, as `steward sync --replay` does, and say how many came back."""
    from connectors.load import sync
    from deployments.commands.sync import fail_for

    home = Home.open()
    if source is not None:
        _known(home, source)
    before = [one for one in rejected(home) if source in (None, one.source)]
    names = sorted({one.source for one in before})
    if not names:
        click.echo("Nothing is in quarantine.")
        return
    results = sync(home, names, replay=True)
    left = {one.id for one in rejected(home)}
    back = sum(one.id not in left for one in before)
    still = f"{len(before) - back:,} could still not be read" if back < len(before) else "none is left"
    click.echo(f"{back:,} of {len(before):,} came back; {still}.")
    fail_for(results)


def rejected(home: Home) -> list[Rejected]:
    """Return what the published warehouse has in quarantine, newest first."""
    from blocks.warehouse import Warehouse

    warehouse = Warehouse(home)
    if warehouse.generation() is None:
        return []
    with warehouse.read(owner=False) as con:
        rows = con.execute(SQL).fetchall()
    found = []
    for source, account, file, key, position, reason, error, sha256, size, path in rows:
        digest = hashlib.sha256("\0".join((source, file, key)).encode("utf-8", "surrogatepass")).hexdigest()
        try:
            since = datetime.fromtimestamp((home.data / path).stat().st_mtime, UTC)
        except OSError:
            since = None
        told = (source, account, file, position, reason, error, sha256, size, path)
        found.append(Rejected(digest[:8], *told, since))
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (one.since or oldest, one.id), reverse=True)


def harmless(text: str) -> str:
    """Return text as a terminal may show it: what is not visible (controls, escapes, turned writing) is spelled out."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def _known(home: Home, name: str) -> None:
    from blocks.ledger import Ledger

    with Ledger.open(home) as ledger:
        if ledger.sources.get(name) is None:
            raise InputError(f"there is no source called {harmless(name)}", "run `steward sources`")


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        right = title in ("records", "size")
        wide = title in ("file", "position", "error")
        table.add_column(
            title, no_wrap=True, overflow="ellipsis" if wide else "ignore", justify="right" if right else "left"
        )
    for row in rows:
        table.add_row(*(Text(harmless(value)) for value in row))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)
