"""Screenplays: threads of mail as plain text, with what each mail asks for and promises marked in place.

    === key | Subject | private
    --- 2026-01-12 09:14 tomasz > me priya cc henrike | reply unseen html attach=plan.pdf
    Morning, …
    {+due=2026-01-15 kept=3|I will post the numbers by Thursday} and {~happy to help}.

`{+…|quote}` is a commitment of the sender to the first addressee (`by=`, `to=` say otherwise). Its state is `open`,
`dropped`, `kept=N` or `late=N`, where mail N of the thread is the evidence, and `kept=elsewhere` means evidence outside
the mail. `due=` is a day; `~` before it marks a day that was inferred and not said. `{~…}` is a phrase that sounds like
a commitment and is none. The word after the first bar is the label of a mail that somebody sent to the owner.

A template is a screenplay whose days are steps of working days (`+2`), whose people may be `A` and `B`, and whose text
may hold `«one|other»` (one is picked) and `%en+2%`, `%de+2%`, `%fr+2%` (the weekday's name), `%date+2%`.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from connectors.demo.cast import ME, people
from connectors.demo.world import AWAY, NEW_YORK, STORY, Dice, at, workday

LABELS = ("reply", "decide", "waiting", "fyi", "newsletter", "receipt", "calendar", "noise")
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MARK = re.compile(r"\{(?:\+(?P<terms>[^|{}]*)\||~)(?P<quote>[^{}]+)\}")


@dataclass(frozen=True)
class Promise:
    """A commitment as a reader of the mail would judge it at the quarter's present."""

    owes: str
    to: str
    quote: str
    due: date | None
    stated: bool
    state: str
    evidence: int | None  # the mail of the thread (1, 2, …) that closed it


@dataclass(frozen=True)
class Line:
    """One mail of a screenplay, not yet dressed with headers."""

    sent: datetime
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    text: str
    label: str
    options: dict[str, str] = field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    polite: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thread:
    key: str
    subject: str
    account: str
    lines: tuple[Line, ...]


def promise(terms: str, quote: str, sender: str, to: str) -> Promise:
    said = dict(term.partition("=")[::2] for term in terms.split())
    due = said.pop("due", "")
    owes, addressee = said.pop("by", sender), said.pop("to", to)
    state, evidence = next(iter(said.items()), ("open", ""))
    if state not in ("open", "kept", "late", "dropped") or len(said) > 1:
        raise ValueError(f"commitment with unknown terms: {terms}")
    return Promise(
        owes,
        addressee,
        quote,
        date.fromisoformat(due.lstrip("~")) if due else None,
        bool(due) and not due.startswith("~"),
        state,
        int(evidence) if evidence.isdecimal() else None,
    )


def marked(text: str, sender: str, to: str) -> tuple[str, tuple[Promise, ...], tuple[str, ...]]:
    """Return the text without its marks, the commitments and the merely polite phrases in it."""
    promises, polite = [], []
    for mark in MARK.finditer(text):
        if mark["terms"] is None:
            polite.append(mark["quote"])
        else:
            promises.append(promise(mark["terms"], mark["quote"], sender, to))
    return MARK.sub(lambda mark: mark["quote"], text), tuple(promises), tuple(polite)


def headed(header: str, body: str) -> Line:
    """Parse one mail: `2026-01-12 09:14 a > b c cc d | label option key=value`, and its body."""
    envelope, _, said = header.partition("|")
    stamp, names = envelope[:16], " ".join(word for word in envelope[16:].split() if "=" not in word)
    sender, _, receivers = names.partition(">")
    to, _, cc = receivers.partition(" cc ")
    words = said.split() + [word for word in envelope.split() if "=" in word]
    label = words.pop(0) if words and words[0] in LABELS else ""
    options = {name: value for name, _, value in (word.partition("=") for word in words)}
    author, first = sender.strip(), to.split()[0]
    if (author == ME) == bool(label):
        raise ValueError(f"a mail to the owner has a label, one by the owner has none: {header}")
    sent = at(stamp)
    zone = NEW_YORK if author == ME and AWAY[0] < sent < AWAY[1] else people()[author].zoneinfo
    text, promises, polite = marked(body.strip("\n"), author, first)
    return Line(
        sent.astimezone(zone), author, tuple(to.split()), tuple(cc.split()), text, label, options, promises, polite
    )


def parse(text: str) -> list[Thread]:
    """Parse a screenplay whose days are dates. Lines before the first `===` are a comment."""
    threads = []
    for block in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = block.partition("\n")
        key, subject, *account = (part.strip() for part in title.split(" | "))
        mails = [mail.partition("\n") for mail in re.split(r"^--- ", rest, flags=re.MULTILINE)[1:]]
        lines = tuple(headed(header, body) for header, _, body in mails)
        if list(lines) != sorted(lines, key=lambda line: line.sent):
            raise ValueError(f"thread {key} is out of order")
        threads.append(Thread(key, subject, account[0] if account else "work", lines))
    return threads


def staged(template: str, key: str, start: date, cast: dict[str, str], dice: Dice) -> str:
    """Return a template as a screenplay: days, people, words and names of days put in."""

    def day(steps: str) -> date:
        return workday(start, int(steps))

    text = re.sub(r"«([^«»]*)»", lambda found: dice.pick(found[1].split("|")), template)
    text = re.sub(r"%(en|de|fr)\+(\d+)%", lambda found: WEEKDAYS[found[1]][day(found[2]).weekday()], text)
    text = re.sub(r"%date\+(\d+)%", lambda found: f"{day(found[1]).day} {MONTHS[day(found[1]).month - 1]}", text)
    text = re.sub(r"due=(~?)\+(\d+)", lambda found: f"due={found[1]}{day(found[2])}", text)
    text = re.sub(r"^--- \+(\d+)", lambda found: f"--- {day(found[1])}", text, flags=re.MULTILINE)
    text = re.sub(r"\b(to|by)=([AB])\b", lambda found: f"{found[1]}={cast[found[2]]}", text)
    text = text.replace("=== KEY", f"=== {key}", 1)
    for variable, value in cast.items():
        first = people()[value].name.split()[0] if variable in ("A", "B") else value
        text = text.replace(f"${variable}", first)
    return "\n".join(
        re.sub(r"\b[AB]\b", lambda found: cast[found[0]], line) if line.startswith("--- ") else line
        for line in text.split("\n")
    )


@cache
def authored() -> tuple[Thread, ...]:
    """Return the threads that were written by hand, in the order of their files."""
    files = sorted((STORY / "threads").glob("*.txt"), key=lambda path: path.name)
    return tuple(thread for file in files for thread in parse(file.read_text("utf-8")))
