"""The meeting that is prepared: which one is meant, whether it is worth it, who comes, and what it is for."""

import html
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from context.errors import InputError
from flows.common.wording import listed, name, on, title
from flows.facts import Moment, Row, Value
from flows.shape import View

MOST = 15  # people: in a bigger meeting the owner is one of the audience, unless they hold it
BEGUN = timedelta(minutes=15)  # a meeting that began so lately is still the next one
# What programs write under an invitation, from here to the end.
FOOT = re.compile(r"(?s)(?:_{10,}|-{10,}|-::~|\*{10,}).*")
# Lines that say how to join, in English, German and French.
JOINING = re.compile(
    r"(?i)\b(?:join (?:the |with |on |by |zoom|microsoft|google)|zoom meeting|microsoft teams|google meet|meeting id"
    r"|passcode|dial[- ]in|one tap mobile|phone conference|besprechungs-id|kenncode|an besprechung teilnehmen|einwahl"
    r"|rejoindre la réunion|code secret|participer à la réunion)\b|\+\d[\d ()-]{8,}"
)
PURPOSE = re.compile(
    r"(?i)^\W*(?:agenda|purpose|goal|topics?|aim|ziel|zweck|thema|themen|tagesordnung|ordre du jour|objet|objectif)\s*"
    r"[:：–-]\s*(?P<rest>.*)$"
)
PRESENTS = (
    r"(?i)\b(?:presenter|presents|presented by|speaker|talk by|vortrag|referent(?:in)?|präsentiert|présenté par)\b"
)


@dataclass(frozen=True)
class Guest:
    """Somebody who comes. Who they are is known by address alone; None where the invitation gives only a name."""

    name: str
    address: str | None


@dataclass(frozen=True)
class Meeting:
    """The meeting. `occurrence` names it and stays when it moves; `fact` is what is known of it; times are in UTC."""

    row: Row
    occurrence: str
    title: str
    begins: datetime
    ends: datetime
    guests: tuple[Guest, ...]
    purpose: str | None
    fact: str


def worth(row: Row, mine: frozenset[str], called: str | None = None) -> bool:
    """Return whether an event is prepared: timed, with another human, not declined, free or too big.

    `mine` are the owner's addresses, `called` is their name: who presents prepares a big meeting, too.
    """
    if row["all_day"] or row["cancelled"] or row["transparent"] or row["my_status"] == "declined":
        return False
    if not row["other_people"]:
        return False
    return int(row["other_people"]) + 1 <= MOST or row["my_status"] == "organizer" or _presents(row, mine, called)


def _presents(row: Row, mine: frozenset[str], called: str | None) -> bool:
    listing: list[dict[str, Any]] = json.loads(row["attendees"] or "[]")
    if any(str(g.get("address", "")).lower() in mine and str(g.get("role", "")).lower() == "chair" for g in listing):
        return True
    said = f"{row['summary'] or ''}\n{row['description'] or ''}"
    return bool(called and re.search(PRESENTS + rf"[^\n]{{0,40}}(?<!\w){re.escape(called)}(?!\w)", said))


def own(view: View) -> frozenset[str]:
    return frozenset(address.lower() for address in view.profile.identity.emails)


def choose(view: View) -> Row | None:
    """Return the event that is asked about: the next one worth it where nothing was named; None where there is none.

    What was named is an occurrence, an event's key or the beginning of a title. Raises InputError where several
    meetings fit; None where none does.
    """
    rows, about = view.rows("coming"), (view.about or "").strip()
    if not about:
        return next(iter(upcoming(view)), None)
    exact = [row for row in rows if about in (row["occurrence"], row["instance_key"], row["event_key"], row["uid"])]
    begins = [row for row in rows if str(row["summary"] or "").casefold().startswith(about.casefold())]
    found = exact or begins
    if len({row["uid"] for row in found}) > 1:
        whole = [row for row in found if str(row["summary"]).casefold() == about.casefold()]
        if len({row["uid"] for row in whole}) != 1:
            raise InputError("more than one meeting begins like that", "give more of its title, or its key")
        found = whole
    lively = [row for row in found if not row["cancelled"] and row["ends_at"] > view.moment.as_of]
    return next(iter(lively or found), None)


