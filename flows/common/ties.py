"""What something has to do with the owner's goals and projects: by the owner's own match rules, names and people."""

import re
from dataclasses import dataclass

from context.profile import Goal, Profile, Project


@dataclass(frozen=True)
class Tie:
    """A project (or none) and a goal (or none) that something serves. `weight` orders ties, 0 to 1."""

    project: Project | None = None
    goal: Goal | None = None

    @property
    def weight(self) -> float:
        if self.goal is not None:
            return 0.3 if self.goal.weight is None else self.goal.weight
        return 0.1 if self.project is not None else 0.0

    @property
    def why(self) -> str:
        """Return the reason as a reader is told it."""
        if self.goal is not None:
            return f"serves “{self.goal.statement}”"
        return f"part of {self.project.name}" if self.project else ""


class Ties:
    """The active projects and goals of a profile as it may be seen."""

    def __init__(self, profile: Profile) -> None:
        self.goals = {goal.id: goal for goal in profile.goals if goal.status == "active"}
        self.words: list[tuple[re.Pattern[str], Tie]] = []
        self.people: dict[str, Tie] = {}
        self.domains: dict[str, Tie] = {}
        self.repos: dict[str, Tie] = {}
        for project in profile.projects:
            if project.status != "active":
                continue
            tie = Tie(project, self.goals.get(project.goal or ""))
            for word in (project.name, *project.aliases, *project.match.title):
                self.words.append((re.compile(rf"(?i)(?<!\w){re.escape(word)}(?!\w)"), tie))
            self.people |= {person: tie for person in project.people if person not in self.people}
            self.domains |= {domain.lower().lstrip("@"): tie for domain in project.match.domain}
            self.repos |= {repo.rsplit("/", 1)[-1].lower(): tie for repo in project.repos}

    def of(
        self, *texts: str | None, person: str | None = None, address: str | None = None, repo: str | None = None
    ) -> Tie:
        """Return the weightiest tie: a match of words, else of repository, of domain, of person."""
        text = " ".join(item for item in texts if item)
        found = [tie for word, tie in self.words if word.search(text)]
        if found:
            return max(found, key=lambda tie: tie.weight)
        domain = (address or "").rpartition("@")[2].lower()
        return (
            self.repos.get((repo or "").lower()) or self.domains.get(domain) or self.people.get(person or "") or Tie()
        )

    def heaviest(self) -> Goal | None:
        """Return the active goal of most weight; the earliest due of equals."""
        return max(
            self.goals.values(),
            key=lambda goal: (goal.weight or 0.0, -(goal.by.toordinal() if goal.by else 9_999_999), goal.id),
            default=None,
        )
