"""The home: private, checked, never half-made."""

import json
import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from context.errors import HomeError, StorageError
from context.home import LAYOUT, Home, write_private


def test_home_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "here"))
    assert Home.find().root == tmp_path / "here"
    monkeypatch.delenv("STEWARD_HOME")
    assert Home.find().root == Path.home() / "steward"


@pytest.mark.row("T10")
def test_every_folder_is_the_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    folders = [home.root, *(path for path in home.root.rglob("*") if path.is_dir())]
    assert len(folders) > 10
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert home.manifest.stat().st_mode & 0o777 == 0o600


def test_creating_again_changes_nothing(home: Home) -> None:
    (home.context / "profile.yaml").write_text("mine")
    before = home.manifest.read_bytes()
    home.create()
    assert home.manifest.read_bytes() == before
    assert (home.context / "profile.yaml").read_text() == "mine"


def test_no_home_names_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "none"))
    with pytest.raises(HomeError, match="steward init"):
        Home.open()


@pytest.mark.parametrize("layout", [LAYOUT + 1, "2", None])
def test_a_newer_home_is_refused(home: Home, layout: object) -> None:
    home.manifest.write_text(json.dumps({"layout": layout}))
    with pytest.raises(HomeError, match="newer"):
        Home.open()
    with pytest.raises(HomeError, match="newer"):
        home.create()


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_damaged_manifest_is_said(home: Home, content: str) -> None:
    home.manifest.write_text(content)
    with pytest.raises(HomeError, match="backup"):
        Home.open()


def test_a_place_that_cannot_be_written_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeError, match="STEWARD_HOME"):
        Home(tmp_path / "file" / "home").create()


def opened_by_another(root: str, answers: "multiprocessing.Queue[str]") -> None:
    if os.getuid() == 0:
        os.setuid(65534)
    try:
        Home(Path(root)).check()
        answers.put("opened")
    except HomeError as error:
        answers.put(str(error))


def test_a_home_that_cannot_be_written_is_said(home: Home) -> None:
    for folder in (home.root.parent, *home.root.parent.parents):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    home.root.chmod(0o555)
    home.manifest.chmod(0o444)
    forked = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = forked.Queue()
    child = forked.Process(target=opened_by_another, args=(str(home.root), answers))
    child.start()
    said = answers.get(timeout=30)
    child.join(10)
    home.root.chmod(0o700)
    assert "cannot be written" in said
    assert "chmod u+rwx" in said


def test_clock_of_a_demo_home_stands_still(tmp_path: Path) -> None:
    fixed = datetime(2026, 3, 25, 6, 0, tzinfo=UTC)
    home = Home(tmp_path / "demo")
    home.create(now=fixed)
    assert home.now() == fixed
    real = Home(tmp_path / "real")
    real.create()
    assert abs((real.now() - datetime.now(UTC)).total_seconds()) < 60


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_private(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="free some space"):
        write_private(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
