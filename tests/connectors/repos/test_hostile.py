"""Repositories that are none, are damaged, or were prepared by somebody else: nothing in them is executed."""

import pytest

from connectors.repos import git as connector
from context.errors import InputError, SourceError
from tests.connectors.repos.conftest import Work, shas

pytestmark = pytest.mark.row("N4")


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
