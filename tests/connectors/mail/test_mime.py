"""Single facts of reading a mail, and that nothing it holds can stop the reader."""

import json
import random
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mail import arrow, charsets, headers, job, mime, pool
from connectors.mail.mime import Failed, Raw
from connectors.mail.tables import COLUMNS
from connectors.mail.text import from_html, unfold


def row(data: bytes | str) -> dict[str, Any]:
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
    (found,) = mime.rows([Raw(raw, "INBOX", "0")])
    assert not isinstance(found, Failed), found
    return dict(zip(COLUMNS, found, strict=True))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mon, 2 Mar 2026 09:15:00 +0100", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
        ("Mon, 2 Mar 26 09:15 EST", datetime(2026, 3, 2, 14, 15, tzinfo=UTC)),
        ("2 Mar 98 09:15:00 GMT", datetime(1998, 3, 2, 9, 15, tzinfo=UTC)),
        ("2026-03-02T09:15:00Z", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("Mon Mar  2 09:15:00 2026", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("lun., 02 mars 2026 09:15:00 +0100", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
        ("Mi, 14 Okt 2026 09:15:00 +0200", datetime(2026, 10, 14, 7, 15, tzinfo=UTC)),
        ("1772439300", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 09:15:00 -9900", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 9:15 PM (a (nested) comment)", datetime(2026, 3, 2, 21, 15, tzinfo=UTC)),
        ("Thu, 32 Foo 2026 99:99:99 +9999", None),
        ("", None),
    ],
)
def test_a_date_is_read_however_it_is_written(written: str, meant: datetime | None) -> None:
    assert headers.moment(written) == meant


def test_a_missing_or_impossible_date_becomes_the_time_of_receipt() -> None:
    taken = "Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0000\n"
    for date in (
        "",
        "Date: soon\n",
        "Date: Fri, 31 Dec 9999 23:59:59 +0000\n",
        "Date: Mon, 2 Mar 2037 09:00:00 +0000\n",
    ):
        found = row(f"{taken}{date}From: a@b.example\n\nx")
        assert found["sent_at"] == found["received_at"] == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "is_automated"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: no", False),
        ("Precedence: bulk", True),
        ("Precedence: bulk\nList-Id: <talk.example.org>", False),
        ("From: No Reply <noreply@shop.example>", True),
        ("From: do-not-reply@shop.example", True),
        ("From: bounce+1@shop.example", True),
        ("From: postmasterson@shop.example", False),
        ("List-Unsubscribe-Post: List-Unsubscribe=One-Click", True),
        ("Return-Path: <>", True),
        ("Subject: please reply", False),
    ],
)
def test_machines_are_told_from_people(header: str, is_automated: bool) -> None:
    assert row(f"{header}\nMessage-ID: <x@y>\n\nhello")["automated"] is is_automated


def test_a_thread_begins_with_the_first_reference() -> None:
    found = row("Message-ID: <c@x>\nIn-Reply-To: <b@x>\nReferences: <a@x>\n <b@x>\n\nhi")
    assert (found["thread_root"], found["in_reply_to"], json.loads(found["reference_ids"])) == (
        "a@x",
        "b@x",
        ["a@x", "b@x"],
    )
    assert row("Message-ID: <c@x>\nIn-Reply-To: <b@x>\n\nhi")["thread_root"] == "b@x"
    assert row("Message-ID: <c@x>\n\nhi")["thread_root"] == "c@x"


def test_status_lines_are_state_and_not_content() -> None:
    plain, read = row("Message-ID: <c@x>\n\nhi"), row("Message-ID: <c@x>\nStatus: RO\nX-Status: A\n\nhi")
    assert plain["content_hash"] == read["content_hash"]
    assert plain["row_hash"] != read["row_hash"]
    assert (read["seen"], read["answered"], read["flagged"]) == (True, True, False)
    assert plain["seen"] is None, "nobody says"


def test_hidden_text_is_not_read_unless_there_is_no_other() -> None:
    assert from_html("<p>Hello</p><div style='Display:None'>obey</div>") == "Hello"
    assert from_html("<div style='display:none'>only this</div>") == "only this"
    assert from_html("<style>p{}</style><p>a<br>b&nbsp;&amp; c</p><script>x</script>") == "a\nb & c"


def test_flowed_text_is_joined_and_quotes_are_not() -> None:
    assert unfold("one \ntwo\n\n> quoted \n> more\n-- \nname", delsp=False) == "one two\n\n> quoted \n> more\n-- \nname"


def test_text_in_the_wrong_charset_is_mended() -> None:
    head = "Message-ID: <c@x>\nContent-Type: text/plain; charset={}\nContent-Transfer-Encoding: 8bit\n\n"
    for label, data in (
        ("us-ascii", "Grüße an José".encode()),
        ("iso-8859-1", "Grüße an José".encode()),
        ("utf-8", "Grüße an José".encode("latin-1")),
        ("no-such-set", "Grüße an José".encode("cp1252")),
    ):
        assert row(head.format(label).encode() + data)["body"] == "Grüße an José", label


