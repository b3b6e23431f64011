"""The lines of a review on what was done: promises, answers, meetings, projects, and Steward's own runs."""

import re
from statistics import mean

from context.profile import Project
from context.windows import merged
from flows.common.items import Item
from flows.common.parts import Part
from flows.common.promises import Commitment, reading
from flows.common.wording import count, length, on, title
from flows.common.wording import name as called
from flows.facts import SQL, Moment, Value
from flows.output import Line
from flows.review import hours
from flows.review.reading import Read

SLIPPED = 5  # lines at most


def promises(read: Read, moment: Moment) -> Part:
    """Return what the owner and others kept in the week, and which of the owner's own promises slipped in it."""
    found = [one for one in reading.read(read.view, moment=moment) if one.mine or one.theirs]
    kept = [one for one in found if one.state == "kept" and one.closed_by and read.week.holds(one.closed_by.day)]
    slipped = [one for one in found if read.week.holds(one.due) and one.due and one.due < moment.today and one.slipped]
    mine = sum(one.mine for one in kept)
    said = (
        f"You kept {mine} and let {sum(one.mine for one in slipped)} slip; "
        f"others kept {len(kept) - mine} and let {sum(one.theirs for one in slipped)} slip"
    )
    values: dict[str, Value] = {
        "mine_kept": mine,
        "mine_slipped": sum(one.mine for one in slipped),
        "theirs_kept": len(kept) - mine,
        "theirs_slipped": sum(one.theirs for one in slipped),
        "kept": sorted(one.key for one in kept),
    }
    statement = read.view.statement("letters", as_of=moment.as_of, day=moment.day)
    fact = read.view.book.add("c", SQL, statement, said, values, origin="system")
    ordered = sorted(slipped, key=lambda one: (not one.mine, one.due or one.made, one.key))
    items = tuple(_slipped(read, one) for one in ordered[:SLIPPED])
    return Part("", items, (Line(text=said, facts=(fact,)),), more=max(0, len(slipped) - SLIPPED))


def _slipped(read: Read, one: Commitment) -> Item:
    who = called(one.to_name, one.to_whom) if one.mine else called(one.owes_name, one.who_owes)
    assert one.due is not None
    after = f", kept on {on(one.closed_by.day)}" if one.closed_by is not None and one.state == "kept" else ""
    line = f"Slipped: {'to ' if one.mine else ''}{who}, “{title(one.what, 70)}”, due {on(one.due)}{after}"
    values: dict[str, Value] = {
        "who": who,
        "what": title(one.what, 70),
        "quote": title(one.quote, 300),
        "due": one.due.isoformat(),
        "state": one.state,
        "closed": one.closed_by.day.isoformat() if one.closed_by else None,
    }
    return Item(f"slipped:{one.key}", one.state, line, (read.view.book.add("c", *one.row, line, values),), ())


def latency(read: Read) -> list[Line]:
    """Return how long the owner's answers took, as a median, against the four weeks before."""
    if read.view.health["mail"].state in ("absent", "never", "failed"):
        return []
    row = read.rows("latency")[0]
    if not row["replies"]:
        return (
            [Line(text="No answer to anybody was found in the week's mail")] if read.view.health["mail"].sound else []
        )
    first = read.week.before(4)
    span = {**read.given(), "begins": first.begins, "until": read.week.begins}
    before = read.view.rows("latency", **span)[0]
    took = _long(int(row["minutes"]))
    said = f"{count(int(row['replies']), 'answer')}, half of them within {took}"
    values: dict[str, Value] = {"answers": int(row["replies"]), "median": took, "minutes": int(row["minutes"])}
    facts = [read.view.book.add("l", SQL, read.statement("latency"), said, values, origin="system")]
    if before["replies"]:
        then = _long(int(before["minutes"]))
        held: dict[str, Value] = {"median": then, "answers": int(before["replies"]), "weeks": 4}
        facts.append(
            read.view.book.add(
                "l", SQL, read.view.statement("latency", **span), f"before: {then}", held, origin="system"
            )
        )
        said += f"; in the four weeks before, {then}"
    return [Line(text=said, facts=tuple(facts))]


def _long(minutes: int) -> str:
    days, rest = divmod(minutes, 1440)
    return length(minutes) if not days else count(days, "day") + (f" {length(rest - rest % 60)}" if rest >= 60 else "")


