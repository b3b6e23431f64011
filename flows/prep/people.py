"""Who comes: what they are to the owner, when they last had to do with each other, or that it is the first time."""

from datetime import datetime

from context.profile import Person
from flows.common.items import Item
from flows.common.wording import name, on, title
from flows.facts import SQL, Row, Value
from flows.prep.events import Guest, Meeting
from flows.shape import View


def known(view: View) -> dict[str, Person]:
    """Return the people of the profile, as far as they may be seen here, by their addresses."""
    return {email.lower(): person for person in view.profile.people for email in person.emails}


def rows(view: View, meeting: Meeting) -> dict[str, Row]:
    """Return what is known of the guests, by address."""
    who = sorted(guest.address for guest in meeting.guests if guest.address)
    found = view.rows("company", who=who, begins=meeting.begins) if who else []
    return {str(row["address"]): row for row in found}


def called(view: View, guest: Guest, row: Row | None) -> str:
    """Return a guest's name: the owner's for who they know, else the invitation's."""
    person = known(view).get(guest.address or "")
    if person is not None:
        return name(person.name)
    kept = row is not None and row["source"] == "contacts" and guest.address not in view.hidden
    return name(row["name"], guest.address) if row is not None and kept else guest.name


def read(view: View, meeting: Meeting) -> list[Item]:
    """Return a line for each guest, who is nearest to the owner first."""
    found = rows(view, meeting)
    names = {guest: called(view, guest, found.get(guest.address or "")) for guest in meeting.guests}
    twins = view.rows("namesakes", names=sorted({said.lower() for said in names.values()})) if names else []
    shared = {str(row["name"]): row for row in twins}
    items = [_item(view, meeting, guest, names[guest], found.get(guest.address or ""), shared) for guest in names]
    return sorted(items, key=lambda item: item.rank)


def _item(view: View, meeting: Meeting, guest: Guest, said: str, row: Row | None, shared: dict[str, Row]) -> Item:
    person = known(view).get(guest.address or "")
    seen = guest.address not in view.hidden
    org = (person.org if person else row["organization"] if row is not None and seen else None) or None
    relation = person.relation if person else None
    what = f", {title(relation, 30)}" if relation else ""
    what += f" ({title(org, 40)})" if org else ""
    what += _namesake(said, row, shared, bool(org))
    mail_at, met_at = (row["mail_at"], row["met_at"]) if row is not None else (None, None)
    past, first = _past(view, guest, row, mail_at, met_at)
    line = f"{said}{what}: {past}"
    moment = view.moment
    values: dict[str, Value] = {
        "name": said,
        "address": guest.address,
        "relation": relation,
        "organization": org,
        "last_mail": moment.local(mail_at).isoformat() if mail_at else None,
        "last_met": moment.local(met_at).isoformat() if met_at else None,
    }
    facts = (_fact(view, guest, row, line, values),) if guest.address else (meeting.fact,)
    tier = person.tier if person else 4
    return Item(f"addresses:{guest.address or said}", "", line, facts, (tier, not first, said.casefold(), line))


def _past(
    view: View, guest: Guest, row: Row | None, mail_at: datetime | None, met_at: datetime | None
) -> tuple[str, bool]:
    """Return when the owner last had to do with a guest, and whether this is the first time."""
    said = [f"mail {on(view.moment.local(mail_at), view.moment.today)}"] if mail_at else []
    said += [f"met {on(view.moment.local(met_at), view.moment.today)}"] if met_at else []
    if said:
        return ", ".join(said), False
    if row is not None and row["first_at"] is not None and row["first_at"] < view.moment.as_of:
        return f"earlier contact, {on(view.moment.local(row['first_at']), view.moment.today)} the first", False
    if guest.address is None:
        return "invited by name, without an address", False
    if all(view.health[family].sound for family in ("mail", "calendar")):
        return "first contact", True
    return "no earlier contact in what could be read", False


def _namesake(said: str, row: Row | None, shared: dict[str, Row], told_apart: bool) -> str:
    """Return a word of warning where a name is somebody else's, too."""
    twin = shared.get(said.lower())
    if twin is None:
        return ""
    if (row is None or row["source"] == "observed") and twin["known"]:
        return ", not at the address that you know"
    return "" if twin["people"] < 2 or told_apart else ", one of several of that name"


def _fact(view: View, guest: Guest, row: Row | None, line: str, values: dict[str, Value]) -> str:
    if row is not None and row["person_id"] is not None:
        return view.book.add("p", "addresses", str(guest.address), line, values)
    quoted = str(guest.address).replace("'", "''")
    sql = f"SELECT * FROM addresses WHERE address = '{quoted}'"  # noqa: S608 - quoted; that it finds nothing is the fact
    return view.book.add("p", SQL, sql, line, values)
