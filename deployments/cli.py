"""`steward`: the command line. Commands are imported when they run, so `--help` answers at once."""

import importlib
import sys
from typing import Any

import click

from context.errors import StewardError

# command → (module, line of help). A command's function is called `command` in its module.
COMMANDS: dict[str, tuple[str, str]] = {}


class Lazy(click.Group):
    """A group whose commands live in modules that are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of a fault.")
@click.version_option(package_name="steward", prog_name="steward")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Your personal AI operating system: it remembers, knows you, reads your tools and acts for you."""
    ctx.obj = {"debug": debug}


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; a StewardError becomes one line on stderr and its own exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    try:
        cli.main(args=given, prog_name="steward", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except StewardError as error:
        if debug:
            raise
        click.echo(f"steward: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # the last resort: one line, never a traceback unasked
        if debug:
            raise
        click.echo(f"steward: unexpected {type(error).__name__} — run the command again with --debug", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
