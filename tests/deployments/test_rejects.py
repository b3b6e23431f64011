"""`steward rejects`: what could not be read is counted, shown without harm, and tried again."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors import kinds
from connectors.load import sync
from context.errors import BusyError, InputError, SourceError
from context.home import Home
from deployments.commands import rejects
from tests.connectors.load import things
from tests.connectors.load.conftest import KIND

pytestmark = pytest.mark.row("N8")
HOSTILE = "evil\x1b]0;title\x07\u202egnp.exe=x\x1b[31m"


@pytest.fixture
def lists(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that read two lists with three bad lines."""
    monkeypatch.setitem(kinds.KINDS, "things", KIND)
    for name, text in {"one": "a=1\nb=x\nc=y\n", "two": f"d=1\n{HOSTILE}\n"}.items():
        (tmp_path / f"{name}.txt").write_text(text)
        with Ledger.open(home) as ledger:
            ledger.sources.connect(name, "things", "docs", "me", {"path": str(tmp_path / f"{name}.txt")})
    sync(home)
    return tmp_path


def said(*words: str) -> str:
    done = CliRunner().invoke(rejects.command, list(words))
    if done.exception is not None:
        raise done.exception
    return done.stdout


def plain(*words: str) -> Any:
    return json.loads(said("list", "--json", *words))


def test_they_are_counted_and_listed(home: Home, lists: Path) -> None:
    counts = [(row["source"], row["reason"], row["records"]) for row in plain()["counts"]]
    assert counts == [("one", "no-number", 2), ("two", "no-number", 1)]
    assert [row["position"] for row in plain("--source", "one")["records"]] in (
        ["line 2", "line 3"],
        ["line 3", "line 2"],
    )
    assert plain("--reason", "other")["records"] == []
    assert plain("--source", "two", "--reason", "no-number")["records"][0]["size"] == len(HOSTILE.encode())
    shown = [line.split() for line in said().splitlines()]
    assert shown[0] == ["source", "reason", "records"]
    assert shown[1:3] == [["one", "no-number", "2"], ["two", "no-number", "1"]]
    assert said() == said("list")
    with Warehouse(home).read() as con:
        totals = con.execute("SELECT source, rejects FROM source_health ORDER BY source").fetchall()
        counted = con.execute("SELECT source, count(*) FROM rejects GROUP BY source ORDER BY source").fetchall()
    assert totals == counted == [("one", 2), ("two", 1)]


def test_a_record_is_shown_without_harm(home: Home, lists: Path) -> None:
    (record,) = plain("--source", "two")["records"]
    for shown in (said("show", record["id"]), said("list"), said("list", "--json")):
        assert all(char.isprintable() or char == "\n" for char in shown)
    shown = said("show", record["id"][:5].upper())
    assert "two: things" in shown
    assert r"evil\x1b]0;title\x07\u202egnp.exe=x\x1b[31m" in shown.splitlines()[-1]
    assert f"size      {len(HOSTILE.encode())} bytes" in shown
    assert f"kept in   {home.quarantine / record['sha256']}" in shown
    (home.quarantine / record["sha256"]).unlink()
    assert "(gone)" in said("show", record["id"])


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("show", "00000000"), "no record has the id 00000000"),
        (("show", ""), "several records have"),
        (("show", "\x1b[1m"), r"no record has the id \\x1b\[1m"),
        (("list", "--source", "nobody"), "no source called nobody"),
        (("retry", "nobody"), "no source called nobody"),
    ],
)
def test_a_wrong_word_names_the_next_step(lists: Path, words: tuple[str, ...], match: str) -> None:
    with pytest.raises(InputError, match=match) as wrong:
        said(*words)
    assert wrong.value.mend


def test_tried_again_after_an_upgrade(home: Home, lists: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("retry").splitlines()[-1] == "0 of 3 came back; 3 could still not be read."
    before = things.read

    def upgraded(handle: Any, known: Any) -> Any:
        path = lists / "read.txt"
        path.write_text(Path(handle.path).read_text().replace("=x\n", "=7\n"))
        yield from before(type(handle)(path=str(path), account="me"), known)

    monkeypatch.setattr(things, "read", upgraded)
    with Warehouse(home).writing(), pytest.raises(BusyError):
        said("retry", "one")
    assert said("retry", "one").splitlines()[-1] == "1 of 2 came back; 1 could still not be read."
    assert [row["position"] for row in plain()["records"] if row["source"] == "one"] == ["line 3"]
    (lists / "one.txt").write_text("c=1\n")
    assert said("retry", "one").splitlines()[-1] == "1 of 1 came back; none is left."
    assert said("retry", "one") == "Nothing is in quarantine.\n"
    (lists / "two.txt").write_text("crash\n")
    with pytest.raises(SourceError, match="two"):
        said("retry")


def test_an_empty_home_has_none(home: Home) -> None:
    assert said() == "Nothing is in quarantine.\n"
    assert said("retry") == "Nothing is in quarantine.\n"
    assert plain() == {"counts": [], "records": []}


def test_of_many_the_newest_are_listed(home: Home, lists: Path) -> None:
    (lists / "one.txt").write_text("".join(f"x{n}=y\n" for n in range(40)))
    sync(home)
    assert len([line for line in said().splitlines() if "line " in line]) == rejects.SHOWN
    assert "(21 older ones: --all)" in said()
    assert len([line for line in said("list", "--all").splitlines() if "line " in line]) == 41
