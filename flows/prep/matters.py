"""What is open between the owner and those who come, both ways: mails without an answer, questions asked, tasks."""

import re
from collections.abc import Sequence

from context.profile import Project
from flows.common.between import Matter, mine, theirs
from flows.common.heed import heeded
from flows.common.items import Item
from flows.common.parts import readable
from flows.common.ties import Ties
from flows.common.wording import name, on, title
from flows.facts import Value
from flows.prep import people
from flows.prep.events import Meeting
from flows.shape import View


def read(view: View, meeting: Meeting, ties: Ties, project: Project | None) -> list[Matter]:
    """Return what is open: what they asked, what the owner asked, tasks, then what else they wrote last."""
    found = people.rows(view, meeting)
    names = {
        guest.address: people.called(view, guest, found.get(guest.address)) for guest in meeting.guests if guest.address
    }
    mail = [*theirs(view, names), *mine(view, names)] if readable(view, "mail") else []
    tasks = _tasks(view, meeting, ties, project) if readable(view, "tasks", "calendar") else []
    matters = sorted([*mail, *tasks], key=lambda matter: matter.item.rank)
    [kept] = heeded(view, [matter.item for matter in matters])
    told = {item.key for item in kept}
    return [matter for matter in matters if matter.item.key in told]


def _tasks(view: View, meeting: Meeting, ties: Ties, project: Project | None) -> list[Matter]:
    """Return the owner's tasks that belong to the meeting's project, or that name the meeting or who comes."""
    named = _names(view, meeting)
    found = []
    for row in view.rows("todo"):
        tie = ties.of(row["title"])
        names_it = named is not None and named.search(row["title"] or "")
        if not names_it and (project is None or tie.project is None or tie.project.id != project.id):
            continue
        said, due = title(row["title"], 80), row["due"]
        late = due is not None and due < view.moment.today
        line = f"Your task: {said}"
        line += f", {'overdue since' if late else 'due'} {on(due, view.moment.today)}" if due else ""
        values: dict[str, Value] = {"task": said, "due": due.isoformat() if due else None}
        fact = view.book.add("t", "tasks", row["task_key"], line, values, origin="owner")
        rank = (2, -(10_000_000 - due.toordinal()) if due else 0, row["task_key"])
        item = Item(f"tasks:{row['task_key']}", "", line, (fact,), rank, external=False)
        found.append(
            Matter(item, f"Is “{said}” still needed, due {on(due, view.moment.today)}?" if late and due else "")
        )
    return found


def _names(view: View, meeting: Meeting) -> "re.Pattern[str] | None":
    """Return what in the owner's own tasks names who comes: the whole names of people whom the profile knows.

    A name that two people bear names nobody.
    """
    kept = people.known(view)
    every = [person.name.casefold() for person in view.profile.people]
    here = {kept[guest.address].name for guest in meeting.guests if guest.address in kept}
    firsts = [word.split()[0] for word in every if word.split()]
    words: Sequence[str] = sorted(
        {whole for whole in here if every.count(whole.casefold()) == 1}
        | {whole.split()[0] for whole in here if firsts.count(whole.casefold().split()[0]) == 1}
    )
    words = [word for word in words if len(name(word)) > 2]
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None
