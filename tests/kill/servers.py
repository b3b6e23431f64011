"""Stages with a server behind them: a mailbox, calendars and address books, a Google account, a GitHub account."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from connectors.kinds import KINDS
from tests.kill.stage import Connected, Play
from tests.servers import dav, dovecot, github, github_http
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import settings

TIME = '"02-Mar-2026 08:00:00 +0000"'


@dataclass(frozen=True)
class Served:
    """A stage of given sources, and what changes on their server."""

    connected: list[Connected]
    act: Callable[[], None]

    def sources(self) -> list[Connected]:
        return self.connected

    def change(self) -> None:
        self.act()


def letter(n: int, text: str = "Text") -> bytes:
    head = f"Message-ID: <{n}@example.org>\r\nFrom: Ana <a@example.org>\r\nTo: me@example.org\r\nSubject: Mail {n}\r\n"
    return f"{head}Date: Mon, 02 Mar 2026 08:00:{n % 60:02} +0000\r\n\r\n{text} {n}.\r\n".encode()


@contextmanager
def imap(_folder: Path) -> Iterator[Served]:
    with dovecot.running() as server:
        box = server.connect("ana")
        for name in ("Work", "Old"):
            _ok(box.create(name))
        for n in range(24):
            _ok(box.append("Work" if n % 3 == 0 else "INBOX", "\\Seen" if n % 2 else None, TIME, letter(n)))
        _ok(box.append("Old", None, TIME, letter(90)))

        def change() -> None:
            for n in range(24, 30):
                _ok(box.append("INBOX", None, TIME, letter(n)))
            _ok(box.select("INBOX"))
            _ok(box.uid("STORE", "2:4", "+FLAGS", "(\\Flagged)"))
            _ok(box.uid("STORE", "6:7", "+FLAGS", "(\\Deleted)"))
            _ok(box.expunge())
            _ok(box.uid("MOVE", "9", "Work"))
            _ok(box.unselect())
            _ok(box.delete("Old"))

        given = {"host": "127.0.0.1", "port": server.port, "user": "ana", "security": "none"}
        yield Served([Connected("box", "imap", given, {"password": dovecot.PASSWORD})], change)
        box.logout()


def _ok(answer: tuple[str, Any]) -> None:
    assert answer[0] == "OK", answer


@contextmanager
def webdav(folder: Path) -> Iterator[Served]:
    with dav.radicale(folder / "radicale") as account:
        work, book = account.calendar("work"), account.book("friends")
        for n in range(6):
            account.put(f"{work}{n}.ics", event(n, f"Meeting {n}"))
            account.put(f"{book}{n}.vcf", card(n, f"Friend {n}"))

        def change() -> None:
            account.put(f"{work}1.ics", event(1, "Meeting 1, moved"))
            account.put(f"{work}8.ics", event(8, "Meeting 8"))
            account.delete(f"{work}3.ics")
            account.put(f"{account.calendar('home')}9.ics", event(9, "Dinner"))
            account.put(f"{book}2.vcf", card(2, "Friend 2, married"))
            account.delete(f"{book}4.vcf")

        given = {"url": account.url, "user": account.user}
        secrets = {"password": dav.PASSWORD}
        there = [Connected(kind, kind, given, secrets) for kind in ("caldav", "carddav") if kind in KINDS]
        yield Served(there, change)


def event(n: int, title: str) -> str:
    rule = "RRULE:FREQ=WEEKLY;COUNT=10\r\n" if n % 3 == 0 else ""
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:{n}\r\n"
        f"DTSTAMP:20260301T000000Z\r\nDTSTART:202603{n + 10}T090000Z\r\nDURATION:PT1H\r\n{rule}"
        f"SUMMARY:{title}\r\nDESCRIPTION:Text\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def card(n: int, name: str) -> str:
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{n}\r\nFN:{name}\r\nEMAIL:f{n}@example.org\r\nEND:VCARD\r\n"


@contextmanager
def google(_folder: Path) -> Iterator[Served]:
    fake = FakeGoogle()
    try:
        account = fake.account()
        changes = [make(account) for kind, make in MAKERS.items() if kind in KINDS]
        given = settings(fake, *SCOPES)
        secrets = {name: value.get_secret_value() for name, value in given.items() if isinstance(value, SecretStr)}
        plain = {name: value for name, value in given.items() if name not in secrets and value is not None}
        plain |= {"through": "ana"}
        there = [Connected(f"ana-{kind}", kind, plain, secrets) for kind in MAKERS if kind in KINDS]
        yield Served(there, lambda: [change() for change in changes] and None)
        assert not fake.violations
    finally:
        fake.close()


def _calendar(account: Any) -> Callable[[], None]:
    from tests.servers.google.calendar import Calendars

    calendars = account.of(Calendars)

    def put(n: int, title: str) -> None:
        start, end = (f"2026-03-{n + 10:02}T{hour:02}:00:00+01:00" for hour in (9, 10))
        series = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=8"]} if n % 3 == 0 else {}
        times = {"start": {"dateTime": start, "timeZone": "Europe/Berlin"}}
        times |= {"end": {"dateTime": end, "timeZone": "Europe/Berlin"}}
        calendars.put({"id": f"event{n}", "summary": title, "description": "Text", **times, **series})

    for n in range(7):
        put(n, f"Meeting {n}")

    def change() -> None:
        put(1, "Meeting 1, moved")
        put(8, "Meeting 8")
        calendars.delete("event2")

    return change


def _mail(account: Any) -> Callable[[], None]:
    from tests.servers.google.gmail import Gmail

    box = account.of(Gmail)
    ids = [box.deliver(letter(n), "INBOX", "UNREAD") for n in range(8)]

    def change() -> None:
        box.deliver(letter(9), "INBOX")
        box.relabel(ids[1], ("STARRED",), ("UNREAD",))
        box.delete(ids[2])
        box.trash(ids[3])

    return change


def _drive(account: Any) -> Callable[[], None]:
    from tests.servers.google.drive import Drive

    drive = account.of(Drive)
    ids = [drive.file(f"Note {n}.txt", f"Text of note {n}.".encode()) for n in range(6)]

    def change() -> None:
        drive.edit(ids[1], b"Other text.")
        drive.delete(ids[2])
        drive.trash(ids[3])
        drive.file("New.txt", b"New text.")

    return change


def _tasks(account: Any) -> Callable[[], None]:
    from tests.servers.google.tasks import Tasks

    tasks = account.of(Tasks)
    chores = tasks.list("Chores")
    ids = [tasks.add(chores, f"Task {n}") for n in range(6)]

    def change() -> None:
        tasks.done(chores, ids[1])
        tasks.delete(chores, ids[2])
        tasks.add(chores, "Task 9")

    return change


def _people(account: Any) -> Callable[[], None]:
    from tests.servers.google.people import People

    people = account.of(People)
    ids = [people.add(names=[{"displayName": f"Friend {n}"}]) for n in range(6)]

    def change() -> None:
        people.change(ids[1], names=[{"displayName": "Friend 1, married"}])
        people.delete(ids[2])
        people.add(names=[{"displayName": "Friend 9"}])

    return change


@contextmanager
def octocat(_folder: Path) -> Iterator[Served]:
    with github_http.serving(github_http.small(github.FakeHub())) as world:

        def change() -> None:
            world.tick(7200)
            kestrel = world.repo("harbour/kestrel")
            first = world.open(kestrel, "Rounding again", author=world.login)
            world.tick(60)
            world.close(next(issue for issue in kestrel.issues.values() if issue is not first))
            world.notify(kestrel, "Rounding again", first["number"])

        given = {"login": world.login, "api": world.base}
        yield Served([Connected("hub", "github", given, {"token": world.token})], change)


MAKERS: dict[str, Callable[[Any], Callable[[], None]]] = {
    "google-calendar": _calendar,
    "google-mail": _mail,
    "google-drive": _drive,
    "google-tasks": _tasks,
    "google-contacts": _people,
}
SCOPES = (
    *("calendar.calendarlist.readonly", "calendar.events.readonly", "gmail.readonly", "drive.readonly"),
    *("tasks.readonly", "contacts.readonly"),
)


def _no_dav() -> str | None:
    return None if os.environ.get(dav.PYTHON) else f"Radicale ({dav.PYTHON} names an interpreter that has it)"


def _no_contract() -> str | None:
    return None if find_spec("googleapiclient") else "google-api-python-client, whose documents are the contract"


PLAYS = (
    Play("imap", ("imap",), imap, dovecot.missing),
    Play("dav", ("caldav", "carddav"), webdav, _no_dav),
    Play("google", tuple(MAKERS), google, _no_contract),
    Play("github", ("github",), octocat),
)
