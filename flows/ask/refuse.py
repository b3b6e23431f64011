"""What no metric answers: a model's SELECT, search, or what is missing to know it."""

import re
from datetime import timedelta
from pathlib import Path

from context.errors import StewardError
from context.home import Home
from flows.ask import written
from flows.ask.answer import NOW, Reply
from flows.ask.fold import fold, words
from flows.ask.follow import Before
from flows.ask.lexicon import lexicon
from flows.ask.question import Question
from flows.common.parts import CALLED
from flows.common.wording import on, title
from flows.output import Line
from flows.render.clean import plain
from flows.shape import View

OPINION = re.compile(
    r"\b(?:should|shall|ought|worth|think|opinion|feel|feels|felt|best|better|why|recommend|advice|advise|happy|angry|trust"
    r"|soll|sollte|sollen|warum|wieso|meinst|findest|besser|lohnt|fuhle)\b"
)
FORECAST = re.compile(
    r"\b(?:will|going to|gonna|predict|forecast|likely|probably|wird|werden|wahrscheinlich|voraussichtlich)\b"
)
AMOUNT = re.compile(
    r"\b(?:how (?:many|much|often|long|far|old|big)|number of|count|wie (?:viele?|oft|lange|weit|alt)|wieviele?|average"
    r"|sum|total)\b"
)
SAYING = re.compile(
    r"\b(?:say|says|said|write|writes|wrote|written|mention\w*|sagte|sagt|gesagt|schrieb|geschrieben)\b"
)
BEYOND = Path(__file__).with_name("beyond.txt")


def otherwise(view: View, home: Home, asked: Question, before: Before | None) -> Reply:
    """Return the answer to a question that no metric fits."""
    text = fold(asked.text)
    if OPINION.search(text):
        return _unknown("That asks for an opinion; data holds what was sent, met, written and changed")
    if missing := _beyond(text):
        return _unknown(f"That would take {missing}, and no source of that kind is connected or can be")
    if found := written.reply(view, home, asked, before):
        return found
    if FORECAST.search(text):
        return _unknown("That asks what will be; data holds what was, and what is planned in a calendar or task list")
    if AMOUNT.search(text) or (not asked.unknown and not asked.named):
        return _unexplained(view, asked)
    return _searched(view, home, asked)


def _unknown(*lines: str) -> Reply:
    return Reply("unknown", [Line(text=line) for line in lines])


def _beyond(text: str) -> str | None:
    said = set(words(text))
    for line in BEYOND.read_text("utf-8").splitlines():
        what, _, listed = line.partition(":")
        if not line.startswith("#") and said & set(listed.split()):
            return what
    return None


def _unexplained(view: View, asked: Question) -> Reply:
    """Return what is missing for a question that asks how many, and that no metric fits."""
    strange = [plain(word, limit=30) for word in asked.unknown]
    if strange:
        said = ", ".join(f"“{word}”" for word in strange[:5])
        first = f"No named metric knows {said}, and a count of mere words would be a guess"
    else:
        first = "No named metric fits this question as it stands"
    more = ["`steward ask --list` shows what can be counted"]
    more += [] if view.consult else ["A model (`steward model`) could write the query: none is configured"]
    return _unknown(first, *more)


def _searched(view: View, home: Home, asked: Question) -> Reply:
    """Return the rows that hold all the words of a question, each quoted; or that there are none."""
    from blocks.search import Index

    by = [item for item in asked.of("person") if not item.others and SAYING.search(fold(asked.text))]
    own = {word for item in by for word in words(item.said)}
    typed = [word.strip(".@-_") for word in re.findall(r"[\w.@-]+", asked.text)]
    sought = [word for word in typed if _telling(word) and fold(word) not in own]
    sought += [f'"{asked.topic}"'] if asked.topic else []
    named = {word for item in asked.of("person") for word in words(item.said)}
    if all(fold(word) in named for word in sought):  # somebody's name alone would find all that they are in
        return _unexplained(view, asked)
    wanted = " ".join([*sought, *(f"from:{item.address}" for item in by if item.address)])
    if asked.period:
        wanted += f" after:{asked.period.first} before:{asked.period.until}"
    elif home.now() - view.moment.as_of > NOW:  # else what came later would take the room of what was there
        wanted += f" before:{view.moment.today + timedelta(days=1)}"
    try:
        found = Index(home).search(wanted, _kinds(asked), limit=5)
    except StewardError as error:
        return _unknown(f"Nothing can be searched: {error.what}")
    hits = [] if found.loosened else [hit for hit in found if not hit.when or hit.when <= view.moment.as_of]
    doubts = [family for family, health in view.health.items() if health.state not in ("ok", "absent")]
    if not hits:
        said = f"Nothing that was read holds all of these words: {plain(' '.join(sought), limit=120)}"
        late = [f"{CALLED[family]} was not read lately" for family in doubts]
        return _unknown(said, *late)
    reply = Reply("search", [])
    for hit in hits:
        when = f"{on(view.moment.local(hit.when), view.moment.today)} · " if hit.when else ""
        quoted = title(hit.snippet, 160)
        text = f"{when}“{title(hit.title)}”: “{quoted}”" if hit.snippet else f"{when}“{title(hit.title)}”"
        fact = view.book.add("s", hit.view, hit.key, text, {"title": title(hit.title), "quote": quoted})
        reply.lines.append(Line(text=text, facts=(fact,), external=True))
    reply.more = max(0, found.total - len(hits))
    reply.how = [Line(text=f"Searched for: {plain(wanted, limit=200)}")]
    return reply


def _kinds(asked: Question) -> list[str] | None:
    """Return the views that a question means by its own words, such as "mails"; None for all."""
    said = frozenset().union(*asked.meanings)
    return [view for meaning, views in KINDS.items() if meaning in said for view in views] or None


def _telling(word: str) -> bool:
    """Return whether a word of a question says what is looked for: not grammar, not what sort of thing it is."""
    meanings = lexicon().get(fold(word))
    if meanings is None:
        return len(word) > 1 and fold(word) not in ASKING
    return False


KINDS = {
    "mail": ("messages",), "meeting": ("events",), "task": ("tasks",), "commit": ("commits",),
    "document": ("documents", "passages"),
}  # fmt: skip
_ASKING = """did does say said says write wrote mention mentioned about where who why find search look sagte sagt gesagt
wo warum uber finde such suche according"""
ASKING = frozenset(_ASKING.split())
