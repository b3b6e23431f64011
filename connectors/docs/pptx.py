"""PPTX: one section for each slide, with its tables and its speaker's notes."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from connectors.docs.archive import core_properties, open_archive, refuse_doctypes, textless
from connectors.docs.document import Extract, Section, State, UnreadableError, clean, one_line
from connectors.docs.ooxml import numbered, paragraphs

MOST_DEPTH = 20  # of groups within groups


def extract(data: bytes) -> Extract:
    """Return the slides in order; a hidden slide is a slide. Raises UnreadableError for what is no presentation."""
    archive = open_archive(data)
    refuse_doctypes(archive)
    from pptx import Presentation

    try:
        presentation = Presentation(io.BytesIO(data))
        links = list[str]()
        sections = list(_slides(presentation, links))
        count = len(presentation.slides)
    except MemoryError:
        raise
    except Exception as error:  # a damaged file may raise anything; its parts may be readable all the same
        sections, links = list(_by_parts(archive)), []
        count = len(sections)
        if not sections:
            raise UnreadableError("damaged", f"{type(error).__name__}: {error}") from error
    title, author = core_properties(archive)
    first = next((section.heading for section in sections if not section.heading.startswith("Slide ")), None)
    state: State = "ok" if sections else textless(archive)
    return Extract(sections, title or first, author, links, count, state)


def _slides(presentation: Any, links: list[str]) -> Iterator[Section]:
    for number, slide in enumerate(presentation.slides, 1):
        title = slide.shapes.title
        heading = one_line(title.text_frame.text) if title is not None else None
        text = "\n\n".join(part for part in map(str.strip, _slide(slide, links)) if part)
        if text:
            yield Section(heading or f"Slide {number}", clean(text), number)


def _by_parts(archive: zipfile.ZipFile) -> Iterator[Section]:
    """Yield the slides that can be read alone, in the order of their files."""
    notes = dict(numbered(archive, "ppt/notesSlides/notesSlide"))
    for number, root in numbered(archive, "ppt/slides/slide"):
        told = paragraphs(root) + (paragraphs(notes[number]) if number in notes else [])
        if told:
            yield Section(f"Slide {number}", "\n\n".join(told), number)


def _slide(slide: Any, links: list[str]) -> Iterator[str]:
    for shape in slide.shapes:
        yield from _shape(shape, links, 0)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        yield notes.text


def _shape(shape: Any, links: list[str], depth: int) -> Iterator[str]:
    if depth < MOST_DEPTH and hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _shape(inner, links, depth + 1)
    elif shape.has_text_frame:
        yield shape.text_frame.text
        links += [
            run.hyperlink.address
            for paragraph in shape.text_frame.paragraphs
            for run in paragraph.runs
            if run.hyperlink.address
        ]
    elif getattr(shape, "has_table", False):
        yield "\n".join("\t".join(cell.text for cell in row.cells) for row in shape.table.rows)
    elif getattr(shape, "has_chart", False):
        chart = shape.chart
        names = [str(series.name) for plot in chart.plots for series in plot.series]
        if chart.has_title and chart.chart_title.has_text_frame:
            names.insert(0, chart.chart_title.text_frame.text)
        yield "\n".join(names)
