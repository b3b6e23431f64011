"""`steward context`: show, check, pack, edit and export who you are."""

from datetime import date
from pathlib import Path
from typing import get_args

import click

from context.errors import ConfigError, InputError
from context.home import Home
from context.pack import SIZES, pack
from context.profile import Profile, Served
from context.reading import Finding
from context.store import FILES, load, tree
from context.tier import Tier

TIER = click.Choice(get_args(Served))
COLOURS = {"error": "red", "conflict": "yellow", "gap": "yellow", "stale": "cyan"}


@click.group("context")
def command() -> None:
    """Show, check, edit and export your profile."""


@command.command()
@click.option("--tier", type=TIER, help="Show it as it is seen at this tier. [default: all of it]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(tier: Tier | None, as_json: bool) -> None:
    """Show who you are, as Steward knows it."""
    from context.sight import seen
    from deployments.portrait import portrait

    profile = load(Home.open())
    if tier:
        profile = seen(profile, tier).profile
    if as_json:
        click.echo(profile.model_dump_json(by_alias=True, exclude_defaults=True, indent=2))
        return
    for line in portrait(profile):
        click.echo(line)


@command.command(short_help="Check every file, and what has grown old.")
def check() -> None:
    """Check every file: errors, then what is stale, contradictory or missing."""
    from context.review import Review

    home = Home.open()
    read = tree(home.context)
    if not (home.context / "profile.yaml").exists():
        raise ConfigError("there is no profile yet", "run `steward init`")
    for error in read.errors:
        _print(error, home)
    findings = Review(read, _today(home, read.valid())).findings
    for finding in findings:
        _print(finding, home)
    told = [
        f"{sum(f.kind == kind for f in findings)} {word}"
        for kind, word in WORDS.items()
        if any(f.kind == kind for f in findings)
    ]
    click.echo(f"The profile is valid{': ' + ', '.join(told) if told else ', and nothing in it needs a look'}.")
    if any(finding.kind == "stale" for finding in findings):
        click.echo("Still true? Say so with `steward context reviewed ID …` (or `--all`).")


WORDS = {"conflict": "in conflict", "gap": "missing", "stale": "to be reviewed"}


def _today(home: Home, profile: Profile) -> date:
    return home.now().astimezone(profile.zone).date()


def _print(finding: Finding, home: Home) -> None:
    click.echo(f"{click.style(finding.kind, fg=COLOURS[finding.kind])}  {finding}")
    try:
        line = (home.context / finding.file).read_text("utf-8").splitlines()[finding.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return
    if finding.kind == "error":
        click.secho(f"    {finding.line} | {line.rstrip()[:160]}", dim=True)


@command.command(short_help="Say that entries are still true.")
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All entries that are stale.")
def reviewed(ids: tuple[str, ...], every: bool) -> None:
    """Say that entries are still true: their `reviewed` becomes today."""
    from context.references import entries
    from context.review import Review
    from context.writer import editing

    home = Home.open()
    read = tree(home.context)
    today = _today(home, read.valid())
    if every:
        stale = {(f.file, f.line) for f in Review(read, today).findings if f.kind == "stale"}
        ids = tuple(
            entry["id"]
            for held in entries(read.documents).values()
            for document, loc, entry in held
            if entry.get("id") and (document.file, document.line((*loc, "reviewed"))) in stale
        )
    if not ids and not every:
        raise InputError("say which entries you looked at", "run `steward context check` to see their ids")
    with editing(home) as edit:
        for name in ids:
            edit.change(name, "reviewed", today)
    click.echo(f"{len(ids)} {'entry' if len(ids) == 1 else 'entries'} reviewed {today}.")


@command.command("pack", short_help="Print what a model is told of you.")
@click.argument("purpose", default="ask")
@click.option("--size", type=click.Choice(list(SIZES)), default="standard", show_default=True)
@click.option("--budget", type=click.IntRange(1, 100_000), help="Tokens, instead of --size.")
@click.option("--tier", type=TIER, help="The highest tier shown. [default: the policy's for PURPOSE]")
@click.option("--person", "people", multiple=True, metavar="ID|ADDRESS", help="Somebody that it is about today.")
def pack_(purpose: str, size: str, budget: int | None, tier: Tier | None, people: tuple[str, ...]) -> None:
    """Print what a model is told of you for PURPOSE (brief, draft, ask …), and on stderr what it cost."""
    home = Home.open()
    made = pack(load(home), purpose, budget or SIZES[size], tier, home.now(), today_people=people)
    click.echo(made.text, nl=False)
    counted = "estimated" if made.estimated else made.counted
    click.secho(
        f"{made.id} · {made.tokens} of {made.budget} tokens ({counted}) · tier {made.tier} · {len(made.used)} used · "
        f"{len(made.dropped)} dropped · {made.withheld} withheld",
        dim=True,
        err=True,
    )
    if made.dropped:
        click.secho(f"dropped to fit: {', '.join(made.dropped)}", dim=True, err=True)
    if made.over:
        click.secho("identity and limits alone are more than the budget; they were kept", fg="yellow", err=True)


@command.command(short_help="Open a file of it in your editor.")
@click.argument("file", default="profile")
def edit(file: str) -> None:
    """Open FILE (profile, goals, projects, people, preferences, policies or voice/NAME) in your editor.

    You edit a copy; it replaces the file once it is valid.
    """
    from deployments.editor import edit as open_

    name = file if file.startswith("voice/") else f"{file.removesuffix('.yaml')}.yaml"
    if name.startswith("voice/"):
        name = name if name.endswith(".md") else f"{name}.md"
        if "/" in name.removeprefix("voice/") or ".." in name:
            raise InputError(f"{file} is no file of the profile", "name it voice/client, for instance")
    elif name not in FILES:
        raise InputError(f"{file} is no file of the profile", f"use one of {', '.join(n[:-5] for n in FILES)}")
    open_(Home.open(), name)


@command.command(short_help="Write it for tools without MCP.")
@click.argument("targets", nargs=-1, metavar="[claude|agents|cursor|chatgpt|json]…")
@click.option("--to", "folder", type=click.Path(path_type=Path), default=Path(), help="The folder. [default: this one]")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what has drifted.")
@click.option("--force", is_flag=True, help="Overwrite what was edited between the marks.")
@click.option("--stdout", is_flag=True, help="Print it instead of writing files.")
@click.option("--tier", type=TIER, help="The highest tier shown. [default: the policy's for export]")
@click.option("--size", type=click.Choice(list(SIZES)), default="standard", show_default=True)
def export(
    targets: tuple[str, ...], folder: Path, only_check: bool, force: bool, stdout: bool, tier: Tier | None, size: str
) -> None:
    """Write your profile for tools without MCP: CLAUDE.md, AGENTS.md, Cursor's rules, text for ChatGPT, JSON.

    It stands between marks; the rest of each file is kept. Without a target: all but JSON.
    """
    from context import export as door

    home = Home.open()
    if unknown := [name for name in targets if name not in door.TARGETS]:
        raise InputError(f"{unknown[0]} is no target", f"use some of {', '.join(door.TARGETS)}")
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder", "make it, or choose another with --to")
    profile = load(home)
    made = pack(profile, "export", SIZES[size], tier, home.now())
    drifted = 0
    for name in targets or door.USUAL:
        if stdout:
            click.echo(door.render(name, profile, made), nl=False)
        elif only_check:
            found = door.check(name, folder, profile, made)
            drifted += found.state != "current"
            click.echo(f"{found.state:<9} {found.path}")
        else:
            found = door.write(name, folder, profile, made, force)
            click.echo(f"{'unchanged' if found.state == 'current' else 'written':<9} {found.path}")
    if only_check and drifted:
        raise ConfigError(f"{drifted} of the exports do not say what the profile says", "run `steward context export`")
    if not only_check and not stdout and (where := _repository(folder)):
        click.secho(
            f"Note: {where} is a git repository; these files hold your profile up to the tier “{made.tier}”.",
            fg="yellow",
        )


def _repository(folder: Path) -> Path | None:
    whole = folder.resolve()
    return next((path for path in (whole, *whole.parents) if (path / ".git").exists()), None)
