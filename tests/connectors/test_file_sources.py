"""Documents, repositories, tasks and contacts from the disk to SQL: through the loader, into the documented views."""

import os
import subprocess

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors import load
from connectors.docs import folder

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Berg\r\nEMAIL:Ann@Example.com\r\nORG:Nordwind\r\nEND:VCARD\r\n"


def git(path, *arguments):
    env = {
        **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ann"),
        **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ann@example.com"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(path),
        "PATH": os.environ["PATH"],
    }
    subprocess.run(["git", *arguments], cwd=path, env=env, check=True, capture_output=True)


@pytest.fixture
def sources(home, tmp_path):
    """One source of each kind, connected, with something in it."""
    places = {name: tmp_path / name for name in ("papers", "code", "lists", "cards")}
    for place in places.values():
        place.mkdir()
    (places["papers"] / "plan.md").write_text("# The plan\n\nShip [Kestrel](https://example.com/k).\n")
    (places["papers"] / "broken.pdf").write_bytes(b"no PDF at all")
    (places["lists"] / "inbox.md").write_text("# Work\n- [ ] Call Ann (due 2026-03-05) #kestrel\n- [ ] Rest\n")
    (places["cards"] / "ann.vcf").write_text(CARD)
    git(places["code"], "init", "-q", "-b", "main")
    git(places["code"], "commit", "-q", "--allow-empty", "-m", "Begin")
    git(places["code"], "commit", "-q", "--allow-empty", "-m", "Go on")
    kinds = {
        "papers": ("docs", "docs"),
        "code": ("git", "repos"),
        "lists": ("todo", "tasks"),
        "cards": ("vcard", "people"),
    }
    with Ledger.open(home) as ledger:
        for name, (kind, family) in kinds.items():
            ledger.sources.connect(name, kind, family, "me", {"path": str(places[name])})
    return places


@pytest.fixture
def sync(home, sources):
    """Sync all and return the states by source; `sync.sql` asks what was published."""

    def run(**settings):
        return {result.name: result for result in load.sync(home, **settings)}

    def sql(query):
        with Warehouse(home).read() as con:
            return con.execute(query).fetchall()

    run.sql = sql
    return run


def states(results):
    return {name: result.state for name, result in results.items()}


@pytest.mark.row("N3", "N4", "N5", "N7", "N8")
def test_from_disk_to_sql_and_then_nothing(sync):
    first = sync()
    assert states(first) == dict.fromkeys(("cards", "code", "lists", "papers"), "loaded")
    assert {name: (result.rows, result.rejects) for name, result in first.items()} == {
        "cards": (1, 0),
        "code": (3, 0),
        "lists": (2, 0),
        "papers": (2, 1),
    }
    assert sync.sql("SELECT document_key, title, links->>0 FROM documents") == [
        ("plan.md", "The plan", "https://example.com/k")
    ]
    assert sync.sql("SELECT document_key, ordinal, heading FROM passages") == [("plan.md", 1, "The plan")]
    assert sync.sql("SELECT title, list, due_date::TEXT, labels->>0 FROM tasks WHERE due_date IS NOT NULL") == [
        ("Call Ann", "inbox › Work", "2026-03-05", "kestrel")
    ]
    assert sync.sql("SELECT name, organization, addresses->0->>'address' FROM contacts") == [
        ("Ann Berg", "Nordwind", "ann@example.com")
    ]
    assert sync.sql("SELECT repo, subject, reachable FROM commits ORDER BY parents::TEXT = '[]' DESC") == [
        ("code", "Begin", True),
        ("code", "Go on", True),
    ]
    assert sync.sql("SELECT name, is_head FROM branches") == [("main", True)]
    assert sync.sql("SELECT name, commits, organization FROM people") == [("Ann Berg", 2, "Nordwind")], (
        "joined by address"
    )
    assert states(sync()) == dict.fromkeys(("cards", "code", "lists", "papers"), "unchanged")


