"""The lines of a review on time: which goals had none, what each goal and role had, and how it is known."""

from collections.abc import Sequence

from context.profile import Goal
from flows.common.wording import count, length, told_at
from flows.facts import SQL, Value
from flows.output import Line
from flows.review import hours
from flows.review.hours import Spent
from flows.review.reading import Read

UNRELIABLE = 40  # per cent of the time without a goal, above which the hours say little of the goals
MOST_KEYS = 60  # event ids in a fact; the statement names them all


def _goals(read: Read) -> list[Goal]:
    found = [goal for goal in read.view.profile.goals if goal.status == "active"]
    return sorted(found, key=lambda goal: (-(goal.weight or 0.0), goal.id))


def bare(read: Read) -> list[Line]:
    """Return a line for each goal that no event of the week served; hours stated for it are named."""
    if not read.readable:
        return []
    lines = []
    for goal in _goals(read):
        if hours.minutes(read.time.of(goal)) == 0:
            stated = f", of {_stated(goal)} stated" if goal.hours_per_week else ""
            values: dict[str, Value] = {"goal": goal.statement, "minutes": 0, "stated": _stated(goal)}
            said = f"“{goal.statement}”: no time this week{stated}"
            lines.append(
                Line(
                    text=said, facts=(read.view.book.add("g", "context_goals", goal.id, said, values, origin="owner"),)
                )
            )
    return lines


def _stated(goal: Goal) -> str | None:
    return length(round(goal.hours_per_week * 60)) if goal.hours_per_week else None


def goals(read: Read) -> list[Line]:
    """Return what each goal had against what was stated, and the share that serves none."""
    if not read.readable:
        return [Line(text=_unreadable(read))]
    total = hours.minutes(read.time.spent)
    lines = [_total(read, total)]
    for goal in _goals(read):
        found = read.time.of(goal)
        had = hours.minutes(found)
        if had:
            stated = _stated(goal)
            more = f" of {stated} stated" if stated else ", no hours stated"
            said = f"“{goal.statement}”: {length(had)}{more} ({count(len(found), 'event')})"
            values: dict[str, Value] = {"goal": goal.statement, "length": length(had), "stated": stated}
            lines.append(Line(text=said, facts=(events(read, f"goal {goal.id}", found, said, values),)))
    none = read.time.of(None)
    if total and none:
        lines.append(_unassigned(read, none, total))
    return lines


def _unreadable(read: Read) -> str:
    state = read.view.health["calendar"]
    if state.state == "absent":
        return "No calendar is connected"
    if state.state in ("never", "failed"):
        return "Calendar: was never read" if state.state == "never" else "Calendar: cannot be read"
    return "The calendar that was loaded does not reach back to this week: nothing is known of its hours"


def _total(read: Read, total: int) -> Line:
    shared = len(read.time.spent)
    said = f"{length(total)} in {count(shared, 'event')}; time that several share counts once"
    values: dict[str, Value] = {"length": length(total), "minutes": total, "events": shared}
    return Line(text=said, facts=(read.view.book.add("h", SQL, read.statement("week"), said, values, origin="system"),))


def _unassigned(read: Read, none: Sequence[Spent], total: int) -> Line:
    had = hours.minutes(none)
    percent = round(100 * had / total)
    said = f"No goal: {length(had)}, {percent} % of the time"
    if percent > UNRELIABLE:
        said += "; so much is unplaced that the hours above are not reliable"
    values: dict[str, Value] = {"length": length(had), "percent": percent}
    return Line(text=said, facts=(events(read, "no goal", none, said, values),))


def roles(read: Read) -> list[Line]:
    """Return what each role had; how a role is recognised is said in `hours.py`."""
    if not read.readable or not read.view.profile.roles:
        return []
    lines = []
    for role in (*read.view.profile.roles, None):
        found = read.time.by(role)
        had = hours.minutes(found)
        if had:
            title = f"“{role.title}”" if role else "No role"
            said = f"{title}: {length(had)} ({count(len(found), 'event')})"
            values: dict[str, Value] = {"role": role.title if role else None, "length": length(had)}
            lines.append(
                Line(text=said, facts=(events(read, f"role {role.id if role else '-'}", found, said, values),))
            )
    return lines


def events(read: Read, about: str, found: Sequence[Spent], said: str, values: dict[str, Value]) -> str:
    """Write down a fact about events; its statement gives their rows, its values their ids."""
    keys = sorted(one.key for one in found)
    listed = ", ".join("'" + key.replace("'", "''") + "'" for key in keys)
    statement = f"{ROWS} WHERE instance_key IN ({listed}) ORDER BY starts_at, instance_key -- {about}"
    held: dict[str, Value] = {**values, "events": len(keys), "ids": keys[:MOST_KEYS]}
    return read.view.book.add("h", SQL, statement, said, held)


ROWS = "SELECT instance_key, summary, starts_at, ends_at FROM event_instances"


def how(read: Read) -> list[Line]:
    """Return how the week is known: up to when, what was put back by the load history, and what could not be."""
    view, moment = read.view, read.view.moment
    lines = []
    calendar = view.health["calendar"]
    if calendar.state == "stale" and calendar.read is not None:
        lines.append(Line(text=f"Calendar not read since {told_at(moment, calendar.read)}; what it says may be old"))
    if read.seen < read.week.ends:
        lines.append(Line(text="The week still goes on: everything is counted until now"))
    restored = sum(bool(one.row["restored"]) for one in read.time.spent)
    if restored:
        lines.append(
            Line(text=f"{count(restored, 'event')} changed or deleted since: counted as known at the week's end")
        )
    since = sum(bool(one.row["since"]) for one in read.time.spent)
    if since:
        lines.append(Line(text=f"{count(since, 'event')} of series changed since: counted as they are now"))
    if read.readable:
        lines.append(Line(text="Shared time is split in equal parts. Goals, projects and people are those of today"))
    return lines
