"""Match rules that would place more of a week's time: titles and people that come often and serve no goal."""

from flows.common.wording import count, length, title
from flows.facts import Value
from flows.output import Line
from flows.review import hours
from flows.review.reading import Read
from flows.review.time import UNRELIABLE, events

TITLES, PEOPLE = 4, 2


def rules(read: Read) -> list[Line]:
    """Return proposals, where too much of the time serves no goal. Nothing is written: the owner decides."""
    none = read.time.of(None)
    total = hours.minutes(read.time.spent)
    if not total or 100 * hours.minutes(none) <= UNRELIABLE * total:
        return []
    lines = _aimless(read)
    for text, times, found in hours.frequent(none, TITLES):
        said_title = title(text, 40)
        had = length(hours.minutes(found))
        often = f"{count(times, 'event')}, {had}"
        said = f"“{said_title}” ({often}): if it serves a project, add it to the titles that match that project"
        values: dict[str, Value] = {"title": said_title, "length": had}
        fact = events(read, f"title {title(text, 80)}", found, said, values)
        lines.append(Line(text=said, facts=(fact,), external=True))
    for who, times in hours.company(none, read.view.profile, PEOPLE):
        known = next((one for one in read.view.profile.people if who in one.emails), None)
        if known is None:
            continue
        found = [one for one in none if who in hours.addresses(one.row, read.view.profile)]
        said = f"{known.name} (in {count(times, 'event')}): if they work on a project, add {known.id} to its people"
        values = {"person": known.name, "id": known.id}
        lines.append(Line(text=said, facts=(events(read, f"person {known.id}", found, said, values),)))
    return lines


def _aimless(read: Read) -> list[Line]:
    """Return a line for each project that had time and serves no goal."""
    lines = []
    for project in read.view.profile.projects:
        found = [one for one in read.time.of(None) if one.project is not None and one.project.id == project.id]
        if found:
            had = length(hours.minutes(found))
            said = f"{project.name} ({count(len(found), 'event')}, {had}) serves no goal: give it one, if it does"
            values: dict[str, Value] = {"project": project.name, "length": had}
            fact = events(read, f"project {project.id}", found, said, values)
            lines.append(Line(text=said, facts=(fact,)))
    return lines
