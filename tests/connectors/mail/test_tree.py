"""Maildir and .eml folders: what is new is read, what changed or went follows."""

import os
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from connectors.mail import eml, maildir
from connectors.shape import Cursor, Gone, Known, Reject, Rows
from context.errors import InputError, SourceError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Store:
    """What a loader would keep of a source: rows by file and key."""

    def __init__(self, connector: ModuleType, path: Path) -> None:
        self.connector, self.handle = connector, SimpleNamespace(path=path)
        self.rows: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.cursors: dict[str, Mapping[str, Any]] = {}
        self.rejects: list[Reject] = []

    def sync(self) -> list[str]:
        """Return the keys given, in their order."""
        given, fresh = [], defaultdict(dict)
        for item in self.connector.read(self.handle, Known(self.cursors, NOW)):
            match item:
                case Rows(_, file, rows):
                    fresh[file] |= {row["key"]: row for row in rows.to_pylist()}
                    given += rows.column("key").to_pylist()
                case Cursor(file, value, whole):
                    self.cursors[file] = value
                    self.rows[file] = fresh.pop(file, {}) if whole else self.rows[file] | fresh.pop(file, {})
                case Gone(file):
                    del self.cursors[file], self.rows[file]
                case Reject():
                    self.rejects.append(item)
        assert not fresh, "rows that no cursor sealed"
        return given

    def all(self) -> dict[str, dict[str, Any]]:
        return {key: row for rows in self.rows.values() for key, row in rows.items()}


def mail(name: str, subject: str = "hello") -> bytes:
    text = f"From: a@example.com\nMessage-ID: <{name}@example.com>\nSubject: {subject}\n"
    return f"{text}Date: Mon, 2 Mar 2026 09:15:00 +0000\n\nbody {name}\n".encode()


def box(root: Path, *folders: str) -> Path:
    for folder in ("", *folders):
        for part in ("cur", "new", "tmp"):
            (root / folder / part).mkdir(parents=True, exist_ok=True)
    return root


@pytest.fixture
def posted(tmp_path: Path) -> Path:
    root = box(tmp_path / "Maildir", ".Sent.2026")
    (root / "cur" / "1767225600.M1P1.host:2,S").write_bytes(mail("old"))
    (root / "cur" / "1772438400.M2P1.host:2,FRS").write_bytes(mail("answered"))
    (root / "new" / "1772442000.M3P1.host").write_bytes(mail("fresh"))
    (root / ".Sent.2026" / "cur" / "1772438401.M4P1.host:2,S").write_bytes(mail("sent"))
    (root / "cur" / "1772438402.M5P1.host:2,ST").write_bytes(mail("trashed"))
    (root / "cur" / "1772438403.M6P1.host:2,DS").write_bytes(mail("draft"))
    return root


@pytest.mark.row("N2")
def test_a_maildir_gives_its_mails_newest_first_with_folder_and_flags(posted: Path) -> None:
    store = Store(maildir, posted)
    given = store.sync()
    assert given[-1] == "old@example.com"
    assert set(given) == {f"{name}@example.com" for name in ("old", "answered", "fresh", "sent")}
    rows = store.all()
    told = {key.split("@")[0]: (r["folder"], r["seen"], r["answered"], r["flagged"]) for key, r in rows.items()}
    assert told == {
        "old": ("INBOX", True, False, False),
        "answered": ("INBOX", True, True, True),
        "fresh": ("INBOX", False, False, False),
        "sent": ("Sent/2026", True, False, False),
    }
    assert store.sync() == []


@pytest.mark.row("N2")
def test_new_flags_moves_and_deletions_follow(posted: Path) -> None:
    store = Store(maildir, posted)
    store.sync()
    (posted / "new" / "1772442000.M3P1.host").rename(posted / "cur" / "1772442000.M3P1.host:2,S")
    assert store.sync() == ["fresh@example.com"]
    assert store.all()["fresh@example.com"]["seen"] is True
    (posted / "cur" / "1772442001.M9P1.host:2,").write_bytes(mail("later"))
    assert store.sync() == ["later@example.com"]
    (posted / "cur" / "1772438400.M2P1.host:2,FRS").unlink()
    store.sync()
    assert set(store.all()) == {f"{name}@example.com" for name in ("old", "fresh", "sent", "later")}
    (posted / "cur" / "1767225600.M1P1.host:2,S").rename(posted / ".Sent.2026" / "cur" / "1767225600.M1P1.host:2,S")
    store.sync()
    assert store.all()["old@example.com"]["folder"] == "Sent/2026"


def test_a_maildir_that_seems_gone_costs_nothing(posted: Path) -> None:
    store = Store(maildir, posted)
    store.sync()
    for file in list(posted.rglob("*host*")):
        file.unlink()
    with pytest.raises(SourceError, match="mounted"):
        store.sync()
    assert store.all()


