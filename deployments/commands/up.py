"""`steward up`: start the server, the schedules and the worker."""

import click

from context.home import Home

PORT = 4200


@click.command("up")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1024, 65535), help="Port on 127.0.0.1.")
@click.option("--foreground", is_flag=True, help="Stay in this terminal until stopped (for service managers).")
def command(port: int, foreground: bool) -> None:
    """Start the Prefect server with its UI, the worker and the schedules of this home, on 127.0.0.1 only.

    They keep running until `steward down`. Whatever of them dies is started again.
    """
    from deployments import up

    home = Home.open()
    if foreground:
        click.echo(f"Starting on http://127.0.0.1:{port} …")
        up.foreground(home, port)
        return
    click.echo("Starting …", err=True)
    said = up.start(home, port)
    click.echo(f"Steward is up: http://127.0.0.1:{said['port']}")
    click.echo("  Log in with the password that `steward status --password` prints.")
    click.echo("  `steward status` shows what is due; `steward down` stops it.")
