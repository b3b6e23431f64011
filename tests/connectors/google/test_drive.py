"""Drive: what is read in which form, what moves without a download, what goes, and all of that in any order."""

import io
from collections.abc import Iterable, Iterator
from typing import Any, Generic

import openpyxl
import pytest

from connectors.docs import drive, pool, worker
from connectors.docs.pool import Job, Tag
from tests.connectors.google.side import Side
from tests.servers.google.core import FakeGoogle
from tests.servers.google.drive import Drive
from tests.servers.google.fixture import handle

OFFICE = "application/vnd.openxmlformats-officedocument."
SHEET = OFFICE + "spreadsheetml.sheet"
SLIDES = OFFICE + "presentationml.presentation"


class Here(Generic[Tag]):
    """Reads documents in this process: the workers have tests of their own, and take their time to start."""

    def __init__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> "Here[Tag]":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, jobs: Iterable[Job[Tag]]) -> Iterator[tuple[Tag, dict[str, Any]]]:
        for job in jobs:
            if job.file is None:
                yield job.tag, job.answer
            else:
                with job.file as file:
                    yield job.tag, worker.attempt(job.reader, file.read())


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "Pool", Here)


@pytest.fixture
def disk(google: FakeGoogle) -> Drive:
    return google.account().of(Drive)


@pytest.fixture
def side(google: FakeGoogle) -> Side:
    return Side(drive, handle(google, "drive.readonly"))


def by_path(side: Side) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in side.store.rows("documents")}


def a_doc(text: str) -> dict[str, bytes]:
    return {"text/markdown": f"# Top\n\n{text}\n".encode(), "text/plain": f"Top\n{text}\n".encode()}


def fetched(google: FakeGoogle) -> int:
    """How many contents were asked for."""
    media = [call for call in google.asked("drive.files.get") if "alt" in call.query]
    return len(google.asked("drive.files.export")) + len(media)


@pytest.mark.row("N3")
def test_every_kind_is_read_in_its_best_form(disk: Drive, side: Side, google: FakeGoogle) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Budget", 12])
    held = io.BytesIO()
    book.save(held)
    folder = disk.folder("Board")
    disk.own("Minutes", "document", a_doc("The budget was agreed."), folder)
    disk.own("Figures", "spreadsheet", {SHEET: held.getvalue(), "text/csv": b"Budget,12\n"})
    disk.file("plan_2026.md", b"# The plan\n\nShip it.\n", "text/markdown", folder)
    disk.file("note", b"Only a note\n", "text/plain")
    disk.file("photo.jpg", b"\xff\xd8", "image/jpeg")
    disk.own("Poll", "form", {})
    side.sync()
    rows = by_path(side)
    assert {path: (row["kind"], row["title"], row["state"]) for path, row in rows.items()} == {
        "Board/Minutes": ("markdown", "Minutes", "ok"),
        "Figures": ("xlsx", "Figures", "ok"),
        "Board/plan_2026.md": ("markdown", "The plan", "ok"),
        "note": ("text", "Only a note", "ok"),
    }
    assert "The budget was agreed." in rows["Board/Minutes"]["text"]
    assert any("Ship it." in row["text"] for row in side.store.rows("passages"))
    shown = drive.preview(side.handle)
    assert shown.counts == {"documents": 4}
    assert "not read: 2 of other kinds" in shown.notes
    google.calls.clear()
    assert side.sync() == 0
    assert [call.id for call in google.calls if call.id != "token"] == ["drive.changes.list"]


@pytest.mark.row("N3")
@pytest.mark.usefixtures("here")
def test_names_and_places_change_without_a_download(disk: Drive, side: Side, google: FakeGoogle) -> None:
    above, below = disk.folder("Above"), disk.folder("Below")
    inner = disk.folder("Inner", below)
    note = disk.file("note.txt", b"Some words, here.\n", parent=inner)
    disk.own("Doc", "document", a_doc("Words."), inner)
    side.sync()
    google.calls.clear()
    disk.rename(below, "Under/neath")
    side.sync()
    assert list(by_path(side)) == ["Under_neath/Inner/note.txt", "Under_neath/Inner/Doc"]
    disk.move(inner, above)
    disk.rename(note, "kept.txt")
    side.sync()
    assert {path: row["title"] for path, row in by_path(side).items()} == {
        "Above/Inner/kept.txt": "kept",
        "Above/Inner/Doc": "Doc",
    }
    assert not fetched(google)
    assert not google.asked("drive.files.list")
    side.same()


