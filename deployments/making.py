"""What the commands that make an output share: their options, and making, printing and delivering one."""

import shutil
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from context.errors import InputError, StewardError
from context.home import Home

if TYPE_CHECKING:
    from flows.capability import Result
    from flows.shape import Capability

Command = TypeVar("Command", bound=Callable[..., None])
NO_MODEL: tuple[Any, tuple[str, ...]] = (None, ())


def options(function: Command) -> Command:
    """Give a command the options that every capability has; they come as the keywords of `make`."""
    for option in reversed(
        (
            click.option("--date", "day", metavar="YYYY-MM-DD", help="The day it is about (by default today)."),
            click.option("--as-of", metavar="TIME", help="See the world as of this moment, such as 2026-03-25T07:00."),
            click.option("--zone", metavar="AREA/CITY", help="Where you are on that day, if not at home."),
            click.option("--dry-run", is_flag=True, help="Only look: nothing is marked as told, nothing is sent."),
            click.option(
                "--deliver",
                multiple=True,
                type=click.Choice(["artifact", "slack"]),
                help="Also send it there (repeatable).",
            ),
            click.option(
                "--no-model", is_flag=True, help="Render the facts directly, also where a model is configured."
            ),
        )
    ):
        function = option(function)
    return function


def make(
    composer: "str | Capability",
    day: str | None,
    as_of: str | None,
    zone: str | None,
    dry_run: bool,
    deliver: tuple[str, ...],
    no_model: bool,
    about: str | None = None,
) -> "Result":
    """Make one output, print it and say how it was delivered. `composer` is a capability, or the module of one.

    Raises StewardError: words that cannot be read, an invalid profile, nothing published.
    """
    from blocks.model import saved

    home = Home.open()
    ask: dict[str, Any] = {**when(home, day, as_of, zone), "about": about, "dry_run": dry_run}
    with ExitStack() as stack:
        wanted = not no_model and saved.configured(home) is not None
        if wanted or (deliver and not dry_run):
            from blocks import engine

            stack.enter_context(engine.session(home))  # before anything imports Prefect
        endpoint, notes = model(home) if wanted else NO_MODEL
        from flows import capability
        from flows.deliver import Channel
        from flows.shape import Ask

        channels = [Channel(name) for name in deliver]
        made: Any = import_module(composer) if isinstance(composer, str) else composer
        result = capability.run(home, made, Ask(**ask, notes=notes), channels, endpoint)
    show(result, bool(dry_run and deliver))
    return result


def show(result: "Result", unsent: bool = False) -> None:
    """Print an output as a terminal shows it, and on stderr how it was delivered."""
    from flows.render import terminal

    tty = sys.stdout.isatty()
    width = min(shutil.get_terminal_size().columns, 110) if tty else 100
    click.echo(terminal.render(result.output, width, color=tty), nl=False)
    if unsent:
        click.echo("A dry run: nothing was sent.", err=True)
    for item in result.deliveries:
        said = f" ({item.error})" if item.error else ""
        click.echo(f"{item.channel}: {item.state}{said}", err=True)


def model(home: Home) -> tuple[Any, tuple[str, ...]]:
    """Return the configured model; one that cannot be loaded costs a note, not the output."""
    from blocks.model import saved

    try:
        return saved.load(home), ()
    except StewardError as error:
        return None, (str(error),)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{text} is no date", "write it like 2026-03-25") from None


def _zone(text: str | None) -> str | None:
    try:
        return ZoneInfo(text).key if text else None
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(f"{text} is no time zone", "write it like Europe/Berlin") from None


def when(home: Home, day: str | None, as_of: str | None, zone: str | None) -> dict[str, Any]:
    """Return the day, the moment and the zone of an `Ask`, as the options name them. Raises InputError."""
    return {"day": _day(day), "zone": _zone(zone), "as_of": moment(home, as_of, zone)}


def moment(home: Home, text: str | None, zone: str | None = None) -> datetime | None:
    """Return the moment that `text` says; without an offset it is on the owner's clock. Raises InputError."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text} is no time", "write it like 2026-03-25T07:00") from None
    if found.tzinfo is None:
        from context import store

        found = found.replace(tzinfo=ZoneInfo(zone) if zone else store.load(home).zone)
    return found
