"""`steward`: the command line. Commands are imported when they run, so `--help` answers at once."""

import errno
import importlib
import os
import sys
from typing import NoReturn

import click

from context.errors import StewardError, StorageError

# What the owner wants → its commands, each with its line of help. `steward word` is `deployments/commands/word.py`, and
# the function there is called `command`.
SECTIONS: dict[str, dict[str, str]] = {
    "Begin": {
        "demo": "See it work on a fictional quarter: no account, no key, no network.",
        "init": "Make your home and tell Steward who you are.",
        "connect": "Connect a calendar, mail, documents, a repository, tasks or contacts.",
        "sources": "List or remove what is connected.",
        "model": "Choose, test or show the model that narrates (none is needed).",
    },
    "Use": {
        "sync": "Read what changed in your sources.",
        "rejects": "List, look at and try again what could not be read.",
        "brief": "Your morning brief.",
        "prep": "What to know before your next meeting.",
        "people": "Who has been silent for too long, and one person at a glance.",
        "digest": "What changed in documents and pull requests and matters to you.",
        "plan": "Put what is due into the free time of your day.",
        "triage": "Your mail, sorted: what needs you, and why.",
        "commitments": "What you owe, and what you are owed.",
        "review": "Your week: goals against time, promises, replies, meetings.",
        "ask": "Ask in plain words; each number is a query that is shown.",
        "drafts": "Replies, drafted as far as they can be without you.",
        "search": "Find what was read, by words, fields and meaning.",
        "sql": "Ask your own data in SQL, safely.",
        "why": "Print the row behind a statement of an output.",
        "learn": "What your data shows and your profile lacks.",
        "proposals": "Accept, edit or reject what was learned, line by line.",
        "wrong": "Say what is wrong with an output; it stays said.",
        "verdicts": "List or remove what you said is right.",
        "context": "Show, check, edit and export your profile.",
        "mcp": "Serve your context to any AI tool.",
    },
    "Your own": {
        "new": "Make a capability of your own to begin with.",
        "run": "One of your own capabilities, now.",
        "deploy": "Check your own capabilities and bring the schedules in line.",
    },
    "Run": {
        "up": "Start the server, the schedules and the worker on this machine.",
        "down": "Stop them.",
        "status": "What runs, what is due next, how fresh each source is.",
        "eval": "Measure the capabilities on labelled data.",
        "doctor": "Check everything; each red line names the command that mends it.",
        "service": "Start Steward with the machine (systemd, launchd).",
    },
}
COMMANDS = {word: about for section in SECTIONS.values() for word, about in section.items()}


class Lazy(click.Group):
    """A group whose commands live in modules that are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"deployments.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([*commands.items(), *(_own() if title == "Your own" else ())])


def _own() -> list[tuple[str, str]]:
    """Return the owner's own capabilities as the help lists them, by the names of their folders alone."""
    from context.home import Home

    home = Home.find()
    if not home.capabilities.is_dir():
        return []
    names = sorted(path.name for path in home.capabilities.iterdir() if path.is_dir() and path.name.isidentifier())
    return [(f"run {name}", "Your own.") for name in names]


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of a fault.")
@click.version_option(package_name="steward", prog_name="steward")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Your personal AI operating system: it remembers, knows you, reads your tools and acts for you."""
    ctx.obj = {"debug": debug}
    if sys.stderr.isatty():
        from blocks import engine

        engine.waiting.set(lambda why: click.secho(why, err=True, dim=True))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a StewardError becomes one line on stderr and its own exit code.

    Whatever a command makes, in the home or beside it, is its owner's alone.
    """
    os.umask(0o077)
    given = sys.argv[1:] if arguments is None else arguments
    debug, stdout = "--debug" in given, sys.stdout
    try:
        left = cli.main(args=given, prog_name="steward", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit as end:
        # click meets a closed pipe itself, wraps the streams against it, and leaves with 1. The reader
        # (`steward sql … | head`) has seen enough: that is no fault.
        sys.exit(end.code if sys.stdout is stdout else 0)
    except StewardError as error:
        _fail(error, debug)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            _unexpected(error, debug)
        _fail(StorageError("the disk is full", "free some space, then run the command again"), debug)
    except Exception as error:  # noqa: BLE001 - the last resort: one line, never a traceback unasked
        _unexpected(error, debug)
    if isinstance(left, int) and left:  # outside its standalone mode click returns what `ctx.exit` was given
        sys.exit(left)


def _fail(error: StewardError, debug: bool) -> NoReturn:
    if debug:
        raise error
    click.echo(f"steward: {error}", err=True)
    sys.exit(error.exit_code)


def _unexpected(error: Exception, debug: bool) -> NoReturn:
    if debug:
        raise error
    click.echo(f"steward: unexpected {type(error).__name__} — run `steward --debug …` to see where", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
