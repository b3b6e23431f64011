"""DOCX: by mammoth, which keeps headings; where it sees nothing, every paragraph of every part."""

import io
import zipfile
from typing import Any

from connectors.docs.archive import core_properties, open_archive, parse_xml, read_part, refuse_doctypes, textless
from connectors.docs.document import Extract, Section, UnreadableError
from connectors.docs.html import extract_text
from connectors.docs.ooxml import paragraphs

_MAIN = "word/document.xml"
_ASIDE = ("word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments")


def extract(data: bytes) -> Extract:
    """Return the text with its headings; images are not looked at, linked files never followed."""
    archive = open_archive(data)
    refuse_doctypes(archive)
    found = _by_mammoth(data) or _by_parts(archive)
    title, author = core_properties(archive)
    found.title = title or found.title
    found.author = author
    if not found.sections:
        found.state = textless(archive)
    return found


def _by_mammoth(data: bytes) -> Extract | None:
    import mammoth

    try:
        html = mammoth.convert_to_html(
            io.BytesIO(data),
            convert_image=mammoth.images.img_element(_no_image),
            external_file_access=False,
        ).value
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - mammoth lets any fault of a foreign file through; the plain way then decides
        return None
    found = extract_text(html)
    return found if found.sections else None


def _no_image(image: Any) -> dict[str, str]:
    return {}


def _by_parts(archive: zipfile.ZipFile) -> Extract:
    """Return each paragraph of the body, then of headers, footers, notes and comments, in document order."""
    names = archive.namelist()
    body = _main_part(archive)
    if body is None:
        raise UnreadableError("damaged", "the container holds no document")
    sections = [Section("", text) for name in (body, *sorted(name for name in names if name.startswith(_ASIDE)))
                if (text := "\n\n".join(paragraphs(parse_xml(read_part(archive, name)))))]  # fmt: skip
    return Extract(sections)


def _main_part(archive: zipfile.ZipFile) -> str | None:
    """Return the name of the main document part, which the package's relationships tell (ECMA-376 part 2)."""
    names = set(archive.namelist())
    if "_rels/.rels" in names:
        for relation in parse_xml(read_part(archive, "_rels/.rels")):
            target = str(relation.get("Target", "")).lstrip("/")
            if relation.get("Type", "").endswith("/officeDocument") and target in names:
                return target
    return _MAIN if _MAIN in names else None
