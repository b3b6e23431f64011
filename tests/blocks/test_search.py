"""Search finds what was loaded, follows every change of it, and is made again when it is damaged."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from blocks.search import Feed, Index, store
from context.errors import BusyError, InputError, StorageError
from context.home import Home
from deployments.commands.search import command
from tests.blocks.loaded import DAY, Loaded


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Loaded]:
    made = Loaded(tmp_path / "build.duckdb")
    made.load(
        ("a@x", "Invoice 2231", "Please pay the café bill by Friday."),
        ("b@x", "Lunch", "The invoice is on its way. Number 2231 too."),
        ("c@x", "日本語の件名", "会議は明日の午後です。"),
    )
    made.task("t1", "Pay invoice 2231")
    yield made
    made.con.close()


def keys(index: Index, words: str, **options: Any) -> list[str]:
    return [hit.key for hit in index.search(words, **options)]


def test_all_words_first_then_any_and_that_is_said(home: Home, loaded: Loaded) -> None:
    index = Index(home)
    assert index.update(loaded.con) == 4
    found = index.search("invoice 2231")
    assert {hit.key for hit in found} == {"a@x", "b@x", "t1"}
    assert not found.loosened
    found = index.search("invoice zebra")
    assert found.loosened
    assert found.total == 3
    assert not index.search("zebra")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('"invoice 2231"', {"a@x", "t1"}),
        ("invoice -lunch -pay", set()),
        ("invoice -lunch", {"a@x", "t1"}),
        ("cafe", {"a@x"}),
        ("CAFÉ", {"a@x"}),
        ("invo*", {"a@x", "b@x", "t1"}),
        ("anna@firm.example lunch", {"b@x"}),
        ("明日", {"c@x"}),
        ("日明", set()),
        ("件名 会議", {"c@x"}),
        ('"unclosed invoice', set()),
        ("'; drop table messages; --", set()),
    ],
)
def test_words_phrases_exclusions_beginnings_and_scripts(
    home: Home, loaded: Loaded, words: str, expected: set[str]
) -> None:
    index = Index(home)
    index.update(loaded.con)
    assert set(keys(index, words)) == expected


def test_a_hit_cites_its_row_and_shows_where_it_matches(home: Home, loaded: Loaded) -> None:
    index = Index(home)
    index.update(loaded.con)
    (hit,) = index.search("café")
    assert (hit.view, hit.source, hit.key, hit.title, hit.when) == ("messages", "mail", "a@x", "Invoice 2231", DAY)
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["café"]
    (hit,) = index.search("明日")
    assert "\u200b" not in hit.snippet + hit.title
    assert keys(index, "invoice", kinds=["tasks"]) == ["t1"]
    with pytest.raises(InputError, match="nothing called"):
        index.search("x", kinds=["pigs"])
    with pytest.raises(InputError, match="no word"):
        index.search('-- "" *')


def test_every_change_is_followed(home: Home, loaded: Loaded) -> None:
    index = Index(home)
    index.update(loaded.con)
    assert index.update(loaded.con) == 0
    loaded.load(("a@x", "Invoice 2231", "now about zebras"), ("d@x", "New", "more zebras"), day=1)
    assert index.update(loaded.con) == 2
    assert set(keys(index, "zebras")) == {"a@x", "d@x"}
    assert keys(index, "café") == []
    loaded.delete("d@x")
    assert index.update(loaded.con) == 1
    assert keys(index, "zebras") == ["a@x"]
    loaded.load(("e@x", "Newest", "zebras again"), day=2)
    loaded.delete("b@x")
    index.update(loaded.con)
    assert keys(index, "zebras", order="newest") == ["e@x", "a@x"]
    assert "b@x" not in keys(index, "invoice")


def test_one_mail_in_two_folders_is_one_hit(home: Home, loaded: Loaded) -> None:
    loaded.load(("a@x", "Invoice 2231", "Please pay the café bill by Friday."), file="archive")
    index = Index(home)
    index.update(loaded.con)
    assert keys(index, "café") == ["a@x"]
    loaded.delete("a@x", "archive")
    index.update(loaded.con)
    assert keys(index, "café") == ["a@x"], "the other copy is still there"


def test_a_reader_goes_on_while_the_index_is_written(home: Home, loaded: Loaded) -> None:
    index, reader = Index(home), Index(home)
    index.update(loaded.con)
    assert len(reader.search("invoice")) == 3
    loaded.load(("f@x", "Invoice", "another"))
    held = store.open_current(home.search).writer(15_000_000, 1)  # another process is writing
    with pytest.raises(BusyError):
        index.update(loaded.con)
    assert len(reader.search("invoice")) == 3
    del held
    index.update(loaded.con)
    assert len(reader.search("invoice")) == 4


def test_nothing_is_lost_when_an_update_is_cut_short(
    home: Home, loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(home)
    index.update(loaded.con)
    loaded.load(("f@x", "Invoice", "another"))

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("blocks.search.index.json.dumps", broken)  # after the rows, before the commit
        with pytest.raises(KeyboardInterrupt):
            index.update(loaded.con)
    assert len(keys(index, "invoice")) == 3
    assert index.update(loaded.con) == 1
    assert len(keys(index, "invoice")) == 4


@pytest.mark.parametrize("harm", ["damage", "no files", "older form", "older file"])
def test_a_damaged_or_foreign_index_is_made_again(
    home: Home, loaded: Loaded, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(home)
    index.update(loaded.con)
    folder = home.search / (home.search / store.CURRENT).read_text()
    if harm == "damage":
        (folder / "meta.json").write_text("{")
        assert not Index(home).search("invoice"), "nothing was published yet"
        home.warehouse.touch()
        with pytest.raises(StorageError, match="missing, damaged or older"):  # to say "nothing" would be a false claim
            Index(home).search("invoice")
    elif harm == "no files":
        (folder / "meta.json").unlink()
    elif harm == "older form":
        monkeypatch.setattr(store, "SCHEMA", store.SCHEMA + 1)
    else:
        loaded.con.execute("DELETE FROM raw._dlt_loads WHERE load_id > '1772439300.000001'")
        loaded.con.execute("DELETE FROM raw.tasks")
    index.update(loaded.con)
    assert len(keys(Index(home), "invoice")) == (2 if harm == "older file" else 3)
    assert len([path for path in home.search.iterdir() if path.is_dir()]) == 1, "the old one is cleared away"


def test_the_index_is_its_owners_alone(home: Home, loaded: Loaded) -> None:
    Index(home).update(loaded.con)
    files = [path for path in home.search.rglob("*") if path.is_file()]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.search.rglob("*") if path.is_dir()} == {0o700}


def test_the_command_prints_hits_and_json(home: Home, loaded: Loaded) -> None:
    said = CliRunner().invoke(command, ["café"]).output
    assert "Nothing was found" in said
    assert "no source is connected, so nothing is known" in said
    loaded.load(("g@x", "Esc \x1b[31m \u202eape", "zebra crossing"))
    Index(home).update(loaded.con)
    said = CliRunner().invoke(command, ["zebra", "crossing", "giraffe"]).output
    assert "No row holds all of these words" in said
    assert "messages mail g@x" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    told = json.loads(CliRunner().invoke(command, ["--json", "-n", "1", "invoice"]).output)
    assert (told["total"], len(told["hits"]), told["loosened"]) == (3, 1, False)
    assert {"view", "source", "key"} <= told["hits"][0].keys()
    assert json.loads(CliRunner().invoke(command, ["--json", "invoice 2231"]).output)["total"] == 3
    assert json.loads(CliRunner().invoke(command, ["--json", "pay", "invoice 2231"]).output)["total"] == 2


def arrow(loaded: Loaded) -> Any:
    return loaded.con.execute("SELECT * FROM raw.messages").to_arrow_table()


def test_what_was_fed_while_it_was_read_is_what_an_update_makes(
    home: Home, loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blocks.search.feed.WORTH", 1)
    feed = Feed(home)
    feed.take("messages", arrow(loaded))
    feed.take("messages", arrow(loaded))  # given twice, as a mailbox with the same mail twice does
    feed.take("tasks", None)
    assert not Index(home).search("invoice"), "nobody sees an unfinished index"
    assert feed.finish(loaded.con) == 4
    assert set(keys(Index(home), "invoice 2231")) == {"a@x", "b@x", "t1"}
    assert keys(Index(home), "明日") == ["c@x"]
    assert Index(home).update(loaded.con) == 0
    assert Index(home).search("café")[0].when == DAY
    loaded.load(("f@x", "Invoice", "another"))
    feed.take("messages", arrow(loaded))
    assert feed.finish(loaded.con) == 1, "later loads go the usual way"


@pytest.mark.parametrize("harm", ["too much was fed", "too little was fed", "it failed", "it was few"])
def test_a_feed_that_differs_from_what_was_loaded_is_mended(
    home: Home, loaded: Loaded, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blocks.search.feed.WORTH", 99 if harm == "it was few" else 1)
    feed = Feed(home)
    rows = arrow(loaded)
    if harm == "too much was fed":
        loaded.delete("b@x")
    feed.take("messages", rows.drop(["body"]) if harm == "it failed" else rows)
    if harm == "too little was fed":
        loaded.load(("f@x", "Invoice 2231", "another"))
    feed.finish(loaded.con)
    expected = {"too much was fed": {"a@x", "t1"}, "too little was fed": {"a@x", "b@x", "f@x", "t1"}}
    assert set(keys(Index(home), "invoice 2231")) == expected.get(harm, {"a@x", "b@x", "t1"})
    assert Index(home).update(loaded.con) == 0
    assert len([path for path in home.search.iterdir() if path.is_dir()]) == 1


def test_an_abandoned_feed_leaves_the_index_to_the_next_sync(
    home: Home, loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blocks.search.feed.WORTH", 1)
    feed = Feed(home)
    feed.take("messages", arrow(loaded))
    feed.close()
    assert Index(home).update(loaded.con) == 4
    assert set(keys(Index(home), "invoice 2231")) == {"a@x", "b@x", "t1"}
