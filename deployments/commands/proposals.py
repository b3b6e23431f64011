"""`steward proposals`: decide what becomes part of your profile."""

from datetime import date
from typing import Any

import click

from context.errors import InputError
from context.home import Home


@click.group("proposals", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show, accept, edit or reject what `steward learn` proposed. N is the beginning of a proposal's id."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that you decided.")
def listed(everything: bool = False) -> None:
    """List the proposals that wait for you, each with its evidence."""
    from context import proposals

    found = [item for item in proposals.read(Home.open()) if everything or item.state == "open"]
    for item in found:
        state = "" if item.state == "open" else f"  [{item.state} {item.decided}]"
        click.echo(f"{item.id}  {item.seen.line}  ({item.evidence}){state}")
    if not found:
        click.echo("Nothing waits for you. `steward learn` looks for more.")


@command.command("show")
@click.argument("n")
def show(n: str) -> None:
    """Print proposal N as it would be written."""
    from context import proposals

    found = proposals.find(proposals.read(Home.open()), n)
    click.secho(f"{found.id}: {found.seen.line}", bold=True)
    click.echo(f"{found.kind}, {found.evidence}, proposed {found.proposed}, {found.state}\n")
    click.echo(written(found.kind, found.entry), nl=False)


@command.command("accept")
@click.argument("n")
@click.option("--replace", is_flag=True, help="Of a voice: put it in the place of the file that is there.")
def accept(n: str, replace: bool) -> None:
    """Write proposal N into your profile, as observed and looked at today."""
    from context import accepting, proposals

    home = Home.open()
    found = proposals.opened(home, n)
    today = _today(home)
    file = accepting.accept(home, found, today, replace)
    proposals.decide(home, found.id, "accepted", today)
    click.echo(f"{found.seen.line} is in {file}.")


@command.command("reject")
@click.argument("n")
def reject(n: str) -> None:
    """Say no to proposal N; it does not come back."""
    from context import proposals

    home = Home.open()
    found = proposals.decide(home, n, "rejected", _today(home))
    click.echo(f"Rejected: {found.seen.line}.")


@command.command("edit")
@click.argument("n")
def edit(n: str) -> None:
    """Change proposal N in your editor before you accept it."""
    from context import proposals
    from deployments import editor

    home = Home.open()
    found = proposals.opened(home, n)
    suffix = "md" if found.kind == "voice" else "yaml"
    before = written(found.kind, found.entry)
    after = editor.retouched(home, f"proposal-{found.id}.{suffix}", before)
    if after == before:
        click.echo("Nothing changed.")
        return
    proposals.edit(home, found.id, _entry(found.kind, after))
    click.echo(f"Changed. `steward proposals accept {found.id}` writes it.")


def written(kind: str, entry: dict[str, Any]) -> str:
    """Return an entry as its owner reads it: a voice is its page, anything else YAML."""
    if kind == "voice":
        return str(entry["text"])
    from io import StringIO

    from context.reading import yaml

    text = StringIO()
    yaml().dump(entry, text)
    return text.getvalue()


def _entry(kind: str, text: str) -> dict[str, Any]:
    """Return the entry that an edited text is. Raises InputError where it is none."""
    if kind == "voice":
        return {"text": text}
    from context.reading import Finding, parse

    found = parse("the proposal", text)
    if isinstance(found, Finding) or not isinstance(found.data, dict) or not found.data:
        said = str(found) if isinstance(found, Finding) else "expected keys and values like name: Ana"
        raise InputError(said, "run `steward proposals edit` again")
    return {str(name): value for name, value in found.data.items()}


def _today(home: Home) -> date:
    from context import store

    return home.now().astimezone(store.load(home).zone).date()
