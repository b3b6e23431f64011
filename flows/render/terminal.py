"""The output as a terminal shows it: one screen, wrapped to its width."""

import io

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.output import Output
from flows.render import words
from flows.render.clean import plain, trusted


def render(output: Output, width: int = 100, color: bool = False) -> str:
    """Return the output for a terminal of `width` columns; with `color`, styled by ANSI codes."""
    page = io.StringIO()
    console = Console(file=page, width=width, force_terminal=color, no_color=not color, highlight=False)
    keep = trusted(output)
    console.print(Text(plain(output.title), style="bold"))
    console.print(Text(f"{words.made(output)} — {words.header(output)}", style="dim"))
    for number, section in enumerate(output.sections):
        console.print()
        console.print(Text(plain(section.title), style="bold cyan"))
        for item in section.lines:
            said = Text(plain(item.text, keep), style="bold" if number == 0 else "")
            for fact in item.facts:
                said.append(f" {fact}", style="not bold dim")
            row = Table.grid(padding=(0, 1))
            row.add_row(Text("  •" if number else "  →", style="cyan"), said)
            console.print(row)
        if section.more:
            console.print(Text(f"    +{section.more} more", style="dim"))
    console.print()
    console.print(Text(words.footer(output), style="dim"))
    return "\n".join(row.rstrip() for row in page.getvalue().splitlines()) + "\n"  # padding is not part of a line
