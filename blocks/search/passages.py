"""A text cut into passages, each as long as a model of meanings reads well. What a mail quotes is left out."""

from collections.abc import Iterator

LONGEST = 900  # characters: about the 256 tokens that small models read
MOST = 8  # passages of one text: a mail of 2 MB must not stand in the way of the others


def passages(title: str, body: str) -> list[tuple[int, str]]:
    """Return passages with their place in the body (in characters), each under the title. There is always one."""
    found = [(start, f"{title}\n{text}".strip()) for start, text in _pieces(body)]
    return found or [(0, title.strip())]


def _pieces(body: str) -> Iterator[tuple[int, str]]:
    given, begin, held = 0, 0, ""
    for place, line in _lines(body):
        if held and len(held) + len(line) > LONGEST:
            yield begin, held.strip()
            given, held = given + 1, ""
            if given == MOST:
                return
        if not held:
            begin = place
        held += line
    if held.strip():
        yield begin, held.strip()


def _lines(body: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that were not quoted, with their places; what is too long for a passage, in pieces at blanks."""
    place = 0
    for line in body.splitlines(keepends=True):
        if line.strip() and not line.lstrip().startswith(">"):
            start = 0
            while start < len(line):
                end = start + LONGEST
                if end < len(line) and (blank := line.rfind(" ", start + LONGEST // 2, end)) > 0:
                    end = blank + 1
                yield place + start, line[start:end]
                start = end
        place += len(line)