@given(
    st.binary(max_size=300), st.sampled_from(["", "utf-8", "utf-7", "gb2312", "x-nonsense", "iso-2022-jp", "base64"])
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_decode(data: bytes, label: str) -> None:
    charsets.storable(charsets.decode(data, label)).encode()


@given(st.text(max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_header_is_read(text: str) -> None:
    headers.moment(text)
    charsets.words(text)
    headers.addresses([text])
    headers.identifiers([text])
    headers.automated({"from": [text], "precedence": [text]}, text)


@pytest.mark.corpora
@pytest.mark.row("N10")
def test_no_mutation_of_a_real_mail_stops_the_reader(corpora: Path) -> None:
    seeds = [data for _, data in _small(corpora / "mail" / "torture" / "_generated.tar.gz")]
    chance = random.Random(20260302)
    mails = [Raw(_mutated(chance.choice(seeds), chance), "f", str(number)) for number in range(10_000)]
    found = list(mime.rows(mails))
    failed = [each for each in found if isinstance(each, Failed)]
    assert [each.error for each in failed if each.reason != "empty"] == []
    assert arrow.table([each for each in found if not isinstance(each, Failed)]).num_rows == len(found) - len(failed)


def _small(archive: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        names = [member for member in tar if member.name.endswith(".eml") and member.size < 20_000]
        return [(member.name, tar.extractfile(member).read()) for member in names]  # type: ignore[union-attr]


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed) + 1)
        kind = chance.randrange(4)
        if kind == 0 and at < len(changed):
            changed[at] = chance.randrange(256)
        elif kind == 1:
            del changed[at : at + chance.randint(1, 40)]
        elif kind == 2:
            changed[at:at] = chance.randbytes(chance.randint(1, 20))
        else:
            changed[at:at] = changed[: chance.randint(1, 400)]
    return bytes(changed)


@pytest.mark.timeout(60)  # hours, were the cost to grow with the square of the depth
@pytest.mark.parametrize("depth", [300, 2_000])
def test_a_bomb_of_parts_is_read_in_bounded_time(depth: int) -> None:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    found = row(f"Message-ID: <deep@x>\n{head}Content-Type: text/plain\n\ncore\n")
    assert found["message_id"] == "deep@x"


@pytest.mark.timeout(60)  # each would take hours, were the cost to grow with the square of the size
@pytest.mark.parametrize(
    "piece", ['"', "(", "<", ",", "@", "a,", "a@", "\\", "=?utf-8?q?", "a ", ";", ":", "=?a?b?x?= "]
)
def test_no_long_header_is_costly(piece: str) -> None:
    value = (piece * 200_000)[:200_000]
    headers.addresses([value])
    charsets.words(value)
    headers.identifiers([value])
    headers.moment(value)
    row(f"From: {value}\nSubject: {value}\nMessage-ID: <x@y>\nContent-Type: text/plain; name={value}\n\nx")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        ("text/plain; format=flowed", "a \n"),
        ("text/plain; charset=nonsense", "begin 644 x\né"),
        ("text/html", "<div style='display:none'>"),
        ("text/html", "<div>"),
        ("text/html", "<svg><style>x</style>"),
        ("text/html", "\n \u200b"),
        ("multipart/mixed; boundary=b", "--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
        ("multipart/mixed", "--a \n"),
        ("text/plain", "From \n"),
    ],
)
def test_no_long_body_is_costly(kind: str, piece: str) -> None:
    body = piece * (1_000_000 // len(piece))
    assert row(f"Message-ID: <x@y>\nContent-Type: {kind}\n\n{body}")["message_id"] == "x@y"


def test_a_worker_that_dies_costs_one_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = []
    for number in range(6):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(f"Message-ID: <{number}@x>\n\nbody".encode())
        files.append((str(path), str(number), None))
    run = pool.Worker.run

    def dying(self: pool.Worker, job: job.Job) -> job.Done:
        if any(position == "3" for _, position, _ in job.files):
            raise pool.CrashError("ended by signal 11")
        return run(self, job)

    monkeypatch.setattr(pool.Worker, "run", dying)
    monkeypatch.setattr(pool, "WORTH", 0)
    monkeypatch.setattr(pool.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    (done,) = pool.parse([job.Job(folder="f", files=tuple(files))], 1)
    assert sorted(done.table.column("key").to_pylist()) == ["0@x", "1@x", "2@x", "4@x", "5@x"]
    assert [(bad.position, bad.reason, bad.error) for bad in done.bad] == [("3", "crash", "ended by signal 11")]
    assert done.bad[0].raw == b"Message-ID: <3@x>\n\nbody"


def test_a_killed_worker_is_noticed_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"Message-ID: <a@x>\n\nbody")
    given = job.Job(folder="f", files=((str(path), "a", "S"),))
    worker = pool.Worker()
    try:
        assert worker.run(given).table.column("seen").to_pylist() == [True]
        assert worker.process is not None
        worker.process.kill()
        worker.process.wait()
        with pytest.raises(pool.CrashError, match="signal 9"):
            worker.run(given)
        assert worker.run(given).table.num_rows == 1
    finally:
        worker.close()
