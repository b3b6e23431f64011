"""The profile on a terminal: one section a kind, one line an entry."""

from collections.abc import Iterator, Sequence

import click

from context.parts import sections
from context.profile import Profile

WIDTH = 100


def portrait(profile: Profile) -> Iterator[str]:
    """Give the lines; styles are dropped by click where the output is no terminal."""
    me = profile.identity
    tiers = _tiers(profile)
    yield click.style(f"{me.name or 'No name yet'}{f' ({me.pronouns})' if me.pronouns else ''}", bold=True)
    yield f"  {me.timezone}{' · ' + ', '.join(me.languages) if me.languages else ''}"
    if me.emails or me.handles:
        yield "  " + ", ".join([*me.emails, *(f"{kind} {name}" for kind, name in me.handles.items())])
    if profile.working_hours:
        yield "  works " + "; ".join(f"{days} {times}" for days, times in profile.working_hours.items())
    yield from _section(
        "Roles", [(role.id, f"{role.title}{f' at {role.org}' if role.org else ''}") for role in profile.roles], tiers
    )
    for part in sections(profile, "show", None, frozenset(), frozenset())[1:]:
        rows = [(item.id, item.line.removeprefix("- ").removeprefix(f"{item.id}: ")) for item in part.items]
        yield from _section(part.title.removeprefix("# "), rows, tiers)
    if profile.voices:
        yield from _section(
            "Voices", [(name, f"{len(text.split())} words") for name, text in profile.voices.items()], tiers
        )


def _section(title: str, rows: Sequence[tuple[str, str]], tiers: dict[str, str]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield click.style(title, bold=True)
    width = max(len(_short(name)) for name, _ in rows)
    for name, text in rows:
        tier = tiers.get(name, "")
        shown = f"  {click.style(tier, fg='magenta')}" if tier not in ("", "work") else ""
        label = f"{click.style(_short(name).ljust(width), dim=True)}  " if width else ""
        yield f"  {label}{text}{shown}"


def _short(name: str) -> str:
    return "" if name.startswith("term:") else name


def _tiers(profile: Profile) -> dict[str, str]:
    """Return id → tier for every entry that has both."""
    found: dict[str, str] = {person.id: person.sensitivity for person in profile.people}
    found |= {role.id: role.tier for role in profile.roles}
    found |= {item.id: item.tier for item in profile.constraints} | {item.id: item.tier for item in profile.routines}
    found |= {item.id: item.tier for item in profile.goals} | {item.id: item.tier for item in profile.projects}
    return found | {item.id: item.tier for item in profile.preferences}
