"""The inbox, sorted without a model: what needs a reply or a decision, and why; the rest counted by what it is.

Every mail has a label, a reason, who says so (a named rule, a model, the owner) and how sure that is. Listed are the
mails to answer, to decide and to wait for; what was told before and has not changed is counted, not repeated. Asked
about one label alone, all its mails are listed, whatever was told before.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.common import items
from flows.common.parts import Part, cut, trimmed, unread
from flows.common.sorting import LABELS, Label
from flows.common.ties import Ties
from flows.common.wording import count
from flows.facts import SQL, Row, Value
from flows.output import Line
from flows.shape import Draft, View
from flows.triage.mails import item
from flows.triage.read import DAYS, Sorted, read

name = "triage"
folder = Path(__file__).parent
words_most = 420

LISTED: dict[Label, tuple[str, int]] = {  # label → its section, and how many lines at most
    "reply": ("Needs your reply", 10),
    "decide": ("Needs your decision", 6),
    "waiting": ("You wait for", 4),
}
NOUNS: dict[Label, tuple[str, str]] = {
    "reply": ("mail to answer", "mails to answer"),
    "decide": ("mail to decide on", "mails to decide on"),
    "waiting": ("answer that you wait for", "answers that you wait for"),
    "fyi": ("mail for your information", "mails for your information"),
    "newsletter": ("newsletter or list mail", "newsletters and list mails"),
    "receipt": ("receipt", "receipts"),
    "calendar": ("invitation or answer to one", "invitations and answers to them"),
    "noise": ("mail that is noise", "mails that are noise"),
}
ALL = 40  # lines, where one label is asked for
SHOWN = 50  # keys that a count's fact cites


def compose(view: View) -> Draft:
    """Return the sorted inbox, or the mails of the one label that is asked about."""
    health = view.health["mail"]
    heading = f"{view.moment.day:%A} {view.moment.day.day} {view.moment.day:%B %Y}"
    subject = view.moment.day.isoformat()
    if health.state in ("absent", "never", "failed"):
        lines = unread(view, ("mail", "Mail")) or (Line(text="No mail is connected: `steward connect` connects it"),)
        return Draft(f"Inbox, {heading}", subject, (Part("Mail", before=lines).section(),), empty=True)
    found = read(view)
    if view.about:
        return _one(view, found, _label(view.about), heading)
    ties = Ties(view.profile)
    parts = [Part("Mail", before=unread(view, ("mail", "Mail")))]
    for label, (said, most) in LISTED.items():
        parts.append(cut(view, said, _items(view, ties, found, label), most))
    parts.insert(1, cut(view, "Beware", items.namesakes(view, _namesakes(found)), 3))
    parts.append(Part("The rest", before=_counts(view, found)))
    title = f"Inbox, {heading}"
    kept = trimmed(parts, title, words_most)
    told = [each for part in kept for each in part.shown]
    fresh = [each for each in told if view.news(each.key, each.digest)]
    for each in told:
        view.tell(each.key, each.digest)
    sections = tuple(section for part in kept if (section := part.section()).lines or section.more)
    return Draft(title, subject, sections, health.sound and not fresh)


def _namesakes(found: Sequence[Sorted]) -> Iterator[Row]:
    """Return the mails to the owner themselves that bear somebody's name; junk is where it belongs already."""
    return (each.row for each in found if each.judgement.by == "rule:namesake" and each.row["to_me"])


def _label(about: str) -> Label:
    return next((label for label in LABELS if label == about), "reply")


def _items(view: View, ties: Ties, found: Sequence[Sorted], label: Label) -> list[items.Item]:
    chosen = (item(view, ties, each) for each in found if each.judgement.label == label)
    return sorted(chosen, key=lambda each: each.rank)


def _one(view: View, found: Sequence[Sorted], label: Label, heading: str) -> Draft:
    """Return all mails of one label, newest or most pressing first. Nothing of it counts as told."""
    listed = _items(view, Ties(view.profile), found, label)
    many = NOUNS[label][1]
    section = Part(many.capitalize(), tuple(listed[:ALL]), unread(view, ("mail", "Mail")), more=len(listed[ALL:]))
    [kept] = trimmed([section], heading, 3 * words_most)
    if not listed and view.health["mail"].sound:
        said = f"No {many} in the threads of the last {DAYS} days"
        kept = Part(kept.title, before=(Line(text=said, facts=(_total(view, found),)),))
    return Draft(f"Inbox: {label}, {heading}", f"{view.moment.day.isoformat()} {label}", (kept.section(),), not listed)


def _counts(view: View, found: Sequence[Sorted]) -> tuple[Line, ...]:
    """Return a line for each label that is not listed, with how many mails have it and how many of them are unread."""
    lines = []
    for label in LABELS:
        chosen = [each for each in found if each.judgement.label == label]
        if not chosen or label in LISTED:
            continue
        unseen = sum(each.row["seen"] is False for each in chosen)
        said = count(len(chosen), *NOUNS[label]) + (f", {unseen} unread" if unseen else "")
        values: dict[str, Value] = {"label": label, "mails": len(chosen), "unread": unseen}
        lines.append(
            Line(text=said, facts=(view.book.add("k", SQL, _statement(chosen), said, values, origin="system"),))
        )
    if not found and view.health["mail"].sound:
        return (Line(text=f"No mail in the last {DAYS} days", facts=(_total(view, found),)),)
    return tuple(lines)


def _total(view: View, found: Sequence[Sorted]) -> str:
    statement = view.statement("mails", days=DAYS, every=False)
    values: dict[str, Value] = {"threads": len(found), "days": DAYS}
    return view.book.add("k", SQL, statement, count(len(found), "thread"), values, origin="system")


def _statement(chosen: Sequence[Sorted]) -> str:
    """Return the SQL that shows the newest of those mails: a label is made by rules, not by SQL."""
    keys = ", ".join("'" + str(each.row["message_key"]).replace("'", "''") + "'" for each in chosen[:SHOWN])
    return f"SELECT * FROM messages WHERE message_key IN ({keys}) ORDER BY sent_at DESC, message_key"  # noqa: S608 - quoted keys
