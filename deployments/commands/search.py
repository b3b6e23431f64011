"""`steward search WORDS`: find rows by their words, fields and meaning, each with what cites it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import click

from context.errors import InputError
from context.home import Home
from deployments.printing import printable

if TYPE_CHECKING:
    from blocks.search import Found, Index
    from blocks.search.meaning import Tell

WHOLE = 24 * 3600.0  # seconds: `--embed` goes on until all is done
SAID = {"meaning": " ≈", "both": " ≈"}  # marks what was (also) found by its meaning


@click.command("search")
@click.argument("words", nargs=-1)
@click.option("--kind", "-k", "kinds", multiple=True, help="Only rows of this view, such as messages; several allowed.")
@click.option("--limit", "-n", default=10, show_default=True, type=click.IntRange(1, 200), help="At most so many.")
@click.option("--newest", is_flag=True, help="Newest first, instead of best first.")
@click.option("--words", "words_only", is_flag=True, help="By words only, not by meaning.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--status", is_flag=True, help="Show how much can be found by its meaning, and by which model.")
@click.option(
    "--embed", is_flag=True, help="Make everything findable by its meaning now, not bit by bit with each sync."
)
def command(
    words: tuple[str, ...],
    kinds: tuple[str, ...],
    limit: int,
    newest: bool,
    words_only: bool,
    as_json: bool,
    status: bool,
    embed: bool,
) -> None:
    """Find WORDS in mail, events, documents, commits, tasks and contacts.

    "Words in quotes" stand together, word* finds all that begins so, -word must not occur. Fields narrow it down, each
    also with a - before it: from:ana to:me in:inbox subject:offer kind:mail has:attachment after:2026-03-01 before:7d.
    Where an embedding model is installed, rows that say the same in other words are found too, marked ≈.
    """
    from blocks.search import Index

    home = Home.open()
    index = Index(home)
    if embed:
        _embed(index)
    if embed or status:
        _status(index, as_json)
        return
    if not words:
        raise InputError("there is no word to search for", 'try `steward search "invoice 2231"`')
    order: Literal["best", "newest"] = "newest" if newest else "best"
    found = index.search(_typed(words), kinds or None, limit, order, meaning=not words_only)
    doubts = _doubts(home, kinds)
    if as_json:
        told = {"loosened": found.loosened, "total": found.total, "note": found.note, "not_known": doubts}
        click.echo(json.dumps(told | {"hits": [hit.plain() for hit in found]}, ensure_ascii=False))
        return
    _show(found, doubts)


def _show(found: "Found", doubts: list[str]) -> None:
    if not found:
        click.echo("Nothing was found. What is searched is what `steward sync` has read.")
        if doubts:
            click.echo("That is not to say that there is nothing:")
            for line in doubts:
                click.echo(f"  {printable(line)}")
    elif found.loosened:
        click.echo(f"{found.loosely[0].upper()}{found.loosely[1:]}:\n")
    _print(found)
    if found.note:
        click.secho(f"\n{found.note}", fg="yellow")


def _doubts(home: Home, kinds: tuple[str, ...]) -> list[str]:
    """Say which sources were not read lately."""
    from blocks.ledger import Ledger
    from flows.doubts import unfound

    with Ledger.open(home) as ledger:
        return unfound(ledger.sources.all(), kinds, home.now())


def _typed(words: tuple[str, ...]) -> str:
    """Put the shell's arguments together again: one of several that holds a blank was quoted, and is a phrase.

    The shell takes away the quotes of subject:"two words", too.
    """
    if len(words) == 1:
        return words[0]
    return " ".join(_quoted(word) if " " in word and '"' not in word else word for word in words)


def _quoted(word: str) -> str:
    field, colon, value = word.partition(":")
    named = colon and field.removeprefix("-").isalpha() and " " not in field and not value.startswith(" ")
    return f'{field}:"{value}"' if named else f'"{word}"'


def _embed(index: "Index") -> None:
    """Make all vectors, with a line that says how far it is."""
    with _telling() as tell:
        index.understand(WHOLE, tell)


@contextmanager
def _telling() -> Iterator["Tell | None"]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading the model …") as line:
        yield lambda done, texts: line.update(f"{done:,} of {texts:,} texts")


def _status(index: "Index", as_json: bool) -> None:
    told = index.progress()
    if as_json:
        reached = told.reached.isoformat() if told.reached else None
        click.echo(json.dumps({"model": told.model, "texts": told.texts, "done": told.done, "reached": reached}))
        return
    if told.model is None:
        click.echo("Search goes by words only: install the extra `semantic`, or set an embedding model")
        click.echo("(`steward model set … --embedding NAME`), to find also what says the same in other words.")
        return
    share = 100 * told.done // max(1, told.texts)
    click.echo(f"By meaning: {told.done:,} of {told.texts:,} texts ({share} %), with {told.model}")
    if not told.whole:
        since = f" newer than {told.reached:%Y-%m-%d}" if told.reached else ""
        click.echo(
            f"Each sync does some of the rest, newest first (all{since} is done); `steward search --embed`: all."
        )


def _print(found: "Found") -> None:
    """One hit: its title, when and where; the text that matches; and what cites it."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for hit in found:
        head = Text(printable(hit.title) or "(no title)", style="bold", no_wrap=True, overflow="ellipsis")
        when = f"{hit.when:%Y-%m-%d}  " if hit.when else ""
        console.print(Text(when, style="cyan") + head, no_wrap=True, overflow="ellipsis")
        snippet = Text(printable(hit.snippet))
        for start, end in hit.marks if len(snippet) == len(hit.snippet) else ():
            snippet.stylize("bold yellow", start, end)
        if snippet:
            console.print(Padding(snippet, (0, 0, 0, 4), expand=False))
        cited = f"    {hit.view} {hit.source} {printable(hit.key)}{SAID.get(hit.why, '')}"
        console.print(Text(cited, style="dim"), soft_wrap=True)
    more = found.total - len(found)
    if more > 0:
        console.print(Text(f"\n+{more:,} more: `--limit` shows more of them", style="dim"))
