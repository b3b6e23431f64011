"""What changes on a server follows, in all three tiers; each sync also equals a full reading (`Box.sync`)."""

import pytest

from connectors.mail import imap
from connectors.mail.imap import session, texts
from tests.connectors.mail.imap.conftest import NOW, Box, letter, named

pytestmark = pytest.mark.row("N2")


def test_an_empty_mailbox_is_no_fault(box: Box) -> None:
    assert box.sync() == 0
    assert box.sync() == 0
    assert box.keys() == []
    counts = imap.preview(box.handle()).counts
    assert counts == {"mails": 0, "folders": 2}


def test_new_mails_cost_themselves_alone(box: Box) -> None:
    for number in range(3):
        box.put(letter(str(number)))
    assert box.sync() == 3
    assert box.sync() == 0
    box.put(letter("3"))
    assert box.sync() == 1
    assert box.keys() == ["INBOX:0@x", "INBOX:1@x", "INBOX:2@x", "INBOX:3@x"]


def test_marks_and_labels_follow_without_a_mail_being_read_again(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put(letter("1"))
    box.put(letter("2"), flags="(\\Answered)")
    box.sync()
    assert [row["answered"] for row in box.store.rows("messages")] == [False, True]
    box.mark(1, "\\Seen \\Flagged $Work later")
    asked: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr(session.Session, "bodies", lambda *given: asked.append(given) or iter(()))
        assert box.store.sync(imap, box.handle(), NOW) == 1
    assert asked == []
    row = box.rows()["INBOX:1@x"]
    assert (row["seen"], row["answered"], row["flagged"], row["labels"]) == (True, False, True, '["$Work","later"]')
    box.equal()
    box.mark(1, "\\Seen later", how="-FLAGS")
    box.sync()
    row = box.rows()["INBOX:1@x"]
    assert (row["seen"], row["flagged"], row["labels"]) == (False, True, '["$Work"]')
    box.mark(1, "\\Flagged $Work", how="-FLAGS")
    box.sync()
    assert box.rows()["INBOX:1@x"]["labels"] is None


def test_labels_in_the_mail_itself_stay(box: Box) -> None:
    box.put(letter("1", head="X-Keywords: kept\r\n"))
    box.sync()
    box.mark(1, "\\Seen other")
    box.sync()
    row = box.rows()["INBOX:1@x"]
    assert (row["seen"], row["labels"]) == (True, '["kept"]')


def test_deletions_follow(box: Box) -> None:
    for number in range(4):
        box.put(letter(str(number)))
    box.sync()
    box.drop(2)
    box.sync()
    assert box.keys() == ["INBOX:0@x", "INBOX:2@x", "INBOX:3@x"]
    for uid in (1, 3, 4):
        box.drop(uid)
    box.sync()
    assert box.keys() == []
    box.put(letter("9"))
    assert box.sync() == 1


def test_what_is_marked_as_deleted_goes_and_comes_back(box: Box) -> None:
    box.put(letter("1"))
    box.put(letter("2"))
    box.sync()
    box.mark(1, "\\Deleted")
    box.sync()
    assert box.keys() == ["INBOX:2@x"]
    box.mark(1, "\\Deleted", how="-FLAGS")
    box.sync()
    assert box.keys() == ["INBOX:1@x", "INBOX:2@x"]


def test_a_mail_that_moves_follows(box: Box) -> None:
    box.ok(box.do.create("Work"))
    box.put(letter("1"))
    box.put(letter("2"))
    box.sync()
    box.at("INBOX")
    box.ok(box.do.uid("MOVE", "1", "Work"))
    box.sync()
    assert box.keys() == ["INBOX:2@x", "Work:1@x"]


def test_of_copies_one_row_stays_while_one_copy_does(box: Box) -> None:
    box.put(letter("1"))
    box.sync()
    box.at("INBOX")
    box.ok(box.do.uid("COPY", "1", "INBOX"))
    box.mark(2, "\\Flagged")
    box.sync()
    assert box.keys() == ["INBOX:1@x"]
    assert box.rows()["INBOX:1@x"]["flagged"] is True, "the newest copy counts"
    box.drop(2)
    box.sync()
    assert box.rows()["INBOX:1@x"]["flagged"] is False
    box.drop(1)
    box.sync()
    assert box.keys() == []


def test_of_several_contents_with_one_id_none_is_lost_when_one_goes(box: Box) -> None:
    box.put(letter("1", "first"))
    box.sync()
    box.put(letter("1", "second"))
    box.put(letter("1", "third"))
    box.sync()
    bodies = {row["body"].strip(): row["duplicate_id"] for row in box.store.rows("messages")}
    assert bodies == {"first": True, "second": True, "third": False}
    box.drop(3)
    box.sync()
    assert {row["body"].strip(): row["duplicate_id"] for row in box.store.rows("messages")} == {
        "first": True,
        "second": False,
    }
    box.drop(1)
    box.sync()
    assert [row["body"].strip() for row in box.store.rows("messages")] == ["second"]


def test_mails_without_an_id_are_known_by_their_content(box: Box) -> None:
    box.put(letter(None, "one"))
    box.put(letter(None, "two"))
    box.sync()
    assert all(row["key"].startswith("sha256:") for row in box.store.rows("messages"))
    box.drop(1)
    box.sync()
    assert [row["body"].strip() for row in box.store.rows("messages")] == ["two"]


@pytest.mark.parametrize(
    "name", ["Work/2026/Q1", "Grüße & Küsse", "日本語", "100% [x] (y)", 'say "hi"', "a*b", "7", "state"]
)
def test_folders_of_any_name(box: Box, name: str) -> None:
    box.ok(box.do.create(named(name)))
    box.put(letter("1"), name)
    box.sync()
    assert box.keys() == [f"{name}:1@x"]
    assert box.sync() == 0


def test_a_renamed_folder_follows_without_its_mails_being_read_again(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.ok(box.do.create("Old"))
    for number in range(3):
        box.put(letter(str(number), head="X-Keywords: own\r\n" if number else ""), "Old", "(\\Seen key)")
    box.sync()
    box.ok(box.do.rename("Old", "New/Place"))
    with monkeypatch.context() as patch:
        patch.setattr(session.Session, "bodies", lambda *_: pytest.fail("a mail was fetched"))
        box.store.sync(imap, box.handle(), NOW)
    box.equal()
    assert box.keys() == ["New/Place:0@x", "New/Place:1@x", "New/Place:2@x"]
    assert box.sync() == 0
    box.ok(box.do.rename("New/Place", "Third"))
    box.put(letter("0", "another"), "Third")
    box.mark(1, "\\Flagged", "Third")
    box.drop(2, "Third")
    box.sync()
    assert [key.partition("#")[0] for key in sorted(box.rows())] == ["Third:0@x", "Third:0@x", "Third:2@x"]
    box.do.select("INBOX")
    box.ok(box.do.delete("Third"))
    box.sync()
    assert box.keys() == []


def test_another_folder_with_the_same_numbers_is_no_renamed_one(box: Box) -> None:
    box.ok(box.do.create("Old"))
    box.put(letter("1", "one"), "Old")
    box.doveadm("mailbox", "update", "--uid-validity", "77", "-u", box.user, "Old")
    box.sync()
    box.ok(box.do.delete("Old"))
    box.ok(box.do.create("New"))
    box.put(letter("1", "another text"), "New")
    box.doveadm("mailbox", "update", "--uid-validity", "77", "-u", box.user, "New")
    box.sync()
    assert [row["body"].strip() for row in box.store.rows("messages")] == ["another text"]


@pytest.mark.parametrize("again", ["recreated", "renumbered"])
def test_new_uids_lose_and_double_nothing(box: Box, again: str) -> None:
    box.ok(box.do.create("Work"))
    for number in range(3):
        box.put(letter(str(number)), "Work")
    box.sync()
    before = {key: row["row_hash"] for key, row in box.rows().items()}
    if again == "recreated":  # other UIDs for the same mails
        box.do.select("INBOX")
        box.ok(box.do.delete("Work"))
        box.ok(box.do.create("Work"))
        for number in (2, 0, 1):
            box.put(letter(str(number)), "Work")
    else:
        box.doveadm("mailbox", "update", "--uid-validity", "4711", "-u", box.user, "Work")
    box.sync()
    assert {key: row["row_hash"] for key, row in box.rows().items()} == before
    assert box.sync() == 0


def test_junk_and_trash_are_left_out_unless_chosen(box: Box) -> None:
    box.put(letter("1"))
    box.put(letter("2"), "Trash")
    box.sync()
    assert box.keys() == ["INBOX:1@x"]
    told = "\n".join(imap.preview(box.handle()).notes)
    assert "Not read: Trash (trash)" in told
    box.sync(folders=["Tr*"])
    assert box.keys() == ["Trash:2@x"]
    assert imap.preview(box.handle(folders=["Trash"])).counts == {"mails": 1, "folders": 1}


def test_mails_of_many_blocks_and_commands(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.mail.imap.block.SIZE", 4)
    monkeypatch.setattr(texts, "COUNT", 2)
    monkeypatch.setattr(session, "SET", 3)
    for number in range(11):
        box.put(letter(str(number)))
    assert box.sync() == 11
    for uid in (1, 4, 5, 6, 7):
        box.drop(uid)
    box.mark(11, "\\Seen")
    box.sync()
    assert len(box.keys()) == 6
    box.put(letter("3"))  # a copy of what another block holds
    box.sync()
    assert {file for file in box.store.cursors if file.startswith("INBOX/")} == {
        "INBOX/0", "INBOX/2", "INBOX/3", "INBOX/state"
    }  # fmt: skip


def test_a_huge_mail_is_read_from_its_beginning(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.mail.mime.LARGEST", 20_000)
    monkeypatch.setattr("connectors.mail.mime.EXCERPT", 5_000)
    data = letter("big", "start " + "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 500 + "the very end")
    box.put(letter("1"))
    box.put(data)
    box.put(letter("2"))
    box.sync()
    row = box.rows()["INBOX:big@x"]
    assert row["size"] == len(data)
    assert row["body"].startswith("start")
    assert "the very end" not in row["body"]
    assert len(box.keys()) == 3


def test_a_bad_mail_is_set_aside_and_goes_with_its_mail(box: Box) -> None:
    box.put(letter("1"))
    box.put(b"\r\n\r\n")
    box.put(letter("2"))
    box.sync()
    assert [(row["position"], row["reason"]) for row in box.store.rejects.values()] == [("2", "empty")]
    assert box.sync() == 0
    box.mark(2, "\\Seen")
    box.sync()
    box.drop(2)
    box.sync()
    assert not box.store.rejects
    assert box.keys() == ["INBOX:1@x", "INBOX:2@x"]


def test_a_mail_whose_id_is_a_number_survives_the_bad_mail_of_that_number(box: Box) -> None:
    box.put(b"Message-ID: <2>\r\n\r\nhere")
    box.put(b"\r\n\r\n")
    box.sync()
    box.drop(2)
    box.sync()
    assert box.keys() == ["INBOX:2"]
