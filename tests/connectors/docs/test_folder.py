"""A folder of documents as it changes: new, edited, renamed, removed."""

import os
import shutil
from pathlib import Path

import pytest

from connectors.docs import folder
from context.errors import InputError, SourceError
from tests.connectors.docs.conftest import folder_of

pytestmark = pytest.mark.row("N3")


def test_reads_every_format_it_names(shelf, root):
    shelf = folder_of(shelf, root).read()
    documents = shelf.by_key("documents")
    assert set(documents) == {"plan.md", "board/notes.txt", "page.html"}
    plan = documents["plan.md"]
    assert (plan["title"], plan["kind"], plan["state"]) == ("The plan", "markdown", "ok")
    assert plan["links"] == ["https://example.com/k"]
    assert "Ship [Kestrel]" in plan["text"]
    assert len(plan["sha256"]) == 64
    assert plan["modified_at"].tzinfo
    assert shelf.by_key("passages")["plan.md#1"]["document_key"] == "plan.md"
    assert not shelf.rejects


def test_newest_first(shelf, root):
    for age, name in enumerate(("page.html", "board/notes.txt", "plan.md")):
        os.utime(root / name, (1_700_000_000 - age, 1_700_000_000 - age))
    tree = folder._tree(folder_of(shelf, root).handle, SourceError)[1]
    assert [entry.key for entry in tree.entries] == ["page.html", "board/notes.txt", "plan.md"]


def test_nothing_changed_reads_nothing(shelf, root, monkeypatch):
    shelf = folder_of(shelf, root).read()
    before = folder.fingerprint(shelf.handle, None)
    monkeypatch.setattr(folder, "open_beneath", lambda *_: pytest.fail("a file was opened"))
    shelf.read()
    assert not shelf.counts
    assert folder.fingerprint(shelf.handle, None) == before


def test_a_touched_file_is_hashed_and_not_read_again(shelf, root, monkeypatch):
    shelf = folder_of(shelf, root).read()
    os.utime(root / "plan.md", (1, 1))
    monkeypatch.setattr(folder.Folder, "_outcome", lambda *_: pytest.fail("it was read again"))
    shelf.read()
    assert shelf.counts == {"Rows": 1, "Cursor": 1}
    assert shelf.by_key("documents")["plan.md"]["state"] == "ok"
    assert shelf.by_key("documents")["plan.md"]["modified_at"].year == 1970


def test_an_edit_replaces_the_rows(shelf, root):
    shelf = folder_of(shelf, root).read()
    before = folder.fingerprint(shelf.handle, None)
    (root / "plan.md").write_text("# Another plan\n")
    assert folder.fingerprint(shelf.handle, None) != before
    shelf.read()
    assert shelf.by_key("documents")["plan.md"]["title"] == "Another plan"
    assert shelf.by_key("passages")["plan.md#1"]["text"] == "# Another plan"
    assert shelf.counts == {"Rows": 2, "Cursor": 1}


def test_an_edit_that_keeps_size_and_time_is_seen(shelf, root):
    """An editor that writes a new file in place of the old one gives it another inode."""
    shelf = folder_of(shelf, root).read()
    path = root / "board" / "notes.txt"
    stat = path.stat()
    other = path.with_suffix(".new")
    other.write_text(path.read_text().replace("agreed", "opened"))
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(path)
    assert "opened" in shelf.read().by_key("documents")["board/notes.txt"]["text"]


@pytest.mark.parametrize("moves", [True, False], ids=["rows at hand", "rows not at hand"])
def test_a_rename_moves_the_rows(shelf, root, moves, monkeypatch):
    shelf = folder_of(shelf, root).read()
    before = shelf.by_key("passages")["board/notes.txt#1"]
    (root / "board").rename(root / "Vorstand")
    (root / "Vorstand" / "notes.txt").rename(root / "Vorstand" / "minutes.txt")
    if moves:
        monkeypatch.setattr(folder.Folder, "_outcome", lambda *_: pytest.fail("it was read again"))
    shelf.read(moves=moves)
    assert set(shelf.by_key("documents")) == {"plan.md", "Vorstand/minutes.txt", "page.html"}
    assert shelf.by_key("documents")["Vorstand/minutes.txt"]["path"] == "Vorstand/minutes.txt"
    after = shelf.by_key("passages")["Vorstand/minutes.txt#1"]
    assert after["text"] == before["text"]
    assert after["document_key"] == "Vorstand/minutes.txt"
    assert "board/notes.txt" not in shelf.cursors
    assert folder_of(lambda *a, **k: shelf, root).read().counts == {}


def test_a_renamed_document_without_a_title_is_called_by_its_new_name(shelf, root):
    (root / "scan_one.md").write_text("No heading here.")
    shelf = folder_of(shelf, root).read()
    assert shelf.by_key("documents")["scan_one.md"]["title"] == "scan one"
    (root / "scan_one.md").rename(root / "scan_two.md")
    assert shelf.read().by_key("documents")["scan_two.md"]["title"] == "scan two"


