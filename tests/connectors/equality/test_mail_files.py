"""Mail in files: an mbox that grows, is rewritten, compacted, cut, flagged in place; Maildirs; folders of .eml."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mail import eml, maildir, mbox, pool
from context.errors import SourceError
from tests.connectors.equality.few import few
from tests.connectors.equality.stand import Stand, happen

pytestmark = pytest.mark.row("N2", "N8")


def mail(number: int, more: str = "") -> bytes:
    return (
        f"From: a{number % 3}@example.org\r\nTo: me@example.org\r\nMessage-ID: <m{number}@example.org>\r\n"
        f"Date: Mon, 02 Mar 2026 09:{number % 60:02d}:00 +0100\r\nSubject: Mail {number}\r\n{more}\r\n"
        f"Text of {number}.\r\n"
    ).encode()


class Box:
    """An mbox as a mail program keeps it: mails with flags, appended to, compacted, flagged in place."""

    def __init__(self, stand: Stand) -> None:
        self.stand, self.mails = stand, list[tuple[int, str]]()
        self.numbers = itertools.count()

    def text(self, number: int, flags: str) -> bytes:
        body = mail(number, f"X-Mozilla-Status: {flags}\r\n").replace(b"\r\n", b"\n")
        return b"From - Mon Mar  2 09:00:00 2026\n" + body + b"\n"

    def rewrite(self) -> None:
        self.stand.write("inbox", b"".join(self.text(*one) for one in self.mails))

    def append(self, count: int) -> int:
        """Add mails at the end, as delivery does; return how many bytes."""
        new = [(next(self.numbers), "0000") for _ in range(count)]
        self.mails += new
        added = b"".join(self.text(*one) for one in new)
        path = self.stand.root / "inbox"
        with path.open("ab") as file:
            file.write(added)
        self.stand.stamp(path)
        return len(added)

    def flag(self, place: int) -> None:
        """Mark a mail as read, in place: the file keeps its size."""
        number, _ = self.mails[place]
        self.mails[place] = (number, "0001")
        data = (self.stand.root / "inbox").read_bytes()
        at = data.index(f"<m{number}@".encode())
        start = data.index(b"X-Mozilla-Status: ", at) + len(b"X-Mozilla-Status: ")
        with (self.stand.root / "inbox").open("r+b") as file:
            file.seek(start)
            file.write(b"0001")
        self.stand.stamp(self.stand.root / "inbox")

    def happen(self, pick: Callable[[int], int]) -> None:
        what = pick(8)
        if what < 4 or not self.mails:
            self.append(1 + pick(3))
        elif what == 4:
            self.flag(pick(len(self.mails)))
        elif what == 5:  # compacted: deleted mails are left out
            del self.mails[pick(len(self.mails))]
            self.rewrite()
        elif what == 6:  # cut behind a mail
            del self.mails[1 + pick(len(self.mails)) :]
            self.rewrite()
        else:  # sorted anew
            self.mails.reverse()
            self.rewrite()


@few(80)
@given(st.data())
def test_an_mbox(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    """What tells a grown file from a rewritten one are its ends: here they are short, so that there is a middle."""
    monkeypatch.setattr(mbox, "PROBE", 300)
    root = tmp_path_factory.mktemp("mbox")
    stand = Stand(mbox, root, Path(root / "inbox"))
    box = Box(stand)
    box.append(2)
    for _ in range(data.draw(st.integers(1, 10))):
        box.happen(lambda most: data.draw(st.integers(0, most - 1)))
        if data.draw(st.integers(0, 1)):
            stand.sync()
    if not box.mails:
        box.append(1)
    stand.check()
    assert sorted(row["subject"] for row in stand.store.rows("messages")) == sorted(f"Mail {n}" for n, _ in box.mails)


def test_of_an_mbox_that_grew_only_the_tail_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    real = pool.parse

    def counted(jobs: Any, size: int) -> Any:
        parsed.append(size)
        return real(jobs, size)

    monkeypatch.setattr(pool, "parse", counted)
    stand = Stand(mbox, tmp_path, tmp_path / "inbox")
    box = Box(stand)
    whole = box.append(200)
    assert stand.sync() == 200
    assert parsed == [whole]
    for count in (1, 3):
        parsed.clear()
        added = box.append(count)
        assert stand.sync() == count
        assert sum(parsed) == added, "nothing before the old end is read again"
    parsed.clear()
    assert stand.sync() == 0
    assert parsed == []
    box.flag(3)
    stand.check()
    assert sum(row["seen"] is True for row in stand.store.rows("messages")) == 1


FOLDERS = ("", ".Work", ".Work.Old", "Plain")


@few(60)
@given(st.data())
def test_a_maildir(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("maildir") / "Mail"
    stand, numbers = Stand(maildir, root), itertools.count()

    def pick(count: int) -> int:
        return data.draw(st.integers(0, count - 1))

    def deliver() -> None:
        folder, number = root / FOLDERS[pick(len(FOLDERS))], next(numbers)
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        second = 1_769_000_000 + number * 900_000  # some months
        (folder / "new" / f"{second}.M1P{number}.host").write_bytes(mail(number))

    def change() -> None:
        files = sorted(path for path in root.rglob("*") if path.parent.name in ("cur", "new") and path.is_file())
        if not files:
            return
        path = files[pick(len(files))]
        box, unique, what = path.parent.parent, path.name.partition(":")[0], pick(4)
        if what == 0:
            path.unlink()
        elif what == 1:
            path.rename(box / "cur" / f"{unique}:2,{('S', 'FS', 'RS', 'ST', '')[pick(5)]}")
        elif what == 2 and box != root:
            path.rename(root / "cur" / path.name)
        elif box.name == ".Work" and not (root / ".Renamed").exists():
            box.rename(root / ".Renamed")

    (root / "cur").mkdir(parents=True)
    (root / "new").mkdir()
    deliver()
    for _ in range(data.draw(st.integers(1, 12))):
        (deliver, change, change)[pick(3)]()
        if pick(2):
            with suppress(SourceError):  # all of it is gone: that may be a disk that is not mounted
                stand.sync()
    deliver()
    stand.check()


@few(60)
@given(st.data())
def test_a_folder_of_mails(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    stand, numbers = Stand(eml, tmp_path_factory.mktemp("eml") / "root"), itertools.count()
    places = ("a.eml", "b.eml", "x/a.eml", "x/y/c.eml", "z/d.emlx")
    happen(stand, data, lambda kind: mail(next(numbers), "X-Kind: odd\r\n" * kind), list(places[:4]))
    stand.write("last.eml", mail(next(numbers)))
    stand.check()
