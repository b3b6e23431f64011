"""Drafts of replies: for the mails that surely ask for one, each as far as it can be written without its owner.

A draft has typed recipients from within the thread, the thread's language, times that are really free where the mail
asks for one, and a gap for each question: only the owner knows the answer. A gap blocks approval. Nothing is saved or
sent. A draft is bound to its thread: where that moved on, the draft is void, and the next run says so.
"""

from pathlib import Path

from flows.common.parts import unread
from flows.common.wording import count
from flows.drafts import bound
from flows.drafts.choosing import DAYS, candidates, wanted
from flows.drafts.writing import write
from flows.facts import SQL
from flows.output import Line, Section
from flows.shape import Draft, View

name = "drafts"
folder = Path(__file__).parent
words_most = 900

MOST = 3  # drafts of one run


def compose(view: View) -> Draft:
    """Return the drafts of the newest mails to answer, or the one of the thread that is asked about.

    Raises InputError where no thread, or more than one, is what is asked about.
    """
    health = view.health["mail"]
    warning = unread(view, ("mail", "Mail"))
    if health.state in ("absent", "never", "failed"):
        lines = warning or (Line(text="No mail is connected: `steward connect` connects it"),)
        return Draft("Drafts", bound.ALL, (Section(title="Mail", lines=lines),), empty=True)
    found = candidates(view)
    chosen = [wanted(view, found, view.about)] if view.about else found
    written = [draft for each in chosen[:MOST] if (draft := write(view, each)) is not None]
    subject = bound.ALL if view.about is None else bound.subject(chosen[0])
    void = bound.void(view, subject)
    said = () if written or void or not health.sound else _nothing(view)
    more = len(chosen) - len(written)
    if more and written:
        told = f"{count(more, 'further mail')} to answer: `steward drafts THREAD` drafts one of them"
        said = (Line(text=told),)
    parts = [
        Section(title="Mail", lines=warning),
        Section(title="Void", lines=void),
        *(draft.section for draft in written),
        Section(title="Not drafted", lines=said),
    ]
    fresh = [draft for draft in written if view.news(*bound.told(draft.letter))]
    for draft in written:
        view.tell(*bound.told(draft.letter))
    sections = tuple(part for part in parts if part.lines)
    return Draft("Drafts", subject, sections, health.sound and not fresh and not void, lasting=view.about is not None)


def _nothing(view: View) -> tuple[Line, ...]:
    said = f"No mail of the last {DAYS} days surely asks for a reply"
    statement = view.statement("mails", days=DAYS, every=False)
    fact = view.book.add("k", SQL, statement, said, {"drafts": 0, "days": DAYS}, origin="system")
    return (Line(text=said, facts=(fact,)),)
