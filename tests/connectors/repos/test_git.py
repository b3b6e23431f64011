"""A Git repository as it goes on: what is new is read, newest first, and what was left behind is marked."""

from datetime import UTC, datetime

import pytest

from connectors.repos import git as connector
from connectors.repos.command import Git
from tests.connectors.repos.conftest import Work, shas

pytestmark = pytest.mark.row("N4")


def test_reads_commits_and_branches(shelf, work):
    work("branch", "side")
    shelf = shelf(connector, path=str(work.path)).read()
    row = shas(shelf)["Go on"]
    assert (row["repo"], row["author_name"], row["author_address"]) == ("kestrel", "Ann", "ann@example.com")
    assert row["authored_at"] == datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
    assert row["committed_at"] == datetime(2026, 1, 1, 2, 1, tzinfo=UTC)
    assert row["zone"] == "+02:00"
    assert row["body"] == "With a body\nof two lines"
    assert row["parents"] == [shas(shelf)["Begin"]["sha"]]
    assert (row["files_changed"], row["additions"], row["deletions"]) == (1, 2, 1)
    assert shas(shelf)["Begin"]["additions"] == 2, "a first commit counts too"
    branches = shelf.by_key("branches")
    assert {name: branch["is_head"] for name, branch in branches.items()} == {"main": True, "side": False}
    assert branches["main"]["tip"] == row["sha"]
    assert branches["main"]["updated_at"] == row["committed_at"]


def test_nothing_new_is_nothing_read_and_git_is_not_started(shelf, work, monkeypatch):
    shelf = shelf(connector, path=str(work.path)).read()
    monkeypatch.setattr(connector.log, "commits", lambda *_, **__: pytest.fail("commits were read"))
    assert shelf.read().counts == {}
    monkeypatch.setattr(Git, "run", lambda *_, **__: pytest.fail("git was started"))
    before = connector.fingerprint(shelf.handle, None)
    assert before
    assert connector.fingerprint(shelf.handle, None) == before


@pytest.mark.parametrize("change", ["commit", "branch", "checkout", "pack-and-commit", "tag", "mailmap"])
def test_every_change_of_refs_changes_the_fingerprint(shelf, work, change):
    work("branch", "side")
    handle = shelf(connector, path=str(work.path)).handle
    before = connector.fingerprint(handle, None)
    if change == "commit":
        work.commit("more")
    elif change == "branch":
        work("branch", "other")
    elif change == "checkout":
        work("checkout", "-q", "side")
    elif change == "tag":
        work("tag", "v1")
    elif change == "mailmap":
        (work.path / ".mailmap").write_text("Anna <ann@example.com>\n")
    else:
        work("pack-refs", "--all")
        work.commit("more")
    assert connector.fingerprint(handle, None) != before


def test_only_new_commits_are_read(shelf, work):
    shelf = shelf(connector, path=str(work.path)).read()
    work.commit("Third", "b.txt")
    work("checkout", "-q", "-b", "side")
    work.commit("On the side", "c.txt")
    read = []
    commits = connector.log.commits

    def counting(git, chunk, *rest, **settings):
        read.extend(chunk)
        return commits(git, chunk, *rest, **settings)

    connector.log.commits = counting
    try:
        shelf.read()
    finally:
        connector.log.commits = commits
    assert len(read) == 2
    assert len(shelf.rows("commits")) == 4
    assert set(shelf.by_key("branches")) == {"main", "side"}


@pytest.mark.row("N11")
def test_newest_first_and_resumed_after_a_kill_anywhere(shelf, work, monkeypatch):
    monkeypatch.setattr(connector, "CHUNK", 3)
    for number in range(10):
        work.commit(f"number {number}")
    whole = shelf(connector, path=str(work.path)).read()
    assert len(whole.rows("commits")) == 12
    first = shelf(connector, path=str(work.path)).read(4)
    assert {row["subject"] for row in first.rows("commits")} == {"number 9", "number 8", "number 7"}
    for most in range(1, 11):
        killed = shelf(connector, path=str(work.path)).read(most)
        assert killed.read().by_key("commits") == whole.by_key("commits")
        assert killed.read().counts == {}


