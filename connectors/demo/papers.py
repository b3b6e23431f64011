"""The owner's documents, lists and contacts, made of the texts in `story/`."""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from connectors.demo.cast import ME, Person, people
from connectors.demo.mime import Attachment
from connectors.demo.office import docx, epub, pptx, xlsx
from connectors.demo.pdf import pdf, scan
from connectors.demo.world import STORY, at

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True)
class Paper:
    path: str
    changed: datetime
    data: bytes
    text: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def parts(text: str) -> list[tuple[str, str]]:
    """Return (heading, what is under it) for each line that begins with one `#`."""
    found = re.split(r"^# ", text, flags=re.MULTILINE)[1:]
    return [(head, body.strip()) for head, _, body in (part.partition("\n") for part in found)]


def value(text: str) -> str | int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text


def page(text: str) -> str:
    """Return the text as a page of HTML: `#` is the title and the heading, the rest paragraphs."""
    ((title, body),) = parts(text)
    paragraphs = "".join(f"<p>{html.escape(part)}</p>\n" for part in body.split("\n\n"))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>\n'
        f"<body>\n<h1>{html.escape(title)}</h1>\n{paragraphs}</body>\n</html>\n"
    )


def made(path: str, text: str) -> bytes:
    """Return the bytes of a document of the kind that its name says."""
    kind = path.rpartition(".")[2]
    if text.strip() == "SCAN":
        return scan("Versicherung")
    if kind == "pdf":
        ((title, body),) = parts(text)
        return pdf(title, body.split("\n\n"))
    if kind == "docx":
        return docx(text)
    if kind == "xlsx":
        rows = {name: [list(map(value, line.split(";"))) for line in body.split("\n")] for name, body in parts(text)}
        return xlsx(rows)
    if kind == "pptx":
        return pptx([(title, [line.removeprefix("- ") for line in body.split("\n")]) for title, body in parts(text)])
    if kind == "epub":
        return epub("On call at Fernhafen", "Jonas Feldkamp", parts(text))
    return (page(text) if kind == "html" else text).encode("utf-8")


@cache
def papers() -> tuple[Paper, ...]:
    """Return every document, in the order of the file."""
    found = []
    blocks = re.split(r"^@@@ ", (STORY / "documents.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    for block in blocks:
        head, _, text = block.partition("\n")
        path, _, changed = head.partition(" | ")
        found.append(Paper(path, at(changed.strip()), made(path, text), text))
    return tuple(found)


def attachments() -> dict[str, Attachment]:
    """Return the documents that mails have attached, by file name."""
    return {
        paper.name: Attachment(paper.name, TYPES[kind], paper.data)
        for paper in papers()
        if (kind := paper.path.rpartition(".")[2]) in TYPES
    }


def card(person: Person, version: str) -> str:
    """Return a vCard (RFC 2426 for 3.0, RFC 6350 for 4.0)."""
    family = person.name.rpartition(" ")[2]
    given = person.name.removesuffix(family).strip()
    lines = ["BEGIN:VCARD", f"VERSION:{version}", f"FN:{person.name}", f"N:{family};{given};;;"]
    kind = "TYPE=INTERNET" if version == "3.0" else "TYPE=work"
    lines += [f"EMAIL;{kind}:{address}" for address in (person.address, *person.also)]
    if person.phone:
        if version == "3.0":
            lines.append(f"TEL;TYPE=VOICE:{person.phone}")
        else:
            lines.append(f"TEL;VALUE=uri;TYPE=voice:tel:{person.phone.replace(' ', '')}")
    if person.org:
        lines.append(f"ORG:{person.org.replace(';', ' ')}")
    if person.title:
        lines.append(f"TITLE:{person.title.replace(',', chr(92) + ',')}")
    if person.birthday:
        lines.append(f"BDAY:{person.birthday if version == '3.0' else person.birthday.replace('-', '')}")
    if person.note:
        lines.append(f"NOTE:{person.note.replace(',', chr(92) + ',')}")
    lines.append(f"UID:urn:fernhafen:{person.id}")
    lines.append("REV:20260105T080000Z")
    return "\r\n".join([*lines, "END:VCARD"]) + "\r\n"


def contacts() -> str:
    """Return the address book: all but the owner, every third card in the newer version."""
    others = [person for person in people().values() if person.id != ME]
    return "".join(card(person, "4.0" if number % 3 == 2 else "3.0") for number, person in enumerate(others))
