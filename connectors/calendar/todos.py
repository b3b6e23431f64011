"""VTODO to a row of `tasks`."""

from typing import Any

from connectors.calendar.events import labels, number, stamp, text
from connectors.calendar.ical import Calendar
from connectors.calendar.moments import duration, moment

STATUSES = {"COMPLETED": "done", "CANCELLED": "cancelled"}


def todo(component: Any, calendar: Calendar, key: str) -> dict[str, Any]:
    """Return the row of a to-do. Done is what says so, has a time of completion, or is complete to 100 percent."""
    due = moment(component.get("DUE"), calendar)
    if due is None and (start := moment(component.get("DTSTART"), calendar)) is not None:
        length = duration(component)
        due = start.plus(length) if length is not None else None
    completed = stamp(component, "COMPLETED", calendar)
    done = completed is not None or number(component, "PERCENT-COMPLETE") == 100
    status = STATUSES.get((text(component, "STATUS") or "").upper(), "done" if done else "open")
    priority = number(component, "PRIORITY")
    return {
        "key": key,
        "list": calendar.name,
        "title": text(component, "SUMMARY"),
        "notes": text(component, "DESCRIPTION"),
        "status": status,
        "due_at": due.utc if due and not due.all_day else None,
        "due_date": _day(due.value) if due else None,
        "completed_at": completed,
        "created_at": stamp(component, "CREATED", calendar),
        "updated_at": stamp(component, "LAST-MODIFIED", calendar),
        "priority": priority if priority and 1 <= priority <= 9 else None,
        "labels": labels(component),
    }


def _day(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value
