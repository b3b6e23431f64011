"""Folders of documents, task lists, contacts and calendars: changed, renamed (also by the folder), moved, deleted."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.calendar import file as ics_file
from connectors.calendar import folder as ics_folder
from connectors.docs import folder as docs
from connectors.docs.worker import attempt
from connectors.people import vcard
from connectors.tasks import markdown
from tests.connectors.equality.few import few
from tests.connectors.equality.stand import Stand, happen

PLACES = ("{}", "a/{}", "a/b/{}", "c/{}")


def names(suffix: str) -> list[str]:
    return [place.format(f"{name}{suffix}") for place in PLACES for name in ("alpha", "board notes", "Käse")]


class Here:
    """The pool of readers without its processes, which take longer to start than a hundred small files to read."""

    def __init__(self, *_: Any) -> None: ...

    def __class_getitem__(cls, _: Any) -> type["Here"]:
        return cls

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None: ...

    def run(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
        for job in jobs:
            if job.file is None:
                yield job.tag, job.answer
            else:
                with job.file:
                    yield job.tag, attempt(job.reader, job.file.read())


def document(number: int) -> bytes:
    texts = (
        "# alpha\n\nWords of it.",
        "No title here.",
        "# Board\n\n## One\n\nText\n\n## Two\n\nMore",
        "",
        "x",
        "# Käse",
    )
    return texts[number].encode()


@pytest.mark.row("N3", "N8")
@few(60)
@given(st.data())
def test_documents(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(docs, "Pool", Here)
        stand = Stand(docs, tmp_path_factory.mktemp("docs") / "root", include=None, exclude=None)
        happen(stand, data, document, [*names(".md"), "alpha.txt", "a/alpha.txt"])
        stand.check()


def tasks(number: int) -> bytes:
    lines = ("- [ ] call Ann", "- [x] call Ann", "# Home", "- [ ] pay 📅 2026-03-20", "- [-] pay", "text")
    return "\n".join((*lines[number:], *lines[:2])).encode()


@pytest.mark.row("N5", "N8")
@few(60)
@given(st.data())
def test_task_lists(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    stand = Stand(markdown, tmp_path_factory.mktemp("tasks") / "root")
    happen(stand, data, tasks, names(".md"))
    stand.check()


def cards(number: int) -> bytes:
    made = [
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{n % 4}\r\nFN:Ann {n}\r\nEMAIL:a{n}@example.org\r\nEND:VCARD\r\n"
        for n in range(number, 6)
    ]
    return ("".join(made) + ("BEGIN:VCARD\r\nEND:VCARD\r\n" if number == 2 else "")).encode()


@pytest.mark.row("N5", "N8")
@few(60)
@given(st.data())
def test_contacts(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    stand = Stand(vcard, tmp_path_factory.mktemp("cards") / "root")
    happen(stand, data, cards, names(".vcf"))
    stand.check()


def calendar(number: int) -> bytes:
    """A series, with an exception and a task where the number says so.

    Never what is no calendar: a file that is found half written keeps the rows of before, on purpose.
    """
    number %= 4
    series = (
        *("BEGIN:VEVENT", f"UID:s{number % 2}", f"DTSTART:2026030{number + 2}T090000Z", f"SUMMARY:Series {number}"),
        *("RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT"),
    )
    moved = (
        *("BEGIN:VEVENT", f"UID:s{number % 2}", f"RECURRENCE-ID:2026030{number + 2}T090000Z", "SUMMARY:Moved"),
        *(f"DTSTART:2026030{number + 2}T150000Z", "END:VEVENT"),
    )
    task = ("BEGIN:VTODO", "UID:t1", "SUMMARY:Pay", "END:VTODO")
    bad = ("BEGIN:VEVENT", "UID:bad", "SUMMARY:No start", "END:VEVENT")
    parts = (*series, *(moved if number % 2 else ()), *(task if number > 1 else ()), *(bad if number == 2 else ()))
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", "")).encode()


@pytest.mark.row("N1", "N8")
@few(40)
@given(st.data())
def test_calendars_in_a_folder(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    stand = Stand(ics_folder, tmp_path_factory.mktemp("ics") / "root")
    happen(stand, data, calendar, names(".ics"))
    stand.check()


@pytest.mark.row("N1", "N8")
@few(25)
@given(st.data())
def test_a_calendar_file(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("ics") / "root"
    stand = Stand(ics_file, root, Path(root / "mine.ics"))
    for number in data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=5)):
        stand.write("mine.ics", calendar(number))
        if data.draw(st.booleans()):
            stand.sync()
    stand.check()
