"""`steward deploy`: check your own capabilities and bring the schedules in line with them."""

import asyncio

import click

from context.home import Home


@click.command("deploy")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Check your own capabilities and register them with the running server; take down those whose folder is gone.

    One that is broken is named with file and line and costs only itself. Where Steward is down, `steward up` registers
    them.
    """
    from deployments import supervise
    from flows import owned
    from flows.own.compose import faults

    home = Home.open()
    wrong = faults(home)
    for item in owned.found(home):
        if isinstance(item, owned.Owned) and item.name not in wrong:
            front = item.front
            click.echo(f"{item.name}: {front.title}, {f'cron {front.schedule}' if front.schedule else 'on demand'}")
    for name, error in wrong.items():
        click.echo(f"{name}: {error}", err=True)
    if supervise.running(home) is None:
        click.echo("Steward is down: `steward up` registers them.")
    else:
        names = _registered(home)
        click.echo(f"{len(names)} deployments are registered: {', '.join(names)}")
    if wrong:
        ctx.exit(4)


def _registered(home: Home) -> list[str]:
    from blocks import engine

    with engine.session(home):  # before anything imports Prefect
        from deployments.register import register

        return asyncio.run(register(home))
