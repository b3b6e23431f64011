"""What the owner says is wrong, understood by rules: which fact is meant, which word, and for what it shall hold.

No model takes part. The words of each capability are closed; what they are also called, in English and German, stands
here. What the rules cannot tell apart is asked back.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blocks.ledger.verdicts import Scope
from context.errors import InputError
from flows.facts import SQL
from flows.output import Fact, Output

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A word of the capability → what else it is called. Longer phrases win over shorter ones that stand in them.
TRIAGE = {
    "reply": "reply, needs a reply, needs an answer, must answer, i must reply, antworten, antwort, "
    "muss ich beantworten",
    "decide": "decide, decision, needs a decision, entscheiden, entscheidung, muss ich entscheiden",
    "waiting": "waiting, waiting for them, their turn, warten, wartet, ich warte, sind dran",
    "fyi": "fyi, for information, information, no reply needed, needs no reply, no answer needed, nothing to do, "
    "zur info, zur information, info, keine antwort nötig, nichts zu tun",
    "newsletter": "newsletter, mailing, digest, rundbrief, rundschreiben",
    "receipt": "receipt, invoice, bill, order confirmation, beleg, rechnung, quittung, bestellbestätigung",
    "calendar": "calendar, invitation, invite, appointment, kalender, einladung, termin",
    "noise": "noise, spam, junk, advertising, ad, irrelevant, rubbish, not important, werbung, müll, unwichtig",
}
COMMITMENTS = {
    "no commitment": "no commitment, not a commitment, no promise, not a promise, never promised, politeness, polite, "
    "keine zusage, kein versprechen, nicht versprochen, nie versprochen, höflichkeit",
    "kept": "kept, done, fulfilled, delivered, finished, erledigt, eingehalten, erfüllt, geliefert, gemacht",
    "dropped": "dropped, cancelled, canceled, called off, obsolete, no longer needed, abgesagt, hinfällig, entfällt, "
    "nicht mehr nötig, fallen gelassen",
}
GENERAL = {
    "not important": "not important, unimportant, irrelevant, noise, spam, junk, skip, ignore, no reply needed, "
    "needs no reply, nicht wichtig, unwichtig, egal, ignorieren, keine antwort nötig, werbung",
    "important": "important, matters, wichtig",
    "wrong": "wrong, incorrect, not true, mistake, false, falsch, stimmt nicht, nicht richtig, fehler, irrtum",
}
WORDS: dict[str, dict[str, str]] = {"triage": TRIAGE, "commitments": COMMITMENTS}
ELSE = "wrong"  # what a text without any of the general words says
UNTOLD = ("not important", "wrong")  # of an item with such a verdict nothing is told any more
NOT = {"not", "no", "isn't", "never", "kein", "keine", "keinen", "nicht", "nie"}
GAP = 2  # words between a "not" and what it denies ("this is not really noise")


def words(capability: str) -> tuple[str, ...]:
    """Return the words that a verdict on an output of `capability` may be."""
    return tuple(WORDS.get(capability, GENERAL))


def understood(capability: str, said: str) -> str | None:
    """Return the verdict that the owner's text means; None where it names no word, or more than one.

    A word that is denied ("not noise") is none. For a capability without words of its own, a text that names none of
    the general ones says that something is wrong.
    """
    text = _tokens(said)
    known = WORDS.get(capability, GENERAL)
    phrases = sorted(((_tokens(name), word) for word, names in known.items() for name in names.split(",")), key=_long)
    taken: set[int] = set()
    found = []
    for phrase, word in phrases:
        for begins in range(len(text) - len(phrase) + 1):
            places = set(range(begins, begins + len(phrase)))
            if text[begins : begins + len(phrase)] != phrase or places & taken:
                continue
            taken |= places
            if not _denied(text, begins, taken - places):
                found.append(word)
    meant = set(found)
    if not meant and capability not in WORDS:
        return ELSE
    if len(meant) > 1 and ELSE in meant:  # "wrong, this is noise" says noise
        meant -= {ELSE}
    return meant.pop() if len(meant) == 1 else None


def _denied(text: list[str], begins: int, taken: set[int]) -> bool:
    """Return whether a "not" stands shortly before, in the same part of the sentence."""
    for place in range(begins - 1, max(-1, begins - 2 - GAP), -1):
        if place in taken or not text[place][0].isalnum():
            return False
        if text[place] in NOT:
            return True
    return False


def _long(entry: tuple[list[str], str]) -> tuple[int, list[str]]:
    return -len(entry[0]), entry[0]


def _tokens(text: str) -> list[str]:
    return re.findall(r"[\w']+|[^\w\s']", unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def lines(output: Output) -> list[tuple[str, Fact]]:
    """Return the lines that can be corrected, each with the fact that it rests on first."""
    facts = {fact.id: fact for fact in output.facts}
    return [
        (line.text, facts[line.facts[0]])
        for section in output.sections
        for line in section.lines
        if line.facts and line.facts[0] in facts
    ]


def named(output: Output, fact: str) -> Fact:
    """Return the fact of that id. Raises InputError where the output has none."""
    found = next((item for item in output.facts if item.id == fact.strip().casefold()), None)
    if found is None:
        known = ", ".join(item.id for item in output.facts) or "none"
        raise InputError(f"this output has no fact {fact}", f"its facts are: {known}")
    return found


@dataclass(frozen=True)
class Whose:
    """What a row is of: its key, its thread, who wrote it, and the writer's domain; None where there is none."""

    item: str
    thread: str | None = None
    sender: str | None = None
    domain: str | None = None
    mine: bool = False

    def known(self) -> dict[Scope, str | None]:
        """Return the scopes as `standing` takes them."""
        return {"item": self.item, "thread": self.thread, "sender": self.sender, "domain": self.domain}


