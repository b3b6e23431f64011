"""The output as Slack messages: Block Kit rich text, whose text elements Slack never parses.

Limits are Slack's own (https://docs.slack.dev/reference/block-kit/blocks): 150 characters in a header, 50 blocks in a
message. A message over about 13,200 characters in all is refused although each block is legal, so a message takes
12,000 and the rest goes into its thread.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from flows.output import Line, Output, Section
from flows.render import words
from flows.render.clean import link, plain, trusted

HEADER = 150
BLOCKS = 48  # two below Slack's 50, for the header and the footer
BUDGET = 12_000
LINE = 2_800  # one element; well below the 3,000 of a text object

Block = dict[str, Any]


class Message(BaseModel):
    """One message: its blocks, and the plain text that notifications show."""

    model_config = ConfigDict(frozen=True)
    text: str
    blocks: list[Block]


def escaped(value: str) -> str:
    """Escape what Slack parses in `text` (https://docs.slack.dev/messaging/formatting-message-text#escaping)."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _styled(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _line(output: Output, item: Line) -> Block:
    said = plain(item.text, trusted(output), LINE) or "—"
    address = link(output, item.url)
    elements: list[Block] = [{"type": "link", "url": address, "text": said} if address else _styled(said)]
    for fact in item.facts:
        elements += [_styled(" "), _styled(fact, code=True)]
    return {"type": "rich_text_section", "elements": elements}


def _section(output: Output, section: Section, lines: tuple[Line, ...], more: int, title: str) -> Block:
    items = [_line(output, item) for item in lines]
    if more:
        items.append({"type": "rich_text_section", "elements": [_styled(f"+{more} more", italic=True)]})
    heading = {"type": "rich_text_section", "elements": [_styled(title, bold=True)]}
    return {
        "type": "rich_text",
        "elements": [heading, {"type": "rich_text_list", "style": "bullet", "elements": items}],
    }


def _context(text: str) -> Block:
    return {
        "type": "context",
        "elements": [{"type": "plain_text", "text": plain(text, limit=LINE), "emoji": False}],
    }


def size(blocks: list[Block]) -> int:
    """Return how many characters of text the blocks hold, as Slack's total limit counts them."""

    def walk(node: Any) -> Iterator[int]:
        if isinstance(node, dict):
            yield from (len(value) for key, value in node.items() if key in ("text", "url") and isinstance(value, str))
            yield from (n for value in node.values() for n in walk(value))
        elif isinstance(node, list):
            yield from (n for value in node for n in walk(value))

    return sum(walk(blocks))


def _pieces(output: Output) -> Iterator[Block]:
    """Yield each section as one block, or as several where it alone would fill a message."""
    for section in output.sections:
        title, lines = plain(section.title, limit=HEADER), list(section.lines)
        while lines or section.lines == ():
            taken: list[Line] = []
            while lines and size([_section(output, section, (*taken, lines[0]), 0, title)]) <= BUDGET // 2:
                taken.append(lines.pop(0))
            if lines and not taken:  # never: a line is at most LINE characters and its citations are short
                taken.append(lines.pop(0))
            yield _section(output, section, tuple(taken), 0 if lines else section.more, title)
            title = f"{plain(section.title, limit=HEADER - 12)} (continued)"
            if not lines:
                break


def render(output: Output) -> list[Message]:
    """Return the messages of this output: the first is posted, the others go into its thread."""
    title = plain(output.title, limit=HEADER)
    head: list[Block] = [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}},
        _context(f"{words.made(output)} — {words.header(output)}"),
    ]
    foot = _context(words.footer(output))
    messages: list[list[Block]] = [head]
    for block in _pieces(output):
        full = size([*messages[-1], block, foot]) > BUDGET or len(messages[-1]) >= BLOCKS - 1
        if full:
            messages.append([])
        messages[-1].append(block)
    messages[-1].append(foot)
    total = len(messages)
    first = output.sections[0].lines[0].text if output.sections and output.sections[0].lines else ""
    lead = escaped(plain(f"{title}: {first}" if first else title, limit=300))
    return [
        Message(text=lead if number == 0 else f"{escaped(title)} ({number + 1}/{total})", blocks=blocks)
        for number, blocks in enumerate(messages)
    ]
