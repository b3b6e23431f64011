"""Each format's reader on small documents made here, and on real ones."""

import datetime
import io
import random
import re
import tarfile
import zipfile

import pytest

from connectors.docs import epub, folder, html, markdown, pdf, pptx, text, xlsx
from connectors.docs.document import Section, UnreadableError, clean, count_words, distinct_links, links_in
from connectors.docs.passages import LEAST, MOST, passages
from connectors.docs.worker import attempt

pytestmark = pytest.mark.row("N3")


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


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


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


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "Übung macht den Meister — 練習"),
        ("utf-8-sig", "Übung macht den Meister"),
        ("utf-16", "Übung macht den Meister"),
        ("utf-16-le", "Übung macht den Meister"),
        ("utf-16-be", "Übung macht den Meister"),
        ("utf-32", "Übung macht den Meister"),
        ("cp1252", "Grüße aus München, „schöne“ Straße – 5 €"),
        ("cp1252", "El niño comió mañana en España"),
        ("cp1250", "Zażółć gęślą jaźń, proszę bardzo, dziękuję"),
        ("cp1251", "Привет, как дела? Сегодня хорошая погода."),
        ("koi8-r", "Привет, как дела? Сегодня хорошая погода."),
        ("cp1253", "Καλημέρα κόσμε, πώς είσαι σήμερα"),
        ("shift_jis", "これは日本語のテキストです。今日はいい天気ですね。"),
        ("gb18030", "这是一个中文文本，今天天气很好，我们去公园吧。"),
    ],
)
def test_text_in_the_encodings_of_the_world(encoding, words):
    assert text.decode(words.encode(encoding)) == words


def test_a_few_zero_bytes_do_not_make_a_text_binary():
    assert text.decode("Grüße an alle\n".encode() * 10 + b"\0\0") == "Grüße an alle\n" * 10


def test_one_bad_byte_in_a_long_text_costs_one_character():
    long = "Grüße ".encode() * 20_000
    assert text.decode(long + b"\xff" + long).count("Grüße") == 40_000


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


