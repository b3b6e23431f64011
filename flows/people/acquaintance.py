"""The people whom the owner keeps, as far as they may be shown: who they are, when there was contact, and a hook."""

from dataclasses import dataclass, field
from datetime import date, datetime

from context.profile import Person, Project
from flows.common import asking
from flows.common.between import subject
from flows.common.wording import name, on, title
from flows.facts import SQL, Row, Value
from flows.people.rhythm import Rhythm, rhythm
from flows.shape import View

BIRTHDAY = 14  # days ahead that a birthday is a reason to write


@dataclass(frozen=True)
class Acquaintance:
    """Somebody: known by addresses alone. `person` is the profile's, None where only the contacts hold them."""

    key: str
    name: str
    addresses: tuple[str, ...]
    organization: str | None
    person: Person | None
    birthday: date | None  # the next one
    rhythm: Rhythm | None
    row: Row = field(compare=False)  # of days.sql: the last mail each way, the last meeting

    @property
    def what(self) -> str:
        """Return who they are to the owner, as it follows their name: ", client (Norrland Freight)"."""
        relation = f", {title(self.person.relation, 30)}" if self.person and self.person.relation else ""
        return relation + (f" ({title(self.organization, 40)})" if self.organization else "")

    @property
    def last(self) -> tuple[str, datetime, str, str] | None:
        """Return the last contact: its kind, when, its row's key, its title."""
        kinds = [(kind, self.row.get(f"{kind}_at")) for kind in ("from", "to", "met")]
        known = [(at, kind) for kind, at in kinds if at is not None]
        if not known:
            return None
        at, kind = max(known)
        return kind, at, str(self.row[f"{kind}_key"]), str(self.row[f"{kind}_title"] or "")


def read(view: View, also: str = "") -> list[Acquaintance]:
    """Return the people whom the profile or the contacts hold (and the person `also`), in order of their ids.

    Whom the profile holds above this capability's tier is left out, whatever else knows them.
    """
    people = {person.id: person for person in view.profile.people}
    days = {str(row["person_id"]): row for row in view.rows("days", also=also)}
    found = []
    for row in view.rows("cards", also=also):
        key, person = str(row["person_id"]), people.get(str(row["person_id"]))
        hidden = bool(view.hidden.intersection(row["addresses"]))
        if hidden or (row["source"] == "profile" and person is None):
            continue
        past = days.get(key, {})
        stated = person.cadence_days if person else None
        found.append(
            Acquaintance(
                key=key,
                name=name(person.name if person else row["name"], row["addresses"][0]),
                addresses=tuple(row["addresses"]),
                organization=(person.org if person else None) or row["organization"],
                person=person,
                birthday=_next(row["birthday"], view.moment.day),
                rhythm=rhythm(past.get("days", ()), view.moment.today, stated),
                row=past,
            )
        )
    return found


def _next(birthday: str | None, today: date) -> date | None:
    """Return the next day on which "1984-03-27" or "--03-27" is kept; the 29th of February on the 1st of March."""
    try:
        month, day = (int(part) for part in str(birthday or "")[-5:].split("-"))
        for year in (today.year, today.year + 1):
            leap = (month, day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
            kept = date(year, 3, 1) if leap else date(year, month, day)
            if kept >= today:
                return kept
    except ValueError:
        return None
    return None


def facts(view: View, who: Acquaintance, text: str) -> tuple[str, str]:
    """Write down who somebody is, and what is known of the contact with them: the statement that counts their days."""
    person: dict[str, Value] = {
        "name": who.name,
        "addresses": list(who.addresses),
        "relation": who.person.relation if who.person else None,
        "organization": who.organization,
        "birthday": who.birthday.isoformat() if who.birthday else None,
    }
    said = f"{who.name}{who.what}"
    return view.book.add("p", "people", who.key, said, person), _contact(view, who, text)


def _contact(view: View, who: Acquaintance, text: str) -> str:
    days = who.rhythm
    moment = view.moment
    values: dict[str, Value] = {
        "last": days.last.isoformat() if days else None,
        "silence": f"{days.silent} days" if days else None,
        "days": days.days if days else 0,
        "cadence": f"{days.stated} days" if days and days.stated else None,
        "usual": f"{days.gap} days" if days and days.gap is not None else None,
    }
    for kind in ("from", "to", "met"):
        if who.row.get(f"{kind}_at"):
            values[kind] = moment.local(who.row[f"{kind}_at"]).isoformat()
            values[f"{kind}_title"] = title(who.row[f"{kind}_title"])
    quoted = who.key.replace("'", "''")
    inner = view.statement("days", also=who.key)
    sql = f"SELECT * FROM ({inner}) WHERE person_id = '{quoted}'"  # noqa: S608 - quoted
    return view.book.add("s", SQL, sql, text, values)


def spoken(view: View, who: Acquaintance) -> str:
    """Return the last contact in words: "last mail from them Fri 20 Feb"."""
    if who.last is None:
        return "no contact found"
    kind, at, _, _ = who.last
    said = {"from": "last mail from them", "to": "your last mail", "met": "last met"}[kind]
    return f"{said} {on(view.moment.local(at), view.moment.today)}"


def hooks(view: View, people: list[Acquaintance]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return for each person a reason to write, from the owner's own data, and the facts that it rests on."""
    keys = sorted({str(who.row[f"{way}_key"]) for who in people for way in ("from", "to") if who.row.get(f"{way}_key")})
    letters = {str(row["message_key"]): row for row in view.rows("letters", keys=keys[:100])} if keys else {}
    return {who.key: hook for who in people if (hook := _hook(view, who, letters)) is not None}


def _hook(view: View, who: Acquaintance, letters: dict[str, Row]) -> tuple[str, tuple[str, ...]] | None:
    """Return the best hook: a birthday, an open question, a shared project, or the last topic."""
    today = view.moment.today
    if who.birthday is not None and (who.birthday - today).days <= BIRTHDAY:
        return f"birthday on {on(who.birthday)}", ()
    newest = max(
        (letters[key] for way in ("from", "to") if (key := str(who.row.get(f"{way}_key"))) in letters),
        key=lambda row: (row["sent_at"], row["message_key"]),
        default=None,
    )
    if newest is not None and asking.asks(newest["body"] or ""):
        about = subject(newest)
        said = f"your question “{about}” has no answer" if newest["from_me"] else f"their question “{about}” is open"
        return said, (_letter(view, newest, said),)
    if project := _project(view, who):
        said = f"{project.name}, next: {project.next}" if project.next else project.name
        values: dict[str, Value] = {"project": project.name, "next": project.next}
        return said, (view.book.add("j", "context_projects", project.id, said, values, origin="owner"),)
    if newest is not None:
        said = f"the last topic was “{subject(newest)}”"
        return said, (_letter(view, newest, said),)
    return None


def _letter(view: View, row: Row, said: str) -> str:
    sent = view.moment.local(row["sent_at"]).isoformat()
    return view.book.add("m", "messages", row["message_key"], said, {"subject": subject(row), "sent": sent})


def _project(view: View, who: Acquaintance) -> Project | None:
    shared = (project for project in view.profile.projects if project.status == "active")
    return next((project for project in shared if who.person is not None and who.person.id in project.people), None)
