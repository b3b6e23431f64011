"""A plan for the day: what is due goes into the real free time, and where it does not fit, that is the first sentence.

At most 70 % of the free time is planned, the most pressing work first; no block is under 25 minutes, and every hard
limit of the owner's, of whatever tier, is kept free. Nothing is written to a calendar.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from context.windows import Interval, Windows, free
from flows.common import agenda
from flows.common.agenda import Slot
from flows.common.meetings import slot, stale
from flows.common.parts import unread
from flows.common.ties import Ties
from flows.common.wording import length, listed
from flows.facts import SQL, Value
from flows.output import Line, Section
from flows.plan import packing, wants
from flows.plan.packing import Packed
from flows.plan.wants import Work, minutes
from flows.shape import Draft, View, words

name = "plan"
folder = Path(__file__).parent
words_most = 220
TITLES = ("First", "The day", "Does not fit", "Not read")


@dataclass(frozen=True)
class Day:
    """The day as it is: its events, and the stretches in which work is possible."""

    slots: tuple[Slot, ...]
    gaps: tuple[Interval, ...]
    works: bool  # whether it has working hours


def compose(view: View) -> Draft:
    """Return the plan of the moment's day."""
    moment = view.moment
    title = f"Plan for {moment.day:%A} {moment.day.day} {moment.day:%B %Y}"
    warnings = _warnings(view)
    hours = view.profile.hours
    if hours is None:
        line = Line(text="Your profile states no working hours: `working_hours` in profile.yaml says when you work")
        return Draft(title, moment.day.isoformat(), (Section(title=TITLES[0], lines=(line,)), *_unread(warnings)))
    day = _day(view, hours)
    ties = Ties(view.profile)
    readable = view.health["mail"].state not in ("absent", "never", "failed")
    todo = wants.wanted(view, ties, readable)
    packed, served = _packed(view, ties, day, todo)
    summary, fact = _summary(view, day, todo, packed, served)
    lines = _lines(view, day, [*todo, *served], packed, fact)
    squeezed = _squeezed(view, todo, packed)
    sections = [
        Section(title=TITLES[0], lines=(summary,)),
        Section(title=TITLES[1], lines=tuple(lines)),
        Section(title=TITLES[2], lines=tuple(squeezed)),
        *_unread(warnings),
    ]
    return Draft(title, moment.day.isoformat(), _shortened(title, sections))


def _day(view: View, hours: Windows) -> Day:
    moment = view.moment
    slots = tuple(slot(view, row) for row in view.rows("meetings"))
    limits = [window for each in view.profile.limits() if each.when for window in each.when.on(moment.day, moment.zone)]
    gaps = free(moment.day, moment.zone, hours, [*agenda.busy(slots), *limits])
    return Day(slots, tuple(packing.usable(gaps, moment.as_of)), bool(hours.on(moment.day, moment.zone)))


def _packed(view: View, ties: Ties, day: Day, todo: list[Work]) -> tuple[Packed, list[Work]]:
    """Place the work; what room is left then goes to the weightiest goal, if it is enough to be of use."""
    order = [work.want for work in todo]
    packed = packing.pack(day.gaps, order)
    goal = wants.goal(view, ties)
    if goal is None or packed.room - packed.planned < packing.LEAST or packed.left:
        return packed, []
    again = packing.pack(day.gaps, [*order, goal.want])
    return again, [goal] if any(block.key == goal.want.key for block in again.blocks) else []


