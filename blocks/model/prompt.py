"""Prompts: the stable parts first, so that a provider's prompt cache holds until the day's data begins.

Order: instructions → schema → profile → examples → data → question. Nothing in the stable part may carry a time or a
run id (a timestamp in front cost 48 times the prompt work of a local server). Foreign text enters only as `data`,
through `fence`, and is never an instruction.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True)
class Example:
    """A worked case: what was given and the answer that was right."""

    given: str
    answer: str


@dataclass(frozen=True)
class Prompt:
    """What a capability asks. `data` is made by `fence`: foreign text as JSON strings between marks."""

    instructions: str
    data: str
    question: str
    profile: str = ""
    examples: tuple[Example, ...] = ()

    def messages(self, schema: type[BaseModel]) -> list[dict[str, str]]:
        """Return the chat messages. The schema is written out too: some servers drop the one of the request."""
        stable = [self.instructions.strip()]
        stable.append("Answer with one JSON object of this JSON Schema and nothing else:\n" + canonical(shape(schema)))
        if self.profile:
            stable.append("About the owner:\n" + self.profile.strip())
        messages = [{"role": "system", "content": "\n\n".join(stable)}]
        for example in self.examples:
            messages += [
                {"role": "user", "content": example.given},
                {"role": "assistant", "content": example.answer},
            ]
        return [*messages, {"role": "user", "content": f"{self.data}\n\n{self.question.strip()}"}]

    def digest(self) -> str:
        """Return a digest of the parts that a capability's author wrote: what a "prompt version" is."""
        written = [self.instructions, self.question, *(e.given + "\0" + e.answer for e in self.examples)]
        return hashlib.sha256("\0".join(written).encode()).hexdigest()[:16]


def shape(schema: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model as strict servers want it: every object closed, every property required."""

    def close(node: Any) -> Any:
        if isinstance(node, list):
            return [close(item) for item in node]
        if not isinstance(node, dict):
            return node
        closed = {key: close(value) for key, value in node.items() if key not in ("default", "title", "properties")}
        if "properties" in node:  # a property may itself be called "title"
            closed["properties"] = {name: close(value) for name, value in node["properties"].items()}
            closed |= {"additionalProperties": False, "required": list(node["properties"])}
        return closed

    result = close(schema.model_json_schema())
    assert isinstance(result, dict)
    return result


def fence(rows: Sequence[Mapping[str, Any]], clip: int = 400) -> str:
    """Return rows as JSON lines between marks that no row can hold.

    Strings lose what a reader would not see and are cut at `clip` characters; JSON escapes quotes and line ends, and
    angle brackets are written as escapes, so a text cannot close the fence.
    """
    lines = [json.dumps(_clean(dict(row), clip), ensure_ascii=False, default=str) for row in rows]
    body = "\n".join(lines).replace("<", "\\u003c").replace(">", "\\u003e")
    return f"<data>\n{body}\n</data>"


def _clean(value: Any, clip: int) -> Any:
    if isinstance(value, dict):
        return {key: _clean(item, clip) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item, clip) for item in value]
    if isinstance(value, str):
        seen = " ".join(HIDDEN.sub("", unicodedata.normalize("NFKC", value)).split())
        return seen if len(seen) <= clip else seen[: clip - 1] + "…"
    return value


def canonical(value: Any) -> str:
    """Return JSON that is the same for the same content: keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
