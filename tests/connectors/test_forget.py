"""A source that is forgotten leaves nothing behind: not in the data, and not in the bytes of the files either."""

import signal
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from blocks.search import Index
from blocks.warehouse import Warehouse
from connectors.connections import forget
from connectors.kinds import KINDS
from connectors.load import sync
from context.home import Home
from tests.kill.theatre import Nursery

pytestmark = pytest.mark.row("N1", "T10")
WORD = "zqvjxkwp-9f2b71"  # in a mail's text, its subject, a document, and a bad record


def connect(home: Home, folder: Path) -> None:
    head = "From a@x Mon Mar  2 08:00:00 2026\nMessage-ID: <{n}@{box}>\nFrom: {word} <a@x.example>\n"
    mail = head + "Subject: {word} {n}\n\n{text}\n\n"
    for box, word in (("gone", WORD), ("kept", "kept")):
        texts = [mail.format(n=n, box=box, word=word, text=f"The word of mail {n} is {word}.") for n in range(30)]
        (folder / f"{box}.mbox").write_text("".join(texts))
    bad = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{WORD}\nSUMMARY:{WORD}\nEND:VEVENT\nEND:VCALENDAR\n"
    (folder / "gone.ics").write_text(bad)
    with Ledger.open(home) as ledger:
        for name, kind in (("gone.mbox", "mbox"), ("kept.mbox", "mbox"), ("gone.ics", "ics")):
            path = {"path": str(folder / name)}
            ledger.sources.connect(name.replace(".", "-"), kind, KINDS[kind].family, "me", path)


def remember(home: Home, name: str) -> None:
    with Ledger.open(home) as ledger:
        source = ledger.sources.get(name)
    assert source is not None
    forget(home, source)


def holders(home: Home) -> set[str]:
    """Return the files of the home that hold the word; those of the index and of quarantine by their folder."""
    files = [path for path in home.root.rglob("*") if path.is_file() and not path.is_symlink()]
    found = {path for path in files if WORD.encode() in path.read_bytes()}
    folders = (home.quarantine, home.search)
    return {next((folder.name for folder in folders if folder in path.parents), path.name) for path in found}


def test_the_bytes_of_a_forgotten_source_are_gone(home: Home, tmp_path: Path) -> None:
    connect(home, tmp_path)
    sync(home)
    with (tmp_path / "gone.mbox").open("a") as file:
        file.write(f"From a@x Mon Mar  2 09:00:00 2026\nMessage-ID: <new@gone>\nSubject: {WORD} new\n\n{WORD} more\n\n")
    (tmp_path / "gone.mbox").write_text(
        (tmp_path / "gone.mbox").read_text().replace(f"{WORD} 7\n", f"{WORD} 7, moved\n")
    )
    sync(home)
    assert holders(home) >= {"build.duckdb", "warehouse-1.duckdb", "warehouse-2.duckdb", "quarantine", "search"}
    remember(home, "gone-mbox")
    remember(home, "gone-ics")
    assert holders(home) == set()
    with Warehouse(home).read() as con:
        assert con.execute("SELECT source, count(*) FROM messages GROUP BY source").fetchall() == [("kept-mbox", 30)]
        assert con.execute("SELECT count(*) FROM rejects").fetchone() == (0,)
    assert list(Index(home).search("kept"))
    assert not list(Index(home).search("moved"))
    assert {result.state for result in sync(home)} == {"unchanged"}
    remember(home, "kept-mbox")
    assert sync(home) == []


def test_a_package_that_a_killed_sync_left_does_not_bring_it_back(home: Home, tmp_path: Path) -> None:
    connect(home, tmp_path)
    with Nursery() as nursery:
        assert nursery.run(home, "normalized") == str(-signal.SIGKILL)
    remember(home, "gone-mbox")
    remember(home, "gone-ics")
    sync(home)
    assert holders(home) == set()
    with Warehouse(home).read() as con:
        assert con.execute("SELECT source, count(*) FROM messages GROUP BY source").fetchall() == [("kept-mbox", 30)]