def _summary(view: View, day: Day, todo: list[Work], packed: Packed, served: list[Work]) -> tuple[Line, str]:
    """Return the first sentence and its fact, which holds the sums and the times of the goal's block."""
    must = sum((max(work.want.length, packing.LEAST) for work in todo if work.want.must), timedelta())
    over = minutes(sum((packed.left.get(work.want.key, timedelta()) for work in todo if work.want.must), timedelta()))
    goal = [block for block in packed.blocks if block.key.startswith("goal:")]
    clock = view.moment.clock
    spare = minutes(packed.free - packed.planned)
    values: dict[str, Value] = {
        "free": length(minutes(packed.free)),
        "room": length(minutes(packed.room)),
        "share": f"{round(packing.SHARE * 100)} %",
        "due": length(minutes(must)),
        "over": length(over),
        "planned": length(minutes(packed.planned)),
        "spare": length(spare),
        "date": view.moment.day.isoformat(),
        "begins": [clock(block.begins) for block in goal],
        "ends": [clock(block.ends) for block in goal],
        "parts": [length(minutes(block.ends - block.begins)) for block in goal],
        "goal": served[0].title if served else None,
        "by": served[0].values["by"] if served else None,
    }
    if not day.works:
        said = "A day off by your working hours: nothing is planned" + (
            f"; what is due takes {length(minutes(must))}" if must else ""
        )
    elif over:
        said = (
            f"Overcommitted by {length(over)}: what is due takes {length(minutes(must))}, and of {values['free']} free "
            f"{values['room']} may be planned ({values['share']})"
        )
    elif not packed.free:
        said = "No free time is left in your working hours" if day.slots else "No working hours are left on this day"
    elif not packed.blocks:
        said = f"Nothing is due: {values['free']} free"
    else:
        said = f"It fits: {values['planned']} planned of {values['free']} free, {values['spare']} left open"
    if not _read(view) and day.works:  # what is free, due or fitting is a claim on sources that were not read lately
        said = f"As far as could be read: {said[0].lower()}{said[1:]}"
    fact = view.book.add("f", SQL, view.statement("meetings"), said, values, origin="system")
    return Line(text=said, facts=(fact,)), fact


def _read(view: View) -> bool:
    """Whether enough was read lately to say what is free and what is due."""
    others = (view.health[family].state for family in ("tasks", "mail"))
    return view.health["calendar"].sound and all(state in ("ok", "absent") for state in others)


def _lines(view: View, day: Day, todo: list[Work], packed: Packed, summary: str) -> list[Line]:
    """Return the day in order of time: events as they are, and between them the blocks of work."""
    clock = view.moment.clock
    works = {work.want.key: work for work in todo}
    facts: dict[str, str] = {}
    for key in dict.fromkeys(block.key for block in packed.blocks):
        mine = [block for block in packed.blocks if block.key == key]
        facts[key] = summary if key.startswith("goal:") else works[key].fact(view, mine)
    rows: list[tuple[datetime, Line]] = []
    for block in packed.blocks:
        work = works[block.key]
        text = f"{clock(block.begins)}–{clock(block.ends)} {work.title}: {work.why}"
        cited = tuple(dict.fromkeys((facts[block.key], *work.also)))
        rows.append((block.begins, Line(text=text, facts=cited, external=work.external)))
    for event in day.slots:
        people = f" with {listed(event.others)}" if event.meeting and event.others else ""
        text = f"{clock(event.begins)}–{clock(event.ends)} “{event.title}”{people}"
        rows.append((event.begins, Line(text=text, facts=(event.fact,), external=True)))
    return [line for _, line in sorted(rows, key=lambda row: row[0])]


def _squeezed(view: View, todo: list[Work], packed: Packed) -> list[Line]:
    """Return what found no room, or not all of it: what is due first."""
    lines = []
    for work in todo:
        rest = packed.left.get(work.want.key)
        if rest is None:
            continue
        blocks = [block for block in packed.blocks if block.key == work.want.key]
        fact = work.fact(view, blocks, rest)
        part = f"; {length(minutes(rest))} of {length(minutes(work.want.length))} found no room" if blocks else ""
        text = f"{work.title}: {work.why}{part}"
        lines.append(Line(text=text, facts=tuple(dict.fromkeys((fact, *work.also))), external=work.external))
    return lines


def _warnings(view: View) -> list[Line]:
    calendar = stale(view)
    return [*([calendar] if calendar else []), *unread(view, ("tasks", "Tasks"), ("mail", "Mail"))]


def _unread(warnings: list[Line]) -> list[Section]:
    return [Section(title=TITLES[3], lines=tuple(warnings))] if warnings else []


def _shortened(title: str, sections: list[Section]) -> tuple[Section, ...]:
    """Return the sections that say something, cut to `words_most`: what does not fit loses its last lines first."""
    kept = [_headed(section) for section in sections if section.lines]
    while words(title, kept) > words_most:
        last = max((n for n, each in enumerate(kept) if len(each.lines) > 1), default=None)
        if last is None:
            break
        cut = kept[last]
        kept[last] = cut.model_copy(update={"lines": cut.lines[:-1], "more": cut.more + 1})
    return tuple(kept)


def _headed(section: Section) -> Section:
    """Return a section with no more lines than there may be words: a long list is not counted line by line."""
    over = max(0, len(section.lines) - words_most)
    return section.model_copy(update={"lines": section.lines[:words_most], "more": section.more + over})