def test_new_commits_come_before_an_unfinished_backfill(shelf, work, monkeypatch):
    monkeypatch.setattr(connector, "CHUNK", 2)
    for number in range(6):
        work.commit(f"number {number}")
    killed = shelf(connector, path=str(work.path)).read(4)
    work.commit("newest")
    killed.read(4)
    assert "newest" in shas(killed)
    killed.read()
    assert len(killed.rows("commits")) == 9
    assert all(row["reachable"] for row in killed.rows("commits"))


def test_a_force_push_marks_what_it_left(shelf, work):
    shelf = shelf(connector, path=str(work.path)).read()
    work("reset", "-q", "--hard", "HEAD~1")
    work.commit("Another way", "a.txt")
    shelf.read()
    assert {name: row["reachable"] for name, row in shas(shelf).items()} == {
        "Begin": True,
        "Go on": False,
        "Another way": True,
    }
    work("reset", "-q", "--hard", shas(shelf)["Go on"]["sha"])
    shelf.read()
    assert shas(shelf)["Go on"]["reachable"]
    assert not shas(shelf)["Another way"]["reachable"]


def test_marking_is_not_lost_to_a_kill(shelf, work, monkeypatch):
    monkeypatch.setattr(connector, "CHUNK", 1)
    left = [work.commit(f"left {number}") for number in range(4)]
    begun = shelf(connector, path=str(work.path)).read()
    work("reset", "-q", "--hard", "HEAD~4")
    begun.read(5)
    work("branch", "kept", left[1])
    begun.read()
    reachable = {row["subject"]: row["reachable"] for row in begun.rows("commits")}
    assert reachable == {
        "Begin": True, "Go on": True, "left 0": True, "left 1": True, "left 2": False, "left 3": False
    }  # fmt: skip


def test_a_branch_deleted_unmerged_and_one_merged(shelf, work):
    work("checkout", "-q", "-b", "merged")
    work.commit("Into main", "m.txt")
    work("checkout", "-q", "-b", "dropped")
    work.commit("Never merged", "d.txt")
    work("checkout", "-q", "main")
    work("merge", "-q", "--no-ff", "-m", "Merge", "merged")
    shelf = shelf(connector, path=str(work.path)).read()
    assert len(shas(shelf)["Merge"]["parents"]) == 2
    assert shas(shelf)["Merge"]["files_changed"] is None
    work("branch", "-q", "-D", "merged", "dropped")
    shelf.read()
    assert set(shelf.by_key("branches")) == {"main"}
    assert shas(shelf)["Into main"]["reachable"]
    assert not shas(shelf)["Never merged"]["reachable"]


def test_another_repository_in_the_same_place(shelf, work, tmp_path):
    shelf = shelf(connector, path=str(work.path)).read()
    work.path.rename(tmp_path / "old")
    other = Work(tmp_path / "kestrel")
    other.hours = 50
    other.commit("Other beginning")
    assert set(shas(shelf.read())) == {"Other beginning"}


def test_history_pruned_away_goes(shelf, work):
    shelf = shelf(connector, path=str(work.path)).read()
    work("reset", "-q", "--hard", "HEAD~1")
    work("reflog", "expire", "--expire=now", "--all")
    work("gc", "-q", "--prune=now")
    assert set(shas(shelf.read())) == {"Begin"}


def test_tags_and_a_detached_head_lead_to_commits(shelf, work):
    work("checkout", "-q", "--detach")
    work.commit("Released")
    work("tag", "-m", "the release", "v1")
    work.commit("Detached")
    work("tag", "of-a-file", work("rev-parse", "HEAD:a.txt"))
    shelf = shelf(connector, path=str(work.path)).read()
    assert {"Released", "Detached"} <= set(shas(shelf))
    assert not any(branch["is_head"] for branch in shelf.rows("branches"))


def test_a_mailmap_renames_people_in_what_was_read(shelf, work):
    shelf = shelf(connector, path=str(work.path)).read()
    (work.path / ".mailmap").write_text("Anna Berg <anna@example.org> <ann@example.com>\n")
    shelf.read()
    assert {(row["author_name"], row["author_address"]) for row in shelf.rows("commits")} == {
        ("Anna Berg", "anna@example.org")
    }
    assert shelf.read().counts == {}
