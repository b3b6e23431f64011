"""Markdown for the Prefect UI and the archive.

Every ASCII punctuation character of a text is escaped by a backslash (CommonMark 0.31, section 2.4), so nothing in it
is ever parsed: the Prefect UI would fetch a remote image of a Markdown artifact without a click.
"""

import re

from flows.output import Line, Output
from flows.render import words
from flows.render.clean import link, plain, trusted

PUNCTUATION = re.compile(r"([!\"#$%&'()*+,./:;=?@\[\\\]^_`{|}~-])")
ANGLES = str.maketrans({"<": "‹", ">": "›"})  # an escaped angle bracket still confuses HTML-aware renderers


def text(value: str, keep: frozenset[str] = frozenset()) -> str:
    """Return any text as Markdown that renders as exactly its visible characters."""
    return PUNCTUATION.sub(r"\\\1", plain(value, keep).translate(ANGLES))


def line(output: Output, item: Line) -> str:
    said = text(item.text, trusted(output))
    address = link(output, item.url)
    said = f"[{said}](<{address}>)" if address else said
    cited = "".join(f" `{fact}`" for fact in item.facts)
    return f"- {said}{cited}"


def render(output: Output) -> str:
    """Return the whole output as one Markdown document, ending with the facts that it rests on."""
    parts = [f"# {text(output.title)}", f"{text(words.made(output))} — {text(words.header(output))}"]
    for section in output.sections:
        more = [f"- \\+{section.more} more"] if section.more else []
        body = "\n".join([*(line(output, item) for item in section.lines), *more])
        parts.append(f"## {text(section.title)}\n\n{body}")
    parts.append(f"---\n\n{text(words.footer(output))}")
    if output.facts:
        rows = "\n".join(
            f"| `{fact.id}` | {text(fact.text)} | {text(fact.view)} | {text(words.key(fact))} |"
            for fact in output.facts
        )
        hint = f"`steward why {output.footer.run} FACT` prints the row behind any of them."
        parts.append(f"### Facts\n\n{hint}\n\n| fact | holds | view | key |\n|---|---|---|---|\n{rows}")
    return "\n\n".join(parts) + "\n"
