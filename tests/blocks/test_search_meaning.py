"""Search by meaning, with the real model of this machine: found in other words, kept up, and never in the way."""

import json
import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import embed
from blocks.search import Index
from blocks.search.passages import LONGEST, MOST, passages
from blocks.search.vectors import NOTE, Row, Vectors
from context.home import Home
from deployments.commands.search import command
from tests.blocks.loaded import DAY, Loaded
from tests.conftest import absent

pytestmark = pytest.mark.row("P13")
MAILS = (
    ("bill@x", "Overdue invoice 2231", "Please pay 84,600 euros by Friday."),
    ("dentist@x", "Your appointment", "The dentist expects you on Tuesday at nine."),
    ("trip@x", "Flight to Lisbon", "Your plane leaves at noon from gate four."),
    ("outage@x", "Incident report", "The web server crashed twice last night."),
    ("party@x", "Birthday", "We celebrate with cake on Sunday afternoon."),
)


@pytest.fixture(autouse=True)
def _model() -> None:
    if not embed.installed():
        absent("the model of meanings (the extra `semantic`)")


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Loaded]:
    made = Loaded(tmp_path / "build.duckdb")
    made.load(*MAILS)
    yield made
    made.con.close()


@pytest.fixture
def index(home: Home, loaded: Loaded) -> Index:
    made = Index(home)
    made.update(loaded.con)
    made.understand(60)
    return made


def keys(index: Index, words: str, **options: Any) -> list[str]:
    return [hit.key for hit in index.search(words, **options)]


@pytest.mark.parametrize(
    ("words", "key"),
    [("money that is due", "bill@x"), ("tooth doctor visit", "dentist@x"), ("computer failure", "outage@x")],
)
def test_what_says_the_same_in_other_words_is_found(index: Index, words: str, key: str) -> None:
    found = index.search(words)
    assert (found[0].key, found[0].why, found.loosened, found.note) == (key, "meaning", True, "")
    assert found[0].snippet.startswith({mail[0]: mail[2] for mail in MAILS}[key][:20])
    assert found[0].marks == ()
    assert index.search(words, meaning=False)[:1] in ([], [hit for hit in found if hit.why == "words"][:1])


def test_words_and_meaning_are_told_apart(index: Index, loaded: Loaded) -> None:
    loaded.load(("other@x", "Note", "The invoice is in the drawer with the spoons, the forks and the old batteries."))
    loaded.load(("owed@x", "Reminder of an unpaid bill", "The bill is due, and payment is late."))
    index.update(loaded.con)
    index.understand(60)
    why = {hit.key: hit.why for hit in index.search("overdue invoice")}
    assert why["bill@x"] == "both"
    assert why["owed@x"] == "meaning"
    assert keys(index, "overdue invoice")[0] == "bill@x"
    assert keys(index, "invoice 2231")[0] == "bill@x"
    assert "owed@x" not in keys(index, '"overdue invoice"'), "what stands in quotes is a demand"
    assert "owed@x" not in keys(index, "overdue invoi*")
    assert keys(index, "overdue invoice", meaning=False) == ["bill@x"]


def test_an_identifier_stands_before_all_that_is_like_it(index: Index, loaded: Loaded) -> None:
    for number in range(40):
        loaded.load((f"i{number}@x", f"Overdue invoice {3000 + number}", "Please pay the invoice by Friday."))
    loaded.load(("memo@x", "Memo", "Lunch was good. As to 3007 we said nothing about the invoice, only about soup."))
    index.update(loaded.con)
    index.understand(60)
    found = keys(index, "invoice 3007", limit=20)
    assert set(found[:2]) == {"i7@x", "memo@x"}
    assert len(found) == 20, "and what means the same comes after it"


def test_fields_hold_for_meaning_too(index: Index, loaded: Loaded) -> None:
    question = "money that is due"
    loaded.mail("late@x", "A bill", "You must pay us.", from_address="x@debt.example", sent_at=DAY + timedelta(days=9))
    index.update(loaded.con)
    index.understand(60)
    assert {"bill@x", "late@x"} <= set(keys(index, question))
    assert keys(index, f"{question} from:@debt.example") == ["late@x"]
    assert "late@x" not in keys(index, f"{question} -from:@debt.example")
    assert keys(index, f"{question} after:2026-03-05") == ["late@x"]
    assert keys(index, question, kinds=["tasks"]) == []
    assert keys(index, f"{question} -euros -must") == []
    assert keys(index, question, order="newest")[0] == "late@x"


