"""HTML: the text that a reader would see, in order, with its headings and links."""

import re
from typing import Any

from connectors.docs.document import MOST_TEXT, Extract, Headings, Section, one_line
from connectors.docs.text import SAMPLE, decode

_UNSEEN = frozenset(("script", "style", "template", "noscript", "svg", "head", "iframe", "object", "select", "math"))
_ASIDE = frozenset(("nav", "footer"))  # of a page's frame, not of its content
_BREAKS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt", "fieldset",
     "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre",
     "section", "summary", "table", "tbody", "thead", "tr", "ul")
)  # fmt: skip
_LINES = frozenset(("br", "li", "tr", "dt", "dd"))
_HEADING = re.compile(r"h[1-6]")
_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\xa0]+")


def extract(data: bytes) -> Extract:
    """Return the visible text of a page; scripts, frames, navigation and what the page hides are left out."""
    declared = _CHARSET.search(data[: SAMPLE // 16])
    return extract_text(decode(data, declared[1].decode("ascii", "replace") if declared else None))


def extract_text(text: str) -> Extract:
    """Return the visible text of HTML that is decoded already."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    reader = Reader()
    root = tree.css_first("main") or tree.body
    if root is not None:
        reader.read(root)
    named, author = tree.css_first("head > title"), tree.css_first('meta[name="author" i]')
    sections = reader.finish()
    return Extract(
        sections,
        title=one_line(named.text() if named else None) or reader.first,
        author=one_line(author.attributes.get("content") if author else None),
        links=reader.links,
    )


class Reader:
    """Goes through a tree of nodes once, without recursion: a page may be nested a hundred thousand deep."""

    def __init__(self) -> None:
        self.first: str | None = None
        self.links: list[str] = []
        self._headings = Headings()
        self._sections: list[Section] = []
        self._parts: list[str] = []
        self._title: list[str] | None = None
        self._size = 0
        self._verbatim = 0

    def read(self, root: Any) -> None:
        node, came_down = root, True
        while node is not None and self._size < MOST_TEXT:
            if came_down and self._enter(node) and node.child is not None:
                node = node.child
                continue
            self._leave(node)
            if node.mem_id == root.mem_id:
                return
            if node.next is not None:
                node, came_down = node.next, True
            else:
                node, came_down = node.parent, False

    def finish(self) -> list[Section]:
        self._close()
        return self._sections

    def _enter(self, node: Any) -> bool:
        """Take a node's own part; return whether to look inside it."""
        tag = node.tag
        if tag == "-text":
            self._take(node.text_content or "")
            return False
        if not tag or tag in _UNSEEN or tag in _ASIDE or tag[0] in "-!_" or _hidden(node):
            return False
        if _HEADING.fullmatch(tag):
            self._close()
            self._title = []
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "a" and (target := node.attributes.get("href")):
            self.links.append(target)
        if tag in ("td", "th"):
            self._parts.append("\t")
        elif tag in _BREAKS:
            self._parts.append("\n" if tag in _LINES else "\n\n")
        return True

    def _leave(self, node: Any) -> None:
        tag = node.tag or ""
        if self._title is not None and _HEADING.fullmatch(tag):
            name = one_line(" ".join(self._title))
            self._title = None
            self.first = self.first or name
            self._headings.enter(int(tag[1]), name)
        elif tag == "pre":
            self._verbatim = max(0, self._verbatim - 1)
        if tag in _BREAKS:
            self._parts.append("\n" if tag in _LINES else "\n\n")

    def _take(self, text: str) -> None:
        told = text if self._verbatim else _BLANKS.sub(" ", text)
        self._size += len(told)
        self._parts.append(told)
        if self._title is not None:
            self._title.append(told)

    def _close(self) -> None:
        lines = [line.strip() if not self._verbatim else line for line in "".join(self._parts).split("\n")]
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        if text:
            self._sections.append(Section(self._headings.path, text))
        self._parts = []


def _hidden(node: Any) -> bool:
    """Whether the page does not show this: text that only a machine would read is not the document's."""
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))
