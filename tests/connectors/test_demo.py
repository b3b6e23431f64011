"""The quarter's files: the same bytes everywhere, and readable by programs that nobody here wrote."""

import io
import json
import mailbox
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import mammoth
import openpyxl
import pptx
import pypdfium2
import pytest
import recurring_ical_events
import vobject

from connectors.demo import papers, quarter, sums
from connectors.demo.__main__ import golden, text
from connectors.demo.golden import digest
from connectors.demo.post import Mail
from connectors.demo.promises import labels

HERE = Path(quarter.__file__).parent
GOLDEN = json.loads((HERE / "golden.json").read_text("utf-8"))
ODD = ("odd",)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quarter") / "demo"
    quarter.write(folder)
    return folder


def unescaped(raw: bytes) -> bytes:
    """Undo mboxrd's quoting of lines that look like separators."""
    return re.sub(rb"^>(>*From )", rb"\1", raw, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def parsed(written: Path) -> dict[str, list[EmailMessage]]:
    """Every mbox, read by the standard library."""

    def factory(file: Any) -> EmailMessage:
        message = message_from_bytes(unescaped(file.read()), policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    return {
        path.relative_to(written).as_posix(): list(mailbox.mbox(path, factory=factory, create=False))
        for path in sorted(written.glob("mail/*/*.mbox"))
    }


@pytest.mark.row("N9")
@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
        {"TZ": "America/St_Johns", "PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"},
    ],
)
def test_the_same_bytes_whatever_the_surroundings(surroundings: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "quarter"
    done = subprocess.run(
        [sys.executable, "-m", "connectors.demo", str(folder)],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert digest(folder) == GOLDEN["digest"], "the quarter changed: run `python -m connectors.demo --golden`"


def test_the_committed_answers_are_those_of_the_story() -> None:
    assert (HERE / "golden.json").read_text("utf-8") == golden()
    assert (HERE / "labels.json").read_text("utf-8") == text(labels())


def test_files_are_private_and_a_second_time_touches_none(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "quarter"
    layout = quarter.write(folder)
    everything = [folder.parent, folder, *folder.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in everything if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in everything if path.is_file()} == {0o600}
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in everything}
    assert quarter.write(folder) == layout
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in before} == before


def test_an_older_quarter_is_cleared_and_a_guests_file_stays(tmp_path: Path) -> None:
    quarter.write(tmp_path)
    (tmp_path / "documents" / "old.md").write_text("from an older version")
    (tmp_path / "documents" / "mine.md").write_text("a visitor's")
    told = json.loads((tmp_path / quarter.LIST).read_text())
    told["files"].append("documents/old.md")
    (tmp_path / quarter.LIST).write_text(json.dumps(told))
    quarter.write(tmp_path)
    assert not (tmp_path / "documents" / "old.md").exists()
    assert (tmp_path / "documents" / "mine.md").exists()


def test_an_mbox_holds_what_was_meant(parsed: dict[str, list[EmailMessage]]) -> None:
    assert {path: len(mails) for path, mails in parsed.items()} == GOLDEN["counts"]["mails"]
    assert 1450 <= sum(map(len, parsed.values())) <= 1600
    meant: dict[str, list[Mail]] = {}
    for mail in quarter.mails():
        meant.setdefault(f"mail/{mail.account}/{mail.folder}.mbox", []).append(mail)
    checked = 0
    for path, mails in parsed.items():
        for found, mail in zip(mails, sorted(meant[path], key=lambda each: (each.sent, each.key)), strict=True):
            if mail.kind in ODD:
                continue
            assert not [defect for part in found.walk() for defect in part.defects], mail.key
            same(found, mail)
            checked += 1
    assert checked == len(quarter.mails()) - 12


def same(found: EmailMessage, mail: Mail) -> None:
    """Assert that the parsed mail says what the story's does."""
    assert found["Message-ID"] == f"<{mail.message_id}>"
    assert found["Subject"] == mail.subject, mail.key
    assert [(each.display_name, each.addr_spec) for each in found["From"].addresses] == [mail.sender]
    assert [(each.display_name, each.addr_spec) for each in found["To"].addresses] == list(mail.to)
    assert found["Date"].datetime.astimezone(UTC) == mail.sent.astimezone(UTC).replace(microsecond=0)
    assert re.findall(r"<([^>]+)>", found.get("References", "")) == list(mail.references)
    assert ("R" in found["Status"], "A" in found.get("X-Status", "")) == (mail.seen, mail.answered)
    plain = found.get_body(("plain",))
    if mail.text is not None:
        assert plain is not None
        unlike = mail.text.encode(mail.charset, "replace").decode(mail.charset)
        assert plain.get_content().rstrip("\n") == unlike.rstrip("\n"), mail.key
    if mail.html is not None:
        assert found.get_body(("html",)) is not None
    names = [part.get_filename() for part in found.iter_attachments()] if mail.attachments else []
    assert names == [each.name for each in mail.attachments]


def test_threads_hang_together_and_sent_mail_is_the_owners() -> None:
    sent = {mail.message_id: mail.sent for mail in quarter.mails()}
    for mail in quarter.mails():
        assert (mail.folder == "Sent") == mail.from_me
        assert mail.sent < quarter.NOW
        for reference in mail.references:
            assert sent[reference] < mail.sent, mail.key
    assert GOLDEN["counts"]["mails_from_owner"] >= 150
    languages = {name: sum(mark in (m.text or "") for m in quarter.mails()) for name, mark in MARKS.items()}
    assert min(languages.values()) >= 2, languages


MARKS = {"German": "Grüße", "French": "Bonjour", "Japanese": "ます", "Arabic": "إيلكا", "English": "Thank"}


@pytest.mark.parametrize("name", ["work", "private", "dana"])
def test_calendars_are_read_by_icalendar_and_expand_as_the_story_says(name: str, written: Path) -> None:
    calendar = icalendar.Calendar.from_ical((written / f"calendars/{name}.ics").read_bytes())
    events = list(calendar.walk("VEVENT"))
    assert len(events) == GOLDEN["counts"]["events"][name]
    assert not [event.errors for event in events if event.errors]
    keys = Counter((str(event["UID"]), str(event.get("RECURRENCE-ID"))) for event in events)
    assert max(keys.values()) == 1
    first, last = date(2026, 1, 1), date(2026, 5, 1)
    theirs = Counter(
        (str(event["UID"]), moment(event["DTSTART"].dt))
        for event in recurring_ical_events.of(calendar).between(first, last)
        if first <= day(event["DTSTART"].dt) < last and event["UID"] != "quick-sync@evil.example"
    )
    ours = Counter(
        (one.event.uid, one.day.isoformat() if one.event.all_day else one.begins.isoformat())
        for one in sums.instances(name, first, last)
    )
    assert ours == theirs
    assert ours.total() == GOLDEN["counts"]["instances"][name]


def day(when: Any) -> date:
    return when.astimezone(sums.ZONE).date() if hasattr(when, "hour") else when


def moment(when: Any) -> str:
    return str((when.astimezone(UTC) if hasattr(when, "hour") else when).isoformat())


def test_about_250_events_with_what_makes_calendars_hard(written: Path) -> None:
    text = "".join(path.read_bytes().decode("utf-8") for path in (written / "calendars").glob("*.ics"))
    assert 240 <= text.count("BEGIN:VEVENT") <= 260
    for mark in (
        *("INTERVAL=2", "FREQ=MONTHLY", "BYDAY=-1TH", "COUNT=6", "UNTIL=", "EXDATE", "RECURRENCE-ID", "RELATED-TO"),
        *("STATUS:CANCELLED", "PARTSTAT=DECLINED", "PARTSTAT=TENTATIVE", "VALUE=DATE", "TRANSP:TRANSPARENT"),
        *("TZID=America/New_York", "TZID=W. Europe Standard Time", "TZID=Asia/Dubai", "CONFERENCE", "CUTYPE=RESOURCE"),
    ):
        assert mark in text, mark
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_repositories_are_git_s_own(written: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(written), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(name: str, *arguments: str) -> str:
        command = ["git", "-C", str(written / "repositories" / name), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    for name, count in GOLDEN["counts"]["commits"].items():
        assert git(name, "fsck", "--full", "--strict").strip() == ""
        assert len(git(name, "rev-list", "--all").split()) == count
        tips = dict(
            line.split() for line in git(name, "branch", "--format=%(refname:short) %(objectname)").splitlines()
        )
        assert tips == GOLDEN["counts"]["branches"][name]
        assert git(name, "--no-optional-locks", "status", "--porcelain") == ""
    assert "Ilka Brandvold <ilka.brandvold@fernhafen.example>" in git("tidemark", "shortlog", "-se", "--all")


def test_documents_open_in_other_programs(written: Path) -> None:
    folder = written / "documents"
    kinds = Counter(path.suffix[1:] for path in folder.rglob("*") if path.is_file())
    assert dict(sorted(kinds.items())) == GOLDEN["counts"]["document_kinds"]
    assert 55 <= kinds.total() <= 65
    assert (
        "Clause 7"
        in mammoth.convert_to_markdown(io.BytesIO((folder / "clients/renewal-draft.docx").read_bytes())).value
    )
    sheet = openpyxl.load_workbook(folder / "hosting/comparison.xlsx").active
    assert ("Grünspecht", 36, 84600) in list(sheet.values)
    slides = pptx.Presentation(str(folder / "board/board.pptx")).slides
    assert [slide.shapes.title.text for slide in slides] == ["Tidemark", "Risks"]
    pages = pypdfium2.PdfDocument(folder / "tidemark/rehearsal-2.pdf")
    assert "41,800" in pages[0].get_textpage().get_text_range()
    assert pypdfium2.PdfDocument(folder / "private/versicherung-scan.pdf")[0].get_textpage().count_chars() == 0


def test_contacts_and_reminders_are_read_by_others(written: Path) -> None:
    cards = list(vobject.readComponents((written / "contacts/contacts.vcf").read_text("utf-8")))
    assert len(cards) == GOLDEN["counts"]["contacts"] == len({card.email.value for card in cards})
    assert sum(card.fn.value == "Felix Harms" for card in cards) == 2
    todos = icalendar.Calendar.from_ical((written / "calendars/reminders.ics").read_bytes()).walk("VTODO")
    assert len(todos) == GOLDEN["counts"]["todos"]


def test_every_name_on_the_net_is_a_reserved_one() -> None:
    """RFC 2606 and RFC 6761: nothing in the quarter can reach anybody."""
    allowed = ("schemas.openxmlformats.org", "www.idpf.org", "www.w3.org", "purl.org")
    for path, (content, _) in quarter.contents().items():
        data = content if isinstance(content, bytes) else content.encode()
        if path.endswith((".docx", ".xlsx", ".pptx", ".epub")):
            continue
        hosts = re.findall(rb"(?:https?://|[\w.+-]@)([A-Za-z0-9.-]+\.[A-Za-z]{2,})", re.sub(rb"=\n|\r?\n ", b"", data))
        foreign = {host.decode() for host in hosts if not host.endswith((b".example", b".test"))} - set(allowed)
        assert not foreign, (path, foreign)
    assert len(papers.papers()) == GOLDEN["counts"]["documents"]
