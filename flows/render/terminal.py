"""The output as a terminal shows it: one screen, wrapped to its width."""

import io

from rich.console import Console
from rich.padding import Padding
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
            said = Text("• " if number else "→ ", style="cyan")
            said.append(plain(item.text, keep), style="bold" if number == 0 else "")
            for fact in item.facts:
                said.append(f" {fact}", style="dim")
            console.print(Padding(said, (0, 0, 0, 2)))
        if section.more:
            console.print(Padding(Text(f"+{section.more} more", style="dim"), (0, 0, 0, 4)))
    console.print()
    console.print(Text(words.footer(output), style="dim"))
    return page.getvalue()
