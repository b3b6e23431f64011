"""The weekly review, composed from rows without a model: stated goals against where the time went, for any ISO week.

Order: goals without time → hours by goal, against what was stated, and the share that serves none → hours by role →
promises kept and slipped → how long answers took and how much was met → projects without activity → runs that were
missed and what was spent → match rules that would place more of the time → how it was known.
"""

from dataclasses import replace
from pathlib import Path

from flows.common.parts import Part, trimmed, unread
from flows.common.wording import on
from flows.facts import Moment
from flows.output import Line
from flows.review import doing, placing, time
from flows.review.reading import Read
from flows.review.week import Week, week
from flows.shape import Draft, View

name = "review"
folder = Path(__file__).parent
words_most = 420
TITLES = {
    "bare": "Goals without time",
    "goals": "Hours by goal",
    "roles": "Hours by role",
    "promises": "Promises",
    "load": "Answers and meetings",
    "idle": "Projects without activity",
    "runs": "Steward itself",
    "rules": "To place more of the time",
    "how": "How this is known",
}


def compose(view: View) -> Draft:
    """Return the review of the week that `about` names, else of the moment's day, as it was known at its end."""
    chosen = week(view.about, view.moment.day, view.moment.zone)
    seen = min(view.moment.as_of, chosen.ends)
    read = Read(view, chosen, seen)
    title = f"Review of week {chosen.name}, {on(chosen.first)} to {on(chosen.last, view.moment.today)}"
    parts = [
        _part("bare", *time.bare(read)),
        _part("goals", *time.goals(read)),
        _part("roles", *time.roles(read)),
        _promised(view, read, chosen),
        _part("load", *doing.latency(read), *doing.load(read)),
        _part("idle", *doing.idle(read)),
        _part("runs", *doing.missed(read), *doing.spend(read)),
        _part("rules", *placing.rules(read)),
        _part("how", *time.how(read)),
    ]
    kept = trimmed(parts, title, words_most)
    for part in kept:
        for item in part.shown:
            view.tell(item.key, item.digest)
    sections = tuple(part.section() for part in kept)
    return Draft(title, chosen.name, tuple(section for section in sections if section.lines or section.more))


def _part(key: str, *lines: Line) -> Part:
    return Part(TITLES[key], before=tuple(lines))


def _promised(view: View, read: Read, chosen: Week) -> Part:
    """Return the promises of the week: how many were kept, and which slipped."""
    warning = unread(view, ("mail", "Mail"))
    if view.health["mail"].state in ("absent", "never", "failed"):
        return _part("promises", *(warning or (Line(text="No mail is connected"),)))
    last = min(chosen.last, view.moment.today)
    moment = Moment(last, read.seen, chosen.zone, view.moment.since)
    part = doing.promises(read, moment)
    return replace(part, title=TITLES["promises"], before=(*warning, *part.before))
