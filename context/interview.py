"""The interview: take answers into the profile, one at a time, so that it can stop anywhere and go on later.

Each answer is written as it is given. What the profile already says is not asked, and never replaced; which questions
were answered or skipped is remembered beside the data.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from context.errors import InputError
from context.home import Home, write_private
from context.profile import Profile
from context.questions import QUESTIONS, Question
from context.store import load, tree
from context.writer import Editing, editing, lay, replace

POLICIES = (
    "budget",
    "tools",
)  # the template has a default for these, so the profile cannot tell that they were answered
UNREVIEWED = ("glossary",)


class Interview:
    """An interview over a home. Making one lays down the files that are missing."""

    def __init__(self, home: Home) -> None:
        """Begin or go on. Raises ProfileError where the profile is invalid."""
        self.home = home
        self.laid = lay(home)
        self.profile = load(home)
        self._path = home.data / "interview.json"
        self._before: dict[str, str] | None = None
        self._undone: Question | None = None

    def pending(self, again: bool = False) -> list[Question]:
        """Return the questions that have no answer yet; skipped ones only if `again`."""
        done = self._done()
        closed = ("answered",) if again else ("answered", "skipped")
        return [item for item in QUESTIONS if not item.known(self.profile) and done.get(item.key) not in closed]

    def skip(self, question: Question) -> None:
        """Remember that the owner has no answer to this now."""
        self._remember(question, "skipped")

    def answer(self, question: Question, text: str) -> str:
        """Write one answer and return how it was taken, to be quoted back; "" where it was known already.

        Raises ValueError with what was expected where it cannot be read, and InputError where the profile already
        says something else there.
        """
        value = question.read(" ".join(text.split()))
        files = {name: document.text for name, document in tree(self.home.context).documents.items()}
        with editing(self.home) as edit:
            said = self._take(edit, question, value)
        self._before, self._undone = files, question
        self.profile = load(self.home)
        self._remember(question, "answered")
        return said

    def undo(self) -> Question | None:
        """Take the last answer back and return its question; None where there is nothing to take back."""
        if self._before is None:
            return None
        now = tree(self.home.context)
        changed = {name: text for name, text in self._before.items() if now.documents[name].text != text}
        replace(self.home.context, changed, now)
        self.profile, self._before = load(self.home), None
        if self._undone:
            self._remember(self._undone, None)
        return self._undone

    def _take(self, edit: Editing, question: Question, value: Any) -> str:
        file, path = question.place
        known = question.known(self.profile)
        if question.prefix or question.key == "words":
            entry = self._entry(question, value)
            label = next(iter(value.values()))
            if label.casefold() in (word.casefold() for word in known):
                return ""
            edit.add(file, entry, path[0] if path else None)
            return f"{file}: {_told(entry)}"
        assert path is not None
        if isinstance(value, list):
            fresh = [word for word in value if word not in known]
            edit.put(file, path, [*known, *fresh])
            return f"{path[-1]}: {', '.join(fresh)}" if fresh else ""
        if known and not _same(question, value, self.profile):
            raise InputError(f"{question.key} is already set, and was kept", "change it with `steward context edit`")
        if known:
            return ""
        edit.put(file, path, value)
        return f"{path[-1]}: {_told(value)}"

    def _entry(self, question: Question, value: Mapping[str, Any]) -> dict[str, Any]:
        entry = {key: item for key, item in value.items() if item is not None}
        if question.prefix:
            entry = {"id": self._id(question.prefix, next(iter(value.values()))), **entry}
        return entry | {"reviewed": self.today()}

    def _id(self, prefix: str, label: str) -> str:
        """Make an id of the first words of a label, free in the whole tree."""
        plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
        words: list[str] = re.findall(r"[a-z0-9]+", plain)
        stem = prefix + ("_".join(words[:3])[:24] or "entry")
        taken, number = _ids(self.profile), 1
        while (name := stem if number == 1 else f"{stem}_{number}") in taken:
            number += 1
        return name

    def today(self) -> date:
        return self.home.now().astimezone(ZoneInfo(self.profile.identity.timezone)).date()

    def _done(self) -> dict[str, str]:
        try:
            done = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return done if isinstance(done, dict) else {}

    def _remember(self, question: Question, how: str | None) -> None:
        done = {key: value for key, value in self._done().items() if key != question.key}
        if how:
            done[question.key] = how
        write_private(self._path, json.dumps(done, indent=2) + "\n")


def _same(question: Question, value: Any, profile: Profile) -> bool:
    if question.key == "hours":
        return bool(value == profile.working_hours)
    return question.known(profile) == (str(value),)


def _ids(profile: Profile) -> set[str]:
    timed = {entry.id for entry in profile.constraints} | {entry.id for entry in profile.routines}
    aims = {entry.id for entry in profile.goals} | {entry.id for entry in profile.projects}
    others = {entry.id for entry in profile.people} | {entry.id for entry in profile.preferences}
    return {profile.identity.id} | {entry.id for entry in profile.roles} | timed | aims | others


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_told(item)}" for key, item in value.items() if key != "reviewed")
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
