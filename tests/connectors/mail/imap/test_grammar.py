"""What servers say, read by rule and in the odd ways that they say it; which folders are read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mail.imap import block, choice, grammar
from connectors.mail.imap.block import Entry
from connectors.mail.imap.grammar import GarbledError
from connectors.mail.imap.session import Listed
from connectors.mail.marks import Marks

pytestmark = pytest.mark.row("N2")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"INBOX", "INBOX"),
        (b"Entw&APw-rfe", "Entwürfe"),
        (b"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),  # RFC 3501, 5.1.3
        (b"R&-D", "R&D"),
        (b"&2D3eAA-", "😀"),
        ("Grüße".encode(), "Grüße"),  # UTF-8, against the rule
        (b"A & B", "A & B"),  # not encoded at all
        (b"&AP-", "&AP-"),  # cut off
        (b"\xff", "\\xff"),
    ],
)
def test_folder_names(raw: bytes, name: str) -> None:
    assert grammar.folder_name(raw) == name


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_folder_names_come_back(name: str) -> None:
    assert grammar.folder_name(grammar.folder_code(name)) == name


@pytest.mark.parametrize(
    ("parts", "values"),
    [
        ([b"FLAGS (\\Seen $x) UID 3"], [b"FLAGS", [b"\\Seen", b"$x"], b"UID", b"3"]),
        ([b'a "b \\" c" NIL "NIL" ()'], [b"a", b'b " c', None, b"NIL", []]),
        ([b"(BODY[] {3}", b"a)b", b" UID 1)"], [[b"BODY[]", b"a)b", b"UID", b"1"]]),
        ([b"(BODY[]<0> {0}", b"", b" FLAGS ([odd \\*))"], [[b"BODY[]<0>", b"", b"FLAGS", [b"[odd", b"\\*"]]]),
    ],
)
def test_values(parts: list[bytes], values: list[object]) -> None:
    assert grammar.values(parts) == values


@pytest.mark.parametrize("line", [b"(", b")", b"(()", b'"open', b"(" * 40 + b")" * 40, b"a { b"])
def test_what_is_no_imap_is_refused(line: bytes) -> None:
    with pytest.raises(GarbledError):
        grammar.values([line])


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else(data: bytes) -> None:
    try:
        grammar.values([data])
        grammar.ranges(data)
    except GarbledError:
        pass


@given(st.sets(st.integers(1, 60)))
def test_sets_of_uids_come_back(uids: set[int]) -> None:
    text = grammar.uid_set(uids)
    found = {uid for low, high in grammar.ranges(text) for uid in range(low, high + 1)} if uids else set()
    assert found == uids
    assert text.count(b",") + 1 == len([uid for uid in uids if uid - 1 not in uids]) or not uids


def test_ranges_may_be_written_backwards() -> None:
    assert grammar.ranges(b"5:3,9") == [(3, 5), (9, 9)]


def test_marks_leave_out_what_is_of_the_session() -> None:
    marks = grammar.marks((b"\\Recent", b"\\SEEN", b"b", b"a", b"\\Draft"))
    assert marks == Marks(True, False, False, False, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 2, 44, 25, tzinfo=timezone(-timedelta(hours=7)))),
        (b" 2-Mar-2026 08:00:00 +0000", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        (b"2-Mrz-2026 08:00:00 +0000", None),
        (b"99-Jan-2026 08:00:00 +0000", None),
        (None, None),
    ],
)
def test_the_time_of_arrival(text: bytes | None, moment: datetime | None) -> None:
    assert grammar.moment(text) == moment


def test_a_cursor_comes_back() -> None:
    entries = {
        7: Entry(Marks(True, False, False, False, ("a b", "c")), "0123456789ab", True, "id with spaces@x"),
        8: Entry(Marks(False, False, False, True)),
        9: Entry(Marks(True, False, False, False, ("a b", "c"))),
    }
    value = block.dump(entries, 5)
    assert block.load(value) == entries
    assert block.uids(value) == [7, 8, 9]
    assert len(value["marks"]) == 2
    assert block.load(block.dump({}, 5)) == {}


def listed(name: bytes, *attributes: str, sign: bytes = b"/") -> Listed:
    return Listed(name, sign, frozenset(attributes))


def test_gmail_is_not_read_twice() -> None:
    folders = choice.choices(
        [
            listed(b"[Gmail]", "\\noselect"),
            listed(b"[Gmail]/All Mail", "\\all"),
            listed(b"[Gmail]/Spam", "\\junk"),
            listed(b"[Gmail]/Drafts", "\\drafts"),
            listed(b"[Gmail]/Sent Mail", "\\sent"),
            listed(b"[Gmail]/Starred", "\\flagged"),
            listed(b"INBOX"),
            listed(b"Trash"),  # a label of that name, where the server says which is the trash
        ]
    )
    assert [one.shown for one in choice.chosen(folders, [])] == ["INBOX", "[Gmail]/Sent Mail", "Trash"]
    assert [one.shown for one in choice.chosen(folders, ["[Gmail]/All Mail"])] == ["[Gmail]/All Mail"]
    assert choice.unknown(folders, ["inbox", "Nope", "[[]Gmail]/S*"]) == ["Nope"]


def test_usual_names_tell_where_the_server_does_not() -> None:
    names = [b"INBOX", b"INBOX.Spam", b"INBOX.Papierkorb", b"INBOX.Drafts", b"INBOX.a/b.c"]
    folders = choice.choices([listed(name, sign=b".") for name in names])
    assert {one.shown: one.hidden for one in folders} == {
        "INBOX": "",
        "INBOX/Spam": "junk",
        "INBOX/Papierkorb": "trash",
        "INBOX/Drafts": "what is not sent yet",
        "INBOX/a∕b/c": "",
    }