@pytest.mark.row("N3")
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("whole", [False, True])
def test_the_bin_deletion_and_lost_access(disk: Drive, side: Side, whole: bool) -> None:
    folder = disk.folder("Board")
    inside = disk.file("in.txt", b"Inside.\n", parent=folder)
    other = disk.folder("Theirs", "elsewhere", shared=True)
    disk.file("their.txt", b"Theirs.\n", parent=other)
    single = disk.file("single.txt", b"Single.\n", parent="elsewhere", shared=True)
    side.sync()
    assert set(by_path(side)) == {
        "Board/in.txt",
        "Shared with me/Theirs/their.txt",
        "Shared with me/single.txt",
    }
    if whole:
        disk.lapse()
    disk.trash(folder if whole else inside)
    disk.share(single, False)
    disk.share(other, False)
    side.sync()
    assert by_path(side) == {}
    assert not side.store.rows("passages")
    disk.trash(folder if whole else inside, False)
    disk.share(other)
    side.sync()
    assert set(by_path(side)) == {"Board/in.txt", "Shared with me/Theirs/their.txt"}
    disk.delete(folder)
    side.sync()
    assert set(by_path(side)) == {"Shared with me/Theirs/their.txt"}
    side.same()


@pytest.mark.usefixtures("here")
def test_what_is_too_large_to_export_is_read_in_a_smaller_form(disk: Drive, side: Side) -> None:
    disk.limit = 100
    disk.own("Long", "document", {"text/markdown": b"# Long\n" + b"x " * 100, "text/plain": b"Long\n"})
    disk.own("Longer", "document", {"text/markdown": b"x " * 100, "text/plain": b"x " * 100})
    side.sync()
    rows = by_path(side)
    assert (rows["Long"]["kind"], rows["Long"]["state"]) == ("text", "ok")
    assert (rows["Longer"]["state"], rows["Longer"]["text"]) == ("too_large", None)
    side.same()


@pytest.mark.usefixtures("here")
@pytest.mark.row("N10")
def test_what_cannot_be_read_is_set_aside_with_its_reason(disk: Drive, side: Side) -> None:
    bad = disk.file("bad.pdf", b"%PDF-1.4 nothing", "application/pdf")
    closed = disk.file("closed.txt", b"Secret.\n", closed=True)
    disk.file("fine.txt", b"Fine.\n")
    side.sync()
    assert {file: row["reason"] for (file, _), row in side.store.rejects.items()} == {
        bad: "damaged",
        closed: "unreadable",
    }
    assert list(by_path(side)) == ["fine.txt"]
    disk.nodes[closed].closed = False
    disk.rename(closed, "open.txt")
    disk.edit(bad, b"")
    side.sync()
    assert not side.store.rejects
    assert set(by_path(side)) == {"fine.txt", "open.txt", "bad.pdf"}
    side.same()


@pytest.mark.usefixtures("here")
def test_bytes_that_are_not_the_file_are_not_taken_for_it(disk: Drive, side: Side, google: FakeGoogle) -> None:
    disk.file("note.txt", b"Some words that are here.\n")
    google.fail("html", method="drive.files.get", after=1, times=9)
    assert not side.tried()
    assert not side.store.rejects
    google.faults.clear()
    assert side.tried()
    assert list(by_path(side)) == ["note.txt"]


@pytest.mark.usefixtures("here")
@pytest.mark.row("N3", "N10")
def test_a_file_that_the_server_fails_to_give_costs_no_other(disk: Drive, side: Side, google: FakeGoogle) -> None:
    ids = [disk.file(f"{number}.txt", f"Words {number}.\n".encode()) for number in range(5)]
    disk.nodes[ids[1]].broken = disk.nodes[ids[2]].broken = True
    side.sync()
    assert set(by_path(side)) == {"0.txt", "3.txt", "4.txt"}
    disk.nodes[ids[2]].broken = False
    google.calls.clear()
    for _ in range(3):
        side.sync()
        assert not side.store.rejects
    assert not google.asked("drive.files.list"), "the two were asked for, and nothing else"
    side.sync()
    assert set(by_path(side)) == {"0.txt", "2.txt", "3.txt", "4.txt"}
    assert {file: row["reason"] for (file, _), row in side.store.rejects.items()} == {ids[1]: "unavailable"}
    disk.nodes[ids[1]].broken = False
    side.sync(full=True)
    side.same()
