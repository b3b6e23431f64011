"""Gmail: first and later readings, labels, the bin, a forgotten history, and all of that in any order."""

from typing import Any

import pytest

from connectors.mail import gmail
from tests.connectors.google.side import Side, impatient  # noqa: F401
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import handle
from tests.servers.google.gmail import Gmail


def mail(number: int, subject: str = "", name: str = "", body: str = "Hello.") -> bytes:
    lines = [
        f"Message-ID: <{name or f'm{number}'}@example.org>",
        "From: Bo Berg <Bo@Example.org>",
        "To: ana@example.org",
        f"Subject: {subject or f'Mail {number}'}",
        "Date: Mon, 02 Mar 2026 09:00:00 +0000",
    ]
    return ("\r\n".join([*lines, "", f"{body} {number}", ""])).encode()


@pytest.fixture
def box(google: FakeGoogle) -> Gmail:
    return google.account().of(Gmail)


@pytest.fixture
def side(google: FakeGoogle) -> Side:
    return Side(gmail, handle(google, "gmail.readonly"))


def by_subject(side: Side) -> dict[str, dict[str, Any]]:
    return {row["subject"]: row for row in side.store.rows("messages")}


@pytest.mark.row("N2")
def test_a_first_reading_takes_all_newest_first(box: Gmail, side: Side, google: FakeGoogle) -> None:
    newest = [box.deliver(mail(number)) for number in range(9)][-1]
    box.deliver(mail(10), "SPAM")
    box.deliver(mail(11), "TRASH")
    box.deliver(mail(12), "DRAFT")
    assert side.sync() == 9
    row = by_subject(side)["Mail 8"]
    assert (row["key"], row["folder"], row["seen"], row["flagged"]) == ("m8@example.org", "INBOX", False, False)
    assert row["thread_root"] == f"gmail:{int(newest, 16)}"
    assert row["from_address"] == "bo@example.org"
    got = [call.path.rpartition("/")[2] for call in google.asked("gmail.users.messages.get")]
    assert len(got) == 10, "the list does not tell that one is a draft"
    side.same()


def test_nothing_new_is_two_requests(box: Gmail, side: Side, google: FakeGoogle) -> None:
    box.deliver(mail(1))
    side.sync()
    google.calls.clear()
    assert side.sync() == 0
    assert [call.id for call in google.calls if call.id != "token"] == [
        "gmail.users.labels.list",
        "gmail.users.history.list",
    ]


@pytest.mark.row("N2")
def test_marks_change_without_a_download(box: Gmail, side: Side, google: FakeGoogle) -> None:
    names = [box.deliver(mail(number)) for number in range(3)]
    box.label("Label_1", "Clients/Nord")
    side.sync()
    google.calls.clear()
    box.relabel(names[0], ("STARRED", "Label_1"), ("UNREAD", "INBOX"))
    assert side.sync() == 1
    row = by_subject(side)["Mail 0"]
    assert (row["folder"], row["seen"], row["flagged"], row["labels"]) == ("ARCHIVE", True, True, '["Clients/Nord"]')
    assert not google.asked("gmail.users.messages.get")
    box.label("Label_1", "Clients/Sued")
    assert side.sync() == 1
    assert by_subject(side)["Mail 0"]["labels"] == '["Clients/Sued"]'
    box.unlabel("Label_1")
    assert side.sync() == 1
    assert by_subject(side)["Mail 0"]["labels"] is None
    assert not google.asked("gmail.users.messages.get")
    side.same()


@pytest.mark.row("N2")
def test_what_goes_to_the_bin_goes_and_comes_back(box: Gmail, side: Side) -> None:
    _kept, binned, deleted = (box.deliver(mail(number)) for number in range(3))
    side.sync()
    box.trash(binned)
    box.delete(deleted)
    side.sync()
    assert list(by_subject(side)) == ["Mail 0"]
    box.untrash(binned)
    side.sync()
    assert list(by_subject(side)) == ["Mail 0", "Mail 1"]
    side.same()


@pytest.mark.row("N2")
def test_a_forgotten_history_downloads_nothing_that_is_known(box: Gmail, side: Side, google: FakeGoogle) -> None:
    names = [box.deliver(mail(number)) for number in range(8)]
    side.sync()
    box.relabel(names[0], ("STARRED",), ("UNREAD",))
    box.delete(names[1])
    box.deliver(mail(9))
    box.forget()
    google.calls.clear()
    assert side.sync() == 2
    assert len(google.asked("gmail.users.messages.get")) == 1
    assert "Mail 1" not in by_subject(side)
    assert by_subject(side)["Mail 0"]["flagged"] is True
    side.same()


def test_two_mails_of_one_name_are_both_kept(box: Gmail, side: Side) -> None:
    first = box.deliver(mail(1, "One", "same"))
    side.sync()
    second = box.deliver(mail(2, "Two", "same"))
    side.sync()
    rows = by_subject(side)
    assert rows["Two"]["key"] == "same@example.org"
    assert rows["One"]["key"] == f"same@example.org#{first}"
    assert (rows["One"]["duplicate_id"], rows["Two"]["duplicate_id"]) == (True, False)
    side.same()
    box.delete(second)
    side.sync()
    assert by_subject(side)["One"]["key"] == "same@example.org"
    side.same()


def test_a_mail_that_cannot_be_read_is_set_aside(box: Gmail, side: Side) -> None:
    box.deliver(mail(1))
    bad = box.deliver(b"")
    side.sync()
    [reject] = side.store.rejects.values()
    assert (reject["position"], reject["reason"]) == (bad, "empty")
    box.relabel(bad, ("STARRED",))
    side.sync()
    side.same()
    box.delete(bad)
    side.sync()
    assert not side.store.rejects
    side.same()


@pytest.mark.row("N2", "N10")
def test_a_mail_that_the_server_fails_to_give_costs_no_other(box: Gmail, side: Side) -> None:
    names = [box.deliver(mail(number)) for number in range(5)]
    box.broken = {names[1], names[2]}
    side.sync()
    assert list(by_subject(side)) == ["Mail 0", "Mail 3", "Mail 4"]
    box.broken = {names[1]}
    for _ in range(3):
        side.sync()
        assert not side.store.rejects
    side.sync()
    assert list(by_subject(side)) == ["Mail 0", "Mail 2", "Mail 3", "Mail 4"]
    [reject] = side.store.rejects.values()
    assert (reject["position"], reject["reason"]) == (names[1], "unavailable")
    box.broken = set()
    side.sync(full=True)
    side.same()


def test_mails_of_one_conversation_share_its_root(box: Gmail, side: Side) -> None:
    first = box.deliver(mail(1))
    box.deliver(mail(2), thread=first)
    side.sync()
    assert {row["thread_root"] for row in side.store.rows("messages")} == {f"gmail:{int(first, 16)}"}
