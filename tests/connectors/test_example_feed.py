"""The connector that CONTRIBUTING shows: written once, connected, synced, queried, with every promise of the others."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors import kinds, load
from connectors.views.page import pages

pytestmark = pytest.mark.row("N13")

HERE = Path(__file__).parent
ITEM = {
    "id": "a",
    "title": "A",
    "url": "https://example.com/a",
    "tags": ["x"],
    "date_published": "2026-03-01T09:00:00+01:00",
}


@pytest.fixture
def feed(home, tmp_path, monkeypatch):
    """The example, put where its own text says: a module, a view, and one line of `KINDS`."""
    spec = importlib.util.spec_from_file_location("example_feed", HERE / "example_feed.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "example_feed", module)
    spec.loader.exec_module(module)
    kind = kinds.Kind("feed", "reading", "file", "a reading list", "blocks.files.LocalPath", "example_feed")
    monkeypatch.setitem(kinds.KINDS, "feed", kind)
    installing = sys.modules["connectors.views.install"]  # the package has a function of the same name
    monkeypatch.setattr(installing, "pages", lambda: [*pages(), *pages(HERE)])
    path = tmp_path / "list.json"
    with Ledger.open(home) as ledger:
        ledger.sources.connect("reading", "feed", "reading", "me", {"path": str(path)})

    def write(*items):
        path.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))
        return load.sync(home)[0]

    return write


def articles(home, sql="SELECT article_key, title, tags, published_at FROM articles ORDER BY 1"):
    with Warehouse(home).read() as con:
        return con.execute(sql).fetchall()


def test_the_example_is_a_whole_connector(home, feed):
    result = feed(ITEM, {"id": "b", "title": "B"}, {"title": "without id"})
    assert (result.state, result.rows, result.rejects) == ("loaded", 2, 1)
    [first, second] = articles(home)
    assert first[:3] == ("a", "A", '["x"]')
    assert first[3].isoformat().startswith("2026-03-01T08:00:00")
    assert second[3] is None
    assert articles(home, "SELECT reason FROM rejects") == [("bad-item",)]
    assert load.sync(home)[0].state == "unchanged"


def test_its_rows_follow_the_file_and_leave_their_history(home, feed):
    feed(ITEM, {"id": "b", "title": "B"})
    result = feed({**ITEM, "title": "A, revised"})
    assert (result.changed, result.deleted) == (1, 1)
    assert [row[1] for row in articles(home)] == ["A, revised"]
    kept = articles(home, "SELECT before->>'title' FROM changes WHERE table_name = 'articles' ORDER BY 1")
    assert kept == [("A",), ("B",)]


def test_its_failure_costs_nothing_but_itself(home, feed, tmp_path):
    feed(ITEM)
    (tmp_path / "list.json").write_text("not JSON")
    result = load.sync(home)[0]
    assert (result.state, result.mend) == ("failed", "export the list as JSON Feed, then try again")
    assert len(articles(home)) == 1
    (tmp_path / "list.json").unlink()
    assert load.sync(home)[0].state == "failed"
    assert feed(ITEM, {"id": "b"}).rows == 2


def test_its_documentation_is_published(home, feed):
    feed(ITEM)
    sql = "SELECT comment FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'articles'"
    assert ("Where it is.",) in articles(home, sql)
