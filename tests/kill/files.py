"""One source of each kind that lies in files, and a calendar behind an address, in two versions."""

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.kill.stage import Connected

FIXED = 1_770_000_000  # seconds: file times are part of what is loaded
KINDS = {
    "box": ("mbox", "box.mbox"),
    "dir": ("maildir", "dir"),
    "letters": ("eml", "letters"),
    "work": ("ics", "work.ics"),
    "shared": ("ics-folder", "shared"),
    "notes": ("docs", "notes"),
    "code": ("git", "code"),
    "todo": ("todo", "todo"),
    "cards": ("vcard", "cards.vcf"),
}


def build(folder: Path) -> tuple[Path, Path]:
    """Return two folders that hold the sources before and after."""
    before, after = folder / "before", folder / "after"
    before.mkdir()
    _mails(before / "box.mbox", range(12))
    _events(before / "work.ics", {n: f"Meeting {n}" for n in range(8)})
    for n in range(3):
        _events(before / "shared" / f"{n}.ics", {n: f"Shared {n}"})
        _write(before / "letters" / f"{n}.eml", _mail(100 + n))
        _write(before / "dir" / "cur" / f"{n}.a:2,S", _mail(200 + n))
    for name in ("new", "tmp"):
        (before / "dir" / name).mkdir()
    _events(before / "web.ics", {n: f"Talk {n}" for n in range(40, 46)})
    _texts(before / "notes", {f"n{n}.md": f"# Note {n}\n\nText {n}.\n" for n in range(5)})
    _texts(before / "todo", {"a.md": "- [ ] pay\n- [x] call\n", "b.md": "- [ ] write\n"})
    _cards(before / "cards.vcf", ["Ana", "Bo"])
    _commits(before / "code", 3)
    shutil.copytree(before, after, symlinks=True)
    _mails(after / "box.mbox", range(18))
    _events(after / "work.ics", {0: "Meeting 0, moved", **{n: f"Meeting {n}" for n in range(2, 11)}, 11: None})
    _events(after / "web.ics", {n: f"Talk {n}, moved" if n == 41 else f"Talk {n}" for n in range(41, 48)})
    _events(after / "shared" / "1.ics", {1: "Shared 1, moved"})
    _events(after / "shared" / "7.ics", {7: "Shared 7"})
    (after / "shared" / "0.ics").unlink()
    (after / "letters" / "0.eml").unlink()
    _write(after / "letters" / "5.eml", _mail(105))
    (after / "dir" / "cur" / "1.a:2,S").rename(after / "dir" / "cur" / "1.a:2,FS")
    (after / "dir" / "cur" / "2.a:2,S").unlink()
    _write(after / "dir" / "new" / "8.a", _mail(208))
    (after / "notes" / "n0.md").unlink()
    _texts(after / "notes", {"n1.md": "# Note 1\n\nOther text.\n", "n9.md": "# Note 9\n\nNew.\n"})
    _texts(after / "todo", {"a.md": "- [x] pay\n- [x] call\n- [ ] sleep\n"})
    _cards(after / "cards.vcf", ["Ana", "Cleo"])
    _commits(after / "code", 2, first=3)
    return before, after


class Files:
    """The stage. The calendar's address is served from the folder itself."""

    def __init__(self, folder: Path) -> None:
        self.before, self.after = build(folder)
        self.live = folder / "live"
        self.address = ""
        place(self.before, self.live)

    def sources(self) -> list[Connected]:
        there = [Connected(name, kind, {"path": str(self.live / path)}) for name, (kind, path) in KINDS.items()]
        return [*there, Connected("web", "ics-url", {}, {"url": f"{self.address}/private/web.ics"})]

    def change(self) -> None:
        place(self.after, self.live)


@contextmanager
def stage(folder: Path) -> Iterator[Files]:
    """Open the stage, with its server."""
    files = Files(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = (files.live / self.path.rpartition("/")[2]).read_bytes()
            mark = f'"{hashlib.sha256(text).hexdigest()}"'
            same = self.headers.get("If-None-Match") == mark
            self.send_response(304 if same else 200)
            self.send_header("ETag", mark)
            self.send_header("Content-Length", str(0 if same else len(text)))
            self.end_headers()
            if not same:
                self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        files.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield files
        finally:
            server.shutdown()


def place(version: Path, live: Path) -> None:
    """Make `live` hold a version, with its file times."""
    shutil.rmtree(live, ignore_errors=True)
    shutil.copytree(version, live, symlinks=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (FIXED, FIXED))


def _mails(path: Path, numbers: range) -> None:
    _write(path, "".join(f"From a@example.org Mon Mar  2 08:00:{n:02} 2026\n{_mail(n)}\n" for n in numbers))


def _mail(n: int) -> str:
    return (
        f"Message-ID: <{n}@example.org>\nFrom: Ana <a@example.org>\nTo: me@example.org\nSubject: Mail {n}\n"
        f"Date: Mon, 02 Mar 2026 08:00:{n % 60:02} +0000\n\nText {n}.\n"
    )


def _events(path: Path, titles: dict[int, str | None]) -> None:
    """Write events; every third is a series, and one without a title has no start either: a reject."""
    lines = ["BEGIN:VCALENDAR"]
    for n, title in titles.items():
        start = f"DTSTART;TZID=Europe/Berlin:202603{n % 20 + 10}T100000" if title else "X-NONE:1"
        rule = ["RRULE:FREQ=WEEKLY;COUNT=10"] if n % 3 == 0 else []
        lines += ["BEGIN:VEVENT", f"UID:{n}", start, "DURATION:PT1H", *rule, f"SUMMARY:{title}", "END:VEVENT"]
    _write(path, "\n".join([*lines, "END:VCALENDAR", ""]))


def _texts(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        _write(folder / name, text)


def _cards(path: Path, names: list[str]) -> None:
    cards = (
        f"BEGIN:VCARD\nVERSION:3.0\nUID:{name}\nFN:{name} Ruiz\nEMAIL:{name.lower()}@example.org\nEND:VCARD\n"
        for name in names
    )
    _write(path, "".join(cards))


def _commits(folder: Path, count: int, first: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    if not first:
        _git(folder, 0, "init", "-q", "-b", "main")
    for n in range(first, first + count):
        (folder / "a.txt").write_text(f"{n}\n")
        _git(folder, n, "add", "a.txt")
        _git(folder, n, "commit", "-q", "-m", f"Commit {n}")


def _git(folder: Path, n: int, *words: str) -> None:
    who = {"NAME": "Ana", "EMAIL": "a@example.org", "DATE": f"{FIXED + n} +0100"}
    names = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(folder), *words], check=True, env={**os.environ, **names, **quiet})
