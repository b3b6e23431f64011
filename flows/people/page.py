"""One person's page: the last contacts both ways, the rhythm, what is open, the next meeting, what is shared."""

from context.errors import InputError
from flows.common.between import mine, theirs
from flows.common.items import Item
from flows.common.parts import Part, readable, trimmed, unread
from flows.common.wording import count, name, on, title
from flows.facts import Row, Value
from flows.people import acquaintance
from flows.people.acquaintance import Acquaintance
from flows.shape import Draft, View

MOST = 200  # words
OPEN = 5
TITLES = ("Contact", "Open between you", "Ahead", "Shared")


def compose(view: View) -> Draft:
    """Return the page of the person that `view.about` means; of several, who they are. Raises InputError for nobody."""
    rows = [row for row in view.rows("named") if not view.hidden.intersection(row["addresses"] or ())]
    kept = {person.id for person in view.profile.people}
    rows = [row for row in rows if row["source"] != "profile" or row["person_id"] in kept]
    owned = [row for row in rows if row["source"] != "observed"] or rows  # whom the owner keeps is meant first
    exact = [row for row in rows if row["exact"]] or [row for row in owned if row["whole"]] or owned
    if not exact:
        raise InputError("nobody is called that", "give a name, or an address that wrote to you")
    if len(exact) > 1:
        return _which(view, exact)
    key = str(exact[0]["person_id"])
    return _page(view, next(who for who in acquaintance.read(view, key) if who.key == key))


def _which(view: View, rows: list[Row]) -> Draft:
    """Return who may be meant: an address tells them apart."""
    items = []
    for row in rows:
        said = name(row["name"], (row["addresses"] or [""])[0])
        where = ", ".join(row["addresses"] or ["no address"])
        values: dict[str, Value] = {"name": said, "addresses": list(row["addresses"] or [])}
        line = f"{said}: {where}"
        fact = view.book.add("p", "people", str(row["person_id"]), line, values)
        items.append(Item(f"people:{row['person_id']}", "", line, (fact,), ()))
    part = Part("Give the address of the one you mean", tuple(items))
    return Draft("More than one person is called that", view.moment.day.isoformat(), (part.section(),), True)


def _page(view: View, who: Acquaintance) -> Draft:
    late = unread(view, ("mail", "Mail"), ("calendar", "Calendar"))
    names = dict.fromkeys(who.addresses, who.name)
    matters = [*theirs(view, names), *mine(view, names)] if readable(view, "mail") else []
    found = sorted((matter.item for matter in matters), key=lambda item: item.rank)
    nothing = (Item("none", "", "Nothing that was found", acquaintance.facts(view, who, who.name), ()),)
    empty = nothing if not found and view.health["mail"].sound else ()
    parts = [
        Part(TITLES[0], _contact(view, who), late),
        Part(TITLES[1], (*found[:OPEN], *empty), more=len(found[OPEN:])),
        Part(TITLES[2], _ahead(view, who)),
        Part(TITLES[3], _shared(view, who)),
    ]
    head = f"{who.name}{who.what}"
    sections = tuple(part.section() for part in trimmed(parts, head, MOST))
    return Draft(head, f"person-{who.key}", tuple(section for section in sections if section.lines), True)


def _contact(view: View, who: Acquaintance) -> tuple[Item, ...]:
    moment, beat = view.moment, who.rhythm
    facts = acquaintance.facts(view, who, who.name)
    lines = []
    for kind, said in (("from", "Last mail from them"), ("to", "Your last mail to them"), ("met", "Last met")):
        if who.row.get(f"{kind}_at"):
            day = on(moment.local(who.row[f"{kind}_at"]), moment.today)
            lines.append(f"{said}: {day}, “{title(who.row[f'{kind}_title'])}”")
    lines = lines or ["No contact in the last 400 days that was read"]
    if beat is not None and beat.most is None:
        lines.append(f"{count(beat.days, 'day')} of contact: too little history for a rhythm")
    elif beat is not None:
        meant = f", every {beat.stated} days was meant" if beat.stated else ""
        state = "overdue" if beat.overdue else "within the rhythm"
        usual = "every day" if (beat.gap or 0) <= 1 else f"every {beat.gap} days"
        lines.append(f"Usually {usual}{meant}; silent for {count(beat.silent, 'day')}: {state}")
    if who.birthday is not None:
        lines.append(f"Birthday on {on(who.birthday, moment.today)}")
    return tuple(Item(f"contact:{number}", "", line, facts, ()) for number, line in enumerate(lines))


def _ahead(view: View, who: Acquaintance) -> tuple[Item, ...]:
    items = []
    for row in view.rows("ahead", who=sorted(who.addresses)):
        said, day = title(row["summary"]), view.moment.local(row["starts_at"])
        line = f"{on(day, view.moment.today)} {view.moment.clock(row['starts_at'])} “{said}”"
        values: dict[str, Value] = {"title": said, "date": day.isoformat()}
        values["start"] = view.moment.clock(row["starts_at"])
        fact = view.book.add("e", "event_instances", row["instance_key"], line, values)
        items.append(Item(f"event:{row['instance_key']}", "", line, (fact,), ()))
    return tuple(items)


def _shared(view: View, who: Acquaintance) -> tuple[Item, ...]:
    items = []
    for project in view.profile.projects:
        if who.person is not None and who.person.id in project.people and project.status == "active":
            line = f"{project.name}, next: {project.next}" if project.next else project.name
            values: dict[str, Value] = {"project": project.name, "next": project.next}
            fact = view.book.add("j", "context_projects", project.id, line, values, origin="owner")
            items.append(Item(f"project:{project.id}", "", line, (fact,), (), external=False))
    return tuple(items)
