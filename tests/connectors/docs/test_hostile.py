"""Documents and folders that would do harm: links, bombs, rubbish, and what kills or stalls a reader."""

import os
import shutil
import subprocess
import sys
import time
import zipfile

import pytest

from connectors.docs import folder
from connectors.docs.pool import Job, Pool
from tests.conftest import absent
from tests.connectors.docs.conftest import folder_of

pytestmark = pytest.mark.row("N3")


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
        absent("Landlock (Linux 5.13 or later)")
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
