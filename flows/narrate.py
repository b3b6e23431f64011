"""Narration: a model says the program's own lines better, one by one; every line is verified, or stays as it was.

The model is given no choice of what is told: it gets each line with its facts and gives back a text and the facts that
the text rests on, out of ids given. A text that fails is repaired once, together with all others that failed; then the
template's line stands and is counted as dropped. Without a usable answer, or at a cap, everything stands.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, create_model

from blocks.ledger import Ledger
from blocks.model.door import Asker
from blocks.model.endpoint import Endpoint
from blocks.model.failures import ModelError
from blocks.model.prompt import Prompt, fence
from context.errors import RefusedError
from context.home import Home
from flows import verify
from flows.consult import caps
from flows.facts import Value
from flows.output import Fact, Line, Output, Section
from flows.shape import Capability, Gathered, given, prompt, words

QUESTION = "Say each line of the data again, by the rules."
LISTED = 12  # entries of a fact's list that a model is given: a year of ids would be paid for and said by nobody


@dataclass(frozen=True)
class Numbered:
    """A line that may be said again: its id in the prompt, where it stands, and its facts."""

    id: str
    section: int
    place: int
    line: Line
    facts: tuple[Fact, ...]


class Said(Protocol):
    line: str
    text: str
    facts: list[str]


def narrate(home: Home, capability: Capability, gathered: Gathered, endpoint: Endpoint) -> Output:
    """Return the output in the model's words, as far as they are verified. Never raises for the model's sake."""
    output = gathered.output
    lines = numbered(output)
    if not lines:
        return output
    pack = given(capability, gathered)
    asked = Prompt(prompt(capability), data(output, lines), QUESTION, profile=pack.text)
    judge = Judge(lines, output, gathered)
    with Ledger.open(home) as ledger:
        limits = caps(gathered.profile, output.capability, gathered.moment.zone, gathered.began, home.now())
        asker = Asker(endpoint, ledger, output.footer.run, capability.name, limits, home.now)
        try:
            with _alone(home, capability.name, endpoint.timeout):
                answer = asker.answer(answers(lines), asked, judge.faults)
        except (ModelError, RefusedError) as error:
            return noted(output, asker, pack.id, endpoint.model, f"lines as made without a model: {error.what}")
    accepted = judge.accepted(answer.value)
    dropped = len(lines) - len(accepted)
    sections = _shortened(output, lines, accepted, capability.words_most)
    footer = output.footer.model_copy(
        update={
            "model": answer.model,
            **_spent(output, answer.tokens_in, answer.tokens_out, answer.cost_usd),
            "pack": pack.id,
            "dropped": dropped,
            "notes": (*output.footer.notes, *(("answer from the cache",) if answer.cached else ())),
        }
    )
    return output.model_copy(update={"sections": sections, "footer": footer, "narrated": bool(accepted)})


@contextmanager
def _alone(home: Home, name: str, patience: float) -> Iterator[None]:
    """Be the only run of a capability that asks: who comes second finds the first one's answer in the cache.

    After `patience` seconds it asks all the same; a lock that hangs must not cost the words.
    """
    lock = FileLock(home.run / f"{name}-model.lock", timeout=patience, mode=0o600)
    with suppress(Timeout):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def numbered(output: Output) -> tuple[Numbered, ...]:
    """Return the lines that rest on facts: only they are said again. Ids follow the order of the output."""
    facts = {fact.id: fact for fact in output.facts}
    found: list[Numbered] = []
    for number, section in enumerate(output.sections):
        for place, line in enumerate(section.lines):
            if line.facts and not section.verbatim:
                held = tuple(facts[name] for name in line.facts)
                found.append(Numbered(f"L{len(found) + 1}", number, place, line, held))
    return tuple(found)


def data(output: Output, lines: Sequence[Numbered]) -> str:
    """Return the lines with their facts, fenced: their text is other people's."""
    rows: list[dict[str, Any]] = []
    for item in lines:
        facts = [{"id": fact.id, "text": fact.text, "values": _short(fact.values)} for fact in item.facts]
        rows.append(
            {"line": item.id, "section": output.sections[item.section].title, "text": item.line.text, "facts": facts}
        )
    return fence(rows)


