"""A Git repository, made by the real git: what is new is read, what is odd is survived, nothing in it is executed."""

import os
import subprocess
from datetime import UTC, datetime

import pytest

from connectors.repos import git as connector
from connectors.repos.command import Git
from context.errors import InputError, SourceError

pytestmark = pytest.mark.row("N4")


class Work:
    """A repository to work in. Each commit is an hour after the one before."""

    def __init__(self, path, *init):
        self.path, self.hours = path, 0
        path.mkdir(parents=True, exist_ok=True)
        self("init", "-q", "-b", "main", *init)

    def __call__(self, *arguments, **settings):
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "Ann@Example.com",
            "GIT_COMMITTER_NAME": "Bo",
            "GIT_COMMITTER_EMAIL": "bo@example.com",
            "GIT_AUTHOR_DATE": f"{1_767_225_600 + 3600 * self.hours} +0200",
            "GIT_COMMITTER_DATE": f"{1_767_225_660 + 3600 * self.hours} +0000",
            **settings.pop("env", {}),
        }
        done = subprocess.run(["git", *arguments], cwd=self.path, env=env, check=True, capture_output=True, **settings)
        return done.stdout.decode("utf-8", "replace").strip()

    def commit(self, subject, name=None, content=None, **settings):
        self.hours += 1
        if name:
            (self.path / name).write_bytes((content or subject + "\n").encode())
            self("add", "--", name)
        self("commit", "-q", "--allow-empty", "-m", subject, **settings)
        return self("rev-parse", "HEAD")


@pytest.fixture
def work(tmp_path):
    work = Work(tmp_path / "kestrel")
    work.commit("Begin", "a.txt", "one\ntwo\n")
    work.commit("Go on\n\nWith a body\nof two lines", "a.txt", "one\nthree\nfour\n")
    return work


def shas(shelf):
    return {row["subject"]: row for row in shelf.rows("commits")}


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


def test_what_is_no_repository(shelf, work, tmp_path):
    (tmp_path / "plain").mkdir()
    (work.path / "inner").mkdir()
    (tmp_path / "file").write_text("")
    for path, said in (
        (tmp_path / "plain", "is no git repository"),
        (tmp_path / "nowhere", "there is no folder"),
        (tmp_path / "file", "is a file"),
        (work.path / "inner", "is a folder inside the repository"),
    ):
        with pytest.raises(InputError, match=said) as error:
            connector.preview(shelf(connector, path=str(path)).handle)
        assert "steward connect git" in error.value.mend
        with pytest.raises(SourceError, match=said):
            shelf(connector, path=str(path)).read()


def test_a_missing_git_says_so(shelf, work, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SourceError, match="git is not installed"):
        shelf(connector, path=str(work.path)).read()


@pytest.mark.row("N10")
def test_damage_says_so_or_costs_one_commit(shelf, work):
    shelf = shelf(connector, path=str(work.path)).read()
    sha = work.commit("Lost")
    work.commit("After")
    (work.path / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    with pytest.raises(SourceError, match="git cannot read") as error:
        shelf.read()
    assert "git fsck" in error.value.mend
    assert len(shelf.rows("commits")) == 2, "what was read stays"


@pytest.mark.row("N10")
def test_one_commit_that_cannot_be_read_is_set_aside(shelf, work, monkeypatch):
    bad = work.commit("Bad")
    work.commit("Good")
    commits = connector.log.commits

    def failing(git, chunk, *rest, **settings):
        if bad in chunk:
            raise connector.GitError("fatal: bad object")
        return commits(git, chunk, *rest, **settings)

    monkeypatch.setattr(connector.log, "commits", failing)
    shelf = shelf(connector, path=str(work.path)).read()
    assert set(shas(shelf)) == {"Begin", "Go on", "Good"}
    [reject] = shelf.rejects
    assert (reject.position, reject.reason) == (bad, "damaged")
    assert b"Bad" in reject.raw


def test_nothing_in_a_repository_is_executed(shelf, work, tmp_path):
    """Every setting that names a program names one that leaves a mark; no mark may be left."""
    mark = tmp_path / "mark"
    trap = tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0 $@" >> {mark}\ncat\n')
    trap.chmod(0o700)
    (work.path / ".gitattributes").write_text("* diff=evil filter=evil\n")
    work("add", ".gitattributes")
    work.commit("Attributes")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(trap)
    for setting in (
        "core.fsmonitor", "core.pager", "pager.log", "core.sshCommand", "core.askPass", "core.editor", "diff.external",
        "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process",
        "gpg.program", "gpg.ssh.program", "credential.helper", "core.alternateRefsCommand", "core.gitProxy",
    ):  # fmt: skip
        work("config", setting, str(trap))
    work("config", "core.hooksPath", str(hooks))
    work("config", "log.showSignature", "true")
    work("config", "log.diffMerges", "on")
    signed = work("cat-file", "commit", "HEAD").split("\n\n", 1)
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    sha = work("hash-object", "-w", "-t", "commit", "--stdin", input=f"{signed[0]}\n{signature}\n\nSigned\n".encode())
    work("update-ref", "--no-deref", "HEAD", sha, env={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath",
                                                       "GIT_CONFIG_VALUE_0": "/dev/null"})  # fmt: skip
    mark.unlink(missing_ok=True)
    shelf = shelf(connector, path=str(work.path)).read()
    connector.preview(shelf.handle)
    assert "Signed" in shas(shelf)
    assert not mark.exists(), mark.read_text()
    work("log", "-1", "-p", "--ext-diff", "HEAD~1")
    assert mark.exists(), "the trap works: git itself falls into it"


def test_the_caller_s_own_git_settings_change_nothing(shelf, work, tmp_path, monkeypatch):
    other = Work(tmp_path / "other")
    other.commit("Elsewhere")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "broken"))
    (tmp_path / "broken").write_text("[not a config")
    assert set(shas(shelf(connector, path=str(work.path)).read())) == {"Begin", "Go on"}
