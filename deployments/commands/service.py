"""`steward service`: start Steward with the machine."""

import click

from context.home import Home
from deployments.commands.up import PORT


@click.group("service")
def command() -> None:
    """Start Steward with the machine: a systemd user unit on Linux, a launchd agent on macOS."""


@command.command("install")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1024, 65535), help="Port on 127.0.0.1.")
@click.option("--print", "only_print", is_flag=True, help="Only print the file; change nothing.")
def install(port: int, only_print: bool) -> None:
    """Write the service file for this home and switch it on."""
    from deployments import service

    made = service.service(Home.open(), port)
    if only_print:
        click.echo(made.text, nl=False)
        return
    service.install(made)
    click.echo(f"Installed {made.path}; Steward starts when you log in.")


@command.command("uninstall")
def uninstall() -> None:
    """Switch the service off and remove its file."""
    from deployments import service

    made = service.service(Home.open(), PORT)
    removed = service.uninstall(made)
    click.echo(f"Removed {made.path}." if removed else "No service was installed.")
