"""The sections of a pack: which entries, in which order, and how each reads in one line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from context.profile import Constraint, Goal, Person, Preference, Profile, Project, Role, Routine
from context.sight import HIDDEN

STRENGTH = ("never", "always", "avoid", "prefer")
# Purposes whose work is of one kind; their preferences come first.
KINDS = {"draft": "writing", "drafts": "writing", "plan": "scheduling", "prep": "scheduling", "brief": "brief"}


@dataclass(frozen=True)
class Item:
    """One entry as a line; `id` is its id, or "kind:word" where it has none."""

    id: str
    line: str


@dataclass(frozen=True)
class Section:
    """Entries of one kind, the ones that matter most first. `floor` is its share of what the budget leaves."""

    title: str
    items: tuple[Item, ...]
    floor: float = 0.0
    must: bool = False


def sections(
    profile: Profile, purpose: str, now: datetime | None, today: frozenset[str], touched: frozenset[str]
) -> tuple[Section, ...]:
    """Return the sections of a pack over what may be seen of a profile."""
    near, nearest, others = _people(profile, today)
    live = [project for project in profile.projects if project.status == "active"]
    moving = [project for project in live if project.id in touched]
    calm = [project for project in live if project.id not in touched]
    return (
        Section("# Owner", tuple(_identity(profile, now)), must=True),
        Section("# Limits, never to be broken", tuple(_limits(profile, now)), must=True),
        Section("# Preferences", tuple(_preferences(profile, purpose)), 0.2),
        Section("# Goals", tuple(_goals(profile.goals)), 0.25),
        Section("# Projects", tuple(_projects([*moving, *calm])), 0.2),
        Section("# People today", tuple(map(_person, near)), 0.15),
        Section("# Nearest people", tuple(map(_person, nearest)), 0.1),
        Section("# Words", tuple(_words(profile)), 0.1),
        Section("# Routines", tuple(_routine(item) for item in profile.routines if not item.protect)),
        Section("# Other wishes", tuple(_limit(item) for item in profile.constraints if not item.hard)),
        Section("# Other people", tuple(map(_person, others))),
    )


def _identity(profile: Profile, now: datetime | None) -> Iterator[Item]:
    me = profile.identity
    facts = [
        f"{me.name or 'name not stated'}{f' ({me.pronouns})' if me.pronouns else ''}",
        f"languages {', '.join(me.languages)}" if me.languages else "",
        f"time zone {me.timezone}",
    ]
    yield Item(me.id, _line("; ".join(fact for fact in facts if fact)))
    if me.emails or me.handles:
        handles = [f"{kind} {name}" for kind, name in sorted(me.handles.items())]
        yield Item(f"{me.id}:addresses", _line("addresses: " + ", ".join([*me.emails, *handles])))
    if profile.working_hours:
        hours = "; ".join(f"{days} {times}" for days, times in profile.working_hours.items())
        yield Item(f"{me.id}:working_hours", _line(f"works {hours}"))
    month = now.strftime("%Y-%m-%d") if now else ""
    roles = [role for role in profile.roles if not (role.to and now and role.to < month[: len(role.to)])]
    yield from (
        Item(role.id, _line(_role(role))) for role in sorted(roles, key=lambda role: (-(role.weight or 0), role.id))
    )


def _role(role: Role) -> str:
    weight = f", {role.weight:.0%} of attention" if role.weight is not None else ""
    return f"- {role.title}{f' at {role.org}' if role.org else ''}{weight}"


def _limits(profile: Profile, now: datetime | None) -> Iterator[Item]:
    for item in sorted(profile.limits(), key=lambda item: item.id):
        if not (now and item.when and all(span.last and span.last < now.date() for span in item.when.spans)):
            yield _limit(item)
    yield from (_routine(item) for item in sorted(profile.routines, key=lambda item: item.id) if item.protect)


def _limit(item: Constraint) -> Item:
    when = f" [{item.when}]" if item.when and not item.id.startswith(HIDDEN) else ""
    return Item(item.id, _line(f"- {item.rule}{when}"))


def _routine(item: Routine) -> Item:
    if item.id.startswith(HIDDEN):
        return Item(item.id, _line(f"- {item.name}"))
    return Item(item.id, _line(f"- {item.name} [{item.when}]{f' for {item.goal}' if item.goal else ''}"))


def _preferences(profile: Profile, purpose: str) -> Iterator[Item]:
    def rank(item: Preference) -> tuple[bool, int, str]:
        apt = item.scope.kind in ("all", KINDS.get(purpose)) or item.scope.value == purpose
        return not apt, STRENGTH.index(item.strength), item.id

    for item in sorted(profile.preferences, key=rank):
        if item.status == "active":
            about = "" if item.scope.kind == "all" else f" ({item.scope.kind}{_of(item.scope.value)})"
            yield Item(item.id, _line(f"- {item.strength}: {item.rule}{about}"))


def _of(value: str) -> str:
    return "" if value == "*" else f" {value}"


def _goals(goals: Iterable[Goal]) -> Iterator[Item]:
    for goal in sorted(goals, key=lambda goal: (-(goal.weight or 0), goal.id)):
        if goal.status != "active":
            continue
        facts = [
            f"{goal.weight:.0%}" if goal.weight is not None else "",
            _measure(goal),
            f"by {goal.by}" if goal.by else "",
            f"{goal.hours_per_week:g} h a week" if goal.hours_per_week is not None else "",
        ]
        told = "; ".join(fact for fact in facts if fact)
        yield Item(goal.id, _line(f"- {goal.id}: {goal.statement}{f' ({told})' if told else ''}"))


def _measure(goal: Goal) -> str:
    if goal.target is None and goal.now is None:
        return goal.measure or ""
    now = f"{goal.now:g}" if goal.now is not None else "?"
    target = f"{goal.target:g}" if goal.target is not None else "?"
    return f"{goal.measure or 'measure'} {now} → {target}"


def _projects(projects: Iterable[Project]) -> Iterator[Item]:
    for project in projects:
        facts = [
            f"also {', '.join(project.aliases)}" if project.aliases else "",
            f"for {project.goal}" if project.goal else "",
            f"with {', '.join(project.people)}" if project.people else "",
            f"next: {project.next}" if project.next else "",
        ]
        told = "; ".join(fact for fact in facts if fact)
        yield Item(project.id, _line(f"- {project.id}: {project.name}{f' ({told})' if told else ''}"))


def _people(profile: Profile, today: frozenset[str]) -> tuple[list[Person], list[Person], list[Person]]:
    """Return who is in the day's facts, who else is nearest, and everybody else."""
    everybody = sorted(profile.people, key=lambda person: (person.tier, person.id))
    here = {word.casefold() for word in today}
    near = [person for person in everybody if person.id.casefold() in here or here.intersection(person.emails)]
    nearest = [person for person in everybody if person not in near and person.tier == 1]
    return near, nearest, [person for person in everybody if person not in near and person not in nearest]


def _person(person: Person) -> Item:
    facts = [
        person.relation or "",
        person.org or "",
        f"every {person.cadence_days} days" if person.cadence_days else "",
        person.notes or "",
    ]
    told = "; ".join(fact for fact in facts if fact)
    return Item(person.id, _line(f"- {person.id}: {person.name}{f' ({told})' if told else ''}"))


def _words(profile: Profile) -> Iterator[Item]:
    for term in sorted(profile.glossary, key=lambda term: term.term.casefold()):
        yield Item(
            f"term:{term.term}", _line(f"- {term.term}: {term.means}{f' ({term.project})' if term.project else ''}")
        )


def _line(text: str) -> str:
    """Return `text` as one line: an entry with a line break in it must not look like two."""
    return " ".join(text.split())
