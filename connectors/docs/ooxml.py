"""The text of Office parts by their bare structure (ECMA-376), for files that the proper libraries refuse.

Names are compared without their namespace: the strict variant of ISO 29500, which few programs read, has others.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from connectors.docs.archive import parse_xml, read_part
from connectors.docs.document import UnreadableError, clean

_NUMBER = re.compile(r"(\d+)\.xml$")


def numbered(archive: zipfile.ZipFile, prefix: str) -> Iterator[tuple[int, Any]]:
    """Yield (number, root element) of parts such as ppt/slides/slide3.xml by their number, but the broken ones."""
    parts = [(int(found[1]), name) for name in archive.namelist()
             if name.startswith(prefix) and (found := _NUMBER.match(name, len(prefix)))]  # fmt: skip
    for number, name in sorted(parts):
        try:
            yield number, parse_xml(read_part(archive, name))
        except UnreadableError:
            continue


def paragraphs(root: Any) -> list[str]:
    """Return the text of each paragraph of a part (w:p or a:p) that has any."""
    found = []
    for paragraph in root.iter():
        if paragraph.tag.rpartition("}")[2] == "p":
            text = "".join(_runs(paragraph))
            if cleaned := clean(text).strip():
                found.append(cleaned)
    return found


def _runs(paragraph: Any) -> list[str]:
    """Return the text of a paragraph without that of paragraphs inside it (text boxes), which come by themselves."""
    out, stack = [], list(reversed(paragraph))
    while stack:
        element = stack.pop()
        kind = element.tag.rpartition("}")[2]
        if kind == "t":
            out.append(element.text or "")
        elif kind in ("tab", "br", "cr"):
            out.append("\t" if kind == "tab" else "\n")
        if kind != "p":
            stack.extend(reversed(element))
    return out
