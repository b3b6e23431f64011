"""Each format's reader on small documents made here."""

import datetime
import io
import zipfile

import pytest

from connectors.docs import epub, html, markdown, pdf, pptx, xlsx
from connectors.docs.document import Section, distinct_links
from connectors.docs.worker import attempt
from tests.connectors.docs.samples import WORD, a_docx, a_pdf, packed, run, with_part

pytestmark = pytest.mark.row("N3")


def test_markdown_keeps_its_text_and_finds_its_structure():
    found = markdown.extract(
        b"\xef\xbb\xbf---\ntitle: Runbook\nauthors: [Ann, {name: Bo}]\n---\nIntro <https://a.example>\r\n"
        b"# One `two`\r\ntext\n```\n# no heading\n```\n## Sub\n[x](https://b.example 't') [y](/relative)\n\n"
        b"Top\n===\nend"
    )
    assert (found.title, found.author) == ("Runbook", "Ann, Bo")
    assert [section.heading for section in found.sections] == ["", "One two", "One two › Sub", "Top"]
    assert "# no heading" in found.sections[1].text
    assert distinct_links(found.links) == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(
    "front", ["---\n[unclosed\n---\n", "---\nplain words\n---\n", "---\nno: end\n", "---\na: 2026-13-45\n---\n"]
)
def test_what_only_looks_like_front_matter_is_text(front):
    assert "".join(section.text for section in markdown.extract(front.encode() + b"word").sections).endswith("word")


def test_html_gives_what_a_reader_sees():
    found = html.extract(
        b"<html><head><title>The &amp; page</title><meta name=Author content=Ann><style>p{}</style></head><body>"
        b"<nav>Home</nav><h1>One</h1><p>A <b>bold</b> <a href='https://a.example/x'>link</a>"
        b"<p style='display:none'>unseen"
        b"<ul><li>first<li>second</ul><h2>Two</h2><table><tr><td>a<td>b<tr><td>c</table><script>x()</script></body>"
    )
    assert (found.title, found.author) == ("The & page", "Ann")
    assert found.sections == [
        Section("One", "One\n\nA bold link\n\nfirst\n\nsecond"),
        Section("One › Two", "Two\n\na\tb\n\nc"),
    ]
    assert list(found.links) == ["https://a.example/x"]


def test_html_nested_beyond_reason():
    assert html.extract(b"<div>" * 20_000 + b"deep").sections[0].text == "deep"


def test_html_says_its_own_encoding():
    assert "Müller" in html.extract("<meta charset='windows-1252'><p>Müller".encode("cp1252")).sections[0].text


def test_docx_keeps_headings_and_links_and_follows_nothing():
    found = attempt("docx", a_docx(run("Goals", "Heading1") + run("Ship it.") + run("Risks", "Heading2") + run("Few.")))
    assert found["text"] == "Goals\n\nShip it.\n\nRisks\n\nFew."
    assert (found["title"], found["state"], found["words"]) == ("Goals", "ok", 5)
    assert found["passages"] == [("Goals", found["text"], None)]


def test_docx_with_text_in_its_header_alone():
    header = f'<w:hdr xmlns:w="{WORD}">{run("Only in the header")}</w:hdr>'
    found = attempt("docx", a_docx("<w:p/>", **{"word/header1.xml": header}))
    assert (found["state"], found["text"]) == ("ok", "Only in the header")


def test_docx_without_text():
    assert attempt("docx", a_docx("<w:p/>"))["state"] == "empty"
    assert attempt("docx", a_docx("<w:p/>", **{"word/media/image1.png": "x"}))["state"] == "needs_ocr"


