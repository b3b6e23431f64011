"""What became of a meeting since the owner was last told of it: what changed, or that it is withdrawn."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flows.common.wording import count, on, title
from flows.facts import Row, Value
from flows.output import Fact, Line, Output, Section
from flows.prep.events import Meeting, when
from flows.shape import Draft, View

# Facts of an output by the letter of their id: the meeting, that it is withdrawn, what changed.
MEETING, WITHDRAWN, CHANGE = "e", "x", "c"
# What may be new under a meeting: the value that dates it, and how one and several are called.
NEWS = {
    "messages": ("sent", "new mail", "new mails"),
    "documents": ("changed", "document changed", "documents changed"),
    "issues": ("updated", "pull request changed", "pull requests changed"),
}


def event(output: Output) -> Fact | None:
    """Return what an output held of its meeting."""
    return next((fact for fact in output.facts if fact.id[0] in (MEETING, WITHDRAWN)), None)


def withdrew(output: Output) -> bool:
    return any(fact.id[0] == WITHDRAWN for fact in output.facts)


def ended(output: Output) -> datetime | None:
    """Return when the meeting of an output was to end; None where it holds none."""
    held = event(output)
    if held is None:
        return None
    day, clock = date.fromisoformat(str(held.values["end_date"])), time.fromisoformat(str(held.values["end"]))
    return datetime.combine(day, clock, ZoneInfo(output.zone))


def line(view: View, meeting: Meeting, shown: tuple[str, ...]) -> Line | None:
    """Return the line that says what changed since the last output about this meeting; None where nothing ever did.

    `shown` are the facts that this output shows. Where nothing changed since, what was said last stands.
    """
    last = view.last(meeting.occurrence)
    was = event(last) if last else None
    if last is None or was is None:
        return None
    now = next(fact for fact in view.book.facts if fact.id == meeting.fact)
    fresh = _fresh(view, last, shown)
    said, values = _differences(was, now)
    if withdrew(last):
        said.insert(0, "takes place again")
    else:
        said += [count(number, *NEWS[name][1:]) for name, number in fresh.items()]
        values |= {NEWS[name][1].split()[-1 if name == "messages" else 0]: number for name, number in fresh.items()}
    if said:
        text = f"Changed: {', '.join(said)}"
    elif before := next((fact for fact in last.facts if fact.id[0] == CHANGE), None):
        text, values = before.text, dict(before.values)
    else:
        return None
    fact = view.book.add(CHANGE, "events", meeting.row["event_key"], text, values)
    return Line(text=text, facts=(fact,), external=True)


def _fresh(view: View, last: Output, shown: tuple[str, ...]) -> dict[str, int]:
    """Return how many of the facts shown are of what happened since the last output, by their view."""
    known = {(fact.view, fact.key): fact.values for fact in last.facts}
    since = view.moment.local(last.made).isoformat()
    found = dict.fromkeys(NEWS, 0)
    for fact in view.book.facts:
        if fact.id in shown and fact.view in NEWS:
            dated = NEWS[fact.view][0]
            when = str(fact.values.get(dated))
            found[fact.view] += when >= since and known.get((fact.view, fact.key), {}).get(dated) != when
    return {name: number for name, number in found.items() if number}


def _differences(was: Fact, now: Fact) -> tuple[list[str], dict[str, Value]]:
    """Return what differs between two facts of a meeting, in words, and the values that the words hold."""
    old, new = was.values, now.values
    said: list[str] = []
    values: dict[str, Value] = {}
    before, here = _names(old["people"]), _names(new["people"])
    added, gone = [one for one in here if one not in before], [one for one in before if one not in here]
    said += [f"+{one}" for one in added[:3]] + ([f"+{len(added) - 3} more"] if len(added) > 3 else [])
    said += [f"−{one}" for one in gone[:3]] + ([f"−{len(gone) - 3} more"] if len(gone) > 3 else [])
    if added or gone:
        values |= {"added": added, "gone": gone, "more": max(len(added) - 3, 0), "fewer": max(len(gone) - 3, 0)}
    if (old["date"], old["start"]) != (new["date"], new["start"]):
        there = date.fromisoformat(str(new["date"]))
        other = old["date"] != new["date"]
        said.append(f"moved to {on(there) + ' ' if other else ''}{new['start']}, was {_was(old, other)}")
        values |= {"date": new["date"], "start": new["start"], "was_date": old["date"], "was_start": old["start"]}
    elif (old["end"], old["end_date"]) != (new["end"], new["end_date"]):
        said.append(f"now until {new['end']}, was {old['end']}")
        values |= {"end": new["end"], "was_end": old["end"]}
    if old["title"] != new["title"]:
        said.append(f"now called “{new['title']}”")
        values["title"] = new["title"]
    if old["where"] != new["where"]:
        said.append(f"now at “{new['where']}”" if new["where"] else "no place given any more")
        values["where"] = new["where"]
    if old["purpose"] != new["purpose"]:
        said.append("the agenda changed" if old["purpose"] and new["purpose"] else "an agenda is given"
                    if new["purpose"] else "no agenda any more")  # fmt: skip
    return said, values


def _was(old: dict[str, Value], other: bool) -> str:
    return f"{on(date.fromisoformat(str(old['date'])))} {old['start']}" if other else str(old["start"])


def _names(value: Value) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def gone(row: Row | None) -> str | None:
    """Return why a meeting that was told needs no preparing any more; None where it stands."""
    if row is None:
        return "no longer on your calendar"
    if row["cancelled"]:
        return "cancelled"
    if row["my_status"] == "declined":
        return "declined by you"
    return None if row["other_people"] else "nobody else comes any more"


def withdrawn(view: View, occurrence: str, row: Row | None, why: str) -> Draft:
    """Return the output that takes a preparation back. Without a row it rests on what the last output held."""
    if row is not None:
        moment, said = view.moment, title(row["summary"])
        span = when(moment, row["starts_at"], row["ends_at"])
        values: dict[str, Value] = {
            "title": said,
            "date": moment.local(row["starts_at"]).isoformat(),
            "start": moment.clock(row["starts_at"]),
            "end": moment.clock(row["ends_at"]),
            "end_date": moment.local(row["ends_at"]).isoformat(),
            "people": [],
            "where": None,
            "purpose": None,
        }
        key = str(row["instance_key"])
    else:
        last = view.last(occurrence)
        held = event(last) if last else None
        assert held is not None
        values, key = dict(held.values), held.key
        said = str(values["title"])
        span = f"{on(date.fromisoformat(str(values['date'])))} {values['start']}–{values['end']}"
    text = f"“{said}”, {span}: {why}"
    fact = view.book.add(WITHDRAWN, "event_instances", key, text, {**values, "withdrawn": why})
    section = Section(title="Withdrawn", lines=(Line(text=text, facts=(fact,), external=True),))
    return Draft(f"Withdrawn: “{said}”", occurrence, (section,), lasting=True)