@pytest.mark.row("N3")
def test_a_moved_document_is_not_read_again(sync, sources, monkeypatch):
    sync()
    before = sync.sql("SELECT text FROM passages")
    (sources["papers"] / "old").mkdir()
    (sources["papers"] / "plan.md").rename(sources["papers"] / "old" / "the plan.md")
    monkeypatch.setattr(folder.Folder, "_outcome", lambda *_: pytest.fail("it was read again"))
    assert sync()["papers"].deleted == 2
    assert sync.sql("SELECT document_key, path, title, links->>0 FROM documents") == [
        ("old/the plan.md", "old/the plan.md", "The plan", "https://example.com/k")
    ]
    assert sync.sql("SELECT passage_key FROM passages") == [("old/the plan.md#1",)]
    assert sync.sql("SELECT text FROM passages") == before


@pytest.mark.row("N10")
def test_a_broken_document_is_kept_with_its_reason_until_it_is_mended(home, sync, sources):
    sync()
    [(reason, sha256)] = sync.sql("SELECT reason, sha256 FROM rejects WHERE source = 'papers'")
    assert reason == "damaged"
    assert (home.quarantine / sha256).read_bytes() == b"no PDF at all"
    (sources["papers"] / "broken.pdf").unlink()
    (sources["papers"] / "broken.md").write_text("Whole")
    assert sync()["papers"].rejects == 0
    assert sync.sql("SELECT count(*) FROM rejects") == [(0,)]
    assert sync.sql("SELECT count(*) FROM documents") == [(2,)]


@pytest.mark.row("N3", "N8")
@pytest.mark.parametrize("full", [False, True])
def test_what_is_gone_from_disk_goes(sync, sources, full):
    sync()
    (sources["papers"] / "plan.md").unlink()
    (sources["cards"] / "ann.vcf").unlink()
    (sources["lists"] / "inbox.md").write_text("")
    results = sync(full=full)
    assert (results["papers"].deleted, results["cards"].deleted, results["lists"].deleted) == (2, 1, 2)
    assert sync.sql("SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM passages) + "
                    "(SELECT count(*) FROM tasks) + (SELECT count(*) FROM contacts)") == [(0,)]  # fmt: skip


@pytest.mark.row("N5")
def test_a_ticked_task_is_the_same_task_and_leaves_its_history(sync, sources):
    sync()
    [(key,)] = sync.sql("SELECT task_key FROM tasks WHERE title = 'Call Ann'")
    path = sources["lists"] / "inbox.md"
    path.write_text("Preface\n\n" + path.read_text().replace("[ ] Call", "[x] Call"))
    sync()
    assert sync.sql("SELECT task_key, status FROM tasks WHERE title = 'Call Ann'") == [(key, "done")]
    assert sync.sql(f"SELECT before->>'status' FROM changes WHERE table_name = 'tasks' AND row_key = '{key}'") == [
        ("open",)
    ]


@pytest.mark.row("N4")
def test_a_force_push_is_seen(sync, sources):
    sync()
    git(sources["code"], "reset", "-q", "--hard", "HEAD~1")
    git(sources["code"], "commit", "-q", "--allow-empty", "-m", "Otherwise")
    sync()
    assert dict(sync.sql("SELECT subject, reachable FROM commits")) == {
        "Begin": True,
        "Go on": False,
        "Otherwise": True,
    }
    assert sync.sql("SELECT count(*) FROM commits") == [(3,)]


@pytest.mark.row("N12")
def test_a_folder_that_is_away_costs_its_own_source(sync, sources):
    sync()
    sources["papers"].rename(sources["papers"].with_name("elsewhere"))
    results = sync()
    assert (results["papers"].state, results["code"].state) == ("failed", "unchanged")
    assert "steward connect docs" in results["papers"].mend
    assert sync.sql("SELECT count(*) FROM documents") == [(1,)]