def test_without_a_model_words_do_and_nobody_complains(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "installed", lambda: False)
    assert keys(index, "invoice 2231") == ["bill@x"]
    assert index.search("money that is due").note == ""
    assert index.understand(60) == 0
    said = CliRunner().invoke(command, ["--status"]).output
    assert "words only" in said
    assert "semantic" in said


def test_every_change_is_followed(home: Home, index: Index, loaded: Loaded) -> None:
    vectors = Vectors(home.search)
    assert index.understand(60) == 0
    before = vectors.contents(embed.available(home) or "")
    loaded.mail("bill@x", "Overdue invoice 2231", "Please pay 84,600 euros by Friday.", seen=True)
    index.update(loaded.con)
    assert index.understand(60) == 0, "a mail that was read says what it said"
    loaded.load(("trip@x", "Flight to Lisbon", "It was cancelled because of a volcano."))
    loaded.delete("party@x")
    index.update(loaded.con)
    kept = vectors.contents(embed.available(home) or "")
    assert len(before - kept) == 2, "what is gone or changed is gone at once"
    assert keys(index, "volcanic eruption") == []
    assert index.understand(60) == 1
    assert keys(index, "volcanic eruption")[0] == "trip@x"
    assert "party@x" not in keys(index, "anniversary feast")


def test_kept_up_is_the_same_as_made_again(home: Home, index: Index, loaded: Loaded, tmp_path: Path) -> None:
    for step in range(6):
        loaded.load((f"s{step}@x", f"Step {step}", f"We took step {step} of the plan."))
        if step % 2:
            loaded.delete(f"s{step - 1}@x")
        index.update(loaded.con)
        index.understand(60)
    fresh = Home(tmp_path / "fresh")
    fresh.create()
    made = Index(fresh)
    made.update(loaded.con)
    made.understand(60)
    questions = ("step by step", "plan", "money that is owed", "invoice 2231", "kind:mail -step")
    for question in questions:
        found, expected = index.search(question, limit=50), made.search(question, limit=50)
        assert {(hit.key, hit.why) for hit in found} == {(hit.key, hit.why) for hit in expected}
        assert (found.total, found.loosened) == (expected.total, expected.loosened)
    name = embed.available(home) or ""
    assert Vectors(home.search).contents(name) == Vectors(fresh.search).contents(name)


def test_it_goes_on_newest_first_where_it_stopped(home: Home, loaded: Loaded) -> None:
    index = Index(home)
    loaded.load(("new@x", "Newest", "The very last mail about whales."), day=5)
    index.update(loaded.con)
    assert (index.progress().done, index.progress().texts, index.progress().whole) == (0, 6, False)
    assert index.progress().reached == DAY + timedelta(days=5)
    assert keys(index, "sea mammals") == [], "nothing is compared yet, and that is no fault"
    told: list[tuple[int, int]] = []
    assert index.understand(0) == 0
    assert index.understand(1e-9, lambda done, texts: told.append((done, texts))) in (0, 1)
    while not index.progress().whole:
        index.understand(0.01)
        assert index.progress().done == 0 or keys(index, "sea mammals") == ["new@x"]
    assert index.progress().reached is None
    told_json = json.loads(CliRunner().invoke(command, ["--status", "--json"]).output)
    assert (told_json["done"], told_json["texts"], told_json["model"]) == (6, 6, embed.available(home))
    assert "6 of 6 texts (100 %)" in CliRunner().invoke(command, ["--embed"]).output


