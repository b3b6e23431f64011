"""XLSX: one section for each sheet, a line for each row, the values as last calculated."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from connectors.docs.archive import core_properties, open_archive, parse_xml, read_part, refuse_doctypes
from connectors.docs.document import MOST_TEXT, Extract, Section, UnreadableError, clean, one_line
from connectors.docs.ooxml import numbered

MOST_BLANK = 1_000  # empty rows in a row: what follows is formatting, to row 1,048,576


def extract(data: bytes) -> Extract:
    """Return the sheets in order. Raises UnreadableError for what is no workbook."""
    archive = open_archive(data)
    refuse_doctypes(archive)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        count = len(book.worksheets)
        sections, whole = _sections((sheet.title, _lines(sheet)) for sheet in book.worksheets)
    except MemoryError:
        raise
    except Exception as error:
        sections, whole = _sections(_by_parts(archive))
        count = len(sections)
        if not sections:
            raise UnreadableError("damaged", f"{type(error).__name__}: {error}") from error
    title, author = core_properties(archive)
    return Extract(sections, title=title, author=author, pages=count, state="ok" if whole else "too_large")


def _sections(sheets: Iterable[tuple[str, Iterable[str]]]) -> tuple[list[Section], bool]:
    """Return the sheets that hold something, and whether all of their text could be kept."""
    sections, left = [], MOST_TEXT
    for number, (title, rows) in enumerate(sheets, 1):
        lines = []
        for line in rows:
            lines.append(line)
            left -= len(line) + 1
            if left < 0:
                break
        if lines:
            name = one_line(title) or f"Sheet {number}"
            sections.append(Section(name, clean("\n".join([name, "", *_blocks(lines)])), number))
    return sections, left >= 0


def _by_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield (title, lines) of the sheets that can be read alone; days are then the numbers that they are stored as."""
    shared = []
    try:
        for item in parse_xml(read_part(archive, "xl/sharedStrings.xml")):
            shared.append("".join(part.text or "" for part in item.iter() if part.tag.endswith("}t")))
    except UnreadableError:
        shared = []  # the numbers are left
    for number, root in numbered(archive, "xl/worksheets/sheet"):
        rows = (row for row in root.iter() if row.tag.endswith("}row"))
        yield (
            f"Sheet {number}",
            filter(None, ("\t".join(_stored(cell, shared) for cell in row).rstrip() for row in rows)),
        )


def _stored(cell: Any, shared: Sequence[str]) -> str:
    """Return what a cell element holds (ECMA-376 part 1, 18.3.1.4)."""
    told = "".join(part.text or "" for part in cell.iter() if part.tag.endswith(("}v", "}t")))
    if cell.get("t") == "s":
        return shared[int(told)] if told.isdecimal() and int(told) < len(shared) else ""
    return " ".join(told.split())


def _lines(sheet: Any) -> Iterator[str]:
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    blank = 0
    for row in sheet.iter_rows(values_only=True):
        line = "\t".join(_cell(value) for value in row).rstrip()
        blank = 0 if line else blank + 1
        if blank > MOST_BLANK:
            return
        if line:
            yield line


def _blocks(lines: list[str]) -> Iterator[str]:
    """Set an empty line after every twenty, so that a passage of a long table ends between rows."""
    for number, line in enumerate(lines, 1):
        yield line if number % 20 else line + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d") if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return " ".join(str(value).split())
