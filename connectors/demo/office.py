"""Small writers of DOCX, XLSX, PPTX (ECMA-376) and EPUB (3.3): only the parts that readers need.

Archives are stored, not deflated, with one fixed time: zlib's output differs between its builds, these bytes do not.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

EPOCH = (2026, 1, 1, 0, 0, 0)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
VENDOR = "application/vnd.openxmlformats-officedocument"


def archive(files: Mapping[str, str]) -> bytes:
    """Return a zip of the files in the given order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as container:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            container.writestr(entry, content.encode("utf-8"))
    return buffer.getvalue()


def types(overrides: Mapping[str, str]) -> str:
    parts = "".join(
        f'<Override PartName="{part}" ContentType="{VENDOR}.{kind}+xml"/>' for part, kind in overrides.items()
    )
    return (
        f'{XML}<Types xmlns="{TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
    )


def relations(targets: Sequence[tuple[str, str]]) -> str:
    parts = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target={quoteattr(target)}/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{XML}<Relationships xmlns="{RELATIONS}">{parts}</Relationships>'


def docx(markdown: str) -> bytes:
    """Return a Word document of Markdown's headings (`#`, `##`) and paragraphs."""
    body = ""
    for block in markdown.strip().split("\n\n"):
        level = len(block) - len(block.lstrip("#"))
        style = f'<w:pPr><w:pStyle w:val="Heading{level}"/></w:pPr>' if level else ""
        text = escape(block.lstrip("# ").replace("\n", " "))
        body += f'<w:p>{style}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    headings = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/></w:style>'
        for level in (1, 2, 3)
    )
    return archive(
        {
            "[Content_Types].xml": types(
                {
                    "/word/document.xml": "wordprocessingml.document.main",
                    "/word/styles.xml": "wordprocessingml.styles",
                }
            ),
            "_rels/.rels": relations([("officeDocument", "word/document.xml")]),
            "word/_rels/document.xml.rels": relations([("styles", "styles.xml")]),
            "word/styles.xml": f'{XML}<w:styles xmlns:w="{WORD}">{headings}</w:styles>',
            "word/document.xml": f'{XML}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        }
    )


def cell(row: int, column: int, value: str | int | float) -> str:
    reference = f"{chr(65 + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def xlsx(sheets: Mapping[str, Sequence[Sequence[str | int | float]]]) -> bytes:
    """Return a workbook of the named sheets, at most 26 columns each."""
    names = list(sheets)
    files = {
        "[Content_Types].xml": types(
            {"/xl/workbook.xml": "spreadsheetml.sheet.main"}
            | {f"/xl/worksheets/sheet{n}.xml": "spreadsheetml.worksheet" for n in range(1, len(names) + 1)}
        ),
        "_rels/.rels": relations([("officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": relations(
            [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
        ),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate(names, 1)
        )
        + "</sheets></workbook>",
    }
    for number, rows in enumerate(sheets.values(), 1):
        lines = "".join(
            f'<row r="{row}">{"".join(cell(row, column, value) for column, value in enumerate(values))}</row>'
            for row, values in enumerate(rows, 1)
        )
        files[f"xl/worksheets/sheet{number}.xml"] = (
            f'{XML}<worksheet xmlns="{SHEET}"><sheetData>{lines}</sheetData></worksheet>'
        )
    return archive(files)


def shape(number: int, kind: str, lines: Sequence[str]) -> str:
    paragraphs = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind} {number}"/><p:cNvSpPr/>'
        f'<p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/>{paragraphs}</p:txBody></p:sp>"
    )


def tree(content: str) -> str:
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    return f"<p:cSld><p:spTree>{group}{content}</p:spTree></p:cSld>"


def pptx(slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Return a presentation: each slide is a title and its lines."""
    spaces = f'xmlns:p="{SLIDE}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}"'
    numbers = range(1, len(slides) + 1)
    master = (
        f'{XML}<p:sldMaster {spaces}>{tree("")}<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" '
        'accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" '
        'folHlink="folHlink"/><p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'
        "</p:sldMaster>"
    )
    shown = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number + 1}"/>' for number in numbers)
    files = {
        "[Content_Types].xml": types(
            {
                "/ppt/presentation.xml": "presentationml.presentation.main",
                "/ppt/slideMasters/slideMaster1.xml": "presentationml.slideMaster",
                "/ppt/slideLayouts/slideLayout1.xml": "presentationml.slideLayout",
            }
            | {f"/ppt/slides/slide{number}.xml": "presentationml.slide" for number in numbers}
        ),
        "_rels/.rels": relations([("officeDocument", "ppt/presentation.xml")]),
        "ppt/_rels/presentation.xml.rels": relations(
            [
                ("slideMaster", "slideMasters/slideMaster1.xml"),
                *(("slide", f"slides/slide{number}.xml") for number in numbers),
            ]
        ),
        "ppt/presentation.xml": f'{XML}<p:presentation {spaces}><p:sldMasterIdLst><p:sldMasterId id="2147483648" '
        f'r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst>{shown}</p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/slideMasters/slideMaster1.xml": master,
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": relations(
            [("slideLayout", "../slideLayouts/slideLayout1.xml")]
        ),
        "ppt/slideLayouts/slideLayout1.xml": f"{XML}<p:sldLayout {spaces}>{tree('')}</p:sldLayout>",
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": relations(
            [("slideMaster", "../slideMasters/slideMaster1.xml")]
        ),
    }
    for number, (title, lines) in enumerate(slides, 1):
        content = shape(2, "title", [title]) + shape(3, "body", lines)
        files[f"ppt/slides/slide{number}.xml"] = f"{XML}<p:sld {spaces}>{tree(content)}</p:sld>"
        files[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
            [("slideLayout", "../slideLayouts/slideLayout1.xml")]
        )
    return archive(files)


def epub(title: str, author: str, chapters: Sequence[tuple[str, str]]) -> bytes:
    """Return a book; each chapter is a heading and plain paragraphs. `mimetype` comes first, as OCF 3.3 asks."""
    head = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
    numbers = range(1, len(chapters) + 1)
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in numbers)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in numbers)
    entries = "".join(f'<li><a href="c{n}.xhtml">{escape(name)}</a></li>' for n, (name, _) in enumerate(chapters, 1))
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f'{XML}<container version="1.0" '
        'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book.opf" '
        'media-type="application/oebps-package+xml"/></rootfiles></container>',
        "book.opf": f'{XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:fernhafen:'
        f"{escape(title.lower().replace(' ', '-'))}</dc:identifier><dc:title>{escape(title)}</dc:title>"
        f"<dc:creator>{escape(author)}</dc:creator><dc:language>en</dc:language>"
        '<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta></metadata><manifest><item id="nav" '
        f'href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest>'
        f"<spine>{spine}</spine></package>",
        "nav.xhtml": f"{XML}{head}<head><title>{escape(title)}</title></head><body>"
        f'<nav epub:type="toc"><ol>{entries}</ol></nav></body></html>',
    }
    for number, (name, text) in enumerate(chapters, 1):
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
        files[f"c{number}.xhtml"] = (
            f"{XML}{head}<head><title>{escape(name)}</title></head><body><h1>{escape(name)}</h1>{paragraphs}</body></html>"
        )
    return archive(files)