def with_part(data, name, content):
    """Return an Office file with one part replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return packed({part: content if part == name else archive.read(part) for part in archive.namelist()})


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


def test_passages_keep_to_size_page_and_heading():
    long = " ".join(f"Sentence number {n} has six words." for n in range(300))
    sections = [
        Section("A", "# A"),
        Section("A", long),
        Section("B", "small", 2),
        Section("C", "tiny", 2),
        Section("D", "x", 3),
    ]
    cut = list(passages(sections))
    sizes = [count_words(piece.text) for piece in cut]
    assert all(LEAST <= size <= MOST + 30 for size in sizes[:4])
    assert all(piece.text.endswith(".") for piece in cut[:4]), "cut between sentences"
    assert [(piece.heading, piece.page, piece.text) for piece in cut[-2:]] == [("B", 2, "small\n\ntiny"), ("D", 3, "x")]
    assert " ".join("# A " + long for _ in [0]).split() == " ".join(piece.text for piece in cut[:-2]).split(), (
        "no word lost"
    )


def test_passages_of_a_script_without_spaces():
    cut = list(passages([Section("", "これは長い文章です。" * 200)]))
    assert len(cut) >= 4
    assert "".join(piece.text for piece in cut) == "これは長い文章です。" * 200


def test_text_is_clean_and_links_are_bounded():
    assert clean("a\r\nb\x00\x1b\ud800c\x0cd") == "a\nbc\nd"
    assert links_in("See https://a.example/x_(y), or (https://b.example/z). No: ftp://c") == [
        "https://a.example/x_(y)",
        "https://b.example/z",
    ]
    assert distinct_links(["javascript:x", "HTTPS://a.example", "https://a.example/\nb", "file:///etc/passwd"]) == [
        "HTTPS://a.example",
        "https://a.example/b",
    ]


@pytest.mark.corpora
@pytest.mark.row("N10")
def test_every_real_document_goes_through(shelf, corpora, tmp_path, capsys):
    """Prints, for each archive, what was read, loaded and set aside, by state and reason."""
    told = {}
    for archive in sorted((corpora / "docs").glob("*.tar.gz")):
        name = archive.name.removesuffix(".tar.gz")
        with tarfile.open(archive) as packed_documents:
            packed_documents.extractall(tmp_path / name, filter="data")
        source = shelf(folder, path=str(tmp_path / name)).read()
        documents = source.rows("documents")
        counts = folder.preview(source.handle).counts
        assert counts["documents"] == len(documents) + len(source.rejects)
        told[name] = (documents, source)
        states, reasons = tally(row["state"] for row in documents), tally(source.reasons.values())
        pieces = len(source.rows("passages"))
        with capsys.disabled():
            print(
                f"\n{name}: read {counts['documents']}, loaded {states}, passages {pieces}, rejected {reasons}", end=""
            )
    assert set(told) == {"18F+handbook", "microsoft+markitdown", "python-openxml+python-docx"}
    assert not any(source.rejects for _, source in told.values())
    for row in told["python-openxml+python-docx"][0]:
        if row["state"] != "ok":
            path = tmp_path / "python-openxml+python-docx" / row["path"]
            assert not re.search(rb"<w:t[ >][^<]*[^<\s]", every_part(path)), f"{row['path']} holds text"
    markitdown = {row["path"].rpartition("/")[2]: row for row in told["microsoft+markitdown"][0]}
    assert "AutoGen" in markitdown["test.docx"]["text"]
    assert "6ff4173b-42a5-4784-9b19-f49caff4d93d" in markitdown["test.xlsx"]["text"]
    assert "2cdda5c8-e50e-4db4-b5f0-9722a649f455" in markitdown["test.pptx"]["text"]
    assert "佐藤太郎" in markitdown["test_mskanji.csv"]["text"], "Shift JIS"
    assert markitdown["MEDRPT-2024-PAT-3847_medical_report_scan.pdf"]["state"] == "needs_ocr"
    assert markitdown["test.epub"]["author"] == "Test Author"


def mutated(data, dice):
    """Return bytes with a few places changed; of an archive, mostly inside of one of its parts."""
    if data.startswith(b"PK") and dice.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = dice.choice(archive.namelist())
            part = archive.read(name)
        return with_part(data, name, mutated(part, dice) if not part.startswith(b"PK") else part)
    held = bytearray(data)
    for _ in range(dice.randrange(1, 12) if held else 0):
        place = dice.randrange(len(held))
        change = dice.choice(
            (b"\xff", b"\0\0\0\0", b"9999999", b"<<", b"]]>", b"&#x0;", held[:200] * 3, dice.randbytes(20))
        )
        held[place : place + dice.choice((0, 1, len(change)))] = change
        if dice.random() < 0.1:
            del held[dice.randrange(len(held)) :]
        if not held:
            break
    return bytes(held)


@pytest.mark.corpora
@pytest.mark.row("N10")
def test_mutated_documents_cost_themselves(shelf, corpora, tmp_path, capsys):
    """300 real documents with bytes changed, beside untouched ones: each has its rows or its reason."""
    dice = random.Random(20260302)
    originals = {}
    for archive in ("microsoft+markitdown", "python-openxml+python-docx"):
        with tarfile.open(corpora / "docs" / f"{archive}.tar.gz") as stored:
            for member in stored.getmembers():
                suffix = member.name[member.name.rfind(".") :]
                if member.isfile() and suffix in folder.READERS and member.size < 300_000:
                    originals[member.name] = (suffix, stored.extractfile(member).read())
    by_kind = {}
    for suffix, data in originals.values():
        by_kind.setdefault(suffix, []).append(data)
    for number in range(300):
        suffix = dice.choice(sorted(by_kind))
        (tmp_path / f"{number}{suffix}").write_bytes(mutated(dice.choice(by_kind[suffix]), dice))
    for number in range(30):
        (tmp_path / f"neighbour{number}.md").write_text(f"# Neighbour {number}")
    source = shelf(folder, path=str(tmp_path)).read()
    documents = source.by_key("documents")
    with capsys.disabled():
        print(
            f"\nmutated: {tally(row['state'] for row in documents.values())} {tally(source.reasons.values())}", end=""
        )
    assert len(documents) + len(source.rejects) == 330
    assert all(documents[f"neighbour{number}.md"]["state"] == "ok" for number in range(30))
    assert set(source.reasons.values()) <= {"damaged", "binary", "bomb", "encrypted", "old-format"}, (
        "no worker was lost"
    )


def tally(words):
    listed = list(words)
    return {word: listed.count(word) for word in sorted(set(listed))}


def every_part(path):
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("word/") and "glossary" not in name]
        return b"".join(archive.read(name) for name in names)


def test_a_text_longer_than_is_kept():
    found = attempt("text", b"word " * 900_000)
    assert (found["state"], len(found["text"])) == ("too_large", 4_000_000)


def test_an_unreadable_text_says_so():
    with pytest.raises(UnreadableError, match="zero bytes"):
        text.decode(b"MZ\0\0\1\2\3" * 50)