def identity(view: str, key: str) -> str:
    """Return by what an item's verdict knows the row behind a fact: its key.

    Of a statement, its moments and days are left out, so that it is the same tomorrow; one that picks a row by its
    place is of its day alone, for another may stand there tomorrow.
    """
    if view != SQL or " OFFSET " in key:
        return key
    return " ".join(re.sub(r"\b(TIMESTAMPTZ|DATE|TIME) '[^']*'", r"\1 ?", key).split())


def of(address: str | None) -> str | None:
    """Return an address's domain in lower case."""
    return (address or "").lower().rpartition("@")[2] or None


# view → how its row names thread and writer. Others hold for their item alone.
ROWS = {
    "messages": "SELECT thread_id, from_address, from_me FROM messages WHERE message_key = $key",
    "threads": "SELECT thread_id, last_from_address, last_from_me FROM threads WHERE thread_id = $key",
    "event_instances": "SELECT NULL, organizer_address, my_status = 'organizer' FROM event_instances "
    "WHERE instance_key = $key",
    "addresses": "SELECT NULL, address, false FROM addresses WHERE address = $key",
}


def whose(con: "DuckDBPyConnection", fact: Fact) -> Whose:
    """Return what the row behind a fact is of, from the row itself: never from a text."""
    row: Any = con.execute(f"{ROWS[fact.view]} LIMIT 1", {"key": fact.key}).fetchone() if fact.view in ROWS else None
    if row is None:
        return Whose(identity(fact.view, fact.key))
    thread, address, mine = row
    sender = (address or "").lower() or None
    return Whose(fact.key, thread, sender, of(sender), bool(mine))


def about(found: Whose, scope: Scope) -> str:
    """Return what a verdict of `scope` holds for. Raises InputError where the row has no such thing."""
    if found.mine and scope in ("sender", "domain"):
        raise InputError("you wrote this yourself: it has no sender to judge", "use `--scope thread` or leave it out")
    name = found.known().get(scope)
    if not name:
        raise InputError(f"the row behind this has no {scope}", "leave `--scope` out: the verdict holds for the item")
    return name