def test_a_maildir_can_hold_any_names_and_a_bad_mail(posted: Path) -> None:
    (posted / "cur" / "no time:2,S").write_bytes(mail("untimed"))
    (Path(os.fsdecode(os.fsencode(posted) + b"/cur/1772442009.\xe9:2,"))).write_bytes(mail("latin"))
    (posted / "cur" / "1772442010.empty:2,").write_bytes(b"")
    (posted / "cur" / "1772442011.link:2,").symlink_to("/etc/hostname")
    store = Store(maildir, posted)
    given = store.sync()
    assert {"untimed@example.com", "latin@example.com"} < set(given)
    assert [(reject.reason, reject.position) for reject in store.rejects] == [("empty", "1772442010.empty")]
    assert store.sync() == []


def test_maildir_preview_and_fingerprint(posted: Path, tmp_path: Path) -> None:
    handle = SimpleNamespace(path=posted)
    assert maildir.preview(handle).counts == {"mails": 4, "folders": 2}
    assert maildir.fingerprint(handle, NOW) is None, "it changed a moment ago"
    for folder in (posted, *(path for path in posted.rglob("*") if path.is_dir())):
        os.utime(folder, (1_700_000_000, 1_700_000_000))
    before = maildir.fingerprint(handle, NOW)
    assert before is not None
    os.utime(posted / "cur", (1_700_000_001, 1_700_000_001))
    assert maildir.fingerprint(handle, NOW) != before
    with pytest.raises(InputError, match="not a Maildir"):
        maildir.preview(SimpleNamespace(path=tmp_path / "Maildir" / "cur"))
    with pytest.raises(InputError, match="a file"):
        maildir.preview(SimpleNamespace(path=posted / "cur" / "1767225600.M1P1.host:2,S"))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    root = tmp_path / "saved"
    (root / "work" / "deep").mkdir(parents=True)
    (root / "one.eml").write_bytes(mail("one"))
    (root / "work" / "two.EML").write_bytes(mail("two"))
    (root / "work" / "deep" / "three.eml").write_bytes(mail("three"))
    (root / "work" / "notes.txt").write_bytes(b"no mail")
    return root


@pytest.mark.row("N2")
def test_a_folder_of_eml_files_follows_every_change(saved: Path) -> None:
    store = Store(eml, saved)
    assert set(store.sync()) == {"one@example.com", "two@example.com", "three@example.com"}
    assert {key.split("@")[0]: row["folder"] for key, row in store.all().items()} == {
        "one": "saved",
        "two": "work",
        "three": "work/deep",
    }
    assert store.sync() == []
    (saved / "work" / "four.eml").write_bytes(mail("four"))
    assert store.sync() == ["four@example.com"]
    (saved / "work" / "two.EML").write_bytes(mail("other", "changed subject"))
    store.sync()
    assert {key.split("@")[0] for key in store.rows["work"]} == {"four", "other"}
    (saved / "work" / "deep" / "three.eml").unlink()
    store.sync()
    assert set(store.rows) == {".", "work"}


def test_a_file_that_may_not_be_read_is_tried_again(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.mail import job

    read = job._file

    def refused(path: Path, *rest: Any) -> Any:
        if path.name == "one.eml":
            raise PermissionError(13, "Permission denied")
        return read(path, *rest)

    store = Store(eml, saved)
    with monkeypatch.context() as patch:
        patch.setattr(job, "_file", refused)  # the tests may run as root, who may read all
        store.sync()
    assert [(reject.position, reject.reason) for reject in store.rejects] == [("one.eml", "no-access")]
    assert store.sync() == ["one@example.com"]


def test_apple_mail_files_are_read_with_their_flags(saved: Path) -> None:
    data = mail("apple")
    plist = b'<?xml version="1.0"?><plist version="1.0"><dict><key>flags</key><integer>17</integer></dict></plist>'
    (saved / "7.emlx").write_bytes(b"%d       \n" % len(data) + data + plist)
    store = Store(eml, saved)
    store.sync()
    row = store.all()["apple@example.com"]
    assert (row["body"], row["seen"], row["answered"], row["flagged"]) == ("body apple", True, False, True)


def test_eml_preview_says_what_is_wrong(saved: Path, tmp_path: Path) -> None:
    assert eml.preview(SimpleNamespace(path=saved)).counts == {"mails": 3}
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match=r"no \.eml file"):
        eml.preview(SimpleNamespace(path=tmp_path / "none"))
    with pytest.raises(InputError, match="there is no folder"):
        eml.preview(SimpleNamespace(path=tmp_path / "absent"))
