"""Connecting GitHub: issues, pull requests, reviews and notifications."""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from context.errors import InputError
from context.home import Home

TOKEN = "STEWARD_GITHUB_TOKEN"  # noqa: S105 - the name of a variable


@click.command("github")
@click.option("--repo", "repos", multiple=True, help="Read all of this repository, org/name (several allowed).")
@click.option("--mine", is_flag=True, help="Read what concerns you, where repositories were chosen before.")
@click.option("--api", help="Address of an Enterprise server's API: https://HOST/api/v3.")
@click.option("--name", help="What to call it; github by default.")
@click.option("--account", help="Label of the account that it belongs to, such as work or home.")
def command(repos: tuple[str, ...], mine: bool, api: str | None, name: str | None, account: str | None) -> None:
    """Connect GitHub: issues, pull requests, reviews and notifications.

    Without --repo, what concerns you is read wherever it is: what you opened, are assigned to, are mentioned in, or are
    asked to review or have reviewed. The token is asked for (Settings, Developer settings, Personal access tokens); it
    needs to read issues and pull requests. Only a classic token with the scope notifications reads notifications too.
    """
    if repos and mine:
        raise InputError("--repo and --mine exclude each other", "run `steward connect github` with one of them")
    connect(Home.open(), list(repos) or None, mine, api, name, account)


def connect(
    home: Home, repos: list[str] | None, mine: bool, api: str | None, name: str | None, account: str | None
) -> None:
    """Try a token, save the connection and say what it will read.

    One that is connected already keeps the repositories that were chosen, unless others are or `mine` is set. The token
    comes from the environment variable STEWARD_GITHUB_TOKEN, a hidden prompt, or standard input: never from the command
    line, which other users of the machine can read.
    Raises InputError for what cannot be used, GrantError where the token is refused, SourceError.
    """
    from blocks.engine import configure

    configure(home)
    from connectors import connections
    from deployments.connect.say import say

    settings, login = _tried(os.environ.get(TOKEN) or _asked(), api, repos)
    same = {"api": settings["api"], "login": login}
    chosen = repos if repos or mine else _chosen(home, same, name)
    settings = {**settings, "login": login, "repos": chosen}
    made = connections.offer(home, "github", settings, hint="github", same=same, name=name, account=account)
    say(made)
    connections.save(home, made)
    said = "Connected again" if made.replaces else "Connected"
    click.echo(f"{said} as {made.name}. Read it with `steward sync {made.name}`.")


def _tried(token: str, api: str | None, repos: list[str] | None) -> tuple[dict[str, Any], str]:
    """Return the settings as the block takes them, and the login that the token belongs to."""
    from pydantic import SecretStr, ValidationError

    from blocks.github import API, GitHub
    from connectors.connections import trying
    from connectors.repos.hub import Hub

    try:
        block = GitHub(token=SecretStr(token), login="-", api=api or API, repos=repos)
    except ValidationError as error:
        said = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
        raise InputError(said, "run `steward connect github` with other values") from None  # its text has the token
    with trying("github"), Hub(block, datetime.now(UTC)) as hub:
        login, _ = hub.user()
    return {"token": block.token, "api": block.api}, login


def _chosen(home: Home, same: Mapping[str, Any], name: str | None) -> list[str] | None:
    """Return the repositories that were chosen for this account before."""
    from blocks.ledger import Ledger

    with Ledger.open(home) as ledger:
        known = [source for source in ledger.sources.all() if source.kind == "github" and name in (None, source.name)]
    found = [source.settings.get("repos") for source in known if same.items() <= source.settings.items()]
    return found[0] if found else None


def _asked() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Token (github_pat_… or ghp_…)", hide_input=True)).strip()
    return sys.stdin.readline().strip()
