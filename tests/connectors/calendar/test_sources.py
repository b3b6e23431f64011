"""The file and folder connectors: what is read again, what goes, and what is said of bad input."""

import os
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.calendar import file, folder
from connectors.shape import Cursor, Gone, Known, Reject, Rows
from context.errors import InputError, SourceError
from tests.connectors.calendar.conftest import NOW, event

pytestmark = pytest.mark.row("N1")


def calendar(*uids: str) -> str:
    return "BEGIN:VCALENDAR\n" + "\n".join(event(uid=uid) for uid in uids) + "\nEND:VCALENDAR\n"


def read(module: Any, path: Path, cursors: dict[str, Any], now: Any = NOW) -> tuple[list[Any], dict[str, Any]]:
    """Return the items of one read, and the cursors after it."""
    items = list(module.read(SimpleNamespace(path=str(path)), Known(cursors, now, "Europe/Berlin")))
    after = {**cursors, **{item.file: item.value for item in items if isinstance(item, Cursor)}}
    for item in items:
        if isinstance(item, Gone):
            after.pop(item.file)
    return items, after


def test_a_file_is_read_again_only_when_its_text_or_the_week_changes(tmp_path: Path) -> None:
    path = tmp_path / "work.ics"
    path.write_text(calendar("1"))
    handle = SimpleNamespace(path=str(path))
    items, cursors = read(file, path, {})
    assert [item.table for item in items if isinstance(item, Rows)] == ["events", "event_instances"]
    before = file.fingerprint(handle, NOW)
    assert before == file.fingerprint(handle, NOW + timedelta(hours=5))
    os.utime(path)
    assert before != file.fingerprint(handle, NOW)
    assert read(file, path, cursors)[0] == [], "a touched file has nothing new"
    assert read(file, path, cursors, NOW + timedelta(days=7))[0], "a new week has new instances"
    path.write_text(calendar("1", "2"))
    assert len(read(file, path, cursors)[0][0].rows) == 2


def test_a_folder_reads_what_is_new_and_drops_what_is_gone(tmp_path: Path) -> None:
    for name in ("a", "b", "deep/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.ics").write_text(calendar(name))
    (tmp_path / "notes.txt").write_text("no calendar")
    items, cursors = read(folder, tmp_path, {})
    assert {item.file for item in items} == {"a.ics", "b.ics", "deep/c.ics"}
    assert read(folder, tmp_path, cursors)[0] == []
    (tmp_path / "b.ics").write_text(calendar("b", "b2"))
    (tmp_path / "a.ics").unlink()
    items, cursors = read(folder, tmp_path, cursors)
    assert {item.file for item in items if isinstance(item, Rows)} == {"b.ics"}
    assert [item.file for item in items if isinstance(item, Gone)] == ["a.ics"]


def test_a_bad_file_of_a_folder_keeps_its_last_good_rows(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.ics").write_text(calendar(name))
    _, cursors = read(folder, tmp_path, {})
    (tmp_path / "a.ics").write_text("")
    (tmp_path / "b.ics").write_text("<html>")
    items, _ = read(folder, tmp_path, cursors)
    assert {(item.file, item.reason) for item in items if isinstance(item, Reject)} == {
        ("a.ics", "empty"),
        ("b.ics", "not-a-calendar"),
    }
    assert not [item for item in items if isinstance(item, Cursor | Gone | Rows)]


def test_a_vanished_folder_is_not_an_empty_one(tmp_path: Path) -> None:
    where = tmp_path / "calendars"
    where.mkdir()
    (where / "a.ics").write_text(calendar("a"))
    _, cursors = read(folder, where, {})
    shutil.rmtree(where)
    with pytest.raises(SourceError):
        read(folder, where, cursors)
    with pytest.raises(SourceError):
        folder.fingerprint(SimpleNamespace(path=str(where)), NOW)


@pytest.mark.parametrize("bad", ["absent", "empty", "folder", "html"])
def test_bad_files_are_named_with_the_next_step(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "a.ics"
    if bad == "folder":
        path.mkdir()
    elif bad != "absent":
        path.write_text("<html></html>" if bad == "html" else "")
    with pytest.raises(InputError) as told:
        file.preview(SimpleNamespace(path=str(path)))
    assert told.value.mend
    assert "\n" not in str(told.value)
    with pytest.raises(SourceError):
        read(file, path, {})


def test_a_preview_counts(tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_text(calendar("1", "2"))
    seen = file.preview(SimpleNamespace(path=str(tmp_path / "a.ics")))
    assert seen.counts == {"events": 2, "tasks": 0}
    assert folder.preview(SimpleNamespace(path=str(tmp_path))).counts == {"files": 1, "events": 2, "tasks": 0}
    with pytest.raises(InputError):
        folder.preview(SimpleNamespace(path=str(tmp_path / "none")))
