"""Small documents made here, part by part."""

import io
import zipfile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def packed(parts):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def a_pdf(*pages, info=""):
    """A PDF of one line of text a page; pdfium rebuilds the table of objects that it lacks."""
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(pages)))
    parts = [f"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n3 0 obj<<{info}>>endobj\n"]
    parts.append(f"2 0 obj<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>endobj\n")
    parts.append("4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n")
    link = "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.com/behind)>>>>"
    for number, line in enumerate(pages):
        at = 10 + 2 * number
        stream = f"BT /F1 12 Tf 20 700 Td ({line}) Tj ET" if line else ""
        parts.append(
            f"{at} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 4 0 R>>>>"
            f"/Annots[{link}]/Contents {at + 1} 0 R>>endobj\n"
            f"{at + 1} 0 obj<</Length {len(stream)}>>stream\n{stream}\nendstream endobj\n"
        )
    parts.append("trailer<</Root 1 0 R/Info 3 0 R>>\n%%EOF")
    return "".join(parts).encode("latin-1")


def a_docx(body, **parts):
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{kind}" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
            **parts,
        }
    )


def run(words, style=""):
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{words}</w:t></w:r></w:p>"


def with_part(data, name, content):
    """Return an Office file with one part replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return packed({part: content if part == name else archive.read(part) for part in archive.namelist()})
