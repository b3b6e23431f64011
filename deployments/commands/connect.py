"""`steward connect KIND …`: make a connection, try it, and say what it will read."""

import importlib
import sys
from typing import Any

import click

from context.errors import InputError
from context.home import Home

DELIVERY = {"slack": "where outputs are delivered"}


class Kinds(click.Group):
    """One command a kind. What takes a path or a secret address is asked alike; a server's kind has its own module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from connectors.connections import words

        return [*words(), *DELIVERY]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return the command of a kind. Raises InputError where there is no such kind."""
        from connectors.connections import words

        kinds = words().get(cmd_name, [])
        if cmd_name in DELIVERY or any(kind.takes == "server" for kind in kinds):
            command: click.Command = importlib.import_module(f"deployments.connect.{cmd_name}").command
            return command
        if not kinds:
            raise InputError(f"there is no kind called {cmd_name}", "run `steward connect` to see them all")
        return _simple(cmd_name, ", ".join(kind.about for kind in kinds))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Kinds"):
            formatter.write_dl(_abouts())


@click.command("connect", cls=Kinds, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Connect a calendar, mail, documents, a repository, tasks or contacts; or Slack, to deliver to.

    Nothing is read into your home before `steward sync`. Without arguments, the kinds are listed.
    """
    if ctx.invoked_subcommand is None:
        for word, about in _abouts():
            click.echo(f"  steward connect {word:<8} {about}")


def _abouts() -> list[tuple[str, str]]:
    from connectors.connections import words

    said = [(word, ", ".join(kind.about for kind in kinds)) for word, kinds in words().items()]
    return [*said, *DELIVERY.items()]


def _simple(word: str, about: str) -> click.Command:
    """Return the command of a kind that takes a path or a secret address."""

    @click.command(word, help=f"Connect {about}.\n\n" + _TAKES)
    @click.argument("what", required=False)
    @click.option("--name", help="What to call it; by default made from the file's name.")
    @click.option("--account", help="Label of the account that it belongs to, such as work or home.")
    @click.option("--include", multiple=True, help="Documents: only what matches this pattern (several allowed).")
    @click.option("--exclude", multiple=True, help="Documents: not what matches this pattern (several allowed).")
    def connect(what: str | None, **options: Any) -> None:
        _connect(word, what, **options)

    return connect


_TAKES = """WHAT is a file, a folder, or a calendar's secret address; "-" asks for the address, so that it stays out of
your shell's history."""


def _connect(
    word: str,
    what: str | None,
    name: str | None,
    account: str | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
) -> None:
    from connectors import connections
    from deployments.connect.say import say

    if what is None:
        raise InputError(f"{word} needs a file, a folder or an address", f"run `steward connect {word} PATH`")
    if (include or exclude) and word != "docs":
        raise InputError("--include and --exclude are for documents", f"run `steward connect {word} PATH` without them")
    if what == "-":
        what = click.prompt("Address", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    home = Home.open()
    patterns = {"include": list(include), "exclude": list(exclude)}
    made = connections.make(home, word, what, name, account, patterns)
    say(made)
    connections.save(home, made)
    said = "Connected again" if made.replaces else "Connected"
    click.echo(f"{said} as {made.name}. Read it with `steward sync {made.name}`.")
