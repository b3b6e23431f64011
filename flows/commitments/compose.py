"""Commitments, both directions, composed from rows without a model: what you owe, what you are owed, what was closed.

Order: yours (late, due soon, open) → theirs → what has lain for three weeks without a sign, asked once and then dropped
→ what was closed since the last time, with the evidence. Asked for by hand, everything is listed; on a schedule, only
what is new or has got worse.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from flows.commitments import model
from flows.common.items import OLD, Item
from flows.common.parts import Part, cut, trimmed, unread
from flows.common.promises import Commitment, reading
from flows.common.wording import count, due, on, title
from flows.common.wording import name as called
from flows.facts import SQL, Value
from flows.output import Line
from flows.shape import Draft, View

name = "commitments"
folder = Path(__file__).parent
words_most = 320

MINE, THEIRS, ASKED, CLOSED = 8, 6, 3, 4  # lines at most
EVERY = 60  # lines at most where all are asked for
TITLES = ("You owe", "Owed to you", "Still so?", "Closed since the last time")
SOON = timedelta(days=3)
HOW = {
    "attached": "sent as an attachment",
    "said to be done": "said to be done",
    "told of": "written about",
    "answered": "answered",
    "received": "confirmed as received",
    "accepted": "brought, and thanked for",
    "sent elsewhere": "sent in another thread",
    "given up": "given up",
    "met": "spoken about in a meeting",
    "task done": "ticked off",
    "committed": "committed",
    "written": "written down",
}


def compose(view: View) -> Draft:
    """Return the commitments as of the moment; `about` is mine, theirs or all, and without it only what is news."""
    title_ = f"Commitments on {view.moment.today:%A} {view.moment.today.day} {view.moment.today:%B %Y}"
    about = view.about or "news"
    mail = view.health["mail"]
    if mail.state in ("absent", "never", "failed"):
        said = "No mail is connected" if mail.state == "absent" else unread(view, ("mail", "Mail"))[0].text
        return Draft(title_, _subject(view, about), (Part(TITLES[0], before=(Line(text=said),)).section(),), True)
    lists = _lists(view, reading.read(view, model.judged(view)))
    parts = _parts(view, about, lists)
    kept = parts if about == "all" else trimmed(parts, title_, words_most)
    told = [item for part in kept for item in part.shown]
    fresh = [item for item in told if view.news(item.key, item.digest)]
    for item in told:
        view.tell(item.key, item.digest)
    sections = tuple(part.section() for part in kept)
    wanted = tuple(section for section in sections if section.lines or section.more)
    return Draft(title_, _subject(view, about), wanted, not fresh)


def _subject(view: View, about: str) -> str:
    return view.moment.today.isoformat() + ("" if about == "news" else f"-{about}")


def _parts(view: View, about: str, lists: "Sequence[list[Item]]") -> list[Part]:
    mine, theirs, asked, closed = lists
    every = about == "all"
    most = (EVERY,) * 4 if every else (MINE, THEIRS, ASKED, CLOSED)
    section: Callable[[View, str, Sequence[Item], int], Part] = cut if about == "news" else _all
    parts = [
        section(view, TITLES[0], mine, most[0]),
        section(view, TITLES[1], theirs, most[1]),
        section(view, TITLES[2], asked, most[2]),
        section(view, TITLES[3], closed, most[3]),
    ]
    if about == "mine":
        parts = [parts[0], *parts[2:]]
    elif about == "theirs":
        parts = parts[1:]
    stale = unread(view, ("mail", "Mail"))
    if stale:
        return [Part(TITLES[0], parts[0].shown, stale, parts[0].after, parts[0].more), *parts[1:]]
    if not any((mine, theirs, asked, closed)):
        said = "Nothing open was found in the mail of the last 120 days."
        fact = view.book.add(
            "k", SQL, view.statement("letters"), said, {"commitments": 0, "days": 120}, origin="system"
        )
        return [Part(TITLES[0], before=(Line(text=said, facts=(fact,)),))]
    return parts


def _all(view: View, title: str, found: Sequence[Item], most: int) -> Part:
    return Part(title, tuple(found[:most]), more=max(0, len(found) - most))


def _lists(view: View, commitments: Sequence[Commitment]) -> tuple[list[Item], list[Item], list[Item], list[Item]]:
    """Return what is mine, theirs, to be asked about and just closed, each in the order in which it is told."""
    mine: list[Item] = []
    theirs: list[Item] = []
    asked: list[Item] = []
    closed: list[Item] = []
    for one in commitments:
        if not (one.mine or one.theirs) or (one.renewed and not one.closed):
            continue
        if one.state in ("open", "late"):
            (mine if one.mine else theirs).append(_open(view, one))
        elif one.state == "stale":
            if view.before(f"asked:{one.key}") is None:
                asked.append(_asked(view, one))
        elif one.closed_by is not None and view.moment.since < one.closed_by.seen_at:
            closed.append(_closed(view, one))
    mine, theirs, asked = (sorted(found, key=lambda item: item.rank) for found in (mine, theirs, asked))
    return mine, theirs, asked, sorted(closed, key=lambda item: item.rank, reverse=True)


def _who(one: Commitment) -> str:
    return called(one.to_name, one.to_whom) if one.mine else called(one.owes_name, one.who_owes)


def _head(one: Commitment) -> str:
    return f"{'To ' if one.mine else ''}{_who(one)}: “{title(one.what, 90)}”"


def _fact(view: View, one: Commitment, line: str) -> str:
    values: dict[str, Value] = {
        "who": _who(one),
        "address": one.to_whom if one.mine else one.who_owes,
        "quote": title(one.quote, 300),
        "what": title(one.what, 90),
        "subject": title(one.subject),
        "made": one.made.isoformat(),
        "due": one.due.isoformat() if one.due else None,
        "due_is": one.due_is,
        "state": one.state,
        "days": _days(view, one),
        "confidence": one.confidence,
        "found_by": one.by,
        "closed": one.closed_by.day.isoformat() if one.closed_by else None,
    }
    return view.book.add("c", *one.row, line, values)


def _days(view: View, one: Commitment) -> int:
    """Return how many days it is late, or for how many it has stood without a day."""
    return max(0, (view.moment.today - (one.due or one.made)).days)


def _open(view: View, one: Commitment) -> Item:
    today = view.moment.today
    when = due(one.due, today) if one.due else f"no day given, said on {on(one.made, today)}"
    guess = ", as it seems" if one.due_is == "inferred" else ""
    line = f"{_head(one)} — {when}{guess}"
    rank = (one.due is None, one.due or one.made, one.key)
    soon = one.due is not None and today <= one.due <= today + SOON
    late = f"late:{sum(_days(view, one) >= old for old in OLD)}" if one.state == "late" else "soon" if soon else "open"
    return Item(f"commitments:{one.key}", f"{one.due}:{late}", line, (_fact(view, one, line),), rank)


def _asked(view: View, one: Commitment) -> Item:
    said = f"{count(_days(view, one), 'day')} without a sign"
    line = f"{_head(one)} — {said}; it is not told again"
    return Item(f"asked:{one.key}", "asked", line, (_fact(view, one, line),), (one.due or one.made, one.key))


def _closed(view: View, one: Commitment) -> Item:
    assert one.closed_by is not None
    evidence = one.closed_by
    how = HOW.get(evidence.how, evidence.how)
    line = f"{_head(one)} — {how} on {on(evidence.day)}"
    fact = _fact(view, one, line)
    shown = view.book.add("v", evidence.view, evidence.key, f"{how} on {on(evidence.day)}", {"how": how})
    return Item(f"closed:{one.key}", one.state, line, tuple(dict.fromkeys((fact, shown))), (evidence.seen_at, one.key))
