"""The morning brief, composed from rows without a model: at most 220 words, readable in a minute.

Order: First → the day's shape → problems → up to three mails that need a reply → up to three open tasks or answers
owed, mine and theirs → what changed since the last brief. What was told before and has not changed is counted, not
repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.brief import changes, first, items, meetings
from flows.brief.items import Item
from flows.brief.ties import Ties
from flows.brief.wording import count
from flows.output import Line, Section
from flows.shape import Draft, View, words

name = "brief"
folder = Path(__file__).parent
words_most = 220

PROBLEMS, REPLIES, OPEN, CHANGES = 3, 3, 3, 4  # lines at most
TITLES = ("First", "The day", "Problems", "Needs your reply", "Due and owed", "Changed since the last brief")


@dataclass(frozen=True)
class Part:
    """A section before it is cut: what is shown, what is left out, and the line on a source that could not be read."""

    title: str
    shown: tuple[Item, ...] = ()
    before: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()
    more: int = 0

    def section(self) -> Section:
        lines = (Line(text=item.line, facts=item.facts, external=item.external) for item in self.shown)
        return Section(title=self.title, lines=(*self.before, *lines, *self.after), more=self.more)

    def shorter(self) -> "Part":
        return replace(self, shown=self.shown[:-1], more=self.more + 1)


def compose(view: View) -> Draft:
    """Return the brief of the moment's day."""
    ties = Ties(view.profile)
    calendar = view.health["calendar"]
    day = meetings.read(view) if calendar.state not in ("absent", "never", "failed") else None
    troubles = meetings.problems(view, ties, day.slots) if day else []
    replies = items.replies(view, ties) if _readable(view, "mail") else []
    troubles += items.namesakes(view) if _readable(view, "mail") else []
    tasks = items.tasks(view, ties) if _readable(view, "tasks", "calendar") else []
    owed = items.waiting(view) if _readable(view, "mail") else []
    news = changes.read(view, ties)
    start, chosen = first.choose(view, ties, [*troubles, *replies, *tasks], day if calendar.sound else None)
    parts = [
        Part(TITLES[0], before=(start,)),
        Part(TITLES[1], before=_shape(view, day)),
        _part(view, TITLES[2], _without(troubles, chosen), PROBLEMS),
        _part(view, TITLES[3], _without(replies, chosen), REPLIES, _unread(view, ("mail", "Mail"))),
        _part(view, TITLES[4], _mixed(_without(tasks, chosen), owed), OPEN, _unread(view, ("tasks", "Tasks"))),
        _part(view, TITLES[5], news, CHANGES, _unread(view, ("docs", "Documents"), ("repos", "Repositories"))),
    ]
    title = f"Brief for {view.moment.day:%A} {view.moment.day.day} {view.moment.day:%B %Y}"
    kept = trimmed(parts, title)
    told = [*([chosen] if chosen else []), *(item for part in kept for item in part.shown)]
    fresh = [item for item in told if view.news(item.key, item.digest)]
    for item in told:
        view.tell(item.key, item.digest)
    sections = tuple(part.section() for part in kept)
    wanted = tuple(section for section in sections if section.lines or section.more)
    return Draft(title, view.moment.day.isoformat(), wanted, calendar.sound and not fresh and not _busy(day))


def _busy(day: meetings.Day | None) -> bool:
    return day is not None and bool(day.meetings or day.whole_days)


def _without(found: Sequence[Item], chosen: Item | None) -> list[Item]:
    return [item for item in found if item is not chosen]


def _readable(view: View, *families: str) -> bool:
    return any(view.health[family].state not in ("absent", "never", "failed") for family in families)


def _shape(view: View, day: meetings.Day | None) -> tuple[Line, ...]:
    """Return the day's lines. Of a calendar that is not fresh, it is said so, and never that the day is clear."""
    warning = meetings.stale(view)
    lines = list(day.lines) if day else []
    if warning is None or day is None:
        return (*([warning] if warning else []), *lines)
    if not day.meetings:  # an old calendar without meetings says nothing of the day
        lines = [line for line in lines[1:] if line.text.startswith("All day")]
    return (warning, *lines)


def _unread(view: View, *families: tuple[str, str]) -> tuple[Line, ...]:
    """Return the lines that stand where a section's sources could not be read, or not lately."""
    lines = []
    for family, called in families:
        health = view.health[family]
        if health.state in ("ok", "absent"):
            continue
        if health.read is None:
            said = "was never read" if health.state == "never" else "cannot be read"
            lines.append(Line(text=f"{called}: {said}"))
        else:
            lines.append(Line(text=f"{called}: not read since {meetings.since(view.moment, health.read)}"))
    return tuple(lines)


def _mixed(mine: Sequence[Item], theirs: Sequence[Item]) -> list[Item]:
    """Return the owner's own and what others owe: two of the owner's, one of theirs, and so on."""
    own, others = list(mine), list(theirs)
    mixed: list[Item] = []
    while own or others:
        mixed += [*own[:2], *others[:1]]
        own, others = own[2:], others[1:]
    return mixed


def _part(view: View, title: str, found: Sequence[Item], most: int, before: tuple[Line, ...] = ()) -> Part:
    """Return the section of the items that are news; those told before, unchanged, are only counted."""
    fresh = [item for item in found if view.news(item.key, item.digest)]
    known = len(found) - len(fresh)
    if known and not fresh:
        return Part(title, (), before, (Line(text=f"{count(known, 'item')} told before, unchanged"),))
    return Part(title, tuple(fresh[:most]), before, more=len(found) - len(fresh[:most]))


def trimmed(parts: list[Part], title: str, most: int = words_most) -> list[Part]:
    """Drop items from the end until the whole has at most `most` words; what is dropped is counted."""
    kept = list(parts)
    while words(title, [part.section() for part in kept]) > most:
        several = [n for n, part in enumerate(kept) if len(part.shown) > 1]
        some = several or [n for n, part in enumerate(kept) if part.shown]
        if not some:
            return kept
        kept[some[-1]] = kept[some[-1]].shorter()
    return kept
