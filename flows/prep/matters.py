"""What is open between the owner and those who come, both ways: mails without an answer, questions asked, tasks."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from context.profile import Project
from flows.common import asking
from flows.common.heed import heeded
from flows.common.items import Item
from flows.common.ties import Ties
from flows.common.wording import name, on, title
from flows.facts import Row, Value
from flows.prep import people
from flows.prep.events import Meeting
from flows.shape import View

ANSWER = re.compile(r"(?i)^(?:\s*(?:re|aw|antw|sv|tr|fwd?|wg)\s*(?:\[\d+\])?\s*:)+\s*")
# Subjects of what calendars write by themselves: nobody waits for an answer to it.
NOTICE = re.compile(
    r"(?i)^(?:updated |aktualisierte )?(?:invitation|einladung|accepted|declined|tentative\w*(?: accepted)?|cancel+ed"
    r"(?: event)?|zugesagt|abgelehnt|abgesagt|mit vorbehalt|accepté|refusé|annulé|provisoire)\s*:"
)


@dataclass(frozen=True)
class Matter:
    """An open item, and the question that it suggests."""

    item: Item
    question: str


def read(view: View, meeting: Meeting, ties: Ties, project: Project | None) -> list[Matter]:
    """Return what is open: what they asked, what the owner asked, tasks, then what else they wrote last."""
    found = people.rows(view, meeting)
    names = {
        guest.address: people.called(view, guest, found.get(guest.address)) for guest in meeting.guests if guest.address
    }
    mail = [*_theirs(view, names), *_mine(view, names)] if _readable(view, "mail") else []
    tasks = _tasks(view, meeting, ties, project) if _readable(view, "tasks", "calendar") else []
    matters = sorted([*mail, *tasks], key=lambda matter: matter.item.rank)
    [kept] = heeded(view, [matter.item for matter in matters])
    told = {item.key for item in kept}
    return [matter for matter in matters if matter.item.key in told]


def _readable(view: View, *families: str) -> bool:
    return any(view.health[family].state not in ("absent", "never", "failed") for family in families)


def _theirs(view: View, names: dict[str, str]) -> list[Matter]:
    """Return the mails of theirs without an answer: each that asks, and of who asks nothing the last one."""
    wrote = [row for row in view.rows("replies") if str(row["from_address"]).lower() in names]
    asked = [row for row in wrote if asking.asks(row["body"] or "")]
    asking_people = {row["from_address"] for row in asked}
    last: dict[str, Row] = {}
    for row in wrote:  # newest first
        if row["from_address"] not in asking_people and not NOTICE.match(row["subject"] or ""):
            last.setdefault(row["from_address"], row)
    return [_letter(view, names, row, True) for row in asked] + [
        _letter(view, names, row, False) for row in last.values()
    ]


def _subject(row: Row) -> str:
    """Return a mail's subject without what marks an answer."""
    return title(ANSWER.sub("", row["subject"] or ""))


def _letter(view: View, names: dict[str, str], row: Row, asks: bool) -> Matter:
    who, about = names[str(row["from_address"]).lower()], _subject(row)
    sent = view.moment.local(row["sent_at"])
    by = asking.deadline(row["body"] or "", sent) if asks else None
    said = on(sent, view.moment.today)
    line = f"{who} asked on {said}: “{about}”" if asks else f"{who} wrote on {said}, not answered: “{about}”"
    line += f", wanted by {on(by, view.moment.today)}" if by else ""
    values: dict[str, Value] = {
        "from": who,
        "address": row["from_address"],
        "subject": about,
        "sent": sent.isoformat(),
        "by": by.isoformat() if by else None,
    }
    fact = view.book.add("m", "messages", row["message_key"], line, values)
    rank = (0 if asks else 3, -row["sent_at"].timestamp(), row["message_key"])
    question = f"Can you settle “{about}”, which {who} asked on {said}?" if asks else ""
    return Matter(Item(f"messages:{row['message_key']}", "", line, (fact,), rank), question)


def _mine(view: View, names: dict[str, str]) -> list[Matter]:
    """Return the owner's own questions to them that nobody answered."""
    found = []
    for row in view.rows("waiting"):
        to = [str(entry.get("address") or "").lower() for entry in json.loads(row["to_addresses"] or "[]")]
        who = next((names[address] for address in to if address in names), None)
        if who is None or not asking.asks(row["body"] or ""):
            continue
        sent, about = view.moment.local(row["sent_at"]), _subject(row)
        line = f"You asked {who} on {on(sent, view.moment.today)}, no answer: “{about}”"
        values: dict[str, Value] = {"to": who, "subject": about, "sent": sent.isoformat()}
        fact = view.book.add("w", "messages", row["message_key"], line, values)
        rank = (1, -row["sent_at"].timestamp(), row["message_key"])
        item = Item(f"messages:{row['message_key']}", "", line, (fact,), rank)
        found.append(Matter(item, f"Where does {who} stand on “{about}”, asked on {on(sent, view.moment.today)}?"))
    return found


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
