"""`steward doctor`: check everything."""

import json
from typing import TYPE_CHECKING

import click

from context.errors import StewardError
from context.home import Home

if TYPE_CHECKING:
    from deployments.doctor import Finding

SIGNS = {"green": "ok", "yellow": "note", "red": "FAULT"}


@click.command("doctor")
@click.option("--deep", is_flag=True, help="Also wait for a one-minute schedule to fire (up to three minutes).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, deep: bool, as_json: bool) -> None:
    """Check everything. Each red line names the command that mends it; the exit code is 1 where there is one."""
    from deployments.doctor import Finding, check

    home = Home.find()
    found = (
        list(check(home)) if home.exists() else [Finding("home", "red", f"none at {home.root}", "run `steward init`")]
    )
    if deep and home.exists():
        found.append(_proof(home))
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in found], indent=2))
    else:
        for finding in found:
            _print(finding.about, finding.light, finding.said, finding.mend)
        faults = sum(finding.light == "red" for finding in found)
        click.echo(f"\n{faults or 'No'} fault{'' if faults == 1 else 's'}.")
    if any(finding.light == "red" for finding in found):
        ctx.exit(1)


def _print(about: str, light: str, said: str, mend: str | None) -> None:
    sign = click.style(f"{SIGNS[light]:<6}", fg=light, bold=light == "red")
    click.echo(f"{sign}{about:<14}{said}" + (f" — {mend}" if mend else ""))


def _proof(home: Home) -> "Finding":
    from deployments import proof
    from deployments.doctor import Finding

    click.echo("Waiting for a schedule to fire …", err=True)
    try:
        return Finding(
            "schedule", "green", f"a one-minute schedule fired and its run ended after {proof.fires(home):.0f} s"
        )
    except StewardError as error:
        return Finding("schedule", "red", error.what, error.mend)
