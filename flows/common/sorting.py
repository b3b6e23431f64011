"""What sorting a mail rests on: the eight labels, a judgement, and a mail as rules look at it.

What the labels mean, from the owner's side, when the mail has arrived:

    reply       a person asks the owner for something that an answer would settle
    decide      a person asks the owner for an approval, a yes or no, or one of several
    waiting     the owner asked, and the next step is the other's
    fyi         a person or a machine says something that concerns the owner; nothing is asked
    newsletter  sent to many alike: a publication or a discussion list
    receipt     something was ordered, paid, booked or shipped
    calendar    an invitation, an answer to one, a change of one
    noise       advertising, routine of machines, junk

The owner's verdict comes first, then the rules (`rules.py`); what these leave open a model may be asked (`labels.py`).
Held by code, whoever says otherwise but the owner: no list, machine or receipt is in `reply` or `decide`, nor is a
thread that the owner answered last; nobody of tier 1 is in `noise`.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from context.profile import Profile
from flows.common import asking
from flows.facts import Row

Label = Literal["reply", "decide", "waiting", "fyi", "newsletter", "receipt", "calendar", "noise"]
LABELS: tuple[Label, ...] = get_args(Label)
ASKED: frozenset[Label] = frozenset({"reply", "decide"})
OPEN = 0.7  # a rule that is less sure leaves the mail open
ROLE = re.compile(
    r"(?:info|hello|contact|kontakt|support|service|services|billing|invoices?|rechnung(?:en)?|buchhaltung|orders?|shop"
    r"|store|sales|vertrieb|marketing|news|newsletter|reservations?|bookings?|tickets?|kundenservice|kundendienst|care"
    r"|customer\w*|feedback|surveys?|umfrage|office|accounts?|welcome|offers?|angebote|commandes?|facturation)(?:$|[-_.+\d])"
)
# Anybody can have an address there: nobody's house.
PUBLIC = re.compile(
    r"(?:gmail|googlemail|outlook|hotmail|live|msn|yahoo|icloud|me|mac|aol|fastmail|gmx|web|t-online|freenet|posteo|mailbox|proton"
    r"|protonmail|orange|laposte|free|wanadoo)\.(?:com|de|net|org|me|fr|at|ch)"
)
READ = 3000  # characters of a text that rules look at: what is asked stands near the beginning


@dataclass(frozen=True, slots=True)
class Judgement:
    """A label with its reason (at most 15 words), who says so ("rule:question", "model", "owner"), and 0 to 1."""

    label: Label
    reason: str
    by: str
    confidence: float

    @property
    def open(self) -> bool:
        return self.by.startswith("rule:") and self.confidence < OPEN


@dataclass(frozen=True)
class Owner:
    """The owner as mails know them: first names (folded) and the domains of their own addresses."""

    names: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Thread:
    """What else happened in the thread. `answered`: the owner wrote after the mail; `asked`: before it; both may be.

    `mine` is the owner's text after the mail.
    """

    answered: bool = False
    asked: bool = False
    mine: str = ""


@dataclass(frozen=True)
class Person:
    """Who wrote. `tier` is None for whoever is not in the profile; `wrote` is how many mails came from them."""

    tier: int | None = None
    stranger: bool = False
    wrote: int = 0
    namesake: bool = False


class Mail:
    """A mail with what rules ask of it, each read once and only where a rule asks."""

    def __init__(self, row: Row, thread: Thread, person: Person, owner: Owner) -> None:
        self.row, self.thread, self.person, self.owner = row, thread, person, owner

    @cached_property
    def said(self) -> str:
        """Return what the sender wrote themselves."""
        return asking.own((self.row["body"] or "")[:READ]).strip()

    @cached_property
    def low(self) -> str:
        return self.said.lower()

    @cached_property
    def subject(self) -> str:
        return str(self.row["subject"] or "")[:300].lower()

    @cached_property
    def folder(self) -> str:
        return str(self.row["folder"] or "").lower()

    @cached_property
    def sender(self) -> str:
        return str(self.row["from_address"] or "").lower()

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]

    @cached_property
    def machine(self) -> bool:
        return bool(self.row["automated"])

    @cached_property
    def listed(self) -> bool:
        return bool(self.row["list_id"])

    @cached_property
    def bulk(self) -> bool:
        """Whether it was sent to many alike: by a machine, over a list, or with a way to unsubscribe."""
        return self.machine or self.listed or bool(self.row["list_unsubscribe"])

    @property
    def box(self) -> str:
        """Return the sender's address before the @."""
        return self.sender.partition("@")[0]

    @cached_property
    def office(self) -> bool:
        """Whether a box of a company wrote that the owner never wrote to: info@, billing@."""
        return self.person.stranger and ROLE.match(self.box) is not None

    @cached_property
    def questions(self) -> tuple[str, ...]:
        return asking.questions(self.said)

    @cached_property
    def asks(self) -> bool:
        return bool(self.questions)

    @cached_property
    def answered(self) -> bool:
        return self.thread.answered or bool(self.row["answered"])

    @cached_property
    def others(self) -> frozenset[str]:
        """Return the first names of whom it is also addressed to, folded, without the owner's."""
        people = json.loads(self.row["to_addresses"] or "[]")
        found = {str(entry.get("name") or entry.get("address") or "").casefold() for entry in people[:50]}
        first = {word for name in found for word in name.replace("@", " ").replace(".", " ").split()[:1]}
        return frozenset(first - self.owner.names)

    @cached_property
    def greeted(self) -> tuple[str, ...]:
        return tuple(name.split()[0] for name in asking.greeted(self.said) if name.strip())


def mail(row: Row, owner: Owner) -> Mail:
    """Return a row of `mails.sql` as a mail to the owner."""
    thread = Thread(row["answered_at"] is not None, row["asked_at"] is not None, row["mine"] or "")
    person = Person(row["tier_rank"], bool(row["stranger"]), int(row["wrote"] or 0), bool(row["namesake"]))
    return Mail(row, thread, person, owner)


def owner(profile: Profile) -> Owner:
    """Return the owner as mails know them."""
    names = frozenset((profile.identity.name or "").casefold().split()[:1])
    domains = (address.rpartition("@")[2] for address in profile.identity.emails)
    return Owner(names, frozenset(domain for domain in domains if not PUBLIC.fullmatch(domain)))
