"""What an mbox says of itself before it is read, and that what is none is said at once."""

import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.mail import mbox
from context.errors import InputError, SourceError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIL = "From a@x Mon Mar  2 09:15:00 2026\nFrom: a@x\nMessage-ID: <1@x>\n\ntext\n\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda path: None, InputError, "there is no file"),
        (lambda path: path.write_bytes(b""), InputError, "is empty"),
        (lambda path: path.mkdir(), InputError, "is a folder"),
        (lambda path: path.write_text("words\n" * 9), InputError, "is not an mbox"),
    ],
)
def test_what_is_no_mbox_is_said_at_once(tmp_path: Path, make: Any, error: type[Exception], says: str) -> None:
    path = tmp_path / "in.mbox"
    make(path)
    with pytest.raises(error, match=says):
        mbox.preview(SimpleNamespace(path=path))


def test_an_unreadable_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "in.mbox", MAIL)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read all
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        mbox.preview(SimpleNamespace(path=path))


def test_preview_counts_and_the_fingerprint_settles(tmp_path: Path) -> None:
    path = write(tmp_path / "in.mbox", MAIL * 5)
    handle = SimpleNamespace(path=path)
    assert mbox.preview(handle).counts == {"mails": 5}
    assert mbox.fingerprint(handle, NOW) is None, "written a moment ago: it may change again within the same tick"
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert mbox.fingerprint(handle, NOW) == mbox.fingerprint(handle, NOW) is not None
