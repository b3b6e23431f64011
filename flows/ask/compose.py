"""Ask: one question in plain words, one answer, each number of it a query's.

The way, by rules first: a named metric (or the profile) that every word of the question fits → a SELECT that a model
writes, where one is configured, run in the sandbox → search, for what is looked up → what is missing to know it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from context.home import Home
from flows.ask import answer, follow, frame, metric, refuse, router
from flows.ask import question as questions
from flows.ask.answer import Reply
from flows.ask.fold import words
from flows.ask.frame import Frame
from flows.ask.metric import Metric
from flows.ask.names import Names
from flows.ask.question import Question
from flows.output import Line
from flows.shape import Draft, View

LONGEST = 500  # characters of a question


@dataclass
class Asking:
    """The capability for one question of one home. `before` is what a follow-up goes on from."""

    home: Home
    before: follow.Before | None = None
    name: str = "ask"
    folder: Path = Path(__file__).parent
    words_most: int = 600

    def compose(self, view: View) -> Draft:
        """Return the answer to `view.about`."""
        text = " ".join((view.about or "").split())[:LONGEST]
        own = metric.own(self.home)
        name, _, rest = text.partition(" ")
        before, said = self.before, text
        if name in own:  # a metric of the owner's by its name, perhaps with "in February" after it
            before, said = (self._kept(view, own[name]), rest) if rest else (None, own[name].question)
        asked = questions.read(said, Names.of(view, said), view.moment.today)
        reply = self._reply(view, asked, own.get(name), before)
        if asked.spelled:
            said = ", ".join(f"“{wrong}” as “{right}”" for wrong, right in asked.spelled)
            reply.how.append(Line(text=f"Read {said}"))
        return Draft(text, subject(text), reply.sections())

    def _reply(self, view: View, asked: Question, named: Metric | None, before: follow.Before | None) -> Reply:
        metrics = {**metric.shipped(), **metric.own(self.home)}
        if before is not None:
            made = follow.merged(before, asked, metrics, view.moment)
            if made is not None:
                return which(view, made) or answer.metric(view, self.home, made)
        found = named or router.route(asked, metrics.values())
        if found is not None:
            made = frame.of(asked, found, view.moment)
            return which(view, made) or answer.metric(view, self.home, made)
        return refuse.otherwise(view, self.home, asked, before)

    def _kept(self, view: View, own: Metric) -> follow.Before:
        """Return the question that the owner kept, as something to go on from."""
        asked = questions.read(own.question, Names.of(view, own.question), view.moment.today)
        return follow.Before(own.question, own.sql, frame.of(asked, own, view.moment).kept())


def which(view: View, made: Frame) -> Reply | None:
    """Return the question back to the owner where a name is that of several people, each with their address."""
    for item in made.named:
        if item.others:
            listed = []
            for person, name, address in item.others:
                row = next((each for each in view.rows("known") if each["person_id"] == person), None)
                about = ", ".join(str(row[part]) for part in ("relation", "organization") if row and row[part])
                text = f"{name} ({address}){f': {about}' if about else ''}"
                values = {"name": name, "address": address, **made.kept()}
                listed.append(Line(text=text, facts=(view.book.add("p", "people", person, text, values),)))
            first = Line(text=f"{item.said} is the name of {len(listed)} people. Ask again with an address:")
            return Reply("which", [first, *listed])
    return None


def subject(text: str) -> str:
    """Return the question as the name of a file: its first words."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join(words(text)))[:60].strip("-") or "question"
