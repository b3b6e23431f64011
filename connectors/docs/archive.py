"""Zip containers (DOCX, PPTX, XLSX, EPUB), opened only when what they would unpack to is bounded."""

import io
import zipfile
import zlib
from typing import Any

from connectors.docs.document import State, UnreadableError, one_line

MOST_BYTES = 400 * 2**20  # all parts unpacked; a 100 MiB presentation of photographs stays under it
MOST_PART = 200 * 2**20  # one part of XML becomes ten times its size in memory
MOST_PARTS = 20_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CORE = "docProps/core.xml"


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a container after looking at its directory.

    The sizes it declares can be trusted as bounds: zipfile never reads a part beyond its declared size, and overlapping
    parts count each. XML parts that declare a document type are refused: ECMA-376 part 2 (clause 10.2.4) and EPUB's
    container forbid it in theirs, and only entity bombs need it. Raises UnreadableError.
    """
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableError("encrypted", "the file needs a password")
        raise UnreadableError("old-format", "an Office file from before 2007")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableError("damaged", f"no zip container: {error}") from error
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise UnreadableError("bomb", f"{len(parts)} parts")
    if sum(part.file_size for part in parts) > MOST_BYTES:
        raise UnreadableError("bomb", f"would unpack to {sum(part.file_size for part in parts)} bytes")
    if any(part.file_size > MOST_PART for part in parts):
        raise UnreadableError("bomb", f"a part would unpack to {max(part.file_size for part in parts)} bytes")
    for part in parts:
        if part.flag_bits & 1:
            raise UnreadableError("encrypted", "the file needs a password")
    return archive


def refuse_doctypes(archive: zipfile.ZipFile) -> None:
    """Raise UnreadableError where an XML part of an Office file declares a document type."""
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in read_part(archive, part.filename, 4_096):
            raise UnreadableError("bomb", "an XML part declares a document type")


def read_part(archive: zipfile.ZipFile, name: str, most: int = MOST_PART) -> bytes:
    """Return (the beginning of) a part. Raises UnreadableError where it is missing or broken."""
    try:
        with archive.open(name) as part:
            return part.read(most)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableError("damaged", f"part {name[:100]}: {error}") from error


def parse_xml(data: bytes) -> Any:
    """Return the root element. Raises UnreadableError for what is no XML, or XML that defines entities."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(data)
    except DefusedXmlException as error:
        raise UnreadableError("bomb", str(error)) from error
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableError("damaged", f"XML: {error}") from error


def textless(archive: zipfile.ZipFile) -> State:
    """Return what an Office file without text is: `needs_ocr` where it holds pictures, else `empty`."""
    return "needs_ocr" if any("/media/" in part.filename for part in archive.infolist()) else "empty"


def core_properties(archive: zipfile.ZipFile) -> tuple[str | None, str | None]:
    """Return (title, author) of an Office file; None for what is missing or one of the usual fillers."""
    if _CORE not in archive.namelist():
        return None, None
    try:
        root = parse_xml(read_part(archive, _CORE))
    except UnreadableError:
        return None, None  # the properties are an extra; the content decides whether the file can be read
    told = {element.tag.rpartition("}")[2]: one_line(element.text) for element in root}
    title = told.get("title")
    dull = title and title.lower() in (
        "powerpoint presentation",
        "word document",
        "untitled",
        "presentation",
        "slide 1",
    )
    return None if dull else title, told.get("creator")
