"""The items that a brief may tell: what the owner owes an answer, has to do, and is owed. Rows in, items out.

Each item carries its line, its facts, how it ranks, and the digest that says whether it is news. `score` says how much
it deserves to be the first thing of the day (see `first.py`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.common import asking
from flows.common.ties import Tie, Ties
from flows.common.wording import ago, due, name, title, wanted
from flows.facts import Row, Value
from flows.render.clean import plain
from flows.shape import View

INSISTENT = 3  # mails of a stranger that the owner never answered: they do not mean to
OLD = (7, 14)  # days after which something that waits has got worse


@dataclass(frozen=True)
class Item:
    """One thing to tell. `first` is how it reads as the day's first action, its reason last."""

    key: str
    digest: str
    line: str
    facts: tuple[str, ...]
    rank: tuple[Any, ...]
    score: int = 0
    first: str = ""
    serves: tuple[str, ...] = ()  # the facts of the goal or project that `first` names
    external: bool = True
    url: str | None = None  # where to read on: from a typed column, never from a text


def pressing(day: date | None, today: date) -> int:
    """Return how much a deadline presses: today or just past 60, tomorrow 40, within a week 15, long past less."""
    if day is None:
        return 0
    gap = (day - today).days
    steps = ((-60, 5), (-14, 30), (1, 60), (2, 40), (8, 15))  # up to that many days from now: so much
    return next((weight for before, weight in steps if gap < before), 0)


def why(*reasons: str) -> str:
    return ", ".join(reason for reason in reasons if reason)


def tied(view: View, tie: Tie) -> tuple[str, ...]:
    """Return the fact of the goal, or else the project, that something serves."""
    if tie.goal is not None:
        values: dict[str, Value] = {"goal": tie.goal.statement, "by": tie.goal.by.isoformat() if tie.goal.by else None}
        values["project"] = tie.project.name if tie.project else None
        return (
            view.book.add("g", "context_goals", tie.goal.id, f"Goal: {tie.goal.statement}", values, origin="owner"),
        )
    if tie.project is not None:
        said = f"Project: {tie.project.name}"
        return (
            view.book.add("p", "context_projects", tie.project.id, said, {"project": tie.project.name}, origin="owner"),
        )
    return ()


def replies(view: View, ties: Ties) -> list[Item]:
    """Return the mails that need the owner's reply, the most pressing first."""
    asked = (row for row in view.rows("replies") if not row["namesake"] and asking.asks(row["body"] or ""))
    found = [_reply(view, ties, row) for row in asked if not (row["stranger"] and row["wrote"] >= INSISTENT)]
    return sorted(found, key=lambda item: item.rank)


def namesakes(view: View, rows: Iterable[Row] | None = None) -> list[Item]:
    """Return mails of the last three days that bear a known person's name and come from an address that is not theirs.

    A person is known by address alone, so such a mail is nobody's; that it tries is worth a line. `rows` are those
    that were read already, by default those of `replies.sql`.
    """
    found = []
    for row in view.rows("replies") if rows is None else rows:
        sent = view.moment.local(row["sent_at"])
        if row["namesake"] and (view.moment.today - sent).days <= 3:
            who, about = name(row["from_name"]), title(row["subject"])
            address = plain(row["from_address"] or "", limit=60)
            line = f"Not {who}: “{about}” bears the name but came from {address}"
            values: dict[str, Value] = {"name": who, "subject": about, "address": address, "sent": sent.isoformat()}
            fact = view.book.add("n", "messages", row["message_key"], line, values)
            found.append(Item(f"messages:{row['message_key']}", "namesake", line, (fact,), ()))
    return found


