"""Connecting Google: one grant, and a source for each service that it covers."""

import os
import sys
import webbrowser
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from context.errors import InputError, SourceError
from context.home import Home
from deployments.connect.before import Before

if TYPE_CHECKING:
    from connectors.connections import Connection
    from connectors.google.services import Service
    from deployments.connect.consent import Granted

CALENDAR = "google-calendar"
REMOTE = "http://127.0.0.1"  # where nothing listens: the owner brings the address back by hand


@click.command("google")
@click.option("--client", type=Path, help="The OAuth client that you downloaded from Google's console (JSON).")
@click.option("--only", help="What to connect: calendar, mail, drive, tasks, contacts, or some, with commas.")
@click.option("--calendar", "calendars", multiple=True, help="Read only the calendar of this name (several; '*': all).")
@click.option("--name", help="What to call the account; its sources are called NAME-calendar, NAME-mail, ….")
@click.option("--account", help="Label of the account, such as work or home; by default its address.")
@click.option("--no-browser", is_flag=True, help="On a machine without a screen: consent elsewhere, paste the answer.")
@click.option("--testing/--published", default=None, help="Whether your consent screen is in “Testing”.")
@click.option("--service-account", type=Path, help="A service account's key (JSON), instead of a client.")
@click.option("--subject", help="With a service account: the address of the person to read for.")
@click.option("--base", help="Origin of the interfaces, where it is not Google's own.", hidden=True)
def command(
    client: Path | None,
    only: str | None,
    calendars: tuple[str, ...],
    name: str | None,
    account: str | None,
    no_browser: bool,
    testing: bool | None,
    service_account: Path | None,
    subject: str | None,
    base: str | None,
) -> None:
    """Connect a Google account: calendar, mail, documents, tasks and contacts, to read only.

    You need an OAuth client of your own, of type “Desktop app”: the README says how to get one in three steps. What is
    asked for is shown before you consent. Other calendars of an account that is connected are chosen with --name and
    --calendar, without a new consent.
    """
    from connectors import connections
    from connectors.google.api import ROOTS

    home = Home.open()
    before = Before.find(home, name)
    chosen = _chosen(only, before, calendars)
    if calendars and CALENDAR in before.kinds and not any((client, only, service_account, testing is not None)):
        chosen = [service for service in chosen if service.kind == CALENDAR]
        settings = before.settings(home)  # what is granted is enough
    elif service_account is not None:
        _show(chosen)
        settings = _robot(service_account, subject, chosen)
    else:
        _show(chosen)
        settings = _person(home, before, client, chosen, graphical() and not no_browser, testing)
    settings["bases"] = dict.fromkeys(ROOTS, base) if base else before.setting("bases", {})
    made, kept = _made(home, before, settings, chosen, calendars, name, account)
    connections.save(home, *made, *kept)
    said = ", ".join(one.name for one in made)
    how = f"it with `steward sync {made[0].name}`" if len(made) == 1 else "them with `steward sync`"
    click.echo(f"Connected as {said}. Read {how}.")


def _chosen(only: str | None, before: Before, calendars: Sequence[str]) -> "list[Service]":
    """Return the services to ask for: the wished and, with a new grant for an account, what it had."""
    from connectors.google.services import services

    known = services()
    wished = {word.strip() for word in (only or "").split(",") if word.strip()} or set(known)
    if unknown := sorted(wished - known.keys()):
        raise InputError(f"there is no {', '.join(unknown)} to connect", f"choose from --only {','.join(known)}")
    if only is None and before.words:
        wished = before.words
    found = [service for word, service in known.items() if word in wished | before.words]
    if calendars and CALENDAR not in {service.kind for service in found}:
        raise InputError("--calendar needs the calendar to be connected", "add calendar to --only, or leave --only out")
    return found


def _show(chosen: "Iterable[Service]") -> None:
    click.echo("Steward asks Google for leave to")
    for service in chosen:
        click.echo(f"  {service.why}\n    {', '.join(service.names)}")
    click.echo("  see the account's address, to tell your accounts apart\n    openid, email")
    click.echo("With these it can change nothing and send nothing.")


