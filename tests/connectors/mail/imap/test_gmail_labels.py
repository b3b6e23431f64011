"""Gmail by IMAP: one row for each mail, with its labels, though many folders show it. Before a Dovecot stands a proxy
that adds what Google describes; Gmail itself cannot run here.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from connectors.mail import imap
from tests.connectors.mail.imap.conftest import NOW, Box, letter, named, new_box
from tests.servers.dovecot import Dovecot
from tests.servers.gimap import ALL_MAIL, Gmail, gmail, label

pytestmark = pytest.mark.row("N2", "N8")
Both = tuple[Box, Gmail]


@pytest.fixture(params=["condstore", "bare"])
def both(request: pytest.FixtureRequest, servers: Callable[[str], Dovecot]) -> Iterator[Both]:
    """An account with an All Mail, and a label that is a folder, as every label is."""
    box = new_box(servers, request.param)
    with gmail(box.server.port) as proxy:
        box.port = proxy.port
        for folder in (ALL_MAIL, "Work"):
            box.do.create(named(folder))
        yield box, proxy
        box.do.logout()


def put(box: Box, ident: str, *labels: str, flags: str = "") -> None:
    """Add a mail, which stands in All Mail and in the folders of its labels."""
    box.put(letter(ident), ALL_MAIL, f"({' '.join([flags, *map(label, labels)]).strip()})")
    for folder in {"\\Inbox": "INBOX", "Work": "Work"}.keys() & set(labels):
        box.put(letter(ident), "INBOX" if folder == "\\Inbox" else folder)


def labels(box: Box) -> dict[str, list[str]]:
    return {row["key"]: json.loads(row["labels"] or "[]") for row in box.store.rows("messages")}


def test_a_mail_under_many_labels_is_one_row(both: Both) -> None:
    box, _ = both
    put(box, "1", "\\Inbox", "Work", "Größe & mehr", flags="\\Seen")
    put(box, "2", "\\Sent", "\\Important", "\\Starred", flags="\\Flagged")
    put(box, "3")
    put(box, "4", "\\Draft")
    box.sync()
    assert labels(box) == {
        "1@x": ["Größe & mehr", "INBOX", "Work"],
        "2@x": ["IMPORTANT", "SENT"],
        "3@x": [],
    }
    assert {row["folder"] for row in box.store.rows("messages")} == {ALL_MAIL}
    assert {row["key"]: (row["seen"], row["flagged"]) for row in box.store.rows("messages")} == {
        "1@x": (True, False),
        "2@x": (False, True),
        "3@x": (False, False),
    }


def test_what_will_be_read_is_said(both: Both) -> None:
    box, _ = both
    put(box, "1", "\\Inbox", "Work")
    said = imap.preview(box.handle())
    assert dict(said.counts) == {"mails": 1, "folders": 1}
    assert "Gmail tells the labels of each mail; one that has several is read once." in said.notes


def test_another_label_costs_no_mail(both: Both) -> None:
    box, proxy = both
    for number in range(3):
        put(box, str(number), "\\Inbox")
    box.sync()
    proxy.asked.clear()
    box.mark(2, label("Work"), ALL_MAIL)
    box.mark(2, label("\\Inbox"), ALL_MAIL, "-FLAGS")
    assert box.store.sync(imap, box.handle(), NOW) == 1
    assert proxy.fetches(b"BODY") == 0
    assert labels(box)["1@x"] == ["Work"]
    assert box.store.sync(imap, box.handle(), NOW) == 0
    box.equal()


def test_a_draft_that_is_sent_is_read_then(both: Both) -> None:
    box, _ = both
    put(box, "1", "\\Draft")
    box.sync()
    assert labels(box) == {}
    box.mark(1, label("\\Draft"), ALL_MAIL, "-FLAGS")
    box.mark(1, label("\\Sent"), ALL_MAIL)
    box.sync()
    assert labels(box) == {"1@x": ["SENT"]}
    box.drop(1, ALL_MAIL)
    box.sync()
    assert labels(box) == {}


def test_a_label_that_counts_as_no_change_is_seen_within_a_day(servers: Callable[[str], Dovecot]) -> None:
    """Google does not say that it does count."""
    box = new_box(servers, "condstore")
    with gmail(box.server.port) as proxy:
        box.port = proxy.port
        box.do.create(named(ALL_MAIL))
        put(box, "1", "\\Inbox")
        box.sync()
        proxy.silent[1] = ["Later"]
        assert box.store.sync(imap, box.handle(), NOW + timedelta(hours=23)) == 0
        assert box.store.sync(imap, box.handle(), NOW + timedelta(hours=25)) == 1
        assert labels(box) == {"1@x": ["Later"]}
        proxy.asked.clear()
        assert box.store.sync(imap, box.handle(), NOW + timedelta(hours=26)) == 0
        assert proxy.fetches(b"X-GM-LABELS") == 0, "until the next day its count is trusted"
        box.do.logout()


def test_flags_told_without_labels_are_asked_for_again(both: Both) -> None:
    box, proxy = both
    for number in range(3):
        put(box, str(number), "Work")
    proxy.torn.update((1, 3))
    box.sync()
    assert labels(box) == {f"{number}@x": ["Work"] for number in range(3)}


def test_where_all_mail_is_not_shown_its_folders_are_read(servers: Callable[[str], Dovecot]) -> None:
    box = new_box(servers, "condstore")
    with gmail(box.server.port) as proxy:
        box.port = proxy.port
        box.put(letter("1"), "INBOX", f"({label('Work')})")
        box.sync()
        assert box.keys() == ["INBOX:1@x"]
        assert labels(box) == {"1@x": ["Work"]}
        box.do.create(named(ALL_MAIL))  # the owner shows it: what was read of the folders gives way
        put(box, "1", "Later", "\\Inbox")
        box.sync()
        assert box.keys() == [f"{ALL_MAIL}:1@x"]
        assert labels(box) == {"1@x": ["INBOX", "Later"]}
        box.do.logout()


def test_folders_that_the_owner_chose_are_read_as_such(both: Both) -> None:
    box, _ = both
    put(box, "1", "\\Inbox", "Work")
    box.sync(folders=["Work"])
    assert box.keys() == ["Work:1@x"]
