"""Markdown: front matter, headings and links; the text stays as it was written."""

import functools
import re
from typing import Any

from connectors.docs.document import MOST_TEXT, Extract, Headings, Section, clean, links_in, one_line
from connectors.docs.text import decode

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MOST_FRONT = 20_000


def extract(data: bytes) -> Extract:
    """Return one section for each heading; title and author from the front matter (YAML), else the first heading."""
    text = clean(decode(data))[:MOST_TEXT]
    front, body = front_matter(text)
    tokens = _parser().parse(body)
    headings, links, first = Headings(), links_in(body), None
    lines = body.split("\n")
    starts: list[tuple[int, str]] = [(0, "")]
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            name = one_line("".join(_words(tokens[index + 1].children or [])))
            first = first or name
            headings.enter(int(token.tag[1]), name)
            starts.append((token.map[0], headings.path))
        elif token.type == "inline":
            links += [str(child.attrs["href"]) for child in token.children or [] if "href" in child.attrs]
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    sections = [
        Section(path, part)
        for (start, path), end in zip(starts, ends, strict=True)
        if (part := "\n".join(lines[start:end]).strip())
    ]
    title, author = _plain(front.get("title")), _plain(front.get("author", front.get("authors")))
    return Extract(sections, title=title or first, author=author, links=links)


@functools.cache
def _parser() -> Any:
    """Return the one parser; making it takes longer than it takes for a page."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return (what the YAML at the top says, the rest). What is no YAML mapping stays part of the text."""
    found = _FRONT.match(text)
    if not found or len(found[0]) > _MOST_FRONT:
        return {}, text
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        told = YAML(typ="safe", pure=True).load(found[1] or "")
    except (YAMLError, ValueError, RecursionError):  # ValueError: a date such as 2026-13-45
        return {}, text
    return (told, text[found.end() :]) if isinstance(told, dict) else ({}, text if told else text[found.end() :])


def _plain(value: object) -> str | None:
    if isinstance(value, list):
        value = ", ".join(str(item.get("name", "") if isinstance(item, dict) else item) for item in value)
    return one_line(str(value)) if isinstance(value, str | int | float) else None


def _words(children: list[Any]) -> list[str]:
    return [" " if child.type in ("softbreak", "hardbreak") else child.content for child in children]
