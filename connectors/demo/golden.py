"""The known answers: what is true of the quarter, worked out from its story and never by the product.

`answers()` is committed as `golden.json`, `promises.labels()` as `labels.json`. The labels are for measuring only: no
rule of the product may be made by looking at them. `python -m connectors.demo --golden` writes both anew.
"""

import hashlib
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.demo.agenda import CALENDARS, events, uid
from connectors.demo.cast import ME, people
from connectors.demo.papers import contacts, papers
from connectors.demo.people import answers as people_answers
from connectors.demo.post import Mail
from connectors.demo.promises import answers as promise_answers
from connectors.demo.quarter import FOLDERS, NOW, SEED, calendars, contents, mails
from connectors.demo.repositories import repositories
from connectors.demo.sums import BREATH, Slot, busy, instances, islands, limits, longest_free
from connectors.demo.world import ZONE

TODAY = NOW.date()
DAYS = [date(2026, 3, day) for day in (11, 13, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30)]
OPEN = ("reply", "decide")


def digest(folder: Path) -> str:
    """Return one sha256 over every file below `folder`: names and bytes, in the order of the names."""
    total = hashlib.sha256()
    for path in sorted((each for each in folder.rglob("*") if each.is_file()), key=lambda each: each.as_posix()):
        name = path.relative_to(folder).as_posix().encode()
        total.update(len(name).to_bytes(4, "big") + name + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def clock(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%H:%M")


def minutes(spans: list[tuple[datetime, datetime]]) -> int:
    return sum(int((ends - begins).total_seconds()) // 60 for begins, ends in spans)


def told(one: Slot) -> dict[str, Any]:
    return {"start": clock(one.begins), "end": clock(one.ends), "summary": one.event.summary, "uid": one.event.uid}


def span(pair: tuple[datetime, datetime] | None) -> dict[str, Any] | None:
    return {"from": clock(pair[0]), "until": clock(pair[1]), "minutes": minutes([pair])} if pair else None


def day_facts(day: date) -> dict[str, Any]:
    """Return the sums of a day as its brief should give them. Hours count time that two meetings share once."""
    taken = busy(day)
    dawn, dusk = (
        datetime(each.year, each.month, each.day, tzinfo=ZONE).astimezone(UTC)
        for each in (day, day + timedelta(days=1))
    )
    clipped = [(max(one.begins, dawn), min(one.ends, dusk)) for one in taken]
    meetings = [one for one in taken if one.meeting]
    spans = [pair for one, pair in zip(taken, clipped, strict=True) if one.meeting]
    bounds = limits(day)
    pairs = [
        (one, other)
        for number, one in enumerate(taken)
        for other in taken[number + 1 :]
        if other.begins < one.ends and (one.meeting or other.meeting)
    ]
    runs = [run for run in islands(spans, BREATH) if run[1] - run[0] > timedelta(hours=4)]
    return {
        "meetings": [told(one) for one in meetings],
        "own_blocks": [told(one) for one in taken if not one.meeting],
        "minutes": minutes(islands(spans)),
        "minutes_with_overlap_twice": minutes(spans),
        "first": clock(min(spans)[0]) if spans else None,
        "last": clock(max(ends for _, ends in spans)) if spans else None,
        "longest_free": span(longest_free(day, [*clipped, *((begins, ends) for _, begins, ends in bounds)])),
        "conflicts": [
            {
                "events": [one.event.summary, other.event.summary],
                "from": clock(other.begins),
                "until": clock(min(one.ends, other.ends)),
            }
            for one, other in pairs
        ],
        "runs_over_4h": [span(run) for run in runs],
        "broken_constraints": [
            {
                "id": name,
                "summary": one.event.summary,
                "from": clock(max(one.begins, opens)),
                "until": clock(min(one.ends, closes)),
            }
            for one in meetings
            for name, opens, closes in bounds
            if one.begins < closes and opens < one.ends
        ],
        "no_agenda": [one.event.summary for one in meetings if not one.event.text],
        "not_counted": sorted(
            one.event.summary
            for name in CALENDARS
            for one in instances(name, day, day + timedelta(days=1))
            if not one.busy and (name != "dana" or one.event.uid not in {each.event.uid for each in taken})
        ),
    }


def owed() -> list[dict[str, Any]]:
    """Return the threads whose last mail asks the owner for something and has no answer, oldest first."""
    threads: dict[str, list[Mail]] = {}
    for mail in mails():
        if mail.kind in ("story", "routine"):
            threads.setdefault(mail.thread, []).append(mail)
    last = [thread[-1] for thread in threads.values() if thread[-1].label in OPEN]
    return [
        {
            "message_id": mail.message_id,
            "account": mail.account,
            "subject": mail.subject,
            "who": mail.sender[1],
            "label": mail.label,
            "sent": mail.sent.astimezone(UTC).isoformat(),
            "hours": int((NOW - mail.sent).total_seconds() // 3600),
            "days": (TODAY - mail.sent.astimezone(ZONE).date()).days,
        }
        for mail in sorted(last, key=lambda each: each.sent)
    ]


def tasks() -> dict[str, Any]:
    """Return the open tasks by what their due day makes of them, from the lists and the reminders."""
    found: list[tuple[str, date | None, bool]] = []
    for path, (content, _) in contents().items():
        if path.startswith("lists/"):
            assert isinstance(content, str)
            for mark, title in re.findall(
                r"^\s*[-*] \[(.)\] (.*)$", re.sub(r"(?s)```.*?```", "", content), re.MULTILINE
            ):
                due = re.search(r"(?:📅 |due:|@due\()(\d{4}-\d\d-\d\d)", title)
                plain = re.sub(r"\s*(?:[📅✅] |due:|@due\()\d{4}-\d\d-\d\d\)?|\s#\w+", "", title)
                found.append((plain, date.fromisoformat(due[1]) if due else None, mark == " "))
    for todo in calendars()["reminders"].split("BEGIN:VTODO")[1:]:
        due = re.search(r"^DUE\S*:(\d{8})", todo, re.MULTILINE)
        title = re.search(r"^SUMMARY:(.*)\r$", todo, re.MULTILINE)
        status = re.search(r"^STATUS:(\S+)", todo, re.MULTILINE)
        assert title
        assert status
        plain = title[1].replace("\\,", ",")
        opened = status[1] in ("NEEDS-ACTION", "IN-PROCESS")
        found.append((plain, datetime.strptime(due[1], "%Y%m%d").date() if due else None, opened))  # noqa: DTZ007
    mine = [(title, due) for title, due, opened in found if opened]
    week = TODAY + timedelta(days=7)
    return {
        "all": len(found),
        "open": len(mine),
        "overdue": sorted([due.isoformat(), title] for title, due in mine if due and due < TODAY),
        "today": sorted(title for title, due in mine if due == TODAY),
        "week": sorted([due.isoformat(), title] for title, due in mine if due and TODAY < due <= week),
    }


def changed_yesterday() -> list[dict[str, Any]]:
    """Return the events from today on that others made, moved or cancelled since yesterday's brief."""
    since = NOW - timedelta(days=1)
    found = []
    for event in events():
        own = event.calendar != "dana" and event.organizer.id != ME and event.others
        starts = event.start if isinstance(event.start, datetime) else None
        if own and starts and since < event.updated <= NOW and starts.astimezone(ZONE).date() >= TODAY:
            what = "cancelled" if event.status == "CANCELLED" else "new" if event.created > since else "changed"
            found.append(
                {"summary": event.summary, "what": what, "start": starts.astimezone(UTC).isoformat(), "uid": event.uid}
            )
    return sorted(found, key=lambda each: (each["start"], each["summary"]))


def counts() -> dict[str, Any]:
    held = Counter(f"mail/{mail.account}/{mail.folder}.mbox" for mail in mails())
    return {
        "mails": {path: held[path] for path in sorted(held)},
        "mails_total": len(mails()),
        "mails_from_owner": sum(mail.from_me for mail in mails()),
        "mails_unread": sum(not mail.seen for mail in mails()),
        "mails_flagged": sum(mail.flagged for mail in mails()),
        "mail_kinds": dict(sorted(Counter(mail.kind for mail in mails()).items())),
        "accounts": {name: list(folders) for name, folders in FOLDERS.items()},
        "events": {name: text.count("BEGIN:VEVENT") for name, text in calendars().items()},
        "todos": calendars()["reminders"].count("BEGIN:VTODO"),
        "documents": len(papers()),
        "document_kinds": dict(sorted(Counter(paper.path.rpartition(".")[2] for paper in papers()).items())),
        "commits": {made.name: made.commits for made in repositories()},
        "branches": {made.name: dict(sorted(made.repository.branches.items())) for made in repositories()},
        "contacts": contacts().count("BEGIN:VCARD"),
        "people": len(people()),
        "instances": {name: len(instances(name, date(2026, 1, 1), date(2026, 5, 1))) for name in CALENDARS},
    }


def clock_changes() -> dict[str, Any]:
    """Return what the changes of clocks do: New York's on 8 March, Berlin's on the 29th."""

    def begins(name: str, calendar: str, first: date, until: date) -> list[str]:
        return [
            one.begins.isoformat()
            for one in instances(calendar, first, until)
            if one.event.uid == uid(name) and not one.cancelled
        ]

    return {
        "handover": begins("handover", "work", date(2026, 3, 1), date(2026, 4, 9)),
        "standup": begins("standup", "work", date(2026, 3, 27), date(2026, 3, 31)),
        "backup_window": begins("backup-window", "work", date(2026, 3, 22), date(2026, 4, 6)),
        "hours_of_29_march": 23,
        "cutover_night_minutes": 90,
    }


def answers() -> dict[str, Any]:
    """Return every known answer but the digest of the files."""
    return {
        "seed": SEED,
        "now": NOW.isoformat(),
        "zone": ZONE.key,
        "counts": counts(),
        "today": TODAY.isoformat(),
        "days": {day.isoformat(): day_facts(day) for day in DAYS},
        "first": FIRST,
        "replies": owed(),
        "answered_by_others": [mail.message_id for mail in mails() if mail.key == "cutover-testfile/1"],
        "tasks": tasks(),
        "changed_yesterday": changed_yesterday(),
        "clock_changes": clock_changes(),
        "commitments": promise_answers(),
        "people": people_answers(),
        "hostile": {
            "message_ids": [mail.message_id for mail in mails() if mail.kind == "hostile"],
            "senders": sorted({mail.sender[1] for mail in mails() if mail.kind == "hostile"}),
            "never_shown": ["evil.example", "invoices.example", "hunters.example", "DE00 0000"],
        },
    }


FIRST = {
    "what": "Send Solveig Nyqvist the written cut-over plan with the rollback and the names",
    "who": "solveig.nyqvist@norrland-freight.example",
    "subject": "Cut-over: I need this in writing",
    "deadline": "2026-03-25T12:00:00+01:00",
    "goals": ["g_cutover", "g_renewal"],
    "why": "A tier-1 client asked for it by today, 12:00, and ties the renewal to it; it was promised for yesterday.",
}
