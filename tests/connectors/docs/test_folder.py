"""A folder of documents as it changes: new, edited, renamed, removed, unreadable, hostile."""

import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from connectors.docs import folder
from connectors.docs.pool import Job, Pool
from context.errors import InputError, SourceError

pytestmark = pytest.mark.row("N3")


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "papers"
    (root / "board").mkdir(parents=True)
    (root / "plan.md").write_text("# The plan\n\nShip [Kestrel](https://example.com/k) in May.\n")
    (root / "board" / "notes.txt").write_text("Board notes\n\nThe budget was agreed.\n")
    (root / "page.html").write_text("<title>A page</title><body><h1>Top</h1><p>Text</p></body>")
    return root


def folder_of(shelf, root, include=None, exclude=None):
    return shelf(folder, path=str(root), include=include, exclude=exclude)


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
    assert shelf.counts == {"Cursor": 1}
    assert shelf.by_key("documents")["plan.md"]["state"] == "ok"


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


def test_links_lead_nowhere(shelf, root, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "diary.md").write_text("# Diary")
    (root / "link.md").symlink_to(secret)
    (root / "inside").symlink_to(tmp_path / "private")
    (root / "loop").symlink_to(root)
    assert set(folder_of(shelf, root).read().by_key("documents")) == {"plan.md", "board/notes.txt", "page.html"}


@pytest.mark.parametrize("swapped", ["plan.md", "board"])
def test_a_link_swapped_in_after_the_walk_leads_nowhere(shelf, root, tmp_path, swapped, monkeypatch):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "notes.txt").write_text("Diary")
    walk = folder.walk

    def then_swap(*arguments):
        tree = walk(*arguments)
        path = root / swapped
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        path.symlink_to(tmp_path / "private" if swapped == "board" else tmp_path / "private" / "notes.txt")
        return tree

    monkeypatch.setattr(folder, "walk", then_swap)
    shelf = folder_of(shelf, root).read()
    assert "Diary" not in str(shelf.tables)
    assert list(shelf.reasons.values()) == ["unreadable"]


def test_a_pipe_is_no_document_and_stops_nothing(shelf, root):
    os.mkfifo(root / "pipe.md")
    assert "pipe.md" not in folder_of(shelf, root).read().by_key("documents")


@pytest.mark.row("N10")
def test_an_unreadable_file_is_set_aside_and_read_once_it_can_be(shelf, root, monkeypatch):
    opened = folder.open_beneath

    def refused(at, name):
        if name == "plan.md":
            raise PermissionError(13, "Permission denied")
        return opened(at, name)

    monkeypatch.setattr(folder, "open_beneath", refused)
    shelf = folder_of(shelf, root).read()
    assert shelf.reasons == {"plan.md": "unreadable"}
    assert set(shelf.by_key("documents")) == {"board/notes.txt", "page.html"}
    monkeypatch.setattr(folder, "open_beneath", opened)
    assert "plan.md" in shelf.read().by_key("documents")


