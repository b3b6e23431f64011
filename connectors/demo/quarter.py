"""The bundled fictional quarter: one owner's mail, calendars, documents, repositories, lists and contacts, as files.

`write(folder)` lays it down. The same program writes the same bytes on every machine: nothing depends on the clock, the
locale, the machine's zone, the hash seed, the order of directories or the versions of libraries.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from connectors.demo import agenda, bulk, letters, odd, routine, script
from connectors.demo.ical import folded
from connectors.demo.papers import attachments, contacts, papers
from connectors.demo.post import Mail, dressed, mbox
from connectors.demo.repositories import repositories
from connectors.demo.world import NOW, SEED, STORY, at, put

__all__ = ["NOW", "SEED", "Connection", "Layout", "connections", "mails", "write"]

EXPORTED = NOW - timedelta(minutes=20)  # when the owner's programs last wrote their files
LIST = "quarter.json"
FOLDERS = {"work": ("Inbox", "Sent", "Archive", "Lists"), "private": ("Inbox", "Sent", "Archive", "Lists", "Junk")}


@dataclass(frozen=True)
class Connection:
    """A connection to make: the word of `steward connect`, the path below the folder, a name, an account."""

    kind: str
    path: str
    name: str
    account: str


@dataclass(frozen=True)
class Layout:
    """What was written, and where."""

    root: Path
    files: tuple[str, ...]
    connections: tuple[Connection, ...]


def connections() -> tuple[Connection, ...]:
    """Return the connections to make. A calendar that is somebody else's has that person's address as account."""
    found = [
        Connection("ics", "calendars/work.ics", "work-calendar", "work"),
        Connection("ics", "calendars/private.ics", "private-calendar", "private"),
        Connection("ics", "calendars/dana.ics", "dana-calendar", "dana.whitlock@fernhafen.example"),
        Connection("ics", "calendars/reminders.ics", "reminders", "private"),
    ]
    for account, folders in FOLDERS.items():
        found += [
            Connection("mbox", f"mail/{account}/{name}.mbox", f"{account}-{name.lower()}", account) for name in folders
        ]
    return (
        *found,
        Connection("docs", "documents", "documents", "work"),
        Connection("git", "repositories/tidemark", "tidemark", "work"),
        Connection("git", "repositories/runbooks", "runbooks", "work"),
        Connection("todo", "lists", "lists", "private"),
        Connection("vcard", "contacts/contacts.vcf", "contacts", "private"),
    )


@cache
def mails() -> tuple[Mail, ...]:
    """Return every mail of the quarter, in order of time."""
    given = attachments()
    found: list[Mail] = []
    for thread in script.authored():
        found += dressed(thread, given)
    for thread in routine.played():
        found += dressed(thread, given, "routine")
    found += letters.absences(found)
    found += [*letters.invitations(), *letters.answers(), *bulk.mails(), *odd.malformed(), *odd.hostile()]
    return tuple(sorted(found, key=lambda mail: (mail.sent, mail.key)))


def calendars() -> dict[str, str]:
    """Return the calendar files by name; the hostile invitation stands in the owner's."""
    files = {name: agenda.file(name) for name in agenda.CALENDARS} | {"reminders": agenda.reminders()}
    attack = "".join(folded(line) + "\r\n" for line in odd.hostile_event())
    files["work"] = files["work"].replace("END:VCALENDAR\r\n", attack + "END:VCALENDAR\r\n")
    return files


def contents() -> dict[str, tuple[str | bytes, datetime]]:
    """Return every file but those of the repositories: path → (content, time of change)."""
    files: dict[str, tuple[str | bytes, datetime]] = {}
    for name, text in calendars().items():
        files[f"calendars/{name}.ics"] = (text, EXPORTED)
    for account, folders in FOLDERS.items():
        for folder in folders:
            held = [mail for mail in mails() if (mail.account, mail.folder) == (account, folder)]
            files[f"mail/{account}/{folder}.mbox"] = (mbox(held), EXPORTED)
    for paper in papers():
        files[f"documents/{paper.path}"] = (paper.data, paper.changed)
    for path in sorted((STORY / "lists").glob("*.md")):
        files[f"lists/{path.name}"] = (path.read_text("utf-8"), at("2026-03-24 18:30"))
    files["contacts/contacts.vcf"] = (contacts(), at("2026-01-05 09:00"))
    return files


def profile() -> dict[str, str]:
    """Return the owner's profile: path below `context/` → text."""
    root = STORY / "profile"
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in found}


def write(folder: Path) -> Layout:
    """Write the quarter under `folder` and return what was written. Files that are already so are left alone.

    What an earlier version of the quarter wrote and this one does not is removed; files of anybody else stay.
    """
    told = folder / LIST
    before = set(json.loads(told.read_text("utf-8"))["files"]) if told.is_file() else set()
    files = contents()
    for path, (content, when) in files.items():
        put(folder / path, content, when)
    for made in repositories():
        made.repository.write(folder / "repositories" / made.name, made.branch, made.last)
    names = tuple(sorted(files))
    for path in sorted(before - set(names)):
        (folder / path).unlink(missing_ok=True)
    put(told, json.dumps({"seed": SEED, "now": NOW.isoformat(), "files": names}, indent=1) + "\n", EXPORTED)
    return Layout(folder, names, connections())
