"""What is said of a connection before anything is read through it."""

from collections.abc import Mapping

import click

from connectors.connections import Connection


def say(made: Connection) -> None:
    """Print what a connection will read."""
    click.echo(f"{made.name} ({made.family}) will read {_counts(made.preview.counts)}{_size(made.preview.size)}.")
    for note in made.preview.notes:
        click.echo(f"  {note}")


def _counts(counts: Mapping[str, int]) -> str:
    said = [f"{number:,} {what[:-1] if number == 1 else what}" for what, number in counts.items()]
    return ", ".join(said) or "nothing yet"


def _size(size: int) -> str:
    if not size:
        return ""
    value, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f" ({value:.0f} {units[0]})" if units[0] == "bytes" else f" ({value:.1f} {units[0]})"