@pytest.mark.row("N10")
def test_a_folder_that_may_not_be_listed_keeps_what_was_read_of_it(shelf, root, monkeypatch):
    shelf = folder_of(shelf, root).read()
    scandir = os.scandir

    def refused(path):
        if str(path).endswith("board"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("connectors.walk.os.scandir", refused)
    shelf.read()
    assert shelf.reasons == {"board": "unreadable"}
    assert "board/notes.txt" in shelf.by_key("documents")


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


@pytest.mark.row("N10")
def test_bombs_and_rubbish_cost_one_file_each(shelf, root):
    with zipfile.ZipFile(root / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (210 * 2**20))
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "ha">{entities}]><w>&e11;</w>'
    for name, part in (("laughs.docx", "word/document.xml"), ("laughs.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(root / name, "w") as archive:
            archive.writestr(part, laughs)
    with zipfile.ZipFile(root / "laughs.epub", "w") as archive:
        archive.writestr("META-INF/container.xml", laughs)
    (root / "rubbish.pdf").write_bytes(os.urandom(2_000))
    (root / "rubbish.pptx").write_bytes(b"PK\3\4" + os.urandom(2_000))
    (root / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (root / "locked.docx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    (root / "program.txt").write_bytes(bytes(range(256)) * 20)
    (root / "nothing.pdf").write_bytes(b"")
    shelf = folder_of(shelf, root).read()
    assert shelf.reasons == {
        "bomb.docx": "bomb",
        "laughs.docx": "bomb",
        "laughs.xlsx": "bomb",
        "laughs.epub": "bomb",
        "rubbish.pdf": "damaged",
        "rubbish.pptx": "damaged",
        "old.xlsx": "old-format",
        "locked.docx": "encrypted",
        "program.txt": "binary",
    }
    documents = shelf.by_key("documents")
    assert documents["nothing.pdf"]["state"] == "empty"
    assert {"plan.md", "board/notes.txt", "page.html"} <= set(documents)
    assert next(reject for reject in shelf.rejects if reject.file == "rubbish.pdf").raw
    assert shelf.read().counts == {}, "what failed is not tried again before it changes"


@pytest.mark.row("N10")
def test_a_file_that_becomes_readable_leaves_quarantine(shelf, root):
    (root / "plan.pdf").write_bytes(b"rubbish")
    shelf = folder_of(shelf, root).read()
    assert shelf.reasons == {"plan.pdf": "damaged"}
    (root / "plan.pdf").unlink()
    (root / "plan.pdf").write_bytes(b"")
    assert shelf.read().reasons == {}
    assert "plan.pdf" in shelf.by_key("documents")


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """A pool whose workers do what the document says, in place of reading it."""

    def start(**limits):
        (tmp_path / "stub.py").write_text(
            "import os, sys, time\n"
            "from connectors.docs import worker\n"
            "def read(reader, data):\n"
            "    if data == b'sleep': time.sleep(60)\n"
            "    if data == b'die': os.kill(os.getpid(), 9)\n"
            "    if data == b'grow': return {'text': str(len(bytearray(2**31)))}\n"
            "    if data == b'recurse': read(reader, data)\n"
            "    if data.startswith(b'/'): open(data)\n"
            "    if data.startswith(b'>'): open(data[1:], 'w').write('x')\n"
            "    return {'text': data.decode()}\n"
            "worker.read = read\n"
            "worker.main()\n"
        )
        monkeypatch.setattr("connectors.docs.pool.PROGRAM", [str(tmp_path / "stub.py")])
        return Pool(workers=2, **limits)

    return start


def jobs(tmp_path, *contents):
    for number, content in enumerate(contents):
        path = tmp_path / f"job{number}"
        path.write_text(content)
        yield Job(content, "text", path.open("rb"))


@pytest.mark.row("N10")
def test_what_kills_or_stalls_a_worker_costs_one_document(reader, tmp_path):
    with reader(seconds=2, memory=2**30) as pool:
        told = dict(pool.run(jobs(tmp_path, "a", "die", "b", "grow", "sleep", "c", "recurse", "d")))
    reasons = {tag: answer.get("reason") for tag, answer in told.items()}
    assert reasons == {
        **dict.fromkeys("abcd"),
        "die": "crash",
        "grow": "memory",
        "sleep": "timeout",
        "recurse": "damaged",
    }
    assert told["d"]["text"] == "d"


def test_a_worker_that_is_taken_over_reads_and_writes_nothing(reader, tmp_path):
    """What stands in for a taken-over reader opens paths: refused by Landlock, or by the limit on written files."""
    ask = "from blocks.sandbox import landlock; print(landlock.restrict([]))"
    if subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True).stdout != b"True\n":
        pytest.skip("ABSENT: Landlock (Linux 5.13 or later)")
    private = tmp_path / "private"
    private.write_text("diary")
    with reader(seconds=10) as pool:
        told = dict(pool.run(jobs(tmp_path, str(private), "/etc/passwd", f">{tmp_path}/new", "after")))
    assert told["after"] == {"text": "after"}
    assert {answer.get("error", "").partition(":")[0] for tag, answer in told.items() if tag != "after"} == {
        "PermissionError"
    }
    assert not (tmp_path / "new").exists()


def test_a_caller_that_is_slow_to_listen_loses_nothing(reader, tmp_path):
    with reader(seconds=1) as pool:
        told = []
        for tag, answer in pool.run(jobs(tmp_path, *"abcdef")):
            assert "reason" not in answer
            told.append(tag)
            time.sleep(1.1 if len(told) == 1 else 0)
    assert sorted(told) == list("abcdef")


def test_no_worker_outlives_its_pool(reader, tmp_path):
    with reader(seconds=60) as pool:
        stream = pool.run(jobs(tmp_path, "a", "sleep", "b"))
        next(stream)
        processes = [worker.process for worker in (*pool._busy, *pool._idle)]
        assert processes
    assert all(process.poll() is not None for process in processes)
