"""An mbox is split as its writer meant it, read newest first, and read again only where it changed."""

import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.mail import mbox
from connectors.shape import Cursor, Item, Known, Reject, Rows
from context.errors import SourceError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Store:
    """What a loader would keep: rows by key, the cursors, the rejects."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.cursors: dict[str, Mapping[str, Any]] = {}
        self.rejects: list[Reject] = []
        self.given = 0

    def sync(self, path: Path, stop: int | None = None) -> list[Item]:
        """Read and keep; with `stop`, be killed after so many items: what no cursor sealed is lost."""
        items: list[Item] = []
        fresh: dict[str, dict[str, Any]] = {}
        for item in mbox.read(SimpleNamespace(path=path), Known(self.cursors, NOW)):
            items.append(item)
            if isinstance(item, Rows):
                for row in item.rows.to_pylist():
                    fresh[row["key"]] = row
                    self.given += 1
            elif isinstance(item, Reject):
                self.rejects.append(item)
            elif isinstance(item, Cursor):
                json.dumps(item.value)
                self.cursors[item.file] = item.value
                self.rows = fresh if item.whole else {**self.rows, **fresh}
                fresh = {}
            if stop is not None and len(items) >= stop:
                break
        return items


def mail(number: int, body: str = "text", more: str = "") -> str:
    return (
        f"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\nFrom: a{number}@example.com\nTo: b@example.com\n"
        f"Message-ID: <m{number}@example.com>\nDate: Mon, 02 Mar 2026 09:{number % 60:02d}:00 +0100\n"
        f"Subject: mail {number}\n{more}\n{body}\n\n"
    )


def write(path: Path, *mails: str) -> Path:
    path.write_text("".join(mails), "utf-8")
    return path


@pytest.fixture
def generated(corpora: Path, tmp_path: Path) -> Path:
    with tarfile.open(corpora / "mail" / "torture" / "_generated.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path / "_generated"


@pytest.mark.corpora
@pytest.mark.row("N2")
def test_every_dialect_gives_the_mails_that_it_holds(generated: Path) -> None:
    expected = json.loads((generated / "expected.json").read_text("utf-8"))
    wrong = []
    for name, fact in expected.items():
        if not name.endswith(".mbox") or not fact["messages"]:
            continue
        store = Store()
        store.sync(generated / name)
        if store.given != fact["messages"] or len(store.rows) != fact.get("unique", fact["messages"]):
            wrong.append((name, fact["messages"], store.given, len(store.rows)))
    assert wrong == []


@pytest.mark.corpora
def test_what_the_dialects_say_is_kept(generated: Path) -> None:
    expected = json.loads((generated / "expected.json").read_text("utf-8"))
    store = Store()
    store.sync(generated / "mboxrd.mbox")
    assert store.rows["mb1@example.com"]["body"] == expected["mboxrd.mbox"]["body_of_mb1"].rstrip("\n")
    store = Store()
    store.sync(generated / "mboxcl2.mbox")
    assert ">From quoted once\n>>From twice\nFrom x@y" in store.rows["mb1@example.com"]["body"]
    store = Store()
    store.sync(generated / "takeout.mbox")
    assert json.loads(store.rows["tk1@mail.example.com"]["labels"]) == expected["takeout.mbox"]["labels_1"]
    assert json.loads(store.rows["tk3@mail.example.com"]["labels"])[1] == "Label, with comma"
    assert store.rows["tk0@mail.example.com"]["thread_root"] == store.rows["tk1@mail.example.com"]["thread_root"]
    assert store.rows["tk0@mail.example.com"]["seen"] is True
    store = Store()
    store.sync(generated / "mbox-garbage-head.mbox")
    assert [(reject.reason, reject.raw) for reject in store.rejects] == [
        ("before-first-mail", b"garbage first line\n\n")
    ]


def test_newest_comes_first_and_nothing_comes_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "in.mbox", *(mail(number) for number in range(50)))
    store = Store()
    rows = [item for item in store.sync(path) if isinstance(item, Rows)]
    assert rows[0].rows.column("key").to_pylist()[:2] == ["m49@example.com", "m48@example.com"]
    assert len(store.rows) == 50
    assert store.sync(path) == []


def test_a_grown_file_costs_its_tail(tmp_path: Path) -> None:
    path = write(tmp_path / "in.mbox", *(mail(number) for number in range(50)))
    store = Store()
    store.sync(path)
    store.given = 0
    with path.open("a", encoding="utf-8") as file:
        file.write(mail(50) + mail(51))
    store.sync(path)
    assert (store.given, len(store.rows)) == (2, 52)


def test_a_rewritten_file_is_read_whole_and_replaces_all(tmp_path: Path) -> None:
    path = write(tmp_path / "in.mbox", *(mail(number) for number in range(50)))
    store = Store()
    store.sync(path)
    before = {key: row["row_hash"] for key, row in store.rows.items()}
    write(path, *(mail(number, more="Status: RO\n" if number == 7 else "") for number in range(3, 50)))
    items = store.sync(path)
    assert [item.whole for item in items if isinstance(item, Cursor)] == [True]
    assert store.rows.keys() == {f"m{number}@example.com" for number in range(3, 50)}
    changed = {key for key, row in store.rows.items() if row["row_hash"] != before[key]}
    assert changed == {"m7@example.com"}
    assert store.rows["m7@example.com"]["seen"] is True


def test_thunderbird_flags_written_in_place_are_seen(tmp_path: Path) -> None:
    mails = [mail(number, more="X-Mozilla-Status: 0000\n") for number in range(20)]
    path = write(tmp_path / "Inbox", *mails)
    store = Store()
    store.sync(path)
    assert store.rows["m3@example.com"]["seen"] is False
    mails[3] = mails[3].replace("Status: 0000", "Status: 0005")
    mails[4] = mails[4].replace("Status: 0000", "Status: 0009")
    write(path, *mails, mail(20, more="X-Mozilla-Status: 0000\n"))  # flags in place and a new mail at once
    store.sync(path)
    row = store.rows["m3@example.com"]
    assert (row["seen"], row["flagged"], row["answered"]) == (True, True, False)
    assert "m4@example.com" not in store.rows, "expunged, though it still lies in the file"
    assert len(store.rows) == 20


def test_two_mails_with_one_message_id_are_both_kept(tmp_path: Path) -> None:
    first, second = mail(1, "one"), mail(1, "two")
    path = write(tmp_path / "in.mbox", mail(0), first, second, second)
    store = Store()
    store.sync(path)
    kept = {key: row["body"] for key, row in store.rows.items() if row["message_id"] == "m1@example.com"}
    assert sorted(kept.values()) == ["one", "two"]
    assert [row["duplicate_id"] for row in store.rows.values()].count(True) == 1
    with path.open("a", encoding="utf-8") as file:
        file.write(mail(1, "three") + first)
    store.sync(path)
    kept = {key: row["body"] for key, row in store.rows.items() if row["message_id"] == "m1@example.com"}
    assert sorted(kept.values()) == ["one", "three", "two"]
    assert kept["m1@example.com"] == "two", "a key once given stays with its mail"


@pytest.mark.row("N11")
def test_a_killed_backfill_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.mail import split

    monkeypatch.setattr(split, "STEP", 2_000)
    monkeypatch.setattr(mbox, "COMMIT", 4_000)
    path = write(tmp_path / "in.mbox", *(mail(number) for number in range(100)))
    whole = Store()
    items = whole.sync(path)
    assert len([item for item in items if isinstance(item, Cursor)]) > 3
    for stop in range(1, len(items)):
        store = Store()
        store.sync(path, stop)
        if stop == len(items) // 2:
            with path.open("a", encoding="utf-8") as file:
                file.write(mail(100))  # the file grows between two tries
            whole.sync(path)
        given = store.given
        store.sync(path)
        assert store.rows == whole.rows
        assert store.given <= given + 101


@pytest.mark.row("N2")
def test_big_input_goes_through_workers_with_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.mail import pool, split

    monkeypatch.setattr(split, "STEP", 20_000)
    path = write(tmp_path / "in.mbox", *(mail(number, "word " * 50) for number in range(400)))
    alone, together = Store(), Store()
    alone.sync(path)
    monkeypatch.setattr(pool, "WORTH", 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    together.sync(path)
    assert together.rows == alone.rows
    assert list(together.rows) == list(alone.rows)


def test_a_file_replaced_while_it_is_read_stops_the_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.mail import split

    monkeypatch.setattr(split, "STEP", 2_000)
    path = write(tmp_path / "in.mbox", *(mail(number) for number in range(100)))

    def items() -> Iterator[Item]:
        yield from mbox.read(SimpleNamespace(path=path), Known({}, NOW))

    reading = items()
    next(reading)
    write(tmp_path / "other", mail(1)).replace(path)
    with pytest.raises(SourceError, match="changed while it was read"):
        list(reading)


def test_an_emptied_mailbox_empties_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "in.mbox", mail(1))
    store = Store()
    store.sync(path)
    path.write_bytes(b"")
    store.sync(path)
    assert store.rows == {}


def test_a_huge_mail_is_read_in_part_and_its_neighbours_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.mail import split

    path = write(tmp_path / "in.mbox", mail(1), mail(2, "word " * 10_000), mail(3))
    whole = Store()
    whole.sync(path)
    for name, limit in (("MAPPED", 1_000), ("LARGEST", 20_000), ("EXCERPT", 4_000)):
        monkeypatch.setattr(split, name, limit)
    store = Store()
    store.sync(path)
    huge = store.rows.pop("m2@example.com")
    assert huge["body"] == whole.rows.pop("m2@example.com")["body"][: len(huge["body"])]
    assert 3_000 < len(huge["body"]) < 4_000
    assert huge["size"] > 50_000
    assert store.rows == whole.rows


def test_a_reader_that_is_dropped_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.mail import pool, split

    monkeypatch.setattr(split, "STEP", 2_000)
    monkeypatch.setattr(pool, "WORTH", 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    started = []
    start = pool._start

    def noted() -> Any:
        started.append(start())
        return started[-1]

    monkeypatch.setattr(pool, "_start", noted)
    path = write(tmp_path / "in.mbox", *(mail(number) for number in range(100)))
    reading = mbox.read(SimpleNamespace(path=path), Known({}, NOW))
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert started
    assert all(process.poll() is not None for process in started)
