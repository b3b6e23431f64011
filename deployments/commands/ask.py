"""`steward ask "…"`: a question in plain words, answered by a query that is shown."""

import shutil
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from context.errors import InputError
from context.home import Home
from deployments import making
from deployments.printing import printable

if TYPE_CHECKING:
    from rich.console import Console

    from flows.output import Output, Section


@click.command("ask")
@click.argument("question", nargs=-1)
@click.option("--again", is_flag=True, help="Go on from the last question: “and in February?”")
@click.option("--follow", metavar="RUN", help="Go on from the question of that run.")
@click.option("--save", metavar="NAME", help="Keep it as a metric of yours: `steward ask NAME` asks it again.")
@click.option("--list", "listed", is_flag=True, help="List the named metrics, yours first.")
@click.option("--forget", metavar="NAME", help="Remove a metric of yours.")
@click.option("--as-of", metavar="TIME", help="See the world as of this moment, such as 2026-03-25T07:00.")
@click.option("--zone", metavar="AREA/CITY", help="Where you are, if not at home.")
@click.option("--dry-run", is_flag=True, help="Only look: a follow-up does not go on from it.")
@click.option("--no-model", is_flag=True, help="Ask no model, also where one is configured.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole output as JSON.")
def command(question: tuple[str, ...], listed: bool, forget: str | None, as_json: bool, **given: Any) -> None:
    """Ask your own data in plain words, English or German. Every number of the answer is the result of a query.

    \b
    steward ask "How many hours of meetings did I have last week?"
    steward ask --again "and with Tomasz?"
    steward ask "Wie viele ungelesene Mails habe ich?" --save unread-now
    """
    home = Home.open()
    if listed or forget:
        _keep(home, forget)
        return
    if not question:
        raise InputError("no question was asked", 'try `steward ask "What meetings do I have tomorrow?"`')
    output = _answered(home, " ".join(question), **given)
    if as_json:
        click.echo(output.model_dump_json(indent=1))
        return
    _show(output)


def _answered(
    home: Home,
    question: str,
    again: bool,
    follow: str | None,
    save: str | None,
    as_of: str | None,
    zone: str | None,
    dry_run: bool,
    no_model: bool,
) -> "Output":
    from blocks.model import saved

    when = making.when(home, None, as_of, zone)
    endpoint, notes = making.NO_MODEL
    with ExitStack() as stack:
        if not no_model and saved.configured(home) is not None:
            from blocks import engine

            stack.enter_context(engine.session(home))  # before anything imports Prefect
            endpoint, notes = making.model(home)
        from flows import capability
        from flows.ask import follow as following
        from flows.ask import saving
        from flows.ask.compose import Asking
        from flows.shape import Ask

        before = following.last(home, follow) if again or follow else None
        ask = Ask(**when, about=question, dry_run=dry_run, notes=notes)
        output = capability.run(home, Asking(home, before), ask, endpoint=endpoint).output
        if save:
            path = saving.save(home, save, output)
            click.echo(f"Kept as {save} ({path}); ask it again with `steward ask {save}`", err=True)
    return output


def _keep(home: Home, forget: str | None) -> None:
    from flows.ask import metric

    if forget:
        click.echo(f"Removed {metric.forget(home, forget)}")
        return
    for name, each in {**metric.own(home), **metric.shipped()}.items():
        click.echo(f"{name:<18} {each.title}{' (yours)' if each.own else ''}")


def _show(output: "Output") -> None:
    """Print the answer in bold, its rows as a table, the SQL dim, and what cites them."""
    from rich.console import Console
    from rich.text import Text

    from flows.render import words

    tty = sys.stdout.isatty()
    console = Console(width=shutil.get_terminal_size().columns if tty else 120, highlight=False)
    first, *others = output.sections
    if first.title != "Answer":
        console.print(Text(first.title, style="bold cyan"))
    for number, line in enumerate(first.lines):
        said = Text(printable(line.text), style="bold" if number == 0 else "")
        console.print(said.append("".join(f" {fact}" for fact in line.facts), style="not bold dim"))
    for section in others:
        if section.title == "Rows":
            _table(console, section)
        else:
            for line in section.lines:
                console.print(Text(printable(line.text), style="dim"))
    console.print(Text(f"{words.made(output)} — {words.header(output)}", style="dim"))
    console.print(Text(words.footer(output), style="dim"))


def _table(console: "Console", section: "Section") -> None:
    """Print rows as a table of the parts of their lines, each with the fact that `steward why` prints."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for line in section.lines:
        parts = [Text(printable(part), no_wrap=len(part) < 24) for part in line.text.split(" · ")]
        table.add_row(*parts, Text(" ".join(line.facts), style="dim"))
    console.print(table)
    if section.more:
        console.print(Text(f"+{section.more} more", style="dim"))
    console.print()