@pytest.mark.parametrize("harm", ["cut", "no file", "no sense", "longer", "other dimension", "newer"])
def test_a_damaged_file_is_made_again(home: Home, index: Index, harm: str) -> None:
    note = json.loads((home.search / NOTE).read_text())
    file = home.search / note["file"]
    if harm == "cut":
        os.truncate(file, file.stat().st_size - 5)
    elif harm == "no file":
        file.unlink()
    elif harm == "no sense":
        (home.search / NOTE).write_text("[]")
    elif harm == "longer":  # a kill after the rows were written, and before the note
        file.write_bytes(file.read_bytes() + b"half a row")
    elif harm == "other dimension":
        (home.search / NOTE).write_text(json.dumps(note | {"dimension": 7}))
    else:
        (home.search / NOTE).write_text(json.dumps(note | {"schema": 99}))
    fresh = Index(home)
    assert keys(fresh, "invoice 2231") == ["bill@x"]
    again = fresh.understand(60)
    assert again == {"longer": 0}.get(harm, 5)
    assert keys(fresh, "tooth doctor visit")[0] == "dentist@x"
    assert len(list(home.search.glob("vectors-*.bin"))) == 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.search.rglob("*") if path.is_file()} == {0o600}


def test_vectors_of_two_models_are_never_mixed(home: Home, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, name = Vectors(home.search), embed.available(home) or ""
    assert len(vectors.contents(name)) == 5
    assert vectors.contents("another") == set()
    assert len(vectors.near("another", np.ones(384, np.float32))[0]) == 0
    vectors.add("another", [Row(1, 0, np.ones(8, np.float32))])
    assert vectors.contents(name) == set()
    assert keys(index, "tooth doctor visit") == [], "the words say nothing, and the old vectors are gone"
    assert index.understand(60) == 5
    assert vectors.contents("another") == set()


ROWS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), max_size=12)


@settings(max_examples=int(os.environ.get("STEWARD_EXAMPLES", "40")), deadline=None)
@given(st.lists(st.one_of(ROWS, st.sets(st.integers(1, 9)))))
def test_the_file_holds_what_was_added_and_kept(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    vectors, known = Vectors(tmp_path_factory.mktemp("vectors")), set[int]()
    for step in steps:
        if isinstance(step, set):
            vectors.keep(step)
            known &= step
        else:
            vectors.add("m", [Row(content, start, np.eye(1, 4, content % 4)[0]) for content, start in step])
            known |= {content for content, _ in step}
        assert vectors.contents("m") == known
        contents, _, likeness = vectors.near("m", np.array([0, 1, 0, 0], np.float32))
        assert set(contents.tolist()) == known
        assert all((like > 0.99) == (content % 4 == 1) for content, like in zip(contents, likeness, strict=True))


def test_five_scripts_and_a_mail_of_two_megabytes(home: Home, loaded: Loaded) -> None:
    texts = {
        "ja@x": ("見積書のお願い", "会議は明日の午後です。"),
        "ar@x": ("موعد التدريب", "نود تحديد موعد لتدريب فريق المحطة"),
        "he@x": ("חשבונית", "\u202eנא לשלם עד יום שישי\u202c"),
        "el@x": ("Τιμολόγιο", "Παρακαλώ πληρώστε"),
        "ru@x": ("Счёт", "Оплатите, пожалуйста"),
    }
    loaded.load(*((key, *text) for key, text in texts.items()))
    loaded.load(("big@x", "Safari", "Giraffes and zebras were seen by the river.\n" + "word " * 400_000))
    index = Index(home)
    index.update(loaded.con)
    index.understand(60)
    assert index.progress().whole
    asked = {"明日の": "ja@x", "لتدريب": "ar@x", "יום שישי": "he@x", "πληρωστε": "el@x", "счёт": "ru@x"}
    for words, key in asked.items():
        assert keys(index, words)[0] == key, words
    assert keys(index, "african animals")[0] == "big@x"
    said = CliRunner().invoke(command, ["יום", "שישי"]).output
    assert "\u202e" not in said
    assert "he@x" in said


def test_a_text_is_cut_where_it_can_be() -> None:
    body = "Dear all,\n\n" + "A sentence of some words. " * 100 + "\n> quoted\n> more\n" + "x" * 3000 + "\nThe end."
    cut = passages("Title", body)
    assert len(cut) <= MOST
    assert all(text.startswith("Title\n") and len(text) <= LONGEST + len("Title\n") for _, text in cut)
    assert all(body[start:].startswith(text.removeprefix("Title\n")[:20]) for start, text in cut)
    assert not any("quoted" in text for _, text in cut)
    assert passages("Title", "> all of it\n") == [(0, "Title")]
    assert len(passages("", "y " * 100_000)) == MOST
