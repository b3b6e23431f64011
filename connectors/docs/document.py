"""What an extractor makes of a document, whatever its format: sections of text, and what is known about the whole."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

State = Literal["ok", "needs_ocr", "empty", "too_large"]

MOST_TEXT = 4_000_000  # characters kept of one document: about 700,000 words, more than any book
MOST_LINKS = 2_000
MOST_NAME = 500

# One word, or one character of a script that writes words without spaces (kana, Chinese characters, hangul, Thai).
WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINK = re.compile(r"\bhttps?://[^\s<>\"'`\\^{}|\x00-\x1f]+")


class UnreadableError(Exception):
    """A document that no text can be had from. `reason` is one of the words in `REASONS`."""

    def __init__(self, reason: str, error: str) -> None:
        super().__init__(error)
        self.reason = reason


REASONS = {
    "unreadable": "the file may not be read",
    "damaged": "the file is not what its name says, or broken",
    "encrypted": "the file needs a password",
    "old-format": "an Office file from before 2007",
    "binary": "a text file that holds no text",
    "bomb": "the file would unpack to far more than it should",
    "memory": "reading it took more memory than one document may",
    "timeout": "reading it took longer than one document may",
    "crash": "the reader of this format crashed on it",
}


@dataclass(frozen=True, slots=True)
class Section:
    """Text under one heading or on one page; `heading` is the path of headings, `page` counts from 1."""

    heading: str
    text: str
    page: int | None = None


@dataclass(slots=True)
class Extract:
    """A document's content. `pages` counts pages, slides or sheets, where the format has them."""

    sections: list[Section]
    title: str | None = None
    author: str | None = None
    links: Iterable[str] = field(default_factory=list)
    pages: int | None = None
    state: State = "ok"


def clean(text: str) -> str:
    """Return the text with unified line ends and without what no reader can see or store (controls, half pairs)."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").replace("\x0b", "\n")
    return _CONTROLS.sub("", unified)


def one_line(text: str | None) -> str | None:
    """Return a name or title on one line of bounded length; None where it is empty."""
    return " ".join(clean(text).split())[:MOST_NAME] or None if text else None


def count_words(text: str) -> int:
    return len(WORD.findall(text))


def links_in(text: str) -> list[str]:
    """Return the web addresses written out in the text."""
    return [found.rstrip(".,;:!?)]*_") if ")" not in found or "(" not in found else found.rstrip(".,;:!?*_")
            for found in _LINK.findall(text)]  # fmt: skip


def distinct_links(links: Iterable[str]) -> list[str]:
    """Return the absolute links (web and mail addresses) once each, in order, bounded in number and length."""
    kept: dict[str, None] = {}
    for link in links:
        target = "".join(clean(link).split())
        if target.lower().startswith(("https://", "http://", "mailto:")) and len(target) <= 2_000:
            kept.setdefault(target)
            if len(kept) == MOST_LINKS:
                break
    return list(kept)


class Headings:
    """The path of headings that a reader is under while going down a document."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, name: str | None) -> None:
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        if name:
            self._open.append((level, name))

    @property
    def path(self) -> str:
        return " › ".join(name for _, name in self._open)
