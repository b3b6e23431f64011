"""Contacts as Google, Apple, Outlook, phones and Nextcloud export them; each card on its own."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import vobject

from connectors.people import vcard
from connectors.people.card import cards, parse
from context.errors import InputError, SourceError

pytestmark = pytest.mark.row("N5")

CARDS = Path(__file__).parent / "cards"


def contacts(shelf, path):
    return {row["name"]: row for row in shelf(vcard, path=str(path)).read().rows("contacts")}


def test_google(shelf):
    found = contacts(shelf, CARDS / "google.vcf")
    assert set(found) == {"Ann Berg", "Only A Name", "newsletter@example.com"}
    ann = found["Ann Berg"]
    assert ann["addresses"] == [
        {"address": "ann.berg@work.example", "kind": "work"},
        {"address": "ann.private@example.com", "kind": "home"},
        {"address": "ann@work.example", "kind": None},
    ]
    assert ann["phones"] == [
        {"number": "+49 170 1234567", "kind": "mobile"},
        {"number": "+49 30 765", "kind": "fax"},
        {"number": "030 111", "kind": "work"},
    ]
    assert (ann["organization"], ann["job_title"]) == ("Nordwind GmbH, Legal, Tax", "General Counsel")
    assert ann["birthday"] == "1985-04-15"
    assert ann["notes"].startswith("Met at the fair.\nPrefers mornings; never Mondays.\\ A very long note that is")
    assert ann["notes"].endswith("character: Grüße")
    assert ann["key"].startswith("sha256:")


def test_apple(shelf):
    found = contacts(shelf, CARDS / "apple.vcf")
    zoe = found["Zoé Moreau"]
    assert zoe["addresses"][1] == {"address": "zoe.moreau@atelier.example", "kind": "work"}
    assert zoe["phones"][0] == {"number": "06 12 34 56 78", "kind": "mobile"}
    assert (zoe["organization"], zoe["birthday"]) == ("Atelier Sud", "--02-29")
    assert zoe["updated_at"] == datetime(2026, 1, 15, 10, 20, 30, tzinfo=UTC)
    assert zoe["key"] == "3A1C2B9E-1111-4D2A-9F00-ABCDEF012345"
    assert found["Stadtwerke"]["organization"] == "Stadtwerke"


def test_outlook(shelf):
    jorg = contacts(shelf, CARDS / "outlook.vcf")["Jörg Müller"]
    assert (jorg["organization"], jorg["job_title"]) == ("Bäckerei Müller, Einkauf", "Geschäftsführer")
    assert jorg["notes"] == "Zahlt pünktlich.\nRuft nie vor 9 Uhr an; € 5."
    assert jorg["addresses"][0] == {"address": "joerg.mueller@baeckerei.example", "kind": None}
    assert [phone["kind"] for phone in jorg["phones"]] == ["work", "mobile", "fax"]
    assert jorg["birthday"] == "1970-01-31"
    assert jorg["updated_at"] == datetime(2025, 12, 1, 8, tzinfo=UTC)


def test_a_phone_s_2_1(shelf):
    ivan = contacts(shelf, CARDS / "phone-2.1.vcf")["Иван Иванов"]
    assert ivan["phones"][0] == {"number": "+79001234567", "kind": "mobile"}


def test_nextcloud_4_0(shelf):
    bo = contacts(shelf, CARDS / "nextcloud-4.0.vcf")["Bo Lindström"]
    assert bo["addresses"][0] == {"address": "bo@first.example", "kind": "work"}
    assert bo["addresses"][1]["address"] == "bo@second.example"
    assert bo["phones"] == [{"number": "+46-70-123-45-67", "kind": "mobile"}]
    assert (bo["organization"], bo["job_title"]) == ("ABC, Inc., North American Division, Marketing", "Buyer")
    assert (bo["birthday"], bo["notes"]) == ("--02-03", "First\n\nSecond")


@pytest.mark.parametrize("name", ["google.vcf", "apple.vcf", "nextcloud-4.0.vcf"])
def test_agrees_with_an_independent_reader(name):
    """vobject reads what is well formed; names, addresses and numbers must be the same."""
    for _, raw in cards((CARDS / name).read_bytes()):
        theirs = vobject.readOne(raw.decode(), ignoreUnreadable=True, allowQP=True)
        ours = vcard.contact(parse(raw))
        if "fn" in theirs.contents:
            assert ours["name"] == theirs.contents["fn"][0].value
        addresses = {line.value.removeprefix("mailto:").lower() for line in theirs.contents.get("email", [])}
        assert {item["address"] for item in ours["addresses"]} == addresses
        assert len(ours["phones"]) == len(theirs.contents.get("tel", []))


def test_a_folder_follows_edits_renames_and_removals(shelf, tmp_path):
    for path in CARDS.glob("*.vcf"):
        shutil.copy(path, tmp_path)
    shelf = shelf(vcard, path=str(tmp_path)).read()
    assert len(shelf.rows("contacts")) == 8
    assert len(shelf.by_key("contacts")) == 8
    assert not shelf.rejects
    before = vcard.fingerprint(shelf.handle, None)
    assert shelf.read().counts == {}
    (tmp_path / "apple.vcf").unlink()
    (tmp_path / "google.vcf").rename(tmp_path / "renamed.vcf")
    assert vcard.fingerprint(shelf.handle, None) != before
    assert len(shelf.read().rows("contacts")) == 6
    text = (tmp_path / "renamed.vcf").read_text().replace("FN:Ann Berg", "FN:Ann Berg-Meyer")
    (tmp_path / "renamed.vcf").write_text(text)
    assert "Ann Berg-Meyer" in {row["name"] for row in shelf.read().rows("contacts")}


def card(*lines, end=True):
    return "\r\n".join(("BEGIN:VCARD", *lines, *["END:VCARD"] * end)) + "\r\n"


@pytest.mark.row("N10")
def test_a_bad_card_costs_itself(shelf, tmp_path):
    path = tmp_path / "mixed.vcf"
    path.write_bytes(
        b"\xef\xbb\xbfrubbish before\r\n"
        + card("VERSION:3.0", "FN:First").encode()
        + card("VERSION:3.0", "FN:Never ended", end=False).encode()
        + card("VERSION:3.0").encode()
        + card("VERSION:3.0", "FN:Zero\0byte").encode()
        + card("VERSION:3.0", "PRODID:x", "N:;;;;", "FN:").encode()
        + card(
            "VERSION:3.0", "no colon here", ";;;=:x", "1bad.:y", "FN:Survives bad lines", 'TEL;TYPE="open:+1'
        ).encode()
        + card("VERSION:3.0", "FN:Last").encode()
    )
    shelf = shelf(vcard, path=str(path)).read()
    assert {row["name"] for row in shelf.rows("contacts")} == {"First", "Survives bad lines", "Last"}
    assert [(reject.position, reject.reason) for reject in shelf.rejects] == [
        ("line 6", "not-ended"),
        ("line 9", "empty"),
        ("line 12", "damaged"),
        ("line 16", "empty"),
    ]
    assert b"Never ended" in shelf.rejects[0].raw


def test_twins_without_uid_are_kept_apart(shelf, tmp_path):
    path = tmp_path / "twins.vcf"
    path.write_text(card("FN:Same") * 2 + card("FN:Other"))
    rows = shelf(vcard, path=str(path)).read().rows("contacts")
    assert len({row["key"] for row in rows}) == 3


def test_the_identity_without_uid_is_not_the_order(shelf, tmp_path):
    path = tmp_path / "one.vcf"
    path.write_text(card("FN:A", "EMAIL:a@x.example", "NOTE:n"))
    first = shelf(vcard, path=str(path)).read().rows("contacts")[0]["key"]
    path.write_text(card("NOTE:other", "EMAIL:a@x.example", "FN:A"))
    assert shelf(vcard, path=str(path)).read().rows("contacts")[0]["key"] == first


def test_a_card_within_a_card_is_not_another(shelf, tmp_path):
    path = tmp_path / "agent.vcf"
    path.write_text(card("VERSION:2.1", "FN:Boss", "AGENT:", card("FN:Agent").strip(), "TEL:1"))
    rows = shelf(vcard, path=str(path)).read().rows("contacts")
    assert [(row["name"], len(row["phones"])) for row in rows] == [("Boss", 1)]


@pytest.mark.parametrize(
    ("told", "birthday"),
    [("19700131", "1970-01-31"), ("1970-01-31T00:00:00Z", "1970-01-31"), ("--0229", "--02-29"), ("1970-13-01", None),
     ("May 5", None), ("1604-05-05", "--05-05"), ("1970", None)],
)  # fmt: skip
def test_birthdays(told, birthday):
    assert vcard.contact(parse(card("FN:A", f"BDAY:{told}").encode()))["birthday"] == birthday


def test_utf_16_and_a_character_split_by_a_fold(shelf, tmp_path):
    (tmp_path / "wide.vcf").write_bytes(card("FN:Weite Größe").encode("utf-16"))
    (tmp_path / "fold.vcf").write_bytes(b"BEGIN:VCARD\r\nFN:Gr\xc3\r\n \xb6\xc3\x9fe\r\nEND:VCARD\r\n")
    assert set(contacts(shelf, tmp_path)) == {"Weite Größe", "Größe"}


def test_empty_files_and_files_without_cards(shelf, tmp_path):
    (tmp_path / "empty.vcf").write_bytes(b"")
    (tmp_path / "other.vcf").write_text("name,mail\nAnn,ann@example.com\n")
    found = shelf(vcard, path=str(tmp_path)).read()
    assert found.rows("contacts") == []
    assert found.reasons == {"other.vcf": "no-card"}
    for name in ("empty.vcf", "other.vcf"):
        with pytest.raises(InputError, match="holds no contacts"):
            vcard.preview(shelf(vcard, path=str(tmp_path / name)).handle)
    (tmp_path / "bare").mkdir()
    with pytest.raises(InputError, match=r"there are no \.vcf files"):
        vcard.preview(shelf(vcard, path=str(tmp_path / "bare")).handle)


def test_preview_and_wrong_paths(shelf, tmp_path):
    assert vcard.preview(shelf(vcard, path=str(CARDS)).handle).counts == {"contacts": 8}
    handle = shelf(vcard, path=str(tmp_path / "nowhere.vcf")).handle
    with pytest.raises(InputError, match="no file or folder") as error:
        vcard.preview(handle)
    assert "steward connect vcard" in error.value.mend
    with pytest.raises(SourceError):
        vcard.fingerprint(handle, None)


def test_rows_are_plain_data(shelf):
    for row in shelf(vcard, path=str(CARDS)).read().rows("contacts"):
        assert json.loads(json.dumps(row["addresses"])) == row["addresses"]
