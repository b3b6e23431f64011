"""Writing one draft: greeting, what a model may say around the gaps, the gaps, free times, sign-off; and its lines."""

import re
from dataclasses import dataclass

from flows.common import asking
from flows.common.sorting import Mail
from flows.common.wording import ago, count, name, title
from flows.drafts import offers as free
from flows.drafts.choosing import thread
from flows.drafts.filling import Filled, fill
from flows.drafts.letter import Letter, Recipients, addresses, recipients, subject
from flows.drafts.words import NEAR, WORDS, Words, when
from flows.facts import Row, Value
from flows.language import spoken
from flows.output import Line, Section
from flows.shape import View

QUESTIONS = 3  # of one mail
CITED = 160  # characters of a question
PERSON = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)?(?: [^\W\d_]+\.?(?:[-'’][^\W\d_]+)?){0,4}")


@dataclass(frozen=True)
class Draught:
    """A letter and the section that shows it."""

    letter: Letter
    section: Section


def write(view: View, each: Mail) -> Draught | None:
    """Return a draft for a mail; None where its thread moved on or has nobody to write to."""
    row, mails = each.row, thread(view, each.row)
    if not mails or mails[0]["message_key"] != row["message_key"]:
        return None
    mine = frozenset(view.profile.identity.emails)
    asked = tuple(title(part, CITED) for part in each.questions[:QUESTIONS])
    within = sorted({str(item) for item in _addresses(mails)})
    known = frozenset(found["address"] for found in view.rows("known", addresses=within)) if within else frozenset()
    to = recipients(mails, mine, known)
    if not to.to or to.to in mine:
        return None
    language = spoken(each.said) or _own_language(view)
    words = WORDS.get(language) or WORDS[language := _own_language(view)]
    body = _body(view, each, words, language, asked, to)
    head = (str(row["account"]), str(row["thread_id"]), str(row["message_key"]))
    letter = Letter(to.to, to.cc, subject(row["subject"]), body, head)
    return Draught(letter, _section(view, row, letter, asked, to, language))


def _addresses(mails: list[Row]) -> set[str]:
    found = {str(row["from_address"] or "").lower() for row in mails}
    for row in mails[:1]:
        found |= {*addresses(row["to_addresses"]), *addresses(row["cc_addresses"])}
    return {address for address in found if address}


def _own_language(view: View) -> str:
    """Return the first of the owner's languages that drafts can be written in."""
    return next((code for code in view.profile.identity.languages if code in WORDS), "en")


def _body(
    view: View, each: Mail, words: Words, language: str, asked: tuple[str, ...], to: Recipients
) -> tuple[str, ...]:
    me = (view.profile.identity.name or "").split()
    called = _called(view, each.row)
    filled = fill(view, language, asked, (*called.split(), *me), voice(view, each.row)) or Filled()
    near = NEAR.search(_known(view, each.row, "relation") or "") is not None
    greeting = (words.near if near else words.formal).format(_first(called, near)) if called else words.bare
    lines = [greeting, filled.opening or words.opening]
    leads = dict(enumerate(filled.leads))
    for number, question in enumerate(asked):
        gap = f"[confirm: {words.answer.format(_inside(question))}]"
        lines.append(f"{leads[number]} {gap}" if leads.get(number) else gap)
    if not asked:
        lines.append(f"[confirm: {words.answer.format(title(each.row['subject'], CITED))}]")
    if asking.meets(each.questions):
        lines += _times(view, each, words, language)
    if to.elsewhere:
        lines.append("[confirm: the mail asks for answers to another address, which is not in the thread]")
    lines += [filled.closing] if filled.closing else []
    return (*lines, f"{words.closing}" + (f", {me[0]}" if me else ""))


def _inside(question: str) -> str:
    """Return a question as a gap may hold it: a bracket would end the gap."""
    return question.translate({ord("["): "(", ord("]"): ")"})


def _times(view: View, each: Mail, words: Words, language: str) -> list[str]:
    found = free.offers(view, free.length(each.said))
    if found is None or not found.times:
        return [f"[confirm: {words.no_times}]"]
    zone = view.moment.zone
    lines = [words.times.format(zone.key), *(f"– {when(language, *time, zone)}" for time in found.times)]
    return [*lines, *(f"[confirm: these times keep “{_inside(title(rule, 80))}”]" for rule in found.unread)]


def _called(view: View, row: Row) -> str:
    """Return the name to greet: as the owner keeps it, else as the mail gives it, if it is a name and nothing else."""
    said = name(_known(view, row, "person") or row["from_name"])
    return said if PERSON.fullmatch(said) and "somebody" not in said else ""


def _known(view: View, row: Row, what: str) -> str | None:
    """Return the writer's name or relation as the owner keeps it, where that may be told."""
    return row[what] if view.keeps(row["from_address"]) else None


def _first(called: str, near: bool) -> str:
    return called.split()[0] if near else called


def voice(view: View, row: Row) -> str:
    """Return the owner's style for whom the mail is to: the voice of that person, of the relation, or the default."""
    people = {email: person for person in view.profile.people for email in person.emails}
    person = people.get(row["from_address"])
    names = (person.voice if person else None, _known(view, row, "relation"), "default")
    return next((view.profile.voices[key] for key in names if key and key in view.profile.voices), "")


def _section(view: View, row: Row, letter: Letter, asked: tuple[str, ...], to: Recipients, language: str) -> Section:
    """Return the draft as the owner sees it. Its first line cites the mail; the values of that fact are the letter."""
    days = (view.moment.today - view.moment.local(row["sent_at"])).days
    who, gaps = name(_known(view, row, "person") or row["from_name"], row["from_address"]), letter.gaps
    values: dict[str, Value] = {
        "from": who,
        "days": days,
        "questions": list(asked),
        "to": letter.to,
        "cc": list(letter.cc),
        "subject": letter.subject,
        "body": list(letter.body),
        "language": language,
        "account": letter.head[0],
        "thread": letter.head[1],
        "head": letter.head[2],
        "gaps": len(gaps),
        "sha256": letter.sha256,
    }
    cited = f": “{asked[0]}”" if asked else ""
    said = f"Answers {who}, waiting {ago(days)}{cited}"
    fact = view.book.add("d", "messages", letter.head[2], said, values)
    lines = [Line(text=said, facts=(fact,), external=True), Line(text=f"To: {letter.to}", external=True)]
    lines += [Line(text=f"Cc: {', '.join(letter.cc)}", external=True)] if letter.cc else []
    if to.left_out:
        lines.append(Line(text=f"Left out of Cc: {count(to.left_out, 'address', 'addresses')} that you never wrote to"))
    lines += [Line(text=f"Subject: {letter.subject}", external=True)]
    lines += [Line(text=line, external=True) for line in letter.body]
    if gaps:
        lines.append(Line(text=f"Not to be approved yet: {count(len(gaps), 'gap')} to fill, each marked confirm"))
    lines.append(Line(text=f"Bound to this thread as it stands: sha256 {letter.sha256}"))
    return Section(title=letter.subject, lines=tuple(lines))
