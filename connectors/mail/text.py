"""The readable text of a mail: from HTML, from flowed lines, without what only a screen needs."""

import re
from html import unescape
from typing import Any

HTML_LIMIT = 2_000_000  # characters; what follows is no longer a letter
UNCLOSED = 20_000  # elements left open: nested so deep, they cost the parser the square of their number
UNSEEN = "script,style,head,template,noscript,svg"
HIDDEN = (
    ",".join(
        f'[style*="{style}" i]' for style in ("display:none", "display: none", "visibility:hidden", "mso-hide:all")
    )
    + ",[hidden]"
)  # preview texts of newsletters, and text that only a machine is meant to read
_TAG = re.compile("<[^<>]*>")
_HIDING = re.compile("hid|none", re.I)
_SPACE = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200a\u200b-\u200d\u2060\ufeff\u034f\u00ad]+")
_GAP = re.compile(r"\n[\s\u200b\u200c\u200d\ufeff\u034f]*\n\s*")
_EDGE = re.compile(r" *\n *")
_BLANK = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\u034f\u00ad]*")


def blank(text: str) -> bool:
    """Whether a reader would see nothing: white space and characters of no width."""
    return _BLANK.fullmatch(text, 0, 100_000) is not None if not text[:200].strip() else False


def from_html(html: str) -> str:
    """Return the text of an HTML part, block by block on lines of its own; of more than 2 MB, the text of the first
    two.

    What a reader's eye would not meet is left out, unless nothing else is there.
    """
    from selectolax.lexbor import LexborHTMLParser

    html = html[:HTML_LIMIT]
    if html.count("<") - 2 * html.count("</") > UNCLOSED:
        return _tidy(unescape(_TAG.sub("\n", html)))
    tree: Any = LexborHTMLParser(html)
    if not tree.root:
        return ""
    _drop(tree, UNSEEN)
    if not _HIDING.search(html):
        return _tidy(tree.text(separator="\n"))
    whole = tree.text(separator="\n")
    _drop(tree, HIDDEN)
    return _tidy(tree.text(separator="\n")) or _tidy(whole)


def _drop(tree: Any, selector: str) -> None:
    """Remove elements, the inner before the outer: with an outer one its inner ones are freed."""
    for node in reversed(tree.css(selector)):
        node.decompose()


def _tidy(text: str) -> str:
    return _GAP.sub("\n\n", _EDGE.sub("\n", _SPACE.sub(" ", text))).strip()


def unfold(text: str, delsp: bool) -> str:
    """Join the soft-broken lines of format=flowed (RFC 3676); quoted lines and signatures keep their breaks."""
    out: list[str] = []
    paragraph: list[str] = []
    for line in text.split("\n"):
        quoted = line.startswith(">")
        if paragraph and quoted:
            out.append("".join(paragraph))
            paragraph = []
        paragraph.append(line[1:] if line.startswith(" ") else line)  # "space-stuffing"
        if line.endswith(" ") and not quoted and line != "-- ":
            if delsp:
                paragraph[-1] = paragraph[-1][:-1]
            continue
        out.append("".join(paragraph))
        paragraph = []
    if paragraph:
        out.append("".join(paragraph))
    return "\n".join(out)


def plain(text: str) -> str:
    """Return text with one kind of line end and no end of its own."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip("\n") if text.endswith("\n") or text.startswith("\n") else text