def _short(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return a fact's values without the ends of long lists; the verifier knows them all."""
    return {name: value[:LISTED] if isinstance(value, list) else value for name, value in values.items()}


def answers(lines: Sequence[Numbered]) -> type[BaseModel]:
    """Return the schema of an answer: closed, with the ids of these lines and facts as the only choices."""
    ids: Any = Literal[tuple(item.id for item in lines)]
    facts: Any = Literal[tuple(sorted({name for item in lines for name in item.line.facts}))]
    closed = ConfigDict(extra="forbid")
    text = (str, Field(max_length=400))
    said: Any = create_model("Said", __config__=closed, line=(ids, ...), text=text, facts=(list[facts], ...))
    many = Field(max_length=2 * len(lines))
    return create_model("Narration", __config__=closed, lines=(list[said], many))


@dataclass(frozen=True)
class Judge:
    """The verifier over a whole answer."""

    lines: Sequence[Numbered]
    output: Output
    gathered: Gathered

    def faults(self, value: BaseModel) -> list[str]:
        """Return everything that is wrong with an answer, for the one repair."""
        said = {item.line: item for item in self._said(value)}
        wrong = [f"{line.id}: it is missing" for line in self.lines if line.id not in said]
        for line in self.lines:
            if line.id in said:
                wrong += [f"{line.id}: {fault}" for fault in self._check(line, said[line.id])]
        return wrong

    def accepted(self, value: BaseModel) -> dict[str, Line]:
        """Return the lines whose new text is verified. Of two texts for one line, the last counts."""
        said = {item.line: item for item in self._said(value)}
        return {
            line.id: line.line.model_copy(update={"text": " ".join(said[line.id].text.split()), "external": True})
            for line in self.lines
            if line.id in said and not self._check(line, said[line.id])
        }

    @staticmethod
    def _said(value: BaseModel) -> list[Said]:
        found: list[Said] = value.lines  # type: ignore[attr-defined]
        return found

    def _check(self, line: Numbered, said: Said) -> list[str]:
        known = {fact.id: fact for fact in self.output.facts}
        cited = [known[name] for name in dict.fromkeys(said.facts)]
        foreign = verify.names(self.output.facts) - verify.names(line.facts)
        return verify.check(said.text, cited, line.line, today=self.gathered.moment.today, foreign=foreign)


def noted(output: Output, asker: Asker, pack_id: str, model: str, note: str) -> Output:
    """Return the output as it is, with what was tried and what it cost."""
    update: dict[str, Any] = {"model": model, "pack": pack_id, "notes": (*output.footer.notes, note)}
    update |= _spent(output, asker.tokens_in, asker.tokens_out, asker.cost_usd)
    return output.model_copy(update={"footer": output.footer.model_copy(update=update)})


def _spent(output: Output, tokens_in: int, tokens_out: int, cost_usd: float | None) -> dict[str, Any]:
    """Return what the output has cost with this call: composing may have asked the model before."""
    before = output.footer
    known = None if cost_usd is None or before.cost_usd is None else before.cost_usd + cost_usd
    return {
        "tokens_in": before.tokens_in + tokens_in,
        "tokens_out": before.tokens_out + tokens_out,
        "cost_usd": known,
    }


def _shortened(output: Output, lines: Sequence[Numbered], accepted: dict[str, Line], most: int) -> tuple[Section, ...]:
    """Return the sections with the accepted lines in; the wordiest go back to the template's until `most` is kept."""
    gain = {
        item.id: len(accepted[item.id].text.split()) - len(item.line.text.split())
        for item in lines
        if item.id in accepted
    }
    while True:
        sections = _with(output, lines, accepted)
        if words(output.title, sections) <= most or not gain:
            return sections
        wordiest = max(gain, key=lambda name: (gain[name], name))
        del gain[wordiest], accepted[wordiest]


def _with(output: Output, lines: Sequence[Numbered], accepted: dict[str, Line]) -> tuple[Section, ...]:
    changed = [list(section.lines) for section in output.sections]
    for item in lines:
        if item.id in accepted:
            changed[item.section][item.place] = accepted[item.id]
    return tuple(
        section.model_copy(update={"lines": tuple(said)})
        for section, said in zip(output.sections, changed, strict=True)
    )
