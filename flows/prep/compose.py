"""What to know before a meeting, composed from rows without a model: at most 200 words, one output for each meeting.

Order: what changed since it was last told → what it is for → who comes → last time → what is open, both ways →
documents and pull requests → questions that these facts suggest. It says days and never ages, so that the same facts
give the same words tomorrow: what was sent is edited only when something changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from context.errors import InputError
from context.profile import Project
from flows.common.between import Matter
from flows.common.items import Item
from flows.common.parts import Part, readable, trimmed, unread
from flows.common.ties import Ties
from flows.common.wording import listed, on, title, told_at
from flows.facts import Row, Value
from flows.output import Line
from flows.prep import changes, events, matters, papers, people
from flows.prep.events import Meeting
from flows.shape import Draft, View, words

name = "prep"
folder = Path(__file__).parent
words_most = 200
CHANGED = 25  # words kept free for what changed, so that it never pushes out anything else
WHO, OPEN, PAPERS, QUESTIONS = 4, 4, 2, 3  # lines at most
# What is given up for room, in this order: the part, and how many lines stay.
FEWER = ((1, 3), (3, 3), (4, 1), (1, 2), (5, 2), (3, 2))
TITLES = ("What for", "Who", "Last time", "Open between you", "Documents", "Questions you could ask (suggestions)")
UNCOUNTED = TITLES[4:]  # what is left out of these weighs little, and is not counted


def compose(view: View) -> Draft:
    """Return the preparation of the meeting asked about, or of the next one."""
    row = events.choose(view) if readable(view, "calendar") else None
    if row is None:
        return _without(view)
    why = changes.gone(row)
    if why is not None and (row["cancelled"] or view.last(row["occurrence"]) is not None):
        return changes.withdrawn(view, row["occurrence"], row, why)
    return _prepared(view, events.meeting(view, row))


def _without(view: View) -> Draft:
    """Return what is said where there is no such meeting."""
    calendar = view.health["calendar"]
    if view.about and calendar.sound and view.last(view.about) is not None:
        return changes.withdrawn(view, view.about, None, str(changes.gone(None)))
    if view.about and calendar.sound:
        raise InputError("no meeting of the coming month begins like that", "`steward prep --all` shows the day's")
    said = unread(view, ("calendar", "Calendar")) or (
        Line(text="No calendar is connected")
        if calendar.state == "absent"
        else Line(text="No meeting with anybody else in the coming month"),
    )
    return Draft("No meeting to prepare", view.moment.day.isoformat(), (Part(TITLES[0], before=said).section(),), True)


def _prepared(view: View, meeting: Meeting) -> Draft:
    ties = Ties(view.profile)
    project = _project(view, meeting, ties)
    who = people.read(view, meeting)
    found = matters.read(view, meeting, ties, project)
    about = papers.read(view, meeting, ties, project)
    before = _last(view, meeting)
    late = unread(view, ("mail", "Mail"), ("tasks", "Tasks"))
    nothing = () if found or late or not view.health["mail"].sound else (Line(text="Nothing that was found"),)
    asked = _questions(meeting, who, found, about)
    parts = [
        Part(TITLES[0], (_purpose(meeting),), _stale(view)),
        Part(TITLES[1], tuple(who[:WHO]), more=len(who[WHO:])),
        Part(TITLES[2], before),
        Part(TITLES[3], tuple(matter.item for matter in found[:OPEN]), (*late, *nothing), more=len(found[OPEN:])),
        Part(TITLES[4], tuple(about[:PAPERS])),
        Part(TITLES[5], tuple(asked[:QUESTIONS])),
    ]
    head = f"Prep: “{meeting.title}”, {events.when(view.moment, meeting.begins, meeting.ends)}"
    kept = _cut(parts, head)
    shown = tuple(fact for part in kept for item in part.shown for fact in item.facts)
    changed = changes.line(view, meeting, shown)
    first = [Part("Update", before=(changed,))] if changed else []
    sections = tuple(part.section() for part in (*first, *kept))
    wanted = tuple(section for section in sections if section.lines or section.more)
    return Draft(head, meeting.occurrence, wanted, lasting=True)


def _cut(parts: list[Part], head: str) -> list[Part]:
    """Return the parts within the words that there are."""
    kept, most = list(parts), words_most - CHANGED
    for number, least in FEWER:
        while len(kept[number].shown) > least and words(head, [part.section() for part in kept]) > most:
            kept[number] = kept[number].shorter()
    kept = trimmed(kept, head, most)
    return [replace(part, more=0) if part.title in UNCOUNTED else part for part in kept]


def _project(view: View, meeting: Meeting, ties: Ties) -> Project | None:
    """Return the project that the meeting is of: by its title, by what it is for, else by who comes."""
    for text in (meeting.row["summary"], meeting.purpose):
        if (tie := ties.of(text)).project is not None:
            return tie.project
    known = people.known(view)
    of = [
        ties.of(person=known[guest.address].id if guest.address in known else None, address=guest.address).project
        for guest in meeting.guests
        if guest.address
    ]
    return next((project for project in of if project is not None), None)


def _stale(view: View) -> tuple[Line, ...]:
    calendar = view.health["calendar"]
    if calendar.sound or calendar.read is None:
        return ()
    return (Line(text=f"Calendar not read since {told_at(view.moment, calendar.read)}; the meeting may have changed"),)


def _purpose(meeting: Meeting) -> Item:
    where = title(meeting.row["location"]) if meeting.row["location"] else None
    said = f"“{meeting.purpose}”" if meeting.purpose else "No agenda given"
    return Item("purpose", "", said + (f"; at “{where}”" if where else ""), (meeting.fact,), ())


def _last(view: View, meeting: Meeting) -> tuple[Item, ...]:
    """Return the line on the last time of the series. A meeting that is no series has no last time."""
    if not meeting.row["is_recurring"]:
        return ()
    rows: list[Row] = view.rows("series", uid=meeting.row["uid"], begins=meeting.begins)
    if not rows:
        line = "None of this series in the 90 days before"
        return (Item("last", "", line, (meeting.fact,), ()),) if view.health["calendar"].sound else ()
    [row] = rows
    guests = [guest.name for guest in events.company(row, events.own(view))]
    day = view.moment.local(row["starts_at"])
    line = f"{on(day, view.moment.today)} {view.moment.clock(row['starts_at'])}"
    line += f", with {listed(guests)}" if guests else ""
    values: dict[str, Value] = {
        "date": day.isoformat(),
        "start": view.moment.clock(row["starts_at"]),
        "people": guests,
        "more": max(len(guests) - 2, 0),
    }
    fact = view.book.add("l", "event_instances", row["instance_key"], line, values)
    return (Item("last", "", line, (fact,), ()),)


def _questions(meeting: Meeting, who: Sequence[Item], found: Sequence[Matter], about: Sequence[Item]) -> list[Item]:
    """Return the questions that the facts suggest, each with the facts that it comes from."""
    asked = [(matter.question, matter.item.facts) for matter in found if matter.question]
    new = [item for item in who if item.line.endswith(": first contact")]
    said: list[tuple[str, tuple[str, ...]]] = asked[:2]
    if not meeting.purpose:
        said.append(("What should be decided by the end?", (meeting.fact,)))
    said += [
        (f"What does {item.line.partition(',')[0].partition(':')[0]} hope for from you?", item.facts)
        for item in new[:1]
    ]
    said += [(f"What changed in “{item.digest}”?", item.facts) for item in about[:1] if item.digest]
    said += asked[2:]
    return [Item(f"question:{number}", "", text, facts, ()) for number, (text, facts) in enumerate(said)]
