"""What the owner may not read is one clear error with a next step, for every kind of source."""

import contextlib
import multiprocessing
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors import kinds
from context.errors import StewardError

NOBODY = 65534
CONTENT = {
    "ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n",
    "mbox": "From a@b.example Wed Mar 25 06:00:00 2026\nFrom: a@b.example\nSubject: x\n\nbody\n",
    "vcard": "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana\r\nEND:VCARD\r\n",
}
FOLDERS = ("ics-folder", "maildir", "eml", "docs", "git", "todo")


def tried(name: str, path: str, answers: "multiprocessing.Queue[str]") -> None:
    """Try a source, first as it is (which imports all that is needed), then as somebody who may not read it."""
    connector = kinds.connector(name)
    handle = SimpleNamespace(path=path, account="me", include=[], exclude=[])
    with contextlib.suppress(StewardError):  # an empty folder may be refused, too; what counts is the next try
        connector.preview(handle)
    os.chmod(path, 0)  # noqa: PTH101 - the parent still owns it
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        connector.preview(handle)
        answers.put("read")
    except StewardError as error:
        answers.put(f"{error.exit_code}|{error.what}|{error.mend or ''}")
    except BaseException as error:  # noqa: BLE001 - a traceback is what this test looks for
        answers.put(f"{type(error).__name__}: {error}")


@pytest.mark.row("N8", "N10")
@pytest.mark.parametrize("name", [*CONTENT, *FOLDERS])
def test_an_unreadable_source_is_one_line(name: str, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)  # pytest's folders are closed to others, which would hide what is tested
    path = tmp_path / f"source-{name}"
    if name in CONTENT:
        path.write_text(CONTENT[name])
    else:
        path.mkdir()
        (path / "note.md").write_text("# A note\n\n- [ ] do it\n")
        if name == "maildir":
            for shelf in ("cur", "new", "tmp"):
                (path / shelf).mkdir()
    forked = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = forked.Queue()
    child = forked.Process(target=tried, args=(name, str(path), answers))
    child.start()
    said = answers.get(timeout=60)
    child.join(30)
    path.chmod(0o755)
    code, what, mend = [*said.split("|"), "", ""][:3]
    assert code in ("2", "5"), said
    assert what
    assert "\n" not in what
    assert mend, f"{what}: names no next step"