def load(read: Read) -> list[Line]:
    """Return the week's meetings and hours against the mean of the weeks before that were loaded whole."""
    if not read.readable:
        return []
    number, minutes = _met(read.time)
    said = f"{count(number, 'meeting')}, {length(minutes)}"
    values: dict[str, Value] = {"meetings": number, "length": length(minutes), "minutes": minutes}
    facts = [events_of(read, said, values)]
    earlier = [_met(one) for one in read.earlier]
    if earlier:
        usual = round(mean(minutes for _, minutes in earlier))
        over = f"the {count(len(earlier), 'week')} before" if len(earlier) > 1 else "the week before"
        said += f"; {length(usual)} a week in {over}"
        first = read.week.before(len(earlier))
        span = {**read.given(), "begins": first.begins, "until": read.week.begins}
        held: dict[str, Value] = {"length": length(usual), "minutes": usual, "weeks": len(earlier)}
        facts.append(
            read.view.book.add("l", SQL, read.view.statement("week", **span), f"before: {over}", held, origin="system")
        )
    return [Line(text=said, facts=tuple(facts))]


def events_of(read: Read, said: str, values: dict[str, Value]) -> str:
    statement = f"{read.statement('week')} -- meetings"
    return read.view.book.add("l", SQL, statement, said, values, origin="system")


def _met(week: hours.Week) -> tuple[int, int]:
    """Return how many meetings there were, and how many minutes they took together."""
    rows = [one.row for one in week.spent if one.row["meeting"]]
    taken = merged((row["starts_at"], row["ends_at"]) for row in rows)
    return len(rows), int(sum((ends - begins).total_seconds() for begins, ends in taken) // 60)


def idle(read: Read) -> list[Line]:
    """Return the active projects of which nothing was seen: no mail, event, commit, document or task."""
    projects = [project for project in read.view.profile.projects if project.status == "active"]
    states = {read.view.health[family].state for family in ("mail", "calendar", "docs", "repos", "tasks")}
    if not projects or "ok" not in states or states - {"ok", "absent"}:  # one that was not read may hold all of it
        return []
    rows = read.rows("activity")
    lines = []
    for project in projects:
        if not any(_of(project, row["said"], row["address"], row["repo"]) for row in rows):
            step = f"; next: {title(project.next, 60)}" if project.next else ""
            said = f"{project.name}: nothing seen{step}"
            values: dict[str, Value] = {"project": project.name, "next": project.next}
            fact = read.view.book.add("p", "context_projects", project.id, said, values, origin="owner")
            lines.append(Line(text=said, facts=(fact,)))
    return lines


def _of(project: Project, said: str | None, address: str | None, repo: str | None) -> bool:
    if repo and any(repo.lower() == one.rsplit("/", 1)[-1].lower() for one in project.repos):
        return True
    if address and address.rpartition("@")[2].lower() in {one.lower().lstrip("@") for one in project.match.domain}:
        return True
    words = (project.name, *project.aliases, *project.match.title)
    return any(re.search(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", said or "") for word in words)


def missed(read: Read) -> list[Line]:
    """Return the scheduled moments of the week that were not served."""
    lines = []
    for row in read.rows("missed"):
        number = int(row["slots"])
        said = f"{row['name']}: {count(number, 'scheduled run')} {row['outcome']}"
        values: dict[str, Value] = {"name": row["name"], "runs": number, "outcome": row["outcome"]}
        statement = f"{read.statement('missed')} -- {row['name']} {row['outcome']}"
        lines.append(Line(text=said, facts=(read.view.book.add("s", SQL, statement, said, values, origin="system"),)))
    return lines


def spend(read: Read) -> list[Line]:
    """Return what the model cost in the week; nothing where it was not asked."""
    row = read.rows("spend")[0]
    calls = int(row["calls"])
    if not calls:
        return []
    usd = f"${row['usd']:.2f}"
    said = f"{count(calls, 'question')} to the model, {usd}"
    if row["unpriced"]:
        said += f" and {count(int(row['unpriced']), 'call')} of unknown price"
    values: dict[str, Value] = {
        "calls": calls,
        "usd": usd,
        "tokens": int(row["tokens"]),
        "unpriced": int(row["unpriced"]),
    }
    return [
        Line(text=said, facts=(read.view.book.add("s", SQL, read.statement("spend"), said, values, origin="system"),))
    ]
