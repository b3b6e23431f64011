"""How the owner writes, for each audience: counted in their own sent mail, laid down as a page that they can edit.

Only what the owner wrote themselves counts: quoted and forwarded text is cut off, and so is what Steward wrote.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from context.profile import Person, Profile
from context.proposals import Seen
from flows.common.asking import own
from flows.common.wording import count
from flows.facts import Row
from flows.language import spans, spoken
from flows.learn.known import receivers
from flows.learn.rhythm import percentile

LEAST = 8  # mails to an audience, from which it has a voice
OFTEN = 3  # times that a phrase must have been written
MOST = 6  # phrases shown
# What Steward renders ends like this; a mail that holds it is not the owner's own text.
MADE = re.compile(r"(?i)facts rendered directly|`?steward why|\brun [0-9a-f]{10}\b")
AUDIENCES = {
    "client": "client customer prospect partner vendor supplier lawyer candidate",
    "team": "team colleague boss report manager peer",
    "private": "family friend husband wife partner mother father brother sister daughter son parent teacher",
}
_HELLO = r"""dear|hi|hello|hey|good (?:morning|afternoon|evening)|hallo|liebe[rs]?|moin|servus
|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|bonjour|bonsoir|salut|chère?s?|cher|hola|querid[oa]"""
_CALLED = r"[A-ZÀ-Þ][\w'’.-]*|zusammen|all|both|team|everyone|everybody|alle|tous|à|madame|monsieur"
GREETING = re.compile(rf"^((?i:{_HELLO.replace(chr(10), '')}))((?:[ ](?:{_CALLED})){{0,3}})[ ]?([,!.:]|$)")
# The line that closes a letter, whole.
_BYE = r"""(?:(?:kind|best|warm|many) )?regards|best(?: wishes)?|cheers|(?:many )?thanks(?: again)?|thank you
|yours(?: \w+)?|sincerely|(?:viele|liebe|beste|freundliche|herzliche|schöne) grü(?:ß|ss)e|mit \w+ grü(?:ß|ss)en
|(?:herzlichen |lieben )?gru(?:ß|ss)|lg|vg|bg|mfg
|(?:vielen )?dank|danke(?: dir| ihnen)?|(?:bien )?cordialement|bien à (?:vous|toi)|amicalement
|bonne (?:journée|soirée)
|merci(?: beaucoup)?|à bientôt|un saludo|saludos"""
CLOSING = re.compile(rf"(?i)^(?:{_BYE.replace(chr(10), '')})[ ]?[,.!]?$")
FORMS = {
    "de": (("du", re.compile(r"\b(?:[Dd]u|[Dd]ir|[Dd]ich|[Dd]ein\w*|[Ee]uch|[Ee]uer|[Ee]ure\w*)\b")),
           ("Sie", re.compile(r"(?<=[^.!?\n] )(?:Sie|Ihnen|Ihr|Ihre\w*)\b"))),
    "fr": (("tu", re.compile(r"(?i)\b(?:tu|toi|ton|ta|tes|t['’]\w+)\b")),
           ("vous", re.compile(r"(?i)\b(?:vous|votre|vos)\b"))),
    "es": (("tú", re.compile(r"(?i)\b(?:tú|ti|tus?|contigo)\b")),
           ("usted", re.compile(r"(?i)\b(?:usted|ustedes)\b"))),
}  # fmt: skip
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]|(?<!\\w)[:;]-?[)D(](?!\\w)")
NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}


@dataclass
class Habits:
    """What was counted in the mails to one audience."""

    mails: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    greetings: Counter[str] = field(default_factory=Counter)
    closings: Counter[str] = field(default_factory=Counter)
    forms: Counter[tuple[str, str]] = field(default_factory=Counter)
    lengths: list[int] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    phrases: Counter[str] = field(default_factory=Counter)
    emoji: int = 0
    evidence: list[str] = field(default_factory=list)  # keys of the mails


def audience(person: Person | None, address: str, domains: set[str]) -> str | None:
    """Return the audience that somebody belongs to: as the profile says, else the owner's own domain is the team."""
    if person is not None:
        if person.voice:
            return person.voice
        relation = (person.relation or "").casefold()
        named = next((name for name, words in AUDIENCES.items() if relation and relation in words.split()), None)
        if named:
            return named
    return "team" if address.rpartition("@")[2] in domains else None


def habits(profile: Profile, sent: Iterable[Row]) -> dict[str, Habits]:
    """Return the owner's habits by audience. A mail to several audiences, or to the owner alone, counts for none."""
    mine = {email.lower() for email in profile.identity.emails}
    domains = {email.rpartition("@")[2] for email in mine}
    known = {email: person for person in profile.people for email in person.emails}
    called = {word for person in profile.people for word in re.findall(r"\w+", person.name)}
    names = {word.casefold() for word in re.findall(r"\w+", profile.identity.name or "")}
    found: dict[str, Habits] = defaultdict(Habits)
    for row in sent:
        others = [address for address in receivers(row) if address not in mine]
        groups = {audience(known.get(address), address, domains) for address in others}
        body = own(row["body"] or "").strip()
        if len(groups) == 1 and (group := groups.pop()) and body and not MADE.search(row["body"] or ""):
            _count(found[group], str(row["message_key"]), body, called, names)
    return {name: each for name, each in sorted(found.items()) if each.mails >= LEAST}


