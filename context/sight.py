"""What of a profile may be seen at a tier. The one place that decides it: SQL, packs, exports and MCP all ask here.

Tiers hide reasons and names, never limits: a hard constraint (or a protected routine) that may not be shown stays, as
an opaque stretch of unavailability without its id. What refers to a hidden entry loses the reference, and what is
about a hidden person, project or goal is hidden with it.
"""

from dataclasses import dataclass

from context.profile import Constraint, Person, Preference, Profile, Project, Routine, Term
from context.tier import Tier, allows

HIDDEN = "withheld_"  # how the ids of opaque entries begin
UNTIMED = "a limit without a stated time; ask before committing the owner's time"


@dataclass(frozen=True)
class Seen:
    """A profile as it may be seen, and how many entries are hidden: left out, or made opaque."""

    profile: Profile
    withheld: int


def seen(profile: Profile, ceiling: Tier) -> Seen:
    """Return the profile as it may be seen where `ceiling` is the highest tier served.

    Nothing of the tier "secret" is ever shown, whatever the ceiling.
    """
    ceiling = "private" if ceiling == "secret" else ceiling

    def shown(tier: Tier) -> bool:
        return allows(ceiling, tier)

    goals = tuple(goal for goal in profile.goals if shown(goal.tier))
    ids = {goal.id for goal in goals}
    people = tuple(_person(person, ceiling) for person in profile.people if shown(person.sensitivity))
    ids |= {person.id for person in people}
    projects = tuple(_project(project, ids) for project in profile.projects if shown(project.tier))
    ids |= {project.id for project in projects}
    result = profile.model_copy(
        update={
            "identity": profile.identity if shown("work") else profile.identity.model_copy(update=PUBLIC),
            "roles": tuple(role for role in profile.roles if shown(role.tier)),
            "constraints": _constraints(profile.constraints, ceiling),
            "routines": _routines(profile.routines, ceiling, ids),
            "working_hours": profile.working_hours if shown("work") else {},
            "glossary": tuple(term for term in profile.glossary if shown(term.tier) and _about(term, ids)),
            "goals": goals,
            "projects": projects,
            "people": people,
            "preferences": tuple(item for item in profile.preferences if shown(item.tier) and _scoped(item, ids)),
            "voices": profile.voices if shown("private") else {},
        }
    )
    return Seen(result, _said(profile) - _said(result))


PUBLIC: dict[str, object] = {"emails": (), "handles": {}}  # of the identity, what a stranger is not told


def opaque(when: str | None) -> str:
    """Return how a limit reads to somebody who may not know its reason."""
    return f"unavailable {when}" if when else UNTIMED


def _constraints(constraints: tuple[Constraint, ...], ceiling: Tier) -> tuple[Constraint, ...]:
    shown = [constraint for constraint in constraints if allows(ceiling, constraint.tier)]
    hidden = [constraint for constraint in constraints if constraint.hard and not allows(ceiling, constraint.tier)]
    blank = [
        Constraint(
            id=f"{HIDDEN}{number}",
            rule=opaque(str(constraint.when) if constraint.when else None),
            hard=True,
            when=constraint.when,
            tier=ceiling,
        )
        for number, constraint in enumerate(hidden, 1)
    ]
    return (*shown, *blank)


def _routines(routines: tuple[Routine, ...], ceiling: Tier, ids: set[str]) -> tuple[Routine, ...]:
    shown = [
        routine if routine.goal in ids else routine.model_copy(update={"goal": None})
        for routine in routines
        if allows(ceiling, routine.tier)
    ]
    hidden = [routine for routine in routines if routine.protect and not allows(ceiling, routine.tier)]
    blank = [
        Routine(
            id=f"{HIDDEN}routine_{number}",
            name=opaque(str(routine.when)),
            when=routine.when,
            protect=True,
            tier=ceiling,
        )
        for number, routine in enumerate(hidden, 1)
    ]
    return (*shown, *blank)


def _person(person: Person, ceiling: Tier) -> Person:
    return person if allows(ceiling, "private") else person.model_copy(update={"notes": None, "voice": None})


def _project(project: Project, ids: set[str]) -> Project:
    people = tuple(person for person in project.people if person in ids)
    return project.model_copy(update={"goal": project.goal if project.goal in ids else None, "people": people})


def _about(term: Term, ids: set[str]) -> bool:
    return term.project is None or term.project in ids


def _scoped(preference: Preference, ids: set[str]) -> bool:
    named = preference.scope.kind in ("person", "project", "goal") and preference.scope.value != "*"
    return not named or preference.scope.value in ids


def _said(profile: Profile) -> int:
    """Return how many entries of a profile say what they are."""
    lists = (profile.roles, profile.glossary, profile.goals, profile.projects, profile.people, profile.preferences)
    timed = [item.id for item in profile.constraints] + [item.id for item in profile.routines]
    return sum(map(len, lists)) + sum(not name.startswith(HIDDEN) for name in timed)