def test_pptx_has_slides_tables_and_notes():
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Quarter"
    slide.placeholders[1].text = "Revenue grew"
    slide.placeholders[1].text_frame.paragraphs[0].runs[0].hyperlink.address = "https://a.example/r"
    slide.notes_slide.notes_text_frame.text = "Say thanks"
    bare = deck.slides.add_slide(deck.slide_layouts[6])
    table = bare.shapes.add_table(1, 2, Inches(1), Inches(1), Inches(3), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    held = io.BytesIO()
    deck.save(held)
    found = pptx.extract(held.getvalue())
    assert found.sections == [
        Section("Quarter", "Quarter\n\nRevenue grew\n\nSay thanks", 1),
        Section("Slide 2", "left\tright", 2),
    ]
    assert (found.title, found.pages, list(found.links)) == ("Quarter", 2, ["https://a.example/r"])


def test_xlsx_has_sheets_rows_and_values():
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Costs"
    book.active.append(["Item", "Cost", None, "Since"])
    book.active.append(["Rent", 1200.5, None, datetime.datetime(2026, 3, 1)])
    book.create_sheet("Empty")
    other = book.create_sheet("More")
    other["C1000"] = "far down"
    held = io.BytesIO()
    book.save(held)
    found = xlsx.extract(held.getvalue())
    assert [(section.heading, section.page) for section in found.sections] == [("Costs", 1), ("More", 3)]
    assert "Item\tCost\t\tSince\nRent\t1200.5\t\t2026-03-01" in found.sections[0].text
    assert "far down" in found.sections[1].text
    assert found.pages == 3


def test_a_deck_with_a_broken_part_gives_its_other_slides():
    from pptx import Presentation

    deck = Presentation()
    for title in ("One", "Two", "Three"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    held = io.BytesIO()
    deck.save(held)
    broken = with_part(held.getvalue(), "ppt/slides/slide2.xml", b"<not xml")
    found = attempt("pptx", broken)
    assert [(heading, text, page) for heading, text, page in found["passages"]] == [
        ("Slide 1", "One", 1),
        ("Slide 3", "Three", 3),
    ]
    assert attempt("pptx", with_part(broken, "ppt/presentation.xml", b""))["state"] == "ok"


def test_a_workbook_with_a_broken_part_gives_its_values():
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Rent", 1200, "twice\nover"])
    held = io.BytesIO()
    book.save(held)
    found = attempt("xlsx", with_part(held.getvalue(), "xl/styles.xml", b"<not xml"))
    assert "Rent\t1200\ttwice over" in found["text"]
    without = attempt("xlsx", with_part(held.getvalue(), "xl/sharedStrings.xml", b"<not xml"))
    assert "1200" in without["text"]


def test_epub_reads_chapters_in_the_spine_s_order():
    chapter = '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{0}</h1><p>Text of {0}.</p></body></html>'
    found = epub.extract(
        packed(
            {
                "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
                '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
                "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>A Book</dc:title>'
                "<dc:creator>Ann</dc:creator></metadata>"
                '<manifest><item id="b" href="b%20two.xhtml"/><item id="a" href="a.xhtml"/><item id="x" '
                'href="no.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="x"/><itemref idref="b"/>'
                "</spine></package>",
                "OEBPS/a.xhtml": chapter.format("Alpha"),
                "OEBPS/b two.xhtml": chapter.format("Beta"),
            }
        )
    )
    assert (found.title, found.author, found.pages) == ("A Book", "Ann", 3)
    assert [(section.heading, section.page) for section in found.sections] == [("Alpha", 1), ("Beta", 3)]


def test_epub_with_a_broken_package_gives_its_pages():
    page = "<html><body><p>Page {0}</p></body></html>"
    found = epub.extract(
        packed({"META-INF/container.xml": "<broken", "b.xhtml": page.format(2), "a.xhtml": page.format(1)})
    )
    assert [section.text for section in found.sections] == ["Page 1", "Page 2"]


def test_pdf_has_pages_links_and_properties():
    found = pdf.extract(a_pdf("First page of it", "Second", info="/Title(A report)/Author(Ann)"))
    assert [(section.text, section.page) for section in found.sections] == [("First page of it", 1), ("Second", 2)]
    assert (found.title, found.author, found.pages, found.state) == ("A report", "Ann", 2, "ok")
    assert distinct_links(found.links) == ["https://example.com/behind"]


def test_pdf_without_words_needs_ocr():
    found = attempt("pdf", a_pdf("", "", info="/Title(scan.pdf)"))
    assert (found["state"], found["words"], found["title"]) == ("needs_ocr", 0, None)


@pytest.mark.row("N10")
def test_pdf_with_a_password(tmp_path):
    locked = a_pdf("secret").replace(
        b"trailer<<",
        b"trailer<</ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"
        + b"41" * 32
        + b">/U<"
        + b"42" * 32
        + b">>>",
    )
    assert attempt("pdf", locked)["reason"] == "encrypted"


@pytest.mark.row("N10")
@pytest.mark.parametrize("reader", ["pdf", "docx", "pptx", "xlsx", "epub"])
def test_rubbish_has_a_reason(reader):
    for data in (b"x", b"PK\3\4" + b"x" * 100, packed({"a": "b"}), packed({"word/document.xml": "<w"})):
        assert attempt(reader, data)["reason"] == "damaged"


@pytest.mark.row("N10")
def test_a_container_that_lies_about_its_size():
    honest = a_docx(run("word " * 50_000))
    size = zipfile.ZipFile(io.BytesIO(honest)).getinfo("word/document.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert attempt("docx", lying)["reason"] == "damaged"
