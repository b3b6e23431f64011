"""Mail through the whole loader: rows, threads, changes and rejects in the published file, and found by search."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocks.ledger import Ledger
from blocks.search import Index
from blocks.warehouse import Warehouse
from connectors.load import sync
from connectors.outcome import Result
from context.home import Home

PROFILE = (
    "schema: steward/profile@1\nidentity: {id: p_owner, name: Bo, emails: [bo@firm.example], timezone: Europe/Berlin}\n"
)


def mail(number: int, day: int, sender: str, subject: str, more: str = "", body: str = "text") -> str:
    return (
        f"From {sender} Mon Mar  2 09:15:00 2026\nFrom: {sender}\nTo: Bo <bo@firm.example>\nMessage-ID: <m{number}@x>\n"
        f"Date: Mon, {day} Mar 2026 09:15:00 +0100\nSubject: {subject}\n{more}\n{body}\n\n"
    )


MAILS = (
    mail(1, 2, "anna@out.example", "Offer for Kestrel"),
    mail(2, 3, "bo@firm.example", "Re: Offer for Kestrel", "In-Reply-To: <m1@x>\nReferences: <m1@x>\n"),
    mail(3, 4, "anna@out.example", "RE: Offer for Kestrel", "References: <m2@x>\nStatus: O\n", "the quokka answer"),
    mail(4, 5, "noreply@shop.example", "Your parcel", "List-Id: News <news.shop.example>\n"),
    mail(5, 6, "carl@out.example", "Lost root", "References: <nobody@x> <m9@x>\n"),
)


@pytest.fixture
def post(home: Home, tmp_path: Path) -> tuple[Path, Callable[[], Result]]:
    """A connected mbox, and what syncs it."""
    (home.context / "profile.yaml").write_text(PROFILE, "utf-8")
    path = tmp_path / "Inbox.mbox"
    path.write_text("".join(MAILS), "utf-8")
    with Ledger.open(home) as ledger:
        ledger.sources.connect("mail", "mbox", "mail", "work", {"path": str(path)})

    def run() -> Result:
        (result,) = sync(home)
        assert result.error is None
        return result

    return path, run


def ask(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with Warehouse(home).read() as con:
        return list(con.execute(sql).fetchall())


@pytest.mark.row("N2", "N7")
def test_mails_and_threads_are_in_the_published_file(home: Home, post: tuple[Path, Callable[[], Result]]) -> None:
    _, run = post
    assert (run().rows, run().state) == (5, "unchanged")
    flags = ask(home, "SELECT message_key, from_me, to_me, automated, seen FROM messages ORDER BY message_key")
    assert flags == [
        ("m1@x", False, True, False, None),
        ("m2@x", True, True, False, None),
        ("m3@x", False, True, False, False),
        ("m4@x", False, True, True, None),
        ("m5@x", False, True, False, None),
    ]
    threads = ask(
        home,
        "SELECT thread_id, subject, messages, last_message_key, last_from_me, from_me, unread FROM threads"
        " ORDER BY first_at",
    )
    assert threads == [
        ("m1@x", "Offer for Kestrel", 3, "m3@x", False, 1, 1),  # m3 cites m2 alone, which cites m1
        ("m4@x", "Your parcel", 1, "m4@x", False, 0, 0),
        ("nobody@x", "Lost root", 1, "m5@x", False, 0, 0),
    ]
    assert [hit.key for hit in Index(home).search("quokka")] == ["m3@x"]


@pytest.mark.row("N2")
def test_flags_and_deletions_follow_and_what_was_is_kept(home: Home, post: tuple[Path, Callable[[], Result]]) -> None:
    path, run = post
    run()
    changed = MAILS[2].replace("Status: O", "Status: RO")
    path.write_text("".join((*MAILS[:2], changed, MAILS[4])), "utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    result = run()
    assert (result.rows, result.changed, result.deleted) == (4, 1, 1)
    assert ask(home, "SELECT seen FROM messages WHERE message_key = 'm3@x'") == [(True,)]
    history = ask(home, "SELECT row_key, change, before->>'seen' FROM raw.changes ORDER BY row_key")
    assert history == [("m3@x", "updated", "false"), ("m4@x", "deleted", None)]
    assert not Index(home).search("parcel")


@pytest.mark.row("N10")
def test_a_bad_mail_is_set_aside_and_its_neighbours_are_read(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "good.eml").write_text("Message-ID: <good@x>\n\nfine")
    (folder / "bad.eml").write_bytes(b"\n\n")
    with Ledger.open(home) as ledger:
        ledger.sources.connect("saved", "eml", "mail", "work", {"path": str(folder)})
    (result,) = sync(home)
    assert (result.rows, result.rejects) == (1, 1)
    assert ask(home, "SELECT position, reason FROM rejects") == [("bad.eml", "empty")]
    (folder / "bad.eml").write_text("Message-ID: <mended@x>\n\nnow good")
    (result,) = sync(home)
    assert (result.rows, result.rejects) == (2, 0)


def test_a_full_reading_lets_go_of_what_is_gone(home: Home, post: tuple[Path, Callable[[], Result]]) -> None:
    path, run = post
    run()
    path.write_text("".join(MAILS[1:]), "utf-8")
    (result,) = sync(home, full=True)
    assert (result.rows, result.changed, result.deleted) == (4, 0, 1)
