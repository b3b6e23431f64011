"""Repositories of every form: bare, shallow, partial, linked, empty; and what odd commits hold."""

import subprocess
from datetime import UTC, datetime

import pytest

from connectors.repos import git as connector
from tests.connectors.repos.conftest import Work, shas

pytestmark = pytest.mark.row("N4")


def test_renamed_and_binary_files_are_counted(shelf, work):
    work("mv", "a.txt", "b\t\u00fc\nc.txt")
    work.commit("Rename")
    work.commit("Binary", "x.bin", "\0\1\2")
    rows = shas(shelf(connector, path=str(work.path)).read())
    assert (rows["Rename"]["files_changed"], rows["Rename"]["additions"]) == (1, 0)
    assert (rows["Binary"]["files_changed"], rows["Binary"]["additions"]) == (1, 0)


def test_messages_in_odd_encodings(shelf, work):
    work("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-F", "-",
         input="Grüße declared".encode("latin-1"))  # fmt: skip
    work("-c", "i18n.commitEncoding=UTF-8", "commit", "-q", "--allow-empty", "-F", "-",
         input="Grüße “mended by git” \x1b[31m".encode("cp1252"))  # fmt: skip
    raw = work("cat-file", "commit", "HEAD").split("\n\n")[0].encode() + "\n\nGrüße “raw”\n".encode("cp1252")
    work("update-ref", "HEAD", work("hash-object", "-w", "-t", "commit", "--literally", "--stdin", input=raw))
    subjects = set(shas(shelf(connector, path=str(work.path)).read()))
    assert {"Grüße declared", "Grüße “raw”"} <= subjects


def test_a_commit_with_a_mad_date_is_kept_without_it(shelf, work):
    tree, parent = work("rev-parse", "HEAD^{tree}"), work("rev-parse", "HEAD")
    raw = f"tree {tree}\nparent {parent}\nauthor X <x@y> 99999999999999999999 +9999\ncommitter X <x@y> 1 +0000\n\nMad\n"
    sha = work("hash-object", "-w", "-t", "commit", "--literally", "--stdin", input=raw.encode())
    work("update-ref", "refs/heads/mad", sha)
    row = shas(shelf(connector, path=str(work.path)).read())["Mad"]
    assert row["authored_at"] is None or row["authored_at"].year < 9999
    assert row["committed_at"] == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_empty_repository_and_its_first_commit(shelf, tmp_path):
    work = Work(tmp_path / "new")
    shelf = shelf(connector, path=str(work.path)).read()
    assert shelf.rows("commits") == shelf.rows("branches") == []
    assert connector.preview(shelf.handle).counts == {"commits": 0, "branches": 0}
    work.commit("First")
    assert set(shas(shelf.read())) == {"First"}


def test_bare_repository(shelf, work, tmp_path):
    work("clone", "-q", "--bare", str(work.path), str(tmp_path / "mirror.git"))
    shelf = shelf(connector, path=str(tmp_path / "mirror.git")).read()
    assert {row["repo"] for row in shelf.rows("commits")} == {"mirror"}
    assert len(shelf.rows("commits")) == 2
    assert connector.fingerprint(shelf.handle, None)


def test_shallow_clone_and_its_deepening(shelf, work, tmp_path):
    clone = tmp_path / "shallow"
    work("clone", "-q", "--depth", "1", f"file://{work.path}", str(clone))
    shelf = shelf(connector, path=str(clone)).read()
    assert set(shas(shelf)) == {"Go on"}
    assert "shallow" in " ".join(connector.preview(shelf.handle).notes)
    before = connector.fingerprint(shelf.handle, None)
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=clone, check=True)
    assert connector.fingerprint(shelf.handle, None) != before
    assert set(shas(shelf.read())) == {"Begin", "Go on"}
    assert set(shelf.by_key("branches")) == {"main", "origin/main"}


def test_partial_clone_has_no_counts_and_fetches_nothing(shelf, work, tmp_path):
    clone = tmp_path / "partial"
    work("config", "uploadpack.allowFilter", "true")
    work("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{work.path}", str(clone))
    work.path.rename(tmp_path / "moved")  # what would be fetched is gone
    shelf = shelf(connector, path=str(clone)).read()
    assert len(shelf.rows("commits")) == 2
    assert {row["additions"] for row in shelf.rows("commits")} == {None}


def test_linked_worktree(shelf, work, tmp_path):
    work("worktree", "add", "-q", "-b", "feature", str(tmp_path / "linked"))
    linked = shelf(connector, path=str(tmp_path / "linked")).read()
    assert {row["repo"] for row in linked.rows("commits")} == {"kestrel"}
    assert [row["name"] for row in linked.rows("branches") if row["is_head"]] == ["feature"]
    before = connector.fingerprint(linked.handle, None)
    work.commit("In the main worktree")
    assert connector.fingerprint(linked.handle, None) != before