def _signs(line: str, mine: set[str]) -> bool:
    """Return whether a line is the owner's name, as a letter ends with it."""
    words = re.findall(r"\w+", line)
    return 0 < len(words) <= 3 and {word.casefold() for word in words} <= mine


def _count(into: Habits, key: str, body: str, called: set[str], mine: set[str]) -> None:
    into.mails += 1
    into.evidence.append(key)
    language = spoken(body) or "?"
    into.languages[language] += 1
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    greeting = GREETING.match(lines[0])
    if greeting:
        into.greetings[f"{greeting[1]}{' {name}' if greeting[2] else ''}{greeting[3]}"] += 1
        lines = [rest for rest in (lines[0][greeting.end() :].strip(), *lines[1:]) if rest]
    closing: list[str] = []
    while lines and len(closing) < 2 and (_signs(lines[-1], mine) or CLOSING.match(lines[-1])):
        closing.insert(0, lines.pop())
    if closing:
        into.closings[" / ".join(re.sub(r"\s*[,.!]$", "", line) for line in closing)] += 1
    text = " ".join(lines)
    into.lengths.append(len(text.split()))
    into.emoji += bool(EMOJI.search(body))
    for sentence in {text[begin:end].strip() for begin, end in spans(text)} - {""}:
        size = len(sentence.split())
        into.sentences.append(size)
        if 2 <= size <= 12 and not re.search(r"[\d@/]", sentence) and not called & set(re.findall(r"\w+", sentence)):
            into.phrases[sentence] += 1
    for form, pattern in FORMS.get(language, ()):
        into.forms[language, form] += bool(pattern.search(text))


def page(name: str, each: Habits, span: tuple[str, str]) -> str:
    """Return the voice of an audience as a Markdown page."""
    told = [
        f"# How I write: {name}",
        "",
        f"- Languages: {_shares(each.languages, each.mails)}",
        f"- Greeting: {_quoted(each.greetings, each.mails) or 'none'}",
        f"- Closing: {_quoted(each.closings, each.mails) or 'none'}",
        f"- Length: {median(each.lengths):.0f} words; half of my mails have {percentile(each.lengths, 0.25)} to "
        f"{percentile(each.lengths, 0.75)}",
    ]
    if each.sentences:
        told.append(f"- Sentences: {median(each.sentences):.0f} words")
    told += [f"- {line}" for line in _forms(each.forms)]
    told.append(f"- Emoji: {'never' if not each.emoji else f'in {each.emoji} of {each.mails} mails'}")
    phrases = [phrase for phrase, times in _ordered(each.phrases) if times >= OFTEN][:MOST]
    if phrases:
        told += ["", "Phrases of mine:", "", *(f"- “{phrase}”" for phrase in phrases)]
    told += ["", f"Learned from {count(each.mails, 'mail')} of mine, {span[0]} to {span[1]}. Edit as you like."]
    return "\n".join(told) + "\n"


def _ordered(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))


def _shares(counted: Mapping[str, int], total: int) -> str:
    named = [(NAMES[language], number) for language, number in _ordered(counted) if language in NAMES]
    return ", ".join(f"{name} ({number} of {total})" for name, number in named) or "not to be told"


def _quoted(counted: Mapping[str, int], total: int) -> str:
    often = [(text, number) for text, number in _ordered(counted) if number >= OFTEN][:3]
    return ", ".join(f"“{text}” ({number} of {total})" for text, number in often)


def _forms(forms: Mapping[tuple[str, str], int]) -> Sequence[str]:
    """Return how people are addressed in each language that has two ways."""
    told = []
    for language, pair in FORMS.items():
        counted = {form: forms.get((language, form), 0) for form, _ in pair}
        best = max(counted, key=lambda form: counted[form])
        if counted[best] >= OFTEN and counted[best] > 2 * min(counted.values()):
            told.append(f"{NAMES[language]}: {best}")
        elif counted[best] >= OFTEN:
            told.append(f"{NAMES[language]}: {' and '.join(f'{form} ({number})' for form, number in counted.items())}")
    return told


def voices(profile: Profile, sent: Sequence[Row]) -> list[tuple[Seen, list[str]]]:
    """Return a page for each audience that was written to often enough, with the keys of the mails behind it."""
    if not sent:
        return []
    zone = profile.zone
    span = tuple(f"{row['sent_at'].astimezone(zone):%Y-%m-%d}" for row in (sent[-1], sent[0]))
    return [
        (Seen("voice", name, {"text": page(name, each, (span[0], span[1]))}, count(each.mails, "mail")), each.evidence)
        for name, each in habits(profile, sent).items()
        if re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", name)
    ]
