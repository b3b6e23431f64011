"""What the owner should look at in a valid profile: entries that went stale, that disagree, or that are missing.

Nothing here changes or hides an entry: of two that disagree both stay, and both are used, until the owner decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations

from context.profile import Entry, Preference
from context.reading import Finding, Kind, Loc
from context.references import LISTS
from context.store import Tree
from context.windows import overlap

FRESH = {  # kind of entry → days after which it should be looked at again
    "project": 60,
    "goal": 90,
    "person": 180,
    "constraint": 180,
    "routine": 180,
    "role": 365,
    "preference": 365,
    "term": 730,
}


class Review:
    """One look over a valid tree; `findings` are in the order of the files."""

    def __init__(self, tree: Tree, today: date) -> None:
        """Look over `tree`. Raises ProfileError where it is invalid."""
        self.tree, self.today, self.profile = tree, today, tree.valid()
        order = list(tree.documents)
        found = [*self._gaps(), *self._stale(), *self._conflicts()]
        self.findings = sorted(found, key=lambda finding: (order.index(finding.file), finding.line))

    def _say(self, kind: str, index: int, field: str, says: str, as_: Kind) -> Finding:
        file, key = LISTS[kind]
        loc: Loc = (index, field) if key is None else (key, index, field)
        return self.tree.documents[file].finding(loc, says, as_)

    def _line(self, kind: str, index: int) -> str:
        finding = self._say(kind, index, "id", "", "conflict")
        return f"{finding.file}:{finding.line}"

    def _gaps(self) -> Iterator[Finding]:
        document, me = self.tree.documents["profile.yaml"], self.profile.identity
        stated = (document.data or {}).get("identity") or {}
        missing = {
            "name": (me.name, "is not stated; run `steward init`"),
            "emails": (me.emails, "is empty, so your own mails and meetings cannot be told from others'"),
            "timezone": (stated.get("timezone"), "is not stated; UTC is used"),
        }
        yield from (
            document.finding(("identity", key), says, "gap") for key, (value, says) in missing.items() if not value
        )
        if not self.profile.working_hours:
            yield document.finding(("working_hours",), "is empty; any hour counts as a working hour", "gap")
        for index, person in enumerate(self.profile.people):
            if person.voice and person.voice not in self.profile.voices:
                yield self._say("person", index, "voice", f"there is no voice/{person.voice}.md", "gap")

    def _stale(self) -> Iterator[Finding]:
        for kind, entries in self._lists():
            for index, entry in enumerate(entries):
                if entry.reviewed is None:
                    yield self._say(kind, index, "reviewed", "has no date; when did you last look at it?", "stale")
                elif (age := (self.today - entry.reviewed).days) > FRESH[kind]:
                    says = f"last reviewed {age} days ago; is it still so?"
                    yield self._say(kind, index, "reviewed", says, "stale")

    def _lists(self) -> Iterator[tuple[str, Sequence[Entry]]]:
        me = self.profile
        yield from (
            ("role", me.roles),
            ("constraint", me.constraints),
            ("routine", me.routines),
            ("term", me.glossary),
            ("goal", me.goals),
            ("project", me.projects),
            ("person", me.people),
            ("preference", me.preferences),
        )

    def _conflicts(self) -> Iterator[Finding]:
        me = self.profile
        yield from self._shared("person", "emails", [person.emails for person in me.people], set(me.identity.emails))
        names = [(project.name, *project.aliases) for project in me.projects]
        yield from self._shared("project", "name", [[name.casefold() for name in group] for group in names])
        titles = [[word.casefold() for word in project.match.title] for project in me.projects]
        yield from self._shared("project", "match", titles)
        yield from self._shared("term", "term", [[term.term.casefold()] for term in me.glossary])
        yield from self._goals()
        yield from self._times()
        for (i, first), (j, second) in combinations(enumerate(me.preferences), 2):
            if _contrary(first, second):
                says = f"disagrees with {first.id} ({self._line('preference', i)}); both are kept"
                yield self._say("preference", j, "rule", says, "conflict")

    def _shared(
        self, kind: str, field: str, values: Sequence[Iterable[str]], taken: Iterable[str] = ()
    ) -> Iterator[Finding]:
        """Say of each value that two entries claim where the other one stands; `taken` are the owner's own."""
        owners: dict[str, int] = dict.fromkeys(taken, -1)
        for index, mine in enumerate(values):
            for value in dict.fromkeys(mine):
                other = owners.setdefault(value, index)
                if other != index:
                    whose = "one of your own" if other < 0 else f"also claimed at {self._line(kind, other)}"
                    yield self._say(kind, index, field, f"one of these is {whose}; both are kept", "conflict")

    def _goals(self) -> Iterator[Finding]:
        active = [(index, goal) for index, goal in enumerate(self.profile.goals) if goal.status == "active"]
        for (i, first), (j, second) in combinations(active, 2):
            if first.measure and first.measure == second.measure and first.target != second.target:
                says = f"another target for the measure of {first.id} ({self._line('goal', i)}); both are kept"
                yield self._say("goal", j, "target", says, "conflict")
        asked = sum(goal.hours_per_week or 0 for _, goal in active)
        week = self.profile.hours.week() / 60 if self.profile.hours else None
        if week is not None and asked > week:
            says = f"active goals ask for {asked:g} h a week, and the working hours are {week:g} h"
            yield self._say("goal", active[-1][0], "hours_per_week", says, "conflict")
        for kind, weights in (
            ("goal", [(index, goal.weight) for index, goal in active]),
            ("role", [(index, role.weight) for index, role in enumerate(self.profile.roles) if not role.to]),
        ):
            total = round(sum(weight or 0 for _, weight in weights), 6)
            if total > 1:
                yield self._say(kind, weights[-1][0], "weight", f"weights sum to {total:g}, more than 1", "conflict")

    def _times(self) -> Iterator[Finding]:
        hard = [(i, limit) for i, limit in enumerate(self.profile.constraints) if limit.hard and limit.when]
        for j, routine in enumerate(self.profile.routines):
            for i, limit in hard:
                if limit.when and overlap(limit.when, routine.when):
                    says = f"falls into the hard constraint {limit.id} ({self._line('constraint', i)}); both are kept"
                    yield self._say("routine", j, "when", says, "conflict")
        for (i, first), (j, second) in combinations(enumerate(self.profile.routines), 2):
            if overlap(first.when, second.when):
                says = f"overlaps {first.id} ({self._line('routine', i)}); both are kept"
                yield self._say("routine", j, "when", says, "conflict")


def _contrary(first: Preference, second: Preference) -> bool:
    """Return whether two active preferences about one thing pull in opposite directions on the same words."""
    if first.status != "active" or second.status != "active" or first.scope != second.scope:
        return False
    if (first.strength in ("always", "prefer")) == (second.strength in ("always", "prefer")):
        return False
    a, b = _words(first.rule), _words(second.rule)
    return len(a & b) * 2 > min(len(a), len(b))


def _words(rule: str) -> set[str]:
    filler = {"always", "never", "prefer", "avoid", "the", "a", "an", "to", "for", "in", "on", "of", "and", "or", "not"}
    return {word.strip(".,;:!?\"'").casefold() for word in rule.split()} - filler - {"do", "don't", ""}