def _person(
    home: Home,
    before: Before,
    path: Path | None,
    chosen: "list[Service]",
    browser: bool,
    testing: bool | None,
) -> dict[str, Any]:
    """Return the settings of a grant that the owner gives now."""
    from pydantic import SecretStr

    from connectors.google.services import scopes
    from deployments.connect.consent import Client, Request, testing_end

    client = Client.read(path) if path is not None else before.client(home)
    request = Request(client, scopes(chosen))
    granted = _asked(request, browser, before)
    if testing is None and granted.ends is None and sys.stdin.isatty():
        click.echo("Google ends a grant after 7 days while its consent screen is in “Testing”.")
        testing = click.confirm("Is yours in “Testing”?", default=False)
    ends = granted.ends or (testing_end(granted.at) if testing else None)
    if ends is not None:
        click.echo(f"This grant ends on {ends:%Y-%m-%d}; publish the consent screen for one that lasts.")
    return {
        "address": granted.address,
        "client_id": client.id,
        "client_secret": SecretStr(client.secret),
        "refresh_token": SecretStr(granted.refresh_token),
        "auth_uri": client.auth_uri,
        "token_uri": client.token_uri,
        "service_account": SecretStr(""),
        "subject": "",
        "scopes": sorted(granted.scopes),
        "granted_at": granted.at.isoformat(),
        "ends_at": ends.isoformat() if ends else "",
        "testing": ends is not None,
    }


def graphical() -> bool:
    """Whether a browser can open a window here: where there is no screen, one would take over the terminal."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in screens)


def _asked(request: Any, browser: bool, before: Before) -> "Granted":
    """Let the owner consent, here or elsewhere; return what they granted."""
    from deployments.connect.consent import Listener

    hint = str(before.setting("address", ""))
    if not browser:
        click.echo(f"\nOpen this address where you have a browser:\n\n{request.address(REMOTE, hint)}\n")
        click.echo(
            "After your consent the browser shows a page that cannot be reached. That is right: copy its address."
        )
        tty = sys.stdin.isatty()
        answer = click.prompt("The address of that page") if tty else sys.stdin.readline()
        return _taken(request, answer, REMOTE)
    with Listener() as listener:
        address = request.address(listener.where, hint)
        click.echo(f"\nYour browser opens. If it does not, open this address:\n\n{address}\n")
        webbrowser.open(address)
        answer = listener.wait(request.state)
        return _taken(request, answer, listener.where)


def _taken(request: Any, answer: str, where: str) -> "Granted":
    from connectors.connections import trying

    with trying(CALENDAR):
        granted: Granted = request.granted(request.code(answer), where, datetime.now(UTC))
    return granted


def _robot(path: Path, subject: str | None, chosen: "Iterable[Service]") -> dict[str, Any]:
    """Return the settings of a service account that reads in a person's name (domain-wide delegation)."""
    from pydantic import SecretStr

    from blocks.google import TOKEN_URI

    if not subject:
        raise InputError("a service account needs the person to read for", "add --subject ana@example.org")
    try:
        key = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path} cannot be read", "check the path") from None
    return {
        "address": subject,
        "client_id": "",
        "client_secret": SecretStr(""),
        "refresh_token": SecretStr(""),
        "service_account": SecretStr(key),
        "subject": subject,
        "token_uri": TOKEN_URI,
        "scopes": [scope for service in chosen for scope in service.scopes],
        "granted_at": datetime.now(UTC).isoformat(),
        "ends_at": "",
        "testing": False,
    }


def _made(
    home: Home,
    before: Before,
    settings: Mapping[str, Any],
    chosen: "Iterable[Service]",
    calendars: Sequence[str],
    name: str | None,
    account: str | None,
) -> "tuple[list[Connection], list[Connection]]":
    """Try each service that the grant covers, and say what it will read; return those, and the others that were there.

    Raises SourceError where none can be read.
    """
    from connectors import connections, kinds
    from connectors.connections import Connection
    from connectors.shape import Preview
    from deployments.connect.calendars import choice
    from deployments.connect.say import say

    called = before.called(settings["address"], name)
    label = account or next((source.account for source in before.named), "") or settings["address"] or called
    made, kept, failed = list["Connection"](), list["Connection"](), list[SourceError]()
    for service in chosen:
        source = f"{called}-{service.word}"
        if service.kind in before.kinds:  # it has the new grant, even where it cannot be tried now
            own = before.own(service.kind)
            kept.append(Connection(source, service.kind, label, settings, Preview({}), True, own, called))
        if not service.covered(settings["scopes"]):
            click.echo(f"{source}: you did not grant {', '.join(service.names)}, so it cannot be read.")
            continue
        try:
            own = before.own(service.kind)
            if service.kind == CALENDAR:
                with connections.trying(CALENDAR):
                    own = choice(calendars, own if CALENDAR in before.kinds else None, kinds.plain(settings, label))
            named = partial(connections.offer, hint=source, same={}, name=source, own=own)
            made.append(named(home, service.kind, settings, account=label, through=called))
        except SourceError as error:
            failed.append(error)
            click.echo(f"{source}: {error}", err=True)
        else:
            say(made[-1])
    if not made:
        raise failed[0] if failed else SourceError("nothing was granted, so nothing is connected", "run it again")
    tried = {one.name for one in made}
    return made, [one for one in kept if one.name not in tried]
