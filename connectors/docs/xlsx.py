"""XLSX: one section for each sheet, a line for each row, the values as last calculated."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from connectors.docs.archive import core_properties, open_archive, refuse_doctypes
from connectors.docs.document import MOST_TEXT, Extract, Section, State, UnreadableError, clean, one_line

MOST_BLANK = 1_000  # empty rows in a row: what follows is formatting, to row 1,048,576


def extract(data: bytes) -> Extract:
    """Return the sheets in order. Raises UnreadableError for what is no workbook."""
    archive = open_archive(data)
    refuse_doctypes(archive)
    from openpyxl import load_workbook

    sections, left = [], MOST_TEXT
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for number, sheet in enumerate(book.worksheets, 1):
            lines = []
            for line in _lines(sheet):
                lines.append(line)
                left -= len(line) + 1
                if left < 0:
                    break
            if lines:
                name = one_line(sheet.title) or f"Sheet {number}"
                sections.append(Section(name, clean("\n".join([name, "", *_blocks(lines)])), number))
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever a foreign file makes it stumble over
        raise UnreadableError("damaged", f"{type(error).__name__}: {error}") from error
    title, author = core_properties(archive)
    state: State = "ok" if left >= 0 else "too_large"
    return Extract(sections, title=title, author=author, pages=len(book.worksheets), state=state)


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
