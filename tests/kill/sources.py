"""A small mixed set of sources in two versions: as first read, and as it is some time later."""

import os
import shutil
import subprocess
from pathlib import Path

FIXED = 1_770_000_000  # seconds: file times are part of what is loaded
KINDS = {
    "box": ("mbox", "box.mbox"),
    "work": ("ics", "work.ics"),
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
    _texts(before / "notes", {f"n{n}.md": f"# Note {n}\n\nText {n}.\n" for n in range(5)})
    _texts(before / "todo", {"a.md": "- [ ] pay\n- [x] call\n", "b.md": "- [ ] write\n"})
    _cards(before / "cards.vcf", ["Ana", "Bo"])
    _commits(before / "code", 3)
    shutil.copytree(before, after, symlinks=True)
    _mails(after / "box.mbox", range(18))
    _events(after / "work.ics", {0: "Meeting 0, moved", **{n: f"Meeting {n}" for n in range(2, 11)}, 11: None})
    (after / "notes" / "n0.md").unlink()
    _texts(after / "notes", {"n1.md": "# Note 1\n\nOther text.\n", "n9.md": "# Note 9\n\nNew.\n"})
    _texts(after / "todo", {"a.md": "- [x] pay\n- [x] call\n- [ ] sleep\n"})
    _cards(after / "cards.vcf", ["Ana", "Cleo"])
    _commits(after / "code", 2, first=3)
    return before, after


def place(version: Path, live: Path) -> None:
    """Make `live` hold a version, with its file times."""
    shutil.rmtree(live, ignore_errors=True)
    shutil.copytree(version, live, symlinks=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (FIXED, FIXED))


def _mails(path: Path, numbers: range) -> None:
    mails = [
        f"From a@example.org Mon Mar  2 08:00:{n:02} 2026\nMessage-ID: <{n}@example.org>\nFrom: Ana <a@example.org>\n"
        f"To: me@example.org\nSubject: Mail {n}\nDate: Mon, 02 Mar 2026 08:00:{n:02} +0000\n\nText {n}.\n\n"
        for n in numbers
    ]
    _write(path, "".join(mails))


def _events(path: Path, titles: dict[int, str | None]) -> None:
    """Write events; every third is a series, and one without a title has no start either: a reject."""
    lines = ["BEGIN:VCALENDAR"]
    for n, title in titles.items():
        start = f"DTSTART;TZID=Europe/Berlin:202603{n + 10}T100000" if title else "X-NONE:1"
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
