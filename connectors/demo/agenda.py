"""The three calendars of the quarter: the series of `story/series.toml` and the meetings of `story/singles.txt`."""

import re
import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from connectors.demo.cast import ME, Person, people
from connectors.demo.ical import Event, calendar, escaped, event_lines, utc
from connectors.demo.world import STORY, ZONE, Dice, at

CALENDARS = ("work", "private", "dana")
WINDOWS = {"W._Europe_Standard_Time": "W. Europe Standard Time"}  # Outlook's name of Berlin's zone


def uid(id_: str) -> str:
    return f"{id_}-2026@calendar.fernhafen.example"


def link(id_: str) -> str:
    dice = Dice("call", id_)
    return "https://meet.fernhafen.example/" + "".join(dice.pick("abcdefghkmnpqrstuvwxyz") for _ in range(10))


def invited(calendar_: str, who: list[str], by: str) -> tuple[Person, ...]:
    """Return the attendees besides the organizer; the owner is one of them in calendars of their own."""
    if not who:
        return ()
    names = who if calendar_ == "dana" or ME in who or by == ME else [ME, *who]
    return tuple(people()[name] for name in names if name != by)


def moment(text: str, zone: ZoneInfo) -> datetime | date:
    return at(text, zone) if " " in text else date.fromisoformat(text)


def later(start: datetime | date, said: dict[str, Any]) -> datetime | date:
    return start + (timedelta(days=said["days"]) if "days" in said else timedelta(minutes=said["minutes"]))


def series(said: dict[str, Any]) -> list[Event]:
    """Return a series and its exceptions."""
    calendar_, id_ = said.get("calendar", "work"), said["id"]
    zone = ZoneInfo(said.get("zone", "Europe/Berlin"))
    by = said.get("by", ME)
    start = moment(said["start"], zone)
    created = at("2026-01-02 10:00") - timedelta(days=Dice("series", id_).below(40))
    master = Event(
        id=id_,
        uid=uid(id_),
        calendar=calendar_,
        summary=said["summary"],
        start=start,
        end=later(start, said),
        written=zone.key,
        organizer=people()[by],
        others=invited(calendar_, said["who"], by),
        mine=said.get("mine", "ACCEPTED"),
        created=created,
        updated=created,
        rule=said["rule"],
        skipped=tuple(at(each, zone) for each in said.get("skipped", ())),
        free=said.get("free", False),
        room=said.get("room", ""),
        url=link(id_) if said.get("call") else "",
        text=said.get("text", ""),
        splits=uid(said["splits"]) if "splits" in said else "",
    )
    found = [master]

    def exception(original: str, changed: datetime, **what: Any) -> None:
        was = moment(original, zone)
        base = replace(master, start=was, end=later(was, said), replaces=was, rule="", skipped=(), sequence=1)
        found.append(replace(base, id=f"{id_}/{original}", updated=changed, splits="", **what))

    for original, moved, minutes in said.get("moved", ()):
        start = at(moved, zone)
        changed = at(said["changed"]) if "changed" in said else at(original, zone) - timedelta(days=2, hours=3)
        exception(original, changed, start=start, end=start + timedelta(minutes=minutes))
    for original in said.get("cancelled", ()):
        exception(original, at(original, zone) - timedelta(days=1, hours=2), status="CANCELLED")
    for original in said.get("declined", ()):
        exception(original, at(original, zone) - timedelta(days=6), mine="DECLINED")
    return found


