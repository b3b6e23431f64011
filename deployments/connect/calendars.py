"""Which calendars of a Google account are read: named with the command, or asked for once it is known which there are.

They are remembered by their ids, which stay when a calendar is renamed.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from context.errors import InputError

ALL = "*"  # what a choice is given up with: all of them are read again


def choice(named: Sequence[str], before: Mapping[str, Any] | None, handle: Any) -> dict[str, Any]:
    """Return what is set for a source of calendars alone: `calendars`, ids of the chosen; nothing where all are read.

    `before` is what was set, where it is connected already: a choice stays until another one is made. Raises
    InputError for a calendar that is not there, SourceError where they cannot be listed.
    """
    from connectors.calendar.google import listed

    if ALL in named:
        return {}
    if named:
        return {"calendars": _named(named, listed(handle))}
    if before is not None:
        return dict(before)
    there = listed(handle) if sys.stdin.isatty() else {}
    return _asked(there) if len(there) > 1 else {}


def _named(named: Sequence[str], there: Mapping[str, str]) -> list[str]:
    """Return the ids of calendars that are given by name or id; of several with one name all."""
    for name in named:
        if name not in there and name not in there.values():
            said = ", ".join(there.values()) or "none"
            raise InputError(f"there is no calendar called {name}", f"choose of those that are there: {said}")
    return [id for id, name in there.items() if id in named or name in named]


def _asked(there: Mapping[str, str]) -> dict[str, Any]:
    """Let the owner choose by numbers."""
    for number, name in enumerate(there.values(), 1):
        click.echo(f"  {number}  {name}")

    def chosen(text: str) -> dict[str, Any]:
        words = text.replace(",", " ").split()
        if words == ["all"]:
            return {}
        if not words or not all(word.isdecimal() and 0 < int(word) <= len(there) for word in words):
            raise click.BadParameter(f"numbers from 1 to {len(there)}, with commas, or all")
        return {"calendars": [list(there)[int(word) - 1] for word in dict.fromkeys(words)]}

    found: dict[str, Any] = click.prompt("Which calendars (numbers, with commas)", default="all", value_proc=chosen)
    return found
