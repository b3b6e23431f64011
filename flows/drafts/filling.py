"""A model's share in a draft: the sentences around the gaps, in the owner's voice; each checked before it is taken.

The model is given the questions by id and gives back an opening, a lead for each question, and a closing. It answers
nothing: what the answer is stands in the gaps, and those are the program's. A sentence is refused where it holds a
number, date, sum, name, link or address that neither the questions nor the names of the two hold, where it promises,
agrees or refuses, where it asks, and where it is markup. One repair; then the program's own words stand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from blocks.model.prompt import Prompt, fence
from flows import verify
from flows.drafts.vocabulary import VOCABULARY
from flows.output import Fact, Line
from flows.render.clean import plain
from flows.shape import View

QUESTION = "Write the opening, a lead for each question, and the closing, by the rules."
LONGEST = 240  # characters of a sentence
# Whoever says one of these commits the owner or answers for them.
BINDING = re.compile(
    r"(?i)\b(?:(?:i|we)(?:['’]ll| will| shall| can| could| am going| promise| agree| accept| confirm| approve)"
    r"|you(?:['’]ll| will)|yes|no problem|sure|of course|certainly|absolutely|agreed|approved|confirmed|accepted|deal"
    r"|happy to|guarantee\w*"
    r"|ich (?:werde|kann|schicke|sende|überweise|melde|bestätige|stimme|verspreche|mache|liefere|zahle)"
    r"|wir (?:werden|können|schicken|senden|überweisen|bestätigen|liefern|zahlen)|ja|gerne?|natürlich"
    r"|selbstverständlich|einverstanden|bestätigt|genehmigt|zugesagt|abgemacht|kein problem|klar"
    r"|je (?:vais|peux|vous enverrai|vous envoie|t['’]envoie|confirme|promets|m['’]engage|paie|accepte|valide)"
    r"|nous (?:allons|pouvons|confirmons|acceptons|validons)|oui|bien sûr|d['’]accord"
    r"|certainement|entendu|volontiers)\b"
)


@dataclass(frozen=True)
class Filled:
    """Sentences that passed: an opening, leads by the number of their question, a closing. Any may be empty."""

    opening: str = ""
    leads: tuple[str, ...] = ()
    closing: str = ""


def schema(questions: Sequence[str]) -> type[BaseModel]:
    """Return the schema of an answer: no recipient, no link, no field but these sentences."""
    closed = ConfigDict(extra="forbid")
    text = (str, Field(max_length=LONGEST))
    ids: Any = Literal[tuple(f"q{number}" for number in range(1, len(questions) + 1)) or ("none",)]
    lead: Any = create_model("Lead", __config__=closed, question=(ids, ...), text=text)
    leads = (list[lead], Field(max_length=max(len(questions), 1)))
    made: type[BaseModel] = create_model("Sentences", __config__=closed, opening=text, leads=leads, closing=text)
    return made


def fill(view: View, language: str, questions: Sequence[str], names: Sequence[str], voice: str) -> Filled | None:
    """Return a model's sentences that passed every check; None where there is no model, or none of it can be used."""
    if view.consult is None:
        return None
    fact = Fact(id="q", view="messages", key="", text=" ".join([*questions, *names]), values={"names": list(names)})

    def wrong(value: BaseModel) -> list[str]:
        said: Any = value
        texts = [said.opening, said.closing, *(lead.text for lead in said.leads)]
        return list(dict.fromkeys(fault for text in texts for fault in faults(text, language, fact, view.moment.today)))

    rows = [{"id": f"q{number}", "question": text} for number, text in enumerate(questions, 1)]
    data = fence([{"language": language, "voice": voice[:800], "to": names[0] if names else ""}, *rows], clip=800)
    instructions = (Path(__file__).parent / "write.md").read_text("utf-8")
    answer: Any = view.consult.choose(schema(questions), Prompt(instructions, data, QUESTION), wrong)
    if answer is None:
        return None
    leads = {lead.question: " ".join(lead.text.split()) for lead in answer.leads}
    ordered = tuple(leads.get(f"q{number}", "") for number in range(1, len(questions) + 1))
    return Filled(" ".join(answer.opening.split()), ordered, " ".join(answer.closing.split()))


def faults(text: str, language: str, held: Fact, today: date) -> list[str]:
    """Return what is wrong with a sentence of a draft; an empty one is never wrong."""
    if not text.strip():
        return []
    known = VOCABULARY[language]
    found = [f"“{match[0]}” binds the owner: leave it to the gap" for match in BINDING.finditer(text)][:1]
    if "?" in text or "？" in text or "؟" in text:
        found.append("it asks something")
    if plain(text, limit=LONGEST * 2) != " ".join(text.split()):
        found.append("it holds a link, an address or hidden characters")
    # German writes every noun with a capital: a word that is known to be no name is read without it.
    lowered = re.sub(r"[^\W\d_]+", lambda word: word[0].lower() if word[0].casefold() in known else word[0], text)
    line = Line(text=" ".join(sorted(known)), facts=(held.id,))
    return [*found, *verify.check(lowered, [held], line, today=today)]
