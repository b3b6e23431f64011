"""Check boxes in Markdown: what is one, what is marked on it, and what keeps it the same task."""

from datetime import UTC, date, datetime

import pytest

from connectors import changed
from connectors.tasks import markdown
from connectors.tasks.boxes import boxes
from connectors.tasks.marks import marks
from context.errors import InputError, SourceError

pytestmark = pytest.mark.row("N5")

INBOX = """---
title: Inbox
- [ ] not a task: front matter
---
Intro

# Work
- [ ] Call Ann about the lease 📅 2026-03-05 #kestrel
  She is back on Tuesday.
  - number in the contract
  - [x] Find the contract ✅ 2026-03-01
* [ ] Send the offer (due 2026-03-04) !high
1. [-] Cancelled idea

Paragraph that belongs to none.

```
- [ ] not a task: code
```
<!--
- [ ] not a task: comment
-->

Home stuff
----------
+ [ ] Buy milk
+ [ ] Buy milk
> - [/] Quoted and begun
- [ ]
- [link](https://example.com) is no task
- [1] is no task either

    - [ ] not a task: an indented code block
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "inbox.md").write_text(INBOX)
    return tmp_path / "lists"


def titles(shelf):
    return {row["title"]: row for row in shelf.rows("tasks")}


def test_finds_the_boxes_and_nothing_else(shelf, root):
    rows = titles(shelf(markdown, path=str(root)).read())
    assert {title: row["status"] for title, row in rows.items()} == {
        "Call Ann about the lease": "open",
        "Find the contract": "done",
        "Send the offer": "open",
        "Cancelled idea": "cancelled",
        "Buy milk": "open",
        "Quoted and begun": "open",
    }
    call = rows["Call Ann about the lease"]
    assert (call["list"], call["line"], call["due_date"]) == ("inbox › Work", 8, date(2026, 3, 5))
    assert call["labels"] == ["kestrel"]
    assert call["notes"] == "She is back on Tuesday.\n- number in the contract"
    assert rows["Find the contract"]["completed_at"] == datetime(2026, 3, 1, 11, tzinfo=UTC), "noon in Berlin"
    assert (rows["Send the offer"]["due_date"], rows["Send the offer"]["priority"]) == (date(2026, 3, 4), 1)
    assert rows["Buy milk"]["list"] == "inbox › Work › Home stuff"


def test_twins_are_two_tasks(shelf, root):
    rows = shelf(markdown, path=str(root)).read().rows("tasks")
    milk = [row["key"] for row in rows if row["title"] == "Buy milk"]
    assert len(set(milk)) == 2
    assert milk[1] == milk[0] + "-2"


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("Intro\n", "Intro\n\nMore\n- [ ] A task above\n"),
        lambda text: text.replace("[ ] Call", "[x] Call"),
        lambda text: text.replace("📅 2026-03-05", "due:2026-04-01 ✅ 2026-03-31"),
        lambda text: text.replace(" #kestrel", ""),
        lambda text: text.replace("Call Ann about", "call  Ann about"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("- [ ] Call", "  * [ ] Call"),
    ],
    ids=["line above", "ticked", "other date", "other label", "other case", "line ends", "indented"],
)
def test_the_key_survives_what_does_not_make_it_another_task(shelf, root, edit):
    before = titles(shelf(markdown, path=str(root)).read())["Call Ann about the lease"]["key"]
    (root / "inbox.md").write_text(edit(INBOX), newline="")
    rows = shelf(markdown, path=str(root)).read().rows("tasks")
    assert before in {row["key"] for row in rows}


@pytest.mark.parametrize(
    ("text", "title", "due"),
    [
        ("Pay 📅 2026-03-01", "Pay", date(2026, 3, 1)),
        ("Pay 🗓️ 2026-03-01", "Pay", date(2026, 3, 1)),
        ("Pay due:2026-03-01", "Pay", date(2026, 3, 1)),
        ("Pay @due(2026-03-01)", "Pay", date(2026, 3, 1)),
        ("Pay (due 2026-03-01)", "Pay", date(2026, 3, 1)),
        ("Pay (Due: 2026-03-01) soon", "Pay soon", date(2026, 3, 1)),
        ("Pay [due:: 2026-03-01]", "Pay", date(2026, 3, 1)),
        ("Pay — due 2026-03-01, tell Bo", "Pay, tell Bo", date(2026, 3, 1)),
        ("Pay due:2026-02-30", "Pay due:2026-02-30", None),
        ("Pay overdue:2026-03-01", "Pay overdue:2026-03-01", None),
        ("Review the 2026-03-01 report", "Review the 2026-03-01 report", None),
    ],
)
def test_due_dates_as_people_write_them(text, title, due):
    told = marks(text, "Europe/Berlin")
    assert (told.title, told.due_date, told.due_at) == (title, due, None)


def test_a_due_time_is_the_owner_s():
    told = marks("Call @due(2026-07-01 9:30)", "America/New_York")
    assert told.due_at == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    assert told.due_date == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("a !high", 1), ("a !medium", 5), ("a !low b", 9), ("a ⏫", 2), ("a 🔽", 7), ("(B) a", 2),
        ("a [priority:: high]", 1), ("a priority:low", 9), ("Ça va !", None), ("!important", None), ("so(A) b", None),
    ],
)  # fmt: skip
def test_priorities(text, priority):
    assert marks(text, "UTC").priority == priority


def test_labels_repetition_and_links():
    told = marks("Read https://x.example/#top with #anna and 🔁 every 2 weeks 🛫 2026-01-01 #a/b #ümläut ^ref1", "UTC")
    assert told.title == "Read https://x.example/#top with #anna and"
    assert told.labels == ("anna", "a/b", "ümläut")
    assert told.notes == ["start 2026-01-01", "repeats every 2 weeks"]
    assert marks("Fix #12", "UTC").labels == ()


def test_marks_alone_stay_text():
    assert marks("#someday", "UTC").title == "#someday"


def test_an_unfinished_fence_or_comment_ends_nothing_early():
    assert [box.text for box in boxes("- [ ] a\n~~~\n- [ ] no\n```\n- [ ] no")] == ["a"]
    assert [box.text for box in boxes("<!-- x --> \n- [ ] a\n```one line```\n- [ ] b")] == ["a", "b"]


def test_follows_edits_renames_and_removals(shelf, root):
    shelf = shelf(markdown, path=str(root)).read()
    before = markdown.fingerprint(shelf.handle, None)
    assert shelf.read().counts == {}
    assert markdown.fingerprint(shelf.handle, None) == before
    (root / "inbox.md").write_text("- [ ] Only this\n")
    assert markdown.fingerprint(shelf.handle, None) != before
    assert set(titles(shelf.read())) == {"Only this"}
    (root / "inbox.md").rename(root / "box.md")
    assert {row["list"] for row in shelf.read().rows("tasks")} == {"box"}
    (root / "box.md").unlink()
    assert shelf.read().rows("tasks") == []


def test_files_in_other_encodings(shelf, root):
    (root / "latin.md").write_bytes("- [ ] Größe prüfen".encode("cp1252"))
    (root / "wide.md").write_bytes("- [ ] Weite prüfen".encode("utf-16"))
    (root / "marked.md").write_bytes("- [ ] Marke prüfen".encode("utf-8-sig"))
    assert {"Größe prüfen", "Weite prüfen", "Marke prüfen"} <= set(titles(shelf(markdown, path=str(root)).read()))


@pytest.mark.row("N10")
def test_an_unreadable_file_costs_itself(shelf, root, monkeypatch):
    (root / "other.md").write_text("- [ ] Other")
    opened = changed.open_beneath

    def refused(at, name):
        if name == "inbox.md":
            raise PermissionError(13, "Permission denied")
        return opened(at, name)

    monkeypatch.setattr(changed, "open_beneath", refused)
    shelf = shelf(markdown, path=str(root)).read()
    assert set(titles(shelf)) == {"Other"}
    assert shelf.reasons == {"inbox.md": "unreadable"}


def test_preview_and_wrong_paths(shelf, root):
    preview = markdown.preview(shelf(markdown, path=str(root)).handle)
    assert preview.counts == {"tasks": 7}
    assert preview.notes == ["5 of them open, in 1 Markdown files"]
    for path in (root / "nowhere", root / "inbox.md"):
        with pytest.raises(InputError, match="folder") as error:
            markdown.preview(shelf(markdown, path=str(path)).handle)
        assert "steward connect todo" in error.value.mend
        with pytest.raises(SourceError):
            shelf(markdown, path=str(path)).read()
