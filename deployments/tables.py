"""Printing tables of foreign values: as a table, CSV, JSON or Markdown, harmless to the terminal."""

import csv
import difflib
import json
import re
import shutil
import sys
from collections.abc import Sequence
from typing import Any

import click

from blocks.sandbox import Table
from blocks.warehouse import Documented
from context.errors import InputError

# Control characters (a terminal obeys them), and those that hide or turn text around: bidi, zero-width, tags.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
CELL = 300  # characters of a cell that a table shows; the other formats show all
NUMERIC = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*")


def visible(text: str) -> str:
    """Return text in which what a terminal would obey or hide is written out (`\\x1b`)."""
    return UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def print_table(table: Table, form: str) -> None:
    """Print the rows on standard output. CSV goes out untouched unless a terminal would show it."""
    if form == "json":
        names = _distinct(table.columns)
        rows = [dict(zip(names, row, strict=True)) for row in table.rows]
        # ASCII: JSON's own escapes then also cover what a terminal would obey.
        click.echo(json.dumps(rows, indent=2, ensure_ascii=sys.stdout.isatty()))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        clean = visible if sys.stdout.isatty() else str
        writer.writerows([[clean(_text(value)) for value in row] for row in (table.columns, *table.rows)])
    elif form == "markdown":
        click.echo(_markdown(table.columns, table.rows), nl=False)
    else:
        right = [bool(NUMERIC.fullmatch(kind)) for kind in table.types]
        _rich(table.columns, [[_cell(value) for value in row] for row in table.rows], right)


def print_schema(tables: Sequence[Documented], name: str | None, form: str) -> None:
    """Print the documented schema, or one view of it. Raises InputError where there is no such view."""
    chosen = [table for table in tables if name is None or table.name == name.lower()]
    if not chosen and name is not None:
        near = difflib.get_close_matches(name, [table.name for table in tables], 1)
        raise InputError(f"there is no view {visible(name)}", f"did you mean {near[0]}?" if near else "leave it out")
    if form == "json":
        described = [
            {
                "name": table.name,
                "about": table.comment,
                "columns": [{"name": one.name, "type": one.type, "about": one.comment} for one in table.columns],
            }
            for table in chosen
        ]
        click.echo(json.dumps(described, indent=2, ensure_ascii=sys.stdout.isatty()))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["view", "column", "type", "about"])
        writer.writerows([table.name, one.name, one.type, one.comment] for table in chosen for one in table.columns)
    elif form == "markdown":
        for table in chosen:
            click.echo(f"## {table.name}\n\n{table.comment}\n")
            rows = [[one.name, one.type, one.comment] for one in table.columns]
            click.echo(_markdown(["column", "type", "meaning"], rows))
    else:
        for table in chosen:
            _rich(None, [[table.name, table.comment]], [False, False], fold=True)
            _rich(None, [[f"  {one.name}", one.type, one.comment] for one in table.columns], [False] * 3, fold=True)
            click.echo()


def _rich(
    columns: Sequence[str] | None, rows: Sequence[Sequence[str]], right: Sequence[bool], fold: bool = False
) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    tty = sys.stdout.isatty()
    grid = Grid(
        box=box.SIMPLE_HEAD if columns else None,
        show_header=columns is not None,
        padding=(0, 1),
        pad_edge=False,
        show_edge=False,
    )
    for number, flag in enumerate(right):
        header = Text(visible(columns[number])) if columns else Text()
        last = fold and number == len(right) - 1
        grid.add_column(
            header, justify="right" if flag else "left", no_wrap=not last, overflow="fold" if last else "ellipsis"
        )
    for row in rows:
        grid.add_row(*map(Text, row))
    width = shutil.get_terminal_size().columns if tty else 120 if fold else 100_000
    console = Console(file=sys.stdout, width=width, highlight=False, no_color=not tty)
    with console.capture() as page:
        console.print(grid)
    click.echo("\n".join(line.rstrip() for line in page.get().rstrip("\n").split("\n")))


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    cells = [[visible(_text(value)).replace("\\", "\\\\").replace("|", "\\|") for value in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


def _cell(value: Any) -> str:
    text = "NULL" if value is None else visible(_text(value)[: CELL + 1])
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names with a number where one stands twice: an object holds each once."""
    seen: list[str] = []
    for name in names:
        number = 2
        fresh = name
        while fresh in seen:
            fresh, number = f"{name}_{number}", number + 1
        seen.append(fresh)
    return seen
