"""The frame of a question: what narrows its metric down, as parameters of SQL, as words, and kept for a follow-up."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from context.profile import Project
from context.windows import bounds
from flows.ask import period as periods
from flows.ask.fold import fold
from flows.ask.metric import Metric
from flows.ask.names import Named
from flows.ask.period import Period
from flows.ask.question import Question
from flows.facts import Moment, Value
from flows.shape import View

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
WAYS = {"in": " received", "out": " sent", "both": " received or sent"}


@dataclass(frozen=True)
class Frame:
    """A metric with all that narrows it down. `clipped`: the period is not over, and only what was is asked for."""

    metric: Metric
    period: Period | None
    named: tuple[Named, ...]
    topic: str = ""
    group: str = ""
    direction: str = "both"
    folder: str = ""
    clipped: bool = False
    tense: int = 0

    def one(self, kind: str) -> Named | None:
        return next((item for item in self.named if item.kind == kind), None)

    def parameters(self, view: View) -> dict[str, Any]:
        """Return what the SQL of a metric may name. An empty text does not narrow."""
        moment, zone = view.moment, view.moment.zone
        first, until = EARLIEST, LATEST if self.metric.tense >= 0 else moment.as_of
        if self.period is not None:
            first, until = bounds(self.period.first, zone)[0], bounds(self.period.until, zone)[0]
        if self.clipped:
            until = moment.as_of
        project = next(
            (each for each in view.profile.projects if (named := self.one("project")) and each.id == named.value), None
        )
        topic, domain = (_words([self.topic]), "") if self.topic else _project(project)
        return {
            **moment.parameters(),
            "first": first,
            "until": until,
            "first_day": self.period.first if self.period else EARLIEST.date(),
            "until_day": self.period.until if self.period else LATEST.date(),
            "direction": self.direction,
            "one_way": "" if self.direction == "both" else self.direction,
            "topic": topic,
            "topic_domain": domain,
            "folder": self.folder,
            "group": self.group or "day",
            "person": self._value("person"),
            "domain": self._value("company"),
            "account": self._value("account"),
            "repo": self._value("repo"),
            "term": self._value("term"),
        }

    def _value(self, kind: str) -> str:
        named = self.one(kind) if kind in self.metric.takes else None
        return named.value if named else ""

    def words(self, moment: Moment) -> dict[str, str]:
        """Return how the answer says what narrows it down."""
        when = f" {self.period.said(moment.today)}" if self.period else ""
        if self.clipped and self.period and self.period.first != self.period.last:
            when += " (until now)"
        way = WAYS[self.direction] if self.metric.way else ""
        scope = ""
        for kind, before in (
            ("person", self._with()),
            ("company", self._with()),
            ("project", " of the project "),
            ("repo", " in "),
        ):
            if (named := self.one(kind)) and kind in self.metric.takes:
                scope += f"{before}{named.said}"
        if self.topic:
            scope += f" with “{self.topic}” in the title"
        scope += f" in {self.folder.partition('|')[0]}" if self.folder else ""
        scope += (
            f" in your {account.said} account"
            if (account := self.one("account")) and "account" in self.metric.takes
            else ""
        )
        return {"period": when, "scope": scope, "way": way, "group": self.group}

    def _with(self) -> str:
        if "repos" in self.metric.reads:
            return " by "
        return {"in": " from ", "out": " to "}.get(self.direction, " with ") if self.metric.way else " with "

    def kept(self) -> dict[str, Value]:
        """Return it as values of the answer's fact: a follow-up reads them."""
        held: dict[str, Value] = {"metric": self.metric.name, "direction": self.direction, "tense": self.tense}
        if self.period:
            held |= {"first": self.period.first.isoformat(), "last": self.period.last.isoformat()}
        held |= {item.kind: item.value for item in self.named} | {f"{item.kind}_said": item.said for item in self.named}
        held |= {name: value for name in ("topic", "group", "folder") if (value := getattr(self, name))}
        return held


def of(question: Question, metric: Metric, moment: Moment) -> Frame:
    """Return the frame of a question that a metric answers. A day that may lie either way lies the metric's."""
    period = question.period
    if period and not question.tense and metric.tense:
        period = periods.read(question.mended, moment.today, metric.tense)[0] or period
    clipped = bool(period and question.tense < 0 and metric.tense < 0 and period.first <= moment.today < period.until)
    direction = question.direction
    if metric.way and direction == "both" and "both" not in metric.way[:1]:
        direction = metric.way[0]
    return Frame(
        metric,
        period,
        question.named,
        question.topic,
        question.group,
        direction,
        question.folder,
        clipped,
        question.tense,
    )


def restored(values: dict[str, Value], metric: Metric) -> Frame:
    """Return the frame that an answer's fact kept."""
    period = None
    if values.get("first") and values.get("last"):
        last = date.fromisoformat(str(values["last"]))
        period = Period(date.fromisoformat(str(values["first"])), last + timedelta(days=1))
    named = tuple(
        Named(kind, str(values[kind]), str(values.get(f"{kind}_said", values[kind])))
        for kind in ("person", "company", "project", "repo", "account", "term")
        if kind in values
    )
    topic, group, folder = (str(values.get(name) or "") for name in ("topic", "group", "folder"))
    direction, tense = str(values.get("direction", "both")), int(str(values.get("tense", 0)))
    return Frame(metric, period, named, topic, group, direction, folder, tense=tense)


def _words(listed: list[str]) -> str:
    """Return a pattern (RE2) that finds any of some phrases as whole words, in folded text."""
    phrases = "|".join(re.escape(fold(each)) for each in listed)
    return f"(^|[^\\pL\\pN])({phrases})($|[^\\pL\\pN])"


def _project(project: Project | None) -> tuple[str, str]:
    """Return the patterns of a project: of titles, and of the domains of addresses ("" where it names none)."""
    if project is None:
        return "", ""
    domains = [re.escape(domain.lower().lstrip("@")) for domain in project.match.domain]
    return _words([project.name, *project.aliases, *project.match.title]), f'@({"|".join(domains)})"' if domains else ""
