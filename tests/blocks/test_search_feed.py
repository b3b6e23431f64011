"""A feed that goes on after its first finish, as in a long backfill that is published in steps."""

from pathlib import Path

import pytest

from blocks.search import Feed, Index, store
from context.home import Home
from tests.blocks.loaded import Loaded
from tests.blocks.test_search import arrow, keys, loaded  # noqa: F401 - a fixture


@pytest.fixture
def feed(home: Home, loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> Feed:  # noqa: F811
    """A feed whose first step is finished."""
    monkeypatch.setattr("blocks.search.feed.WORTH", 1)
    made = Feed(home)
    made.take("messages", arrow(loaded))
    made.finish(loaded.con)
    return made


def test_a_later_step_is_added_to_the_same_index(
    home: Home,
    loaded: Loaded,  # noqa: F811
    feed: Feed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Index, "update", lambda *_: pytest.fail("it was not made from what was fed"))
    (folder,) = (path for path in home.search.iterdir() if path.is_dir())
    for step in range(3):
        loaded.load((f"{step}@x", f"Invoice 99{step}", "more"))
        loaded.task(f"t{step + 2}", f"Pay invoice 99{step}")
        feed.take("messages", arrow(loaded))
        assert feed.finish(loaded.con) == 2
        assert set(keys(Index(home), f"invoice 99{step}")) == {f"{step}@x", f"t{step + 2}"}
    assert set(keys(Index(home), "invoice 2231")) == {"a@x", "b@x", "t1"}
    assert [path for path in home.search.iterdir() if path.is_dir()] == [folder]
    monkeypatch.undo()
    assert Index(home).update(loaded.con) == 0


@pytest.mark.parametrize("harm", ["a row changed", "a row went", "one is missing", "one was not loaded"])
def test_a_later_step_that_differs_from_what_was_loaded_is_mended(
    home: Home,
    loaded: Loaded,  # noqa: F811
    feed: Feed,
    harm: str,
) -> None:
    expected = {"a@x", "b@x", "f@x", "t1"}
    loaded.load(("f@x", "Invoice 2231", "new"))
    if harm == "a row changed":
        loaded.load(("b@x", "Dinner", "We pay together."))
        expected -= {"b@x"}
    feed.take("messages", arrow(loaded))
    if harm == "a row went":
        loaded.delete("b@x")
        expected -= {"b@x"}
    elif harm == "one is missing":
        loaded.load(("g@x", "Invoice 2231", "not fed"))
        expected |= {"g@x"}
    elif harm == "one was not loaded":
        loaded.delete("f@x")
        expected -= {"f@x"}
    feed.finish(loaded.con)
    assert set(keys(Index(home), "invoice 2231")) == expected
    assert (keys(Index(home), "dinner") == ["b@x"]) == (harm == "a row changed")
    assert Index(home).update(loaded.con) == 0


def test_a_later_step_that_is_abandoned_leaves_the_index_as_it_was(
    home: Home,
    loaded: Loaded,  # noqa: F811
    feed: Feed,
) -> None:
    loaded.load(("f@x", "Invoice 2231", "new"))
    feed.take("messages", arrow(loaded))
    feed.close()
    assert set(keys(Index(home), "invoice 2231")) == {"a@x", "b@x", "t1"}
    assert Index(home).update(loaded.con) == 1
    assert set(keys(Index(home), "invoice 2231")) == {"a@x", "b@x", "f@x", "t1"}


def test_an_index_that_another_has_stops_no_reading(
    home: Home,
    loaded: Loaded,  # noqa: F811
    feed: Feed,
) -> None:
    index = store.open_current(home.search)
    assert index is not None
    other = index.writer(15_000_000, 1)
    loaded.load(("f@x", "Invoice 2231", "new"))
    feed.take("messages", arrow(loaded))
    other.wait_merging_threads()
    assert feed.finish(loaded.con) == 1
    assert set(keys(Index(home), "invoice 2231")) == {"a@x", "b@x", "f@x", "t1"}


@pytest.mark.row("P13")
def test_what_was_fed_has_the_fields_that_an_update_gives(
    home: Home,
    loaded: Loaded,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("blocks.search.feed.WORTH", 1)
    given = {
        "folder": "Work/Clients",
        "account": "me@x.example",
        "attachments": [{"name": "a"}],
        "list_id": "l.example",
    }
    loaded.mail("full@x", "All of it", "see https://x.example", cc_addresses=[{"address": "Zoe@y.example"}], **given)
    other = Home(tmp_path / "updated")
    other.create()
    Index(other).update(loaded.con)
    feed = Feed(home)
    feed.take("messages", arrow(loaded))
    feed.finish(loaded.con)
    for words, least in {
        "in:clients": 1, "in:me@x.example": 1, "has:attachment": 1, "has:link": 1, "has:list": 1, "from:anna": 4,
        "from:@firm.example": 4, "to:bo@x.example": 4, "to:zoe@y.example": 1, "after:2026-03-01": 4, "kind:mail": 4,
    }.items():  # fmt: skip
        found = set(keys(Index(home), words))
        assert len(found) == least, words
        assert found == set(keys(Index(other), words)), words
