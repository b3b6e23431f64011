"""`steward connect KIND WHAT`: make a connection, try it, and say what it will read."""

import sys

import click

from context.errors import InputError
from context.home import Home


@click.command("connect")
@click.argument("kind", required=False)
@click.argument("what", required=False)
@click.option("--name", help="What to call it; by default made from the file's name.")
@click.option("--account", help="Label of the account that it belongs to, such as work or home; by default its name.")
@click.option("--channel", help="Slack: the id of the channel or direct message that outputs go to.")
@click.option("--api", help="Slack: address of its API, where it is not Slack's own.", hidden=True)
@click.option("--include", multiple=True, help="Documents: only what matches this pattern (several allowed).")
@click.option("--exclude", multiple=True, help="Documents: not what matches this pattern (several allowed).")
def command(
    kind: str | None,
    what: str | None,
    name: str | None,
    account: str | None,
    channel: str | None,
    api: str | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
) -> None:
    """Connect a calendar, mail, documents, a repository, tasks or contacts; or Slack, to deliver to.

    WHAT is a file, a folder, or a calendar's secret address; "-" asks for the address, so that it stays out of your
    shell's history. Nothing is read into your home before `steward sync`. Without arguments, the kinds are listed.
    """
    from connectors import connections

    if kind is None:
        _kinds()
        return
    if kind == "slack":
        from deployments.slack import connect

        known = connect(Home.open(), channel, api)
        click.echo(f"Connected to {known}. Try it with `steward brief --deliver slack`.")
        return
    if kind not in connections.words():
        raise InputError(f"there is no kind called {kind}", "run `steward connect` to see them all")
    if what is None:
        raise InputError(f"{kind} needs a file, a folder or an address", f"run `steward connect {kind} PATH`")
    if (include or exclude) and kind != "docs":
        raise InputError("--include and --exclude are for documents", f"run `steward connect {kind} PATH` without them")
    if what == "-":
        what = click.prompt("Address", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    home = Home.open()
    patterns = {"include": list(include), "exclude": list(exclude)}
    made = connections.make(home, kind, what, name, account, patterns)
    click.echo(f"{made.name} ({made.family}) will read {_counts(made.preview.counts)}{_size(made.preview.size)}.")
    for note in made.preview.notes:
        click.echo(f"  {note}")
    connections.save(home, made)
    said = "Connected again" if made.replaces else "Connected"
    click.echo(f"{said} as {made.name}. Read it with `steward sync {made.name}`.")


def _kinds() -> None:
    """List the kinds, with what each takes."""
    from connectors.connections import words

    for word, kinds in words().items():
        takes = ", ".join(kind.about for kind in kinds)
        click.echo(f"  steward connect {word:<8} {takes}")
    click.echo("  steward connect slack    where outputs are delivered (--channel ID)")


def _counts(counts: object) -> str:
    assert hasattr(counts, "items")
    said = [f"{number:,} {what[:-1] if number == 1 else what}" for what, number in counts.items()]
    return ", ".join(said) or "nothing yet"


def _size(size: int) -> str:
    if not size:
        return ""
    value, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f" ({value:.0f} {units[0]})" if units[0] == "bytes" else f" ({value:.1f} {units[0]})"
