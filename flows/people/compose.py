"""People radar, composed from rows without a model: who has been silent for too long, with a reason to write to them.

Overdue is who has been silent for more than one and a half times the cadence that the owner stated, or their usual gap
where that is longer. Who has fewer than four days of contact has too little history: they are counted, not told.
With a name, one person's page. People are known by their addresses alone; whom the profile keeps above the tier of
this output is not in it.
"""

from collections.abc import Sequence
from pathlib import Path

from flows.common.heed import heeded
from flows.common.items import Item
from flows.common.parts import Part, cut, readable, trimmed, unread
from flows.common.wording import count, on
from flows.facts import SQL
from flows.output import Line
from flows.people import acquaintance, page
from flows.people.acquaintance import Acquaintance
from flows.shape import Draft, View

name = "people"
folder = Path(__file__).parent
words_most = 200

OVERDUE, QUIET, BIRTHDAYS = 5, 3, 3  # lines at most
SOON = 7  # days ahead that a birthday is told
TITLES = ("Overdue", "Gone quiet", "Birthdays", "The others")


def compose(view: View) -> Draft:
    """Return the radar, or the page of whom is asked about."""
    return page.compose(view) if view.about else _radar(view)


def _radar(view: View) -> Draft:
    known = acquaintance.read(view) if readable(view, "mail", "calendar", "people") else []
    late = unread(view, ("mail", "Mail"), ("calendar", "Calendar"))
    sound = readable(view, "mail", "calendar") and not late
    silent = [who for who in known if who.rhythm and who.rhythm.overdue] if sound else []
    stated = _ranked([who for who in silent if who.rhythm and who.rhythm.stated])
    quiet = _ranked([who for who in silent if who.rhythm and not who.rhythm.stated])
    hooks = acquaintance.hooks(view, [*stated, *quiet])
    overdue, gone, births = heeded(
        view,
        [_overdue(view, who, hooks) for who in stated],
        [_overdue(view, who, hooks) for who in quiet],
        _birthdays(view, known),
    )
    parts = [
        cut(view, TITLES[0], overdue, OVERDUE, late),
        cut(view, TITLES[1], gone, QUIET),
        cut(view, TITLES[2], births, BIRTHDAYS),
        Part(TITLES[3], before=_others(view, known, silent) if sound else ()),
    ]
    head = f"People, {on(view.moment.day)} {view.moment.day.year}"
    kept = trimmed(parts, head, words_most)
    for item in (item for part in kept for item in part.shown):
        view.tell(item.key, item.digest)
    sections = tuple(part.section() for part in kept)
    wanted = tuple(section for section in sections if section.lines or section.more)
    return Draft(head, view.moment.day.isoformat(), wanted, sound and not any(part.shown for part in kept))


def _ranked(people: Sequence[Acquaintance]) -> list[Acquaintance]:
    """Return people with the nearest to the owner first, then the longest overdue."""

    def rank(who: Acquaintance) -> tuple[int, float, str]:
        assert who.rhythm is not None
        return who.person.tier if who.person else 4, -who.rhythm.silent / (who.rhythm.most or 1), who.key

    return sorted(people, key=rank)


def _overdue(view: View, who: Acquaintance, hooks: dict[str, tuple[str, tuple[str, ...]]]) -> Item:
    beat = who.rhythm
    assert beat is not None
    meant = f"every {beat.stated} days was meant" if beat.stated else f"usually every {count(beat.gap or 0, 'day')}"
    if beat.stated and (beat.gap or 0) > beat.stated:
        meant += f", every {beat.gap} days is usual"
    line = f"{who.name}{who.what}: {acquaintance.spoken(view, who)}, {beat.silent} days ago; {meant}"
    why, facts = hooks.get(who.key, ("", ()))
    line += f". Hook: {why}" if why else ""
    return Item(f"people:{who.key}", f"silent:{beat.times}", line, (*acquaintance.facts(view, who, line), *facts), ())


def _birthdays(view: View, known: Sequence[Acquaintance]) -> list[Item]:
    today = view.moment.day
    soon = [(who.birthday, who) for who in known if who.birthday and (who.birthday - today).days <= SOON]
    found = []
    for day, who in sorted(soon, key=lambda pair: (pair[0], pair[1].key)):
        line = f"{who.name}: {on(day)}"
        item = Item(f"birthday:{who.key}", day.isoformat(), line, acquaintance.facts(view, who, line)[:1], ())
        found.append(item)
    return found


def _others(view: View, known: Sequence[Acquaintance], silent: Sequence[Acquaintance]) -> tuple[Line, ...]:
    """Return the line that counts those who are not told."""
    little = [who for who in known if who.rhythm is None or who.rhythm.most is None]
    fine = len(known) - len(little) - len(silent)
    if not known:
        return (Line(text="Nobody is in your profile or your contacts"),)
    said = f"{count(fine, 'person', 'people')} within their rhythm, {len(little)} with too little history"
    values = {"people": fine, "little": len(little)}
    fact = view.book.add("d", SQL, view.statement("days", also=""), said, values, origin="system")
    return (Line(text=said, facts=(fact,)),)
