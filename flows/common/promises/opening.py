"""Opening commitments: from the sentences of mails, by rules alone. Precision first: what is unclear is not opened."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flows.common import asking
from flows.common.promises import refusing, speech, text
from flows.common.promises.days import due
from flows.common.promises.model import NUMBER, Commitment, DueIs
from flows.common.promises.speech import FORMS, SOFT, Form
from flows.facts import Row

SURE, ABOUT, ENOUGH = 0.9, 0.75, 0.6  # confidence with a stated day, with an inferred one, and the least that opens
CLAUSE = re.compile(r"\s[–—-]\s|;|,\s+(?:but|though|although|aber|sondern|jedoch|mais|or|oder|ou)\s|:\s")
GREETING = re.compile(
    r"(?i)^\s*(?:(?:hi|hello|hey|dear|hallo|moin|liebe[r]?|guten (?:morgen|tag)|bonjour|salut|cher|chère|"
    r"yes|yep|ok|okay|sure|ja|gern|gerne|klar|oui"
    r"|thanks|danke|merci|perfect|prima|super)\b[^,!.:]{0,25}[,!.:]\s*)+"
)
HINT = re.compile(
    r"(?i)['’]ll\b|\bwill\b|\bshall\b|\bgoing to\b|ing\b|\b(?:ich|wir|je|nous|du|ihr|sie|vous|tu)\b|j['’]|"
    r"\bcan\b|kommt|folgt|on it|leave it|mich\b|m['’]en"
)


@dataclass(frozen=True)
class Spoken:
    """A sentence that may promise: by which form, from which word on, and by when."""

    sentence: str
    clause: str
    form: Form
    verb: str
    tail: str
    due: date | None
    due_is: DueIs

    @property
    def confidence(self) -> float:
        if self.due is not None:
            return SURE if self.due_is == "stated" else ABOUT
        if self.form.dated or SOFT.match(self.verb) or (len(self.tail.split()) < 3 and not _accepts(self)):
            return 0.4
        return self.form.firm


def found(rows: Iterable[Row], zone: ZoneInfo, holidays: Collection[date] = ()) -> list[Commitment]:
    """Return the commitments that the mails of `rows` open, oldest first.

    A row has message_key, message_id, source, account, thread_id, subject, body, sent_at, from_address, from_name,
    from_me, to_me, to_addresses and cc_addresses, as `letters.sql` gives them. Dates count in `zone`.
    """
    return [made for made in _all(rows, zone, holidays) if made.confidence >= ENOUGH]


def unclear(rows: Iterable[Row], zone: ZoneInfo, holidays: Collection[date] = ()) -> list[Commitment]:
    """Return what reads like a commitment and is not sure enough to open: for a reader who understands it."""
    return [made for made in _all(rows, zone, holidays) if made.confidence < ENOUGH]


def _all(rows: Iterable[Row], zone: ZoneInfo, holidays: Collection[date]) -> list[Commitment]:
    result: list[Commitment] = []
    threads: dict[tuple[str, str], Row] = {}  # the last mail of each thread so far
    for row in sorted(rows, key=lambda row: (row["sent_at"], row["message_key"])):
        thread = (row["account"], row["thread_id"])
        before = threads.get(thread)
        threads[thread] = row
        if HINT.search(row["body"] or ""):
            result += _of(row, before, zone, holidays)
    return result


def _of(row: Row, before: Row | None, zone: ZoneInfo, holidays: Collection[date]) -> list[Commitment]:
    sent = row["sent_at"].astimezone(zone).date()
    result: list[Commitment] = []
    sentences = text.sentences(row["body"])
    to = addressee(row, sentences[0] if sentences else "")
    if to is None:
        return []
    for sentence in sentences:
        spoken = spoken_in(sentence, sent, holidays)
        if spoken is None or not text.verbatim(sentence, row["body"]):
            continue
        if spoken.due is None and _accepts(spoken):
            spoken = _asked_for(spoken, row, before, zone)
            if spoken is None:
                continue
        result.append(_commitment(row, spoken, len(result), to, sent))
    return result


def spoken_in(sentence: str, sent: date, holidays: Collection[date] = ()) -> Spoken | None:
    """Return what a sentence written on `sent` promises, or None."""
    best: Spoken | None = None
    for form in FORMS:
        for match in form.pattern.finditer(sentence):
            made = _spoken(sentence, form, match, sent, holidays)
            if made is not None and (best is None or made.confidence > best.confidence):
                best = made
    return best


def _spoken(sentence: str, form: Form, match: "re.Match[str]", sent: date, holidays: Collection[date]) -> Spoken | None:
    if any(begin <= match.start() < end for begin, end in (m.span() for m in refusing.QUOTED.finditer(sentence))):
        return None  # somebody else's words
    groups = match.groupdict()
    name = "verb" if groups.get("verb") else "verb2"
    begin, end = _clause(sentence, match.start())
    clause, tail = sentence[begin:end], sentence[match.start(name) : end]
    if refusing.refused(sentence, clause) or refusing.kind(tail):
        return None
    day, how = due(clause, sent, holidays)
    if day is None:
        day, how = due(sentence, sent, holidays)
    return Spoken(sentence, clause, form, match[name], tail, day, how)


def _clause(sentence: str, place: int) -> tuple[int, int]:
    """Return where the clause around a place begins and ends."""
    begin, end = 0, len(sentence)
    for mark in CLAUSE.finditer(sentence):
        if mark.end() <= place:
            begin = mark.end()
        elif mark.start() > place:
            end = min(end, mark.start())
    return begin, end


def _accepts(spoken: Spoken) -> bool:
    """Whether a sentence only says yes to what was asked before: "Will do." """
    return len(spoken.sentence.split()) <= 6 and spoken.form.firm <= ENOUGH


def _asked_for(spoken: Spoken, row: Row, before: Row | None, zone: ZoneInfo) -> Spoken | None:
    """Return a yes with the day that was asked for; None where nobody asked for anything."""
    if before is None or before["from_address"] == row["from_address"] or not asking.asks(before["body"] or ""):
        return None
    sent = row["sent_at"].astimezone(zone).date()
    day = asking.deadline(before["body"] or "", before["sent_at"].astimezone(zone).date())
    if day is None or day < sent:
        return spoken
    return Spoken(spoken.sentence, spoken.clause, spoken.form, spoken.verb, spoken.tail, day, "inferred")


def addressee(row: Row, greeting: str = "") -> dict[str, Any] | None:
    """Return whom a mail speaks to: who is greeted by name, else the first in To. None: its sender alone."""
    people: list[dict[str, Any]] = json.loads(row["to_addresses"] or "[]")
    others = [one for one in people if one.get("address") and one["address"].lower() != row["from_address"]]
    greeted = text.things(greeting) if len(greeting) < 60 else frozenset[str]()
    for one in others:
        if greeted & text.things(one.get("name") or one["address"].partition("@")[0].replace(".", " ")):
            return one
    return others[0] if others else None


def _commitment(row: Row, spoken: Spoken, number: int, to: dict[str, Any], sent: date) -> Commitment:
    address = to["address"].lower()
    mine = bool(row["from_me"])
    return Commitment(
        key=row["message_key"] if not number else f"{row['message_key']}{NUMBER}{number + 1}",
        message_key=row["message_key"],
        message_id=row["message_id"],
        source=row["source"],
        account=row["account"],
        thread_id=row["thread_id"],
        subject=row["subject"] or "",
        who_owes=row["from_address"],
        owes_name=row["from_name"],
        to_whom=address,
        to_name=to.get("name"),
        mine=mine,
        theirs=not mine and bool(row["to_me"]),
        what=_what(spoken),
        quote=spoken.sentence,
        made_at=row["sent_at"],
        made=sent,
        due=spoken.due,
        due_is=spoken.due_is,
        act=spoken.form.act or speech.act(spoken.verb),
        confidence=spoken.confidence,
    )


def _what(spoken: Spoken) -> str:
    said = GREETING.sub("", spoken.clause).strip(" ,.!;:")
    return said or spoken.sentence
