"""The profile as tables: `context_people`, `context_goals` … to be joined with everything else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from context.columns import TABLES
from context.home import Home
from context.profile import Profile
from context.sight import seen
from context.store import load
from context.tier import Tier
from context.windows import Windows, clock

Row = dict[str, Any]


@dataclass(frozen=True)
class ContextTable:
    """One table: its comment, its columns in order (name → DuckDB type, comment), and rows that have each of them."""

    comment: str
    columns: Mapping[str, tuple[str, str]]
    rows: tuple[Row, ...]


def tables(home: Home, ceiling: Tier = "private") -> dict[str, ContextTable]:
    """Return every context table with the rows that may be seen where `ceiling` is the highest tier served.

    Hard constraints above it come as opaque rows ("unavailable MON,WED 16:15-18:00"); "secret" entries never come.
    Raises ProfileError where the profile is invalid.
    """
    return of(load(home), ceiling)


def of(profile: Profile, ceiling: Tier = "private") -> dict[str, ContextTable]:
    """Return the tables of a profile that is already loaded."""
    visible = seen(profile, ceiling).profile
    return {
        name: ContextTable(comment, columns, tuple(ROWS[name](visible))) for name, (comment, columns) in TABLES.items()
    }


def _identity(profile: Profile) -> Iterable[Row]:
    me = profile.identity
    yield {
        "person_id": me.id,
        "name": me.name,
        "pronouns": me.pronouns,
        "languages": list(me.languages),
        "timezone": me.timezone,
        "tier": "public",
        "reviewed": me.reviewed,
    }


def _addresses(profile: Profile) -> Iterable[Row]:
    me = profile.identity
    for address in me.emails:
        yield {"person_id": me.id, "address": address, "kind": "email", "tier": "work"}
    for kind, address in me.handles.items():
        yield {"person_id": me.id, "address": address, "kind": kind, "tier": "work"}


def _roles(profile: Profile) -> Iterable[Row]:
    for role in profile.roles:
        yield {
            "role_id": role.id,
            "title": role.title,
            "org": role.org,
            "since": role.from_,
            "until": role.to,
            "weight": role.weight,
            "tier": role.tier,
            "reviewed": role.reviewed,
        }


def _goals(profile: Profile) -> Iterable[Row]:
    for goal in profile.goals:
        yield {
            "goal_id": goal.id,
            "statement": goal.statement,
            "measure": goal.measure,
            "current": goal.now,
            "target": goal.target,
            "due": goal.by,
            "weight": goal.weight,
            "hours_per_week": goal.hours_per_week,
            "status": goal.status,
            "tier": goal.tier,
            "reviewed": goal.reviewed,
        }


def _projects(profile: Profile) -> Iterable[Row]:
    for project in profile.projects:
        yield {
            "project_id": project.id,
            "name": project.name,
            "aliases": list(project.aliases),
            "status": project.status,
            "goal_id": project.goal,
            "people": list(project.people),
            "repos": list(project.repos),
            "match_title": list(project.match.title),
            "match_label": list(project.match.label),
            "match_domain": list(project.match.domain),
            "next_step": project.next,
            "tier": project.tier,
            "reviewed": project.reviewed,
        }


def _people(profile: Profile) -> Iterable[Row]:
    for person in profile.people:
        yield {
            "person_id": person.id,
            "name": person.name,
            "relation": person.relation,
            "tier_rank": person.tier,
            "cadence_days": person.cadence_days,
            "org": person.org,
            "voice": person.voice,
            "notes": person.notes,
            "tier": person.sensitivity,
            "reviewed": person.reviewed,
        }


def _people_addresses(profile: Profile) -> Iterable[Row]:
    for person in profile.people:
        for address in person.emails:
            yield {"person_id": person.id, "address": address, "kind": "email", "tier": person.sensitivity}
        for kind, address in person.handles.items():
            yield {"person_id": person.id, "address": address, "kind": kind, "tier": person.sensitivity}


def _preferences(profile: Profile) -> Iterable[Row]:
    for item in profile.preferences:
        yield {
            "preference_id": item.id,
            "rule": item.rule,
            "strength": item.strength,
            "scope_kind": item.scope.kind,
            "scope_value": item.scope.value,
            "origin": item.origin,
            "observed": item.observed,
            "status": item.status,
            "tier": item.tier,
            "reviewed": item.reviewed,
        }


def _constraints(profile: Profile) -> Iterable[Row]:
    for item in profile.constraints:
        yield {
            "constraint_id": item.id,
            "rule": item.rule,
            "hard": item.hard,
            "schedule": str(item.when) if item.when else None,
            "tier": item.tier,
            "reviewed": item.reviewed,
        }


def _routines(profile: Profile) -> Iterable[Row]:
    for item in profile.routines:
        yield {
            "routine_id": item.id,
            "name": item.name,
            "schedule": str(item.when),
            "protect": item.protect,
            "goal_id": item.goal,
            "tier": item.tier,
            "reviewed": item.reviewed,
        }


def _glossary(profile: Profile) -> Iterable[Row]:
    for item in profile.glossary:
        yield {
            "term": item.term,
            "means": item.means,
            "project_id": item.project,
            "tier": item.tier,
            "reviewed": item.reviewed,
        }


def _working_hours(profile: Profile) -> Iterable[Row]:
    for row in _stretches("working_hours", None, profile.hours, "work"):
        yield {key: row[key] for key in ("weekday", "starts", "ends", "minutes", "tier")}


def _windows(profile: Profile) -> Iterable[Row]:
    for constraint in profile.constraints:
        yield from _stretches("constraint", constraint.id, constraint.when, constraint.tier)
    for routine in profile.routines:
        yield from _stretches("routine", routine.id, routine.when, routine.tier)
    yield from _stretches("working_hours", None, profile.hours, "work")


def _stretches(kind: str, entry: str | None, windows: Windows | None, tier: str) -> Iterable[Row]:
    for span in windows.spans if windows else ():
        for weekday in span.weekdays or (None,):
            yield {
                "kind": kind,
                "entry_id": entry,
                "weekday": weekday,
                "first_date": span.first,
                "last_date": span.last,
                "starts": clock(span.opens),
                "ends": clock(span.closes),
                "minutes": span.minutes,
                "tier": tier,
            }


ROWS: dict[str, Callable[[Profile], Iterable[Row]]] = {
    "context_identity": _identity,
    "context_addresses": _addresses,
    "context_roles": _roles,
    "context_goals": _goals,
    "context_projects": _projects,
    "context_people": _people,
    "context_people_addresses": _people_addresses,
    "context_preferences": _preferences,
    "context_constraints": _constraints,
    "context_routines": _routines,
    "context_working_hours": _working_hours,
    "context_windows": _windows,
    "context_glossary": _glossary,
}
