"""`steward search WORDS`: find rows by their words, each with what cites it."""

import json
import sys
from typing import Any, Literal

import click

from context.home import Home


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--kind", "-k", "kinds", multiple=True, help="Only rows of this view, such as messages; several allowed.")
@click.option("--limit", "-n", default=10, show_default=True, type=click.IntRange(1, 200), help="At most so many.")
@click.option("--newest", is_flag=True, help="Newest first, instead of best first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(words: tuple[str, ...], kinds: tuple[str, ...], limit: int, newest: bool, as_json: bool) -> None:
    """Find WORDS in mail, events, documents, commits, tasks and contacts.

    All words must be in a row; where no row has them all, rows with some of them are shown, and that is said.
    "Words in quotes" stand together, -word must not occur, and word* finds all that begins so.
    """
    from blocks.search import Index

    order: Literal["best", "newest"] = "newest" if newest else "best"
    found = Index(Home.open()).search(_typed(words), kinds or None, limit, order)
    if as_json:
        hits = [_plain(hit) for hit in found]
        click.echo(json.dumps({"loosened": found.loosened, "total": found.total, "hits": hits}, ensure_ascii=False))
        return
    if not found:
        click.echo("Nothing has these words. What is searched is what `steward sync` has read.")
        return
    if found.loosened:
        click.echo("No row has all of these words; these have some:\n")
    _print(found)


def _typed(words: tuple[str, ...]) -> str:
    """Put the shell's arguments together again: one of several that holds a blank was quoted, and is a phrase."""
    if len(words) == 1:
        return words[0]
    return " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)


def _print(found: Any) -> None:
    """One hit: its title, when and where; the text that matches; and what cites it."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for hit in found:
        head = Text(_shown(hit.title) or "(no title)", style="bold", no_wrap=True, overflow="ellipsis")
        when = f"{hit.when:%Y-%m-%d}  " if hit.when else ""
        console.print(Text(when, style="cyan") + head, no_wrap=True, overflow="ellipsis")
        snippet = Text(_shown(hit.snippet))
        for start, end in hit.marks if len(snippet) == len(hit.snippet) else ():
            snippet.stylize("bold yellow", start, end)
        if snippet:
            console.print(Padding(snippet, (0, 0, 0, 4), expand=False))
        console.print(Text(f"    {hit.view} {hit.source} {_shown(hit.key)}", style="dim"), soft_wrap=True)
    more = found.total - len(found)
    if more > 0:
        console.print(Text(f"\n+{more:,} more: `--limit` shows more of them", style="dim"))


def _plain(hit: Any) -> dict[str, Any]:
    when = hit.when.isoformat() if hit.when else None
    names = ("view", "source", "key", "title", "snippet")
    return {**{name: getattr(hit, name) for name in names}, "when": when, "score": round(hit.score, 3)}


def _shown(text: str) -> str:
    """Return foreign text without what could steer a terminal; as long as before, so that the marks fit."""
    return "".join(character if character.isprintable() else " " for character in text)