def _reply(view: View, ties: Ties, row: Row) -> Item:
    moment = view.moment
    sent = moment.local(row["sent_at"])
    days = (moment.today - sent).days
    by = asking.deadline(row["body"] or "", sent)
    hurry = asking.urgent(row["body"] or "")
    known = row["person"] if view.keeps(row["from_address"]) else None
    who, about = name(known or row["from_name"], row["from_address"]), title(row["subject"])
    tie = ties.of(row["subject"], person=row["person_id"], address=row["from_address"])
    tier = 5 if row["stranger"] else row["tier_rank"] or 4
    when = wanted(by, moment.today) if by else ""
    values: dict[str, Value] = {
        "from": who,
        "address": row["from_address"],
        "subject": about,
        "sent": sent.isoformat(),
        "at": moment.clock(row["sent_at"]),
        "days": days,
        "by": by.isoformat() if by else None,
        "urgent": hurry,
    }
    line = f"{who}, {ago(days)}: “{about}”" + (f" — {when}" if when else "")
    fact = view.book.add("m", "messages", row["message_key"], line, values)
    pressed = 0 if row["stranger"] else pressing(by, moment.today)  # a stranger's hurry presses nobody
    hurry = hurry and not row["stranger"]
    late = "late" if by and by < moment.today else "now" if pressed >= 40 else ""
    return Item(
        key=f"messages:{row['message_key']}",
        digest=f"{late}:{sum(days >= old for old in OLD)}",
        line=line,
        facts=(fact,),
        rank=(-pressed, -hurry, tier, -tie.weight, row["sent_at"], row["message_key"]),
        score=pressed + round(30 * tie.weight) + {1: 20, 2: 10}.get(tier, 0) + 10 * hurry + min(days, 10),
        first=f"Reply to {who} about “{about}”: {why(f'waiting {ago(days)}', when, tie.why)}",
        serves=tied(view, tie),
    )


def tasks(view: View, ties: Ties) -> list[Item]:
    """Return the owner's tasks that are overdue or due within a week, the most pressing first."""
    found = []
    moment = view.moment
    for row in view.rows("tasks"):
        said, day = title(row["title"], 80), row["due"]
        tie = ties.of(row["title"], row["list"])
        late = max((moment.day - day).days, 0)
        state = "late" if late else "now" if day == moment.day else ""
        line = f"{said} — {due(day, moment.day)}"
        values: dict[str, Value] = {"task": said, "due": day.isoformat(), "days": late, "list": title(row["list"])}
        fact = view.book.add("t", "tasks", row["task_key"], line, values, origin="owner")
        pressed = pressing(day, moment.day)
        found.append(
            Item(
                key=f"tasks:{row['task_key']}",
                digest=f"{day}:{state}:{sum(late >= old for old in OLD)}",
                line=line,
                facts=(fact,),
                rank=(-pressed, -tie.weight, day, row["task_key"]),
                score=pressed + round(30 * tie.weight) + 5,
                first=f"{said}: {why(due(day, moment.day), tie.why)}",
                serves=tied(view, tie),
                external=False,
            )
        )
    return sorted(found, key=lambda item: item.rank)


def waiting(view: View) -> list[Item]:
    """Return what others may owe the owner: a question of the owner's that nobody answered for three days or more."""
    found = []
    moment = view.moment
    for row in view.rows("waiting"):
        if not asking.asks(row["body"] or ""):
            continue
        sent = moment.local(row["sent_at"])
        days = (moment.today - sent).days
        to, about = _addressee(row), title(row["subject"])
        known = row["person"] if view.keeps(to.get("address")) else None
        who = name(known or to.get("name"), to.get("address"))
        line = f"{who} has not answered “{about}” {ago(days)}"
        values: dict[str, Value] = {"to": who, "subject": about, "sent": sent.isoformat(), "days": days}
        fact = view.book.add("w", "messages", row["message_key"], line, values)
        rank = (row["tier_rank"] or 4, row["sent_at"], row["message_key"])
        digest = str(sum(days >= old for old in OLD))
        found.append(Item(f"messages:{row['message_key']}", digest, line, (fact,), rank))
    return sorted(found, key=lambda item: item.rank)


def _addressee(row: Row) -> dict[str, Any]:
    """Return the name and address of the first whom a mail went to; neither need be there."""
    to: list[dict[str, Any]] = json.loads(row["to_addresses"] or "[]")
    return to[0] if to else {}