def single(calendar_: str, line: str) -> Event:
    """Parse one line of `story/singles.txt`."""
    when, summary, who, *rest = (part.strip() for part in line.split("|"))
    told, _, agenda = (rest[0] if rest else "").partition("agenda=")
    options = {name: value for name, _, value in (word.partition("=") for word in told.split())}
    first, amount = when.split()[:2]
    id_ = re.sub(r"[^a-z0-9]+", "-", f"{first}-{summary.lower()}").strip("-")
    written = options.get("zone", "Europe/Berlin")
    if written in WINDOWS:
        zone, written = ZONE, WINDOWS[written]
    else:
        zone = ZoneInfo(written)
    start: datetime | date
    end: datetime | date
    if amount == "day":
        start = date.fromisoformat(first)
        end = start + timedelta(days=int(when.split()[2]))
        noon = at(f"{first} 09:00")
    else:
        start = noon = at(f"{first} {amount}", zone)
        end = start + timedelta(minutes=int(when.split()[2]))
    if "until" in options:
        stamp, _, place = options["until"].partition("@")
        end = at(stamp.replace("_", " "), ZoneInfo(place))
    by = options.get("by", "dana" if calendar_ == "dana" else ME)
    created = at(options["created"].replace("_", " ")) if "created" in options else noon - timedelta(days=9, hours=2)
    status = "CANCELLED" if "cancelled" in options else "CONFIRMED"
    answers = {"declined": "DECLINED", "tentative": "TENTATIVE", "mine": "NEEDS-ACTION"}
    return Event(
        id=id_,
        uid=uid(id_),
        calendar=calendar_,
        summary=summary,
        start=start,
        end=end,
        written=written,
        organizer=people()[by],
        others=invited(calendar_, who.replace("-", "").split(), by),
        mine=next((answer for word, answer in answers.items() if word in options), "ACCEPTED"),
        created=created,
        updated=at(options["updated"].replace("_", " ")) if "updated" in options else created,
        status=status,
        free="free" in options,
        room="Speicher 1" if "room" in options else "",
        url=link(id_) if "call" in options else "",
        text=agenda.strip(),
        sequence=int(options.get("seq", "1" if status == "CANCELLED" else "0")),
        floating="floating" in options,
        private="private" in options,
    )


@cache
def events() -> tuple[Event, ...]:
    """Return every VEVENT of the quarter."""
    found: list[Event] = []
    for said in tomllib.loads((STORY / "series.toml").read_text("utf-8"))["series"]:
        own = series(said)
        found += own
        if said.get("shared"):
            found += [replace(each, calendar="dana") for each in own if each.mine == "ACCEPTED"]
    for block in re.split(r"^## ", (STORY / "singles.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]:
        name, *lines = block.splitlines()
        found += [single(name.strip(), line) for line in lines if line.strip()]
    return tuple(found)


def address_in(calendar_: str) -> str:
    me = people()[ME]
    return me.also[0] if calendar_ == "private" else me.address


def file(calendar_: str) -> str:
    """Return a whole calendar file."""
    own = [event for event in events() if event.calendar == calendar_]
    zones = sorted({event.written for event in own if not event.all_day and not event.floating})
    ends = {str(getattr(event.end, "tzinfo", "")) for event in own if isinstance(event.end, datetime)}
    zones = sorted({*zones, *(ends & {"Europe/Berlin", "America/New_York"})})
    titles = {"work": "Ilka Brandvold", "private": "Privat", "dana": "Dana Whitlock"}
    me = people()[ME]
    return calendar(titles[calendar_], zones, [event_lines(each, me, address_in(calendar_)) for each in own])


def reminders() -> str:
    """Return the owner's reminders: VTODOs, as a phone exports them."""
    told = tomllib.loads((STORY / "reminders.toml").read_text("utf-8"))["todo"]
    parts = []
    for number, todo in enumerate(told, 1):
        created = at(todo["created"])
        done = at(todo["completed"]) if "completed" in todo else None
        lines = ["BEGIN:VTODO", f"UID:{uid(f'todo-{number}')}", f"DTSTAMP:{utc(done or created)}"]
        lines += [f"CREATED:{utc(created)}", f"LAST-MODIFIED:{utc(done or created)}"]
        lines.append(f"SUMMARY:{escaped(todo['title'])}")
        if "due" in todo:
            due = moment(todo["due"], ZONE)
            lines.append(
                f"DUE;TZID=Europe/Berlin:{due:%Y%m%dT%H%M%S}"
                if isinstance(due, datetime)
                else f"DUE;VALUE=DATE:{due:%Y%m%d}"
            )
        lines.append(f"PRIORITY:{todo.get('priority', 0)}")
        lines.append(f"STATUS:{todo.get('status', 'COMPLETED' if done else 'NEEDS-ACTION')}")
        if done:
            lines += [f"COMPLETED:{utc(done)}", "PERCENT-COMPLETE:100"]
        if notes := todo.get("notes"):
            lines.append(f"DESCRIPTION:{escaped(notes)}")
        parts.append([*lines, "END:VTODO"])
    return calendar("Erinnerungen", ["Europe/Berlin"], parts)