def upcoming(view: View) -> list[Row]:
    """Return the events worth it that are ahead: from now on, or on the day asked about where that is another."""
    moment, mine, called = view.moment, own(view), view.profile.identity.name
    worthy = [row for row in view.rows("coming") if worth(row, mine, called)]
    if moment.day != moment.today:
        return [row for row in worthy if moment.begins <= row["starts_at"] < moment.ends]
    return [row for row in worthy if row["starts_at"] > moment.as_of - BEGUN and row["ends_at"] > moment.as_of]


def meeting(view: View, row: Row) -> Meeting:
    """Return a row of `coming.sql` as a meeting, and write its fact down."""
    guests, said, aim = company(row, own(view)), title(row["summary"]), purpose(row["description"])
    begins, ends = row["starts_at"], row["ends_at"]
    held_by = name(row["organizer_name"], row["organizer_address"]) if row["organizer_address"] else None
    values: dict[str, Value] = {
        "title": said,
        "date": view.moment.local(begins).isoformat(),
        "start": view.moment.clock(begins),
        "end": view.moment.clock(ends),
        "end_date": view.moment.local(ends).isoformat(),
        "people": [guest.name for guest in guests],
        "others": int(row["other_people"] or 0),
        "organizer": "you" if row["my_status"] == "organizer" else held_by,
        "where": title(row["location"]) if row["location"] else None,
        "purpose": aim,
        "status": row["my_status"],
    }
    text = f"{when(view.moment, begins, ends)} “{said}”"
    text += f" with {listed([guest.name for guest in guests])}" if guests else ""
    fact = view.book.add("e", "event_instances", row["instance_key"], text, values)
    return Meeting(row, row["occurrence"], said, begins, ends, guests, aim, fact)


def when(moment: Moment, begins: datetime, ends: datetime) -> str:
    """Return a span on the owner's clock: "Wed 25 Mar 12:00–13:00"."""
    first, last = moment.local(begins), moment.local(ends)
    until = moment.clock(ends) if first == last else f"{on(last)} {moment.clock(ends)}"
    return f"{on(first)} {moment.clock(begins)}–{until}"


def company(row: Row, mine: frozenset[str]) -> tuple[Guest, ...]:
    """Return the people who come: not the owner, nor rooms, nor who has declined. Each address once."""
    listing: list[dict[str, Any]] = json.loads(row["attendees"] or "[]")
    organizer = {"address": row["organizer_address"], "name": row["organizer_name"]}
    known = {str(guest.get("address") or "").lower() for guest in listing}
    if row["organizer_address"] and str(row["organizer_address"]).lower() not in known:
        listing = [*listing, organizer]
    found: dict[str, Guest] = {}
    for guest in listing:
        address = str(guest.get("address") or "").lower()
        human = str(guest.get("kind") or "individual").lower() in ("individual", "group")
        if not human or address in mine or str(guest.get("partstat") or "").lower() == "declined":
            continue
        if address.endswith((".calendar.google.com",)):
            continue
        called = name(guest.get("name"), address)
        found.setdefault(address or called, Guest(called, address or None))
    return tuple(sorted(found.values(), key=lambda guest: (guest.name.casefold(), guest.address or "")))


def purpose(description: str | None) -> str | None:
    """Return what an invitation says that the meeting is for; None where it says only how to join."""
    text = re.sub(r"(?i)<(?:br|/p|/li|/div|/h\d)\b[^>]{0,200}>", "\n", description or "")
    text = FOOT.sub("", html.unescape(re.sub(r"<[^<>]{1,500}>", " ", text)))
    lines = [re.sub(r"\w+://\S+", "", line).strip(" \t*-•·") for line in text.replace("\r", "").split("\n")]
    lines = [line for line in lines if re.search(r"[^\W\d_]{2}", line) and not JOINING.search(line)]
    for number, line in enumerate(lines):
        if found := PURPOSE.match(line):
            lines = [part for part in (found["rest"], *lines[number + 1 :]) if part]
            break
    return title("; ".join(lines[:6]), 180) if lines else None
