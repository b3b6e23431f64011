"""How outputs say days, times, lengths and foreign words. Plain functions, the same for every line."""

from collections.abc import Sequence
from datetime import date, datetime

from flows.facts import Moment
from flows.render.clean import plain

LONG = 60  # characters of a foreign title
FAR = 180  # days from which a date needs its year


def title(text: str | None, limit: int = LONG) -> str:
    """Return a foreign title as outputs quote it: one harmless line, without quotes of its own."""
    seen = plain(text or "", limit=limit).translate({ord("“"): "'", ord("”"): "'", ord('"'): "'"}).strip()
    return seen or "(no title)"


def name(text: str | None, address: str | None = None) -> str:
    """Return somebody's name; where there is only an address, the part of it before the @."""
    known = (text or "").strip() or (address or "").strip() or "somebody"
    if "@" in known:
        known = known.partition("@")[0].replace(".", " ").replace("_", " ")
    return plain(known, limit=40).strip() or "somebody"


def length(minutes: int) -> str:
    """Return a length of time: "45 min", "2 h", "3 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def on(day: date, today: date | None = None) -> str:
    """Return a date with its weekday: "Fri 27 Mar"; far from `today` with its year."""
    far = today is not None and abs((day - today).days) > FAR
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if far else "")


def ago(days: int) -> str:
    """Return how long something has been waiting."""
    return "since today" if days <= 0 else "since yesterday" if days == 1 else f"for {days} days"


def wanted(day: date, today: date) -> str:
    """Return by when somebody wants something, as seen from `today`."""
    gap = (day - today).days
    if gap < 0:
        return f"wanted it by {on(day, today)}"
    return "wants it today" if gap == 0 else "wants it by tomorrow" if gap == 1 else f"wants it by {on(day, today)}"


def due(day: date, today: date) -> str:
    """Return when something is due, as seen from `today`."""
    gap = (day - today).days
    if gap < 0:
        return f"overdue since {on(day, today)}"
    return "due today" if gap == 0 else "due tomorrow" if gap == 1 else f"due {on(day, today)}"


def listed(names: Sequence[str]) -> str:
    """Return names in a sentence: "Ana", "Ana and Bo", "Ana, Bo and 3 more"."""
    if len(names) <= 2:
        return " and ".join(names)
    return (
        f"{names[0]}, {names[1]} and {len(names) - 2} more"
        if len(names) > 3
        else f"{names[0]}, {names[1]} and {names[2]}"
    )


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 meeting", "4 meetings"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def told_at(moment: Moment, read: datetime) -> str:
    """Return when something was read: its time, and its date where that is another."""
    clock = moment.clock(read)
    local = moment.local(read)
    return clock if local == moment.today else f"{on(local)} {clock}"
