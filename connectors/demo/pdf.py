"""A small PDF writer (ISO 32000-1): pages of Helvetica text, uncompressed, the same bytes everywhere."""

import textwrap
from collections.abc import Sequence

LINES = 52
WIDTH = 88


def escaped(text: str) -> bytes:
    """Return a line as a PDF string in WinAnsi; what that code page lacks becomes a question mark."""
    data = text.encode("cp1252", "replace")
    return data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def page(lines: Sequence[str]) -> bytes:
    shown = b"\n".join(b"(" + escaped(line) + b") '" for line in lines)
    return b"BT /F1 11 Tf 14 TL 56 800 Td\n" + shown + b"\nET"


def pdf(title: str, paragraphs: Sequence[str]) -> bytes:
    """Return a PDF of the title and the paragraphs, wrapped, 52 lines a page."""
    lines = [title, ""]
    for paragraph in paragraphs:
        for part in paragraph.split("\n"):
            lines += textwrap.wrap(part, WIDTH) or [""]
        lines.append("")
    pages = [lines[start : start + LINES] for start in range(0, len(lines), LINES)]
    return document(title, [page(each) for each in pages])


def scan(title: str) -> bytes:
    """Return a PDF of one page without text: a grey rectangle, as a scanner without recognition leaves it."""
    return document(title, [b"0.85 g 56 400 480 380 re f"])


def document(title: str, contents: Sequence[bytes]) -> bytes:
    """Return the file: catalog, page tree, font, information, then each page with its content; a table of offsets."""
    count = len(contents)
    kids = b" ".join(b"%d 0 R" % (5 + 2 * index) for index in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % count,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (" + escaped(title) + b") /Producer (Fernhafen) >>",
    ]
    for index, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (6 + 2 * index)
        )
        objects.append(b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream")
    data = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, each in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))
    )
