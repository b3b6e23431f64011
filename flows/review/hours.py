"""Where a week's time went: events as intervals, shared time split, each given to a goal and a role by rules.

Time that several events share counts once and is split among them in equal parts: an hour in which two events stand is
half an hour of each. So the parts always add up to the hours that there were.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from context.profile import Goal, Profile, Project, Role, Routine
from flows.common.meetings import coming
from flows.common.ties import Ties
from flows.facts import Row

CLOSE = 4  # people up to which a meeting is about those who come


@dataclass(frozen=True)
class Spent:
    """An event of the week with the time that is its own, in seconds, and what it serves."""

    row: Row
    seconds: Fraction
    goal: Goal | None = None
    role: Role | None = None
    project: Project | None = None

    @property
    def key(self) -> str:
        return str(self.row["instance_key"])


@dataclass
class Week:
    """A week's events and their sums."""

    spent: list[Spent] = field(default_factory=list)

    @property
    def total(self) -> Fraction:
        return sum((one.seconds for one in self.spent), Fraction())

    def of(self, goal: Goal | None) -> list[Spent]:
        return [one for one in self.spent if (one.goal.id if one.goal else None) == (goal.id if goal else None)]

    def by(self, role: Role | None) -> list[Spent]:
        return [one for one in self.spent if (one.role.id if one.role else None) == (role.id if role else None)]


def minutes(spent: Iterable[Spent]) -> int:
    """Return whole minutes, rounded half up once, over the sum."""
    seconds = sum((one.seconds for one in spent), Fraction())
    return int(seconds / 60 + Fraction(1, 2))


def shares(intervals: Sequence[tuple[datetime, datetime]]) -> list[Fraction]:
    """Return the seconds that belong to each interval, where what several share is split in equal parts."""
    edges = sorted({edge for interval in intervals for edge in interval})
    result = [Fraction()] * len(intervals)
    for begins, ends in pairwise(edges):
        here = [number for number, (first, last) in enumerate(intervals) if first <= begins and last >= ends]
        for number in here:
            result[number] += Fraction(int((ends - begins).total_seconds()), len(here))
    return result


def spent(rows: Sequence[Row], profile: Profile) -> Week:
    """Return the week's events with their time, goals and roles."""
    parts = shares([(row["starts_at"], row["ends_at"]) for row in rows])
    ties, people = Ties(profile), _people(profile)
    return Week(
        [
            Spent(row, seconds, _goal(row, profile, ties, people), _role(row, profile), ties.of(row["summary"]).project)
            for row, seconds in zip(rows, parts, strict=True)
        ]
    )


def _people(profile: Profile) -> dict[str, str]:
    return {email: person.id for person in profile.people for email in person.emails}


def addresses(row: Row, profile: Profile) -> list[str]:
    """Return who else is there, by address: no rooms, nor who declined."""
    found = [str(guest.get("address") or "").lower() for guest in coming(row)]
    every = dict.fromkeys([*found, (row["organizer_address"] or "").lower()])
    return [address for address in every if address and address not in profile.identity.emails]


def _goal(row: Row, profile: Profile, ties: Ties, people: dict[str, str]) -> Goal | None:
    """Return the goal that an event serves: by words of its title, a routine's name, its guests' domain or projects.

    People count where few come and all of them who have a goal have the same one.
    """
    by_words = ties.of(row["summary"])
    if by_words.project is not None:
        return by_words.goal
    routine = next((one for one in profile.routines if one.goal and _is(one, row)), None)
    if routine is not None:
        return ties.goals.get(routine.goal or "")
    guests = addresses(row, profile)
    domains = [ties.of(address=address) for address in guests]
    by_domain = next((tie for tie in domains if tie.goal is not None), None)
    if by_domain is not None:
        return by_domain.goal
    if len(guests) <= CLOSE:
        goals = {tie.goal.id: tie.goal for address in guests if (tie := ties.of(person=people.get(address))).goal}
        if len(goals) == 1:
            return next(iter(goals.values()))
    return None


def _is(routine: Routine, row: Row) -> bool:
    """Whether an event is a routine of the owner's: by its name, or as a block of their own called like part of it."""
    said, name = (row["summary"] or "").strip().casefold(), routine.name.casefold()
    return name in said or (len(said) > 3 and said in name and not row["meeting"])


def _role(row: Row, profile: Profile) -> Role | None:
    """Return the role in which time was spent: by the organisation of guests or calendar, else by the calendar's kind.

    A role without an organisation is met where its audience is the calendar's account ("private") and no other's is.
    """
    places = " ".join([*(a.partition("@")[2] for a in addresses(row, profile)), (row["calendar"] or "")]).casefold()
    for role in profile.roles:
        if role.org and "".join(role.org.casefold().split()) in places.replace("-", ""):
            return role
    same = [role for role in profile.roles if role.audience == (row["account"] or "")]
    return same[0] if len(same) == 1 else None


def frequent(unassigned: Sequence[Spent], most: int) -> list[tuple[str, int, list[Spent]]]:
    """Return the titles that came twice or more and took most of the time without a goal or project."""
    groups: dict[str, list[Spent]] = {}
    for one in (each for each in unassigned if each.project is None):
        groups.setdefault(" ".join((one.row["summary"] or "").split()), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: (-minutes(item[1]), item[0]))
    return [(title, len(found), found) for title, found in ordered if title and len(found) > 1][:most]


def company(unassigned: Sequence[Spent], profile: Profile, most: int) -> list[tuple[str, int]]:
    """Return the people of no project who were most often there without a goal, by address."""
    placed = {person for project in profile.projects for person in project.people}
    known = {email for person in profile.people if person.id not in placed for email in person.emails}
    met = Counter(address for one in unassigned for address in addresses(one.row, profile) if address in known)
    often = [(who, times) for who, times in met.items() if times > 1]
    return sorted(often, key=lambda item: (-item[1], item[0]))[:most]
