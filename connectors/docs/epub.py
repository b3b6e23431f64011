"""EPUB: the chapters in the order of its spine (EPUB 3.3, "Package document"; EPUB 2 reads the same way)."""

import posixpath
import zipfile
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element  # to make an empty one; nothing is parsed with it

from connectors.docs.archive import open_archive, parse_xml, read_part
from connectors.docs.document import MOST_TEXT, Extract, Section, State, UnreadableError, one_line
from connectors.docs.html import extract as extract_html

_CONTAINER = "META-INF/container.xml"


def extract(data: bytes) -> Extract:
    """Return the chapters, pages counted by spine entries. A chapter that is missing or broken is left out."""
    archive = open_archive(data)
    if "META-INF/encryption.xml" in archive.namelist() and b"enc#aes" in read_part(archive, "META-INF/encryption.xml"):
        raise UnreadableError("encrypted", "the book is protected")
    package, spine = _package(archive)
    sections, links = list[Section](), list[str]()
    size = 0
    for number, name in enumerate(spine, 1):
        chapter = _chapter(archive, name)
        if chapter is None:
            continue
        links += chapter.links
        for section in chapter.sections:
            sections.append(Section(section.heading or chapter.title or "", section.text, number))
            size += len(section.text)
        if size > MOST_TEXT:
            break
    if not sections and spine:
        raise UnreadableError("damaged", "no chapter could be read")
    title, author = (next((element.text for element in _named(package, name)), None) for name in ("title", "creator"))
    state: State = "ok" if size <= MOST_TEXT else "too_large"
    return Extract(sections, one_line(title), one_line(author), links, len(spine), state)


def _package(archive: zipfile.ZipFile) -> tuple[Any, list[str]]:
    """Return (the package's root element, the chapters' names); where they are broken, every page by its name."""
    try:
        rootfile = next(_named(parse_xml(read_part(archive, _CONTAINER)), "rootfile"), None)
        path = rootfile.get("full-path", "") if rootfile is not None else ""
        package = parse_xml(read_part(archive, path))
        return package, _spine(package, posixpath.dirname(path))
    except UnreadableError as error:
        pages = sorted(name for name in archive.namelist() if name.lower().endswith((".xhtml", ".html", ".htm")))
        if not pages or error.reason != "damaged":
            raise
        return Element("package"), pages


def _spine(package: Any, folder: str) -> list[str]:
    items = {item.get("id"): item.get("href", "") for item in _named(package, "item")}
    references = (reference.get("idref") for reference in _named(package, "itemref"))
    return [posixpath.normpath(posixpath.join(folder, unquote(items[name]))) for name in references if name in items]


def _chapter(archive: zipfile.ZipFile, name: str) -> Extract | None:
    try:
        return extract_html(read_part(archive, name))
    except UnreadableError:
        return None


def _named(root: Any, name: str) -> Any:
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)
