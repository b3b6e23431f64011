"""Real documents, as they are and with bytes changed: each has its rows or its reason."""

import io
import random
import re
import tarfile
import zipfile

import pytest

from connectors.docs import folder
from tests.connectors.docs.samples import with_part

pytestmark = pytest.mark.row("N3")


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
