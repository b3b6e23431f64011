"""The morning brief, composed from rows without a model: at most 220 words, readable in a minute.

Order: First → the day's shape → problems → up to three mails that need a reply → up to three open tasks or answers
owed, mine and theirs → what changed since the last brief. What was told before and has not changed is counted, not
repeated.
"""

from collections.abc import Sequence
from pathlib import Path

from flows.brief import changes, first, meetings
from flows.common import items
from flows.common.heed import heeded
from flows.common.items import Item
from flows.common.meetings import stale
from flows.common.parts import Part, cut, trimmed, unread
from flows.common.ties import Ties
from flows.output import Line
from flows.shape import Draft, View

name = "brief"
folder = Path(__file__).parent
words_most = 220

PROBLEMS, REPLIES, OPEN, CHANGES = 3, 3, 3, 4  # lines at most
TITLES = ("First", "The day", "Problems", "Needs your reply", "Due and owed", "Changed since the last brief")


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
    troubles, replies, tasks, owed, news = heeded(view, troubles, replies, tasks, owed, news)
    start, chosen = first.choose(view, ties, [*troubles, *replies, *tasks], day if calendar.sound else None)
    parts = [
        Part(TITLES[0], before=(start,)),
        Part(TITLES[1], before=_shape(view, day)),
        cut(view, TITLES[2], _without(troubles, chosen), PROBLEMS),
        cut(view, TITLES[3], _without(replies, chosen), REPLIES, unread(view, ("mail", "Mail"))),
        cut(view, TITLES[4], _mixed(_without(tasks, chosen), owed), OPEN, unread(view, ("tasks", "Tasks"))),
        cut(view, TITLES[5], news, CHANGES, unread(view, ("docs", "Documents"), ("repos", "Repositories"))),
    ]
    title = f"Brief for {view.moment.day:%A} {view.moment.day.day} {view.moment.day:%B %Y}"
    kept = trimmed(parts, title, words_most)
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
    warning = stale(view)
    lines = list(day.lines) if day else []
    if warning is None or day is None:
        return (*([warning] if warning else []), *lines)
    if not day.meetings:  # an old calendar without meetings says nothing of the day
        lines = [line for line in lines[1:] if line.text.startswith("All day")]
    return (warning, *lines)


def _mixed(mine: Sequence[Item], theirs: Sequence[Item]) -> list[Item]:
    """Return the owner's own and what others owe: two of the owner's, one of theirs, and so on."""
    own, others = list(mine), list(theirs)
    mixed: list[Item] = []
    while own or others:
        mixed += [*own[:2], *others[:1]]
        own, others = own[2:], others[1:]
    return mixed
