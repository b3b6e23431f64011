"""`steward connect github`, as the owner types it, and the sync after it."""

import sqlite3

import pytest

from blocks.ledger import Ledger
from context.home import Home
from tests.deployments.test_connect import steward
from tests.servers.github import FakeHub
from tests.servers.github_http import serving, small

pytestmark = pytest.mark.row("N4", "T10")


def test_github_is_connected_read_and_connected_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    steward("init", "--name", "Octo Cat", "--timezone", "Europe/Berlin")
    with serving(small(FakeHub())) as world:
        to = ("connect", "github", "--api", world.base)
        refused = steward(*to, given="ghp_other\n", code=5)
        assert "no longer lets us read (401)" in refused.stderr
        said = steward(*to, "--repo", "harbour/kestrel", given=f"{world.token}\n").stdout
        assert "the token is octocat's (classic, with the scopes notifications, repo)" in said
        assert "it ends on 2026-12-24" in said
        assert "Connected as github." in said
        assert "loaded" in steward("sync").stdout
        assert "harbour/kestrel#2" in steward("sql", "SELECT issue_key FROM issues ORDER BY number").stdout
        assert "grace" in steward("sql", "SELECT reviewer FROM reviews JOIN issues USING (source, issue_key)").stdout
        monkeypatch.setenv("STEWARD_GITHUB_TOKEN", world.token)
        assert "Connected again as github." in steward(*to).stdout
        with Ledger.open(home) as ledger:
            [source] = ledger.sources.all()
        assert source.settings["repos"] == ["harbour/kestrel"], "what was chosen stays"
        lying = [path for path in home.root.rglob("*") if path.is_file() and world.token.encode() in path.read_bytes()]
        assert lying == [], "the token lies open"
    with sqlite3.connect(home.ledger) as con:
        assert world.token not in "".join(con.iterdump())
