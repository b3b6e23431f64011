"""PDF: the text of each page by pdfium, with the outline's headings and the links on it."""

import ctypes
import re
from typing import Any

from connectors.docs.document import (
    MOST_TEXT,
    Extract,
    Section,
    State,
    UnreadableError,
    clean,
    count_words,
    links_in,
    one_line,
)

MOST_PAGES = 5_000
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_HYPHEN = re.compile("[\ufffe\x02](?:\r?\n)?")  # how pdfium writes a hyphen that only a line's end made
_DULL = re.compile(
    r"(untitled( document)?|\(?(anonymous|unspecified)\)?|microsoft (word|powerpoint|excel)\b.*"
    r"|.*\.(docx?|pptx?|indd|dvi|tex|pdf))$",
    re.IGNORECASE,
)


def extract(data: bytes) -> Extract:
    """Return a section for each page that has text; `needs_ocr` where there are pages and next to no words on them."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        needs_password = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise UnreadableError("encrypted" if needs_password else "damaged", str(error)) from error
    count = len(document)
    told = document.get_metadata_dict(skip_empty=True)
    headings = _outline(document)
    sections, links, size, heading = list[Section](), list[str](), 0, ""
    for number in range(min(count, MOST_PAGES)):
        heading = headings.get(number, heading)
        text = _page(document, number, links)
        size += len(text)
        if text:
            sections.append(Section(heading, text, number + 1))
        if size > MOST_TEXT:
            break
    state: State = "ok"
    if count > MOST_PAGES or size > MOST_TEXT:
        state = "too_large"
    elif sum(count_words(section.text) for section in sections) < count:
        state = "needs_ocr"
    title = one_line(told.get("Title"))
    if title is None or _DULL.match(title):
        title = _first_line(sections)
    author = one_line(told.get("Author"))
    return Extract(sections, title, None if author and _DULL.match(author) else author, links, count, state)


def _page(document: Any, number: int, links: list[str]) -> str:
    """Return a page's text; a page that pdfium cannot load has none."""
    import pypdfium2

    try:
        page = document[number]
        words = page.get_textpage()
    except pypdfium2.PdfiumError:
        return ""
    try:
        text = clean(_HYPHEN.sub("", words.get_text_bounded())).translate(_LIGATURES).strip()
        links += links_in(text)
        links += _annotated(document, page)
        return text
    finally:
        words.close()
        page.close()


def _annotated(document: Any, page: Any) -> list[str]:
    """Return the addresses behind a page's link annotations (FPDFLink_Enumerate of fpdf_doc.h)."""
    from pypdfium2 import raw

    found: list[str] = []
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    while len(found) < 500 and raw.FPDFLink_Enumerate(page.raw, position, link):
        action = raw.FPDFLink_GetAction(link)
        if action and raw.FPDFAction_GetType(action) == raw.PDFACTION_URI:
            size = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
            if 1 < size <= 2_001:
                buffer = ctypes.create_string_buffer(size)
                raw.FPDFAction_GetURIPath(document.raw, action, buffer, size)
                found.append(buffer.value.decode("utf-8", "replace"))
    return found


def _outline(document: Any) -> dict[int, str]:
    """Return page index → the last heading that the outline begins on it."""
    import pypdfium2

    headings: dict[int, str] = {}
    try:
        for item in document.get_toc(max_depth=4):
            target = item.get_dest()
            name = one_line(item.get_title())
            if target is not None and name and (index := target.get_index()) is not None:
                headings.setdefault(index, name)
    except pypdfium2.PdfiumError:
        return headings
    return headings


def _first_line(sections: list[Section]) -> str | None:
    """Return the first line of the first page, if it reads like a title: a few words."""
    if not sections or sections[0].page != 1:
        return None
    line = one_line(sections[0].text.partition("\n")[0])
    return line if line and len(line) <= 120 and 1 <= count_words(line) <= 20 else None