def test_a_deleted_file_goes(shelf, root):
    shelf = folder_of(shelf, root).read()
    (root / "plan.md").unlink()
    shelf.read()
    assert "plan.md" not in shelf.by_key("documents")
    assert shelf.counts == {"Gone": 1}


def test_the_last_file_may_go_too(shelf, root):
    shelf = folder_of(shelf, root).read()
    shutil.rmtree(root / "board")
    (root / "plan.md").unlink()
    (root / "page.html").unlink()
    assert shelf.read().rows("documents") == []


def test_an_empty_mount_point_deletes_nothing(shelf, root):
    shelf = folder_of(shelf, root).read()
    root.rename(root.with_name("elsewhere"))
    root.mkdir()
    with pytest.raises(SourceError, match="no longer the folder"):
        shelf.read()
    assert len(shelf.rows("documents")) == 3


def test_a_kill_between_files_loses_and_doubles_nothing(shelf, root):
    whole = folder_of(shelf, root).read()
    for most in range(9):
        killed = folder_of(shelf, root).read(most)
        assert killed.read().tables == whole.tables


def test_hidden_and_foreign_folders_are_left_alone(shelf, root):
    for name in (".git/x.md", ".hidden.md", "node_modules/a/README.md", "env/lib/x.txt", "~$lock.docx", "cache/c.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("no")
    (root / "env" / "pyvenv.cfg").write_text("home = /usr")
    (root / "cache" / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55")
    (root / "photo.jpg").write_bytes(b"\xff\xd8")
    assert set(folder_of(shelf, root).read().by_key("documents")) == {"plan.md", "board/notes.txt", "page.html"}


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (["*.md"], None, {"plan.md"}),
        (None, ["board"], {"plan.md", "page.html"}),
        (["board/**"], None, {"board/notes.txt"}),
        (("*.md", "*.txt"), "board", {"plan.md"}),
        ("*.md, *.html", None, {"plan.md", "page.html"}),
    ],
)
def test_patterns(shelf, root, include, exclude, left):
    assert set(folder_of(shelf, root, include, exclude).read().by_key("documents")) == left


def test_a_pattern_that_now_leaves_out_removes(shelf, root):
    shelf = folder_of(shelf, root).read()
    before = folder.fingerprint(shelf.handle, None)
    shelf.handle.exclude = ["*.md"]
    assert folder.fingerprint(shelf.handle, None) != before
    assert set(shelf.read().by_key("documents")) == {"board/notes.txt", "page.html"}


def test_wrong_paths_are_one_line_with_a_next_step(shelf, root):
    for path, said in ((root / "nowhere", "there is no folder"), (root / "plan.md", "is a file")):
        with pytest.raises(InputError, match=said) as error:
            folder.preview(folder_of(shelf, path).handle)
        assert "steward connect docs" in error.value.mend
        assert "\n" not in str(error.value)
        with pytest.raises(SourceError):
            folder.fingerprint(folder_of(shelf, path).handle, None)
        with pytest.raises(SourceError):
            folder_of(shelf, path).read()


def test_preview_says_what_will_be_read(shelf, root):
    (root / "photo.jpg").write_bytes(b"\xff\xd8")
    preview = folder.preview(folder_of(shelf, root).handle)
    assert preview.counts == {"documents": 3}
    assert preview.size > 0
    assert preview.notes == ["1 HTML, 1 Markdown, 1 text", preview.notes[1]]
    assert preview.notes[1].startswith("not read: 1 of other kinds")


def test_names_in_any_form(shelf, root):
    (root / "Cafe\u0301.md").write_text("# Decomposed")
    (root / "Caf\u00e9.md").write_text("# Composed")
    (root / "Zu\u0308rich.md").write_text("# Alone")
    Path(os.fsdecode(bytes(root) + b"/caf\xe9.md")).write_text("# Latin-1")
    shelf = folder_of(shelf, root).read()
    titles = {key: row["title"] for key, row in shelf.by_key("documents").items()}
    assert titles["Caf\u00e9.md"] in ("Composed", "Decomposed")
    assert {"Composed", "Decomposed", "Alone", "Latin-1"} <= set(titles.values())
    assert "Z\u00fcrich.md" in titles
    assert shelf.read().counts == {}


def test_a_large_file_is_listed_not_read(shelf, root, monkeypatch):
    monkeypatch.setattr(folder, "MOST_FILE", 1_000)
    (root / "dump.txt").write_text("x" * 1_001)
    row = folder_of(shelf, root).read().by_key("documents")["dump.txt"]
    assert (row["state"], row["text"], row["size"]) == ("too_large", None, 1_001)
