"""Cut a document into passages: pieces small enough to quote and to search, that keep to headings and pages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.docs.document import WORD, Section, count_words

LEAST = 200  # words: below, the next section is taken in too
MOST = 400  # words: above, the text is cut
FEW = 30  # words: so little, a heading mostly, does not stand alone

_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_SENTENCE = re.compile(r"[.!?…][\"')\]]*\s|[。！？\n]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document in reading order; heading and page are those of its start."""

    heading: str
    text: str
    page: int | None


def passages(sections: Iterable[Section]) -> Iterator[Passage]:
    """Yield passages of 200 to 400 words where the text allows: a page's end and a long section's end always cut."""
    held: list[str] = []
    words = 0
    first: Section | None = None
    for section in sections:
        for piece, size in _pieces(section.text):
            full = words + size > MOST and words >= FEW
            if first and (full or section.page != first.page or (section != first and words >= LEAST)):
                yield Passage(first.heading, "\n\n".join(held), first.page)
                held, words, first = [], 0, None
            first = first or section
            held.append(piece)
            words += size
    if first:
        yield Passage(first.heading, "\n\n".join(held), first.page)


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Yield (paragraph, words), a long paragraph cut at the ends of sentences."""
    for paragraph in _PARAGRAPH.split(text):
        stripped = paragraph.strip()
        if not stripped:
            continue
        size = count_words(stripped)
        if size <= MOST:
            yield stripped, size
        else:
            yield from _cut(stripped)


def _cut(paragraph: str) -> Iterator[tuple[str, int]]:
    starts = [match.start() for match in WORD.finditer(paragraph)]
    begin = 0  # an index into starts
    while begin < len(starts):
        last = min(begin + MOST, len(starts))
        if last < len(starts):
            least, most = starts[begin + LEAST], starts[last]
            ends = [match.end() for match in _SENTENCE.finditer(paragraph, least, most)]
            end = ends[-1] if ends else most
            last = next(index for index in range(begin + LEAST, last + 1) if starts[index] >= end)
        else:
            end = len(paragraph)
        start = starts[begin] if begin else 0
        yield paragraph[start:end].strip(), last - begin
        begin = last
