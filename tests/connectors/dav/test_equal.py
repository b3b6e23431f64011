"""Whatever happens on a server, and whenever we look: what we hold in the end is what a first sync would bring."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.calendar import caldav
from connectors.people import carddav
from tests.connectors.dav.conftest import EXAMPLES, NOW, Mirror, event, ics, vcard
from tests.servers.dav import Account

CALENDARS, OBJECTS = ("work", "home"), ("a", "b", "c d", "e+@f")
RULES = (
    *("", "", "RRULE:FREQ=WEEKLY;COUNT=5", "RRULE:FREQ=DAILY;UNTIL=20260401T000000Z", "RRULE:FREQ=HOURLY;INTERVAL=8"),
    "RRULE:FREQ=MONTHLY;BYDAY=-1FR\nEXDATE:20260424T090000Z",
)
STARTS = (
    *("DTSTART:20260325T090000Z", "DTSTART;TZID=Europe/Berlin:20260327T090000", "DTSTART:20260330T080000"),
    *("DTSTART;VALUE=DATE:20260401", "DTSTART:20270505T090000Z", "DTSTART:20150101T090000Z"),
)
MOVED = "RECURRENCE-ID:20260401T090000Z"

name = st.sampled_from(CALENDARS)
thing = st.sampled_from(OBJECTS)
change = st.one_of(
    st.tuples(st.just("put"), name, thing, st.sampled_from(STARTS), st.sampled_from(RULES), st.integers(0, 3)),
    st.tuples(st.just("split"), name, thing),
    st.tuples(st.just("delete"), name, thing),
    st.tuples(st.just("drop"), name),
    st.tuples(st.just("rename"), name, st.sampled_from(("One", "Two"))),
    st.tuples(st.just("move"), thing),
    st.tuples(st.just("expire"), name),
    st.tuples(st.just("choose"), st.sampled_from((None, ["One"], ["work"], ["home", "Two"]))),
    st.tuples(st.just("sync"), st.integers(0, 3), st.sampled_from((None, 1, 3, 6))),
)


class World:
    """A server that changes at random, as far as it lets itself be changed."""

    def __init__(self, account: Account) -> None:
        self.account, self.there = account, {}
        account.clear()

    def path(self, calendar: str) -> str:
        path = f"{self.account.calendars}{calendar}/"
        if path not in self.account.made:
            self.account.calendar(calendar)
        return path

    def put(self, calendar: str, name: str, text: str) -> None:
        path = f"{self.path(calendar)}{name.replace(' ', '%20')}.ics"
        if self.account.offer(path, text).ok:  # they refuse, for example, an end before the beginning
            self.there[calendar, name] = path, text

    def delete(self, calendar: str, name: str) -> None:
        if (calendar, name) in self.there:
            self.account.delete(self.there.pop((calendar, name))[0])

    def drop(self, calendar: str) -> None:
        if f"{self.account.calendars}{calendar}/" in self.account.made:
            self.account.delete(self.path(calendar))
            self.there = {place: kept for place, kept in self.there.items() if place[0] != calendar}

    def change(self, mirror: Mirror, kind: str, *told: object) -> None:
        match kind, told:
            case "put", (str(calendar), str(name), str(start), str(rule), int(number)):
                self.put(calendar, name, ics(event(name, *rule.splitlines(), start=start, summary=f"S{number}")))
            case "split", (str(calendar), str(name)):
                master = event(name, "RRULE:FREQ=WEEKLY;COUNT=4")
                self.put(calendar, name, ics(master, event(name, MOVED, start="DTSTART:20260402T100000Z")))
            case "delete", (str(calendar), str(name)):
                self.delete(calendar, name)
            case "drop", (str(calendar),):
                self.drop(calendar)
            case "rename", (str(calendar), str(shown)):
                self.account.rename(self.path(calendar), shown)
            case "move", (str(name),):
                if ("work", name) in self.there and ("home", name) not in self.there:
                    text = self.there["work", name][1]
                    self.delete("work", name)
                    self.put("home", name, text)
            case "expire", (str(calendar),):
                if cursor := mirror.store.cursors.get(self.path(calendar)):
                    cursor["token"] = "http://example.org/long-ago"
            case "choose", (names,):
                mirror.settings = {"calendars": names}
            case "sync", (int(weeks), most):
                mirror.now += timedelta(days=7) * (weeks // 3)
                known = mirror.store.known(mirror.now, mirror.zone)
                mirror.store.take(caldav.read(mirror.handle, known), known.cursors, most)  # perhaps killed on the way


@pytest.mark.row("N1", "N8")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(changes=st.lists(change, min_size=4, max_size=24))
def test_incremental_equals_full(server: Account, changes: list[tuple[str, object]]) -> None:
    world, mirror = World(server), Mirror(caldav, server, server.url)
    for kind, *told in changes:
        world.change(mirror, kind, *told)
    mirror.settings = {}  # a calendar that was renamed after it was chosen is remembered, which nothing else can know
    mirror.sync()
    first = mirror.fresh()
    assert mirror.store.differences(first) == {}
    assert mirror.sync() == 0, "and then nothing is new"
    mirror.sync(full=True)
    assert mirror.store.differences(first) == {}


@pytest.mark.row("N5", "N8")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(("put", "delete", "sync", "drop")), name, thing, st.integers(0, 3)), max_size=16
    )
)
def test_of_address_books_too(server: Account, changes: list[tuple[str, str, str, int]]) -> None:
    server.clear()
    mirror, there = Mirror(carddav, server, server.url, now=NOW), set[str]()
    for kind, where, what, number in changes:
        book = f"{server.books}{where}/"
        path = f"{book}{what.replace(' ', '%20')}.vcf"
        if kind == "sync":
            mirror.sync()
        elif kind == "put":
            if book not in server.made:
                server.book(where)
            server.put(path, vcard(f"{where}{what}", f"N{number}"))
            there.add(path)
        elif kind == "delete" and path in there:
            server.delete(path)
            there.discard(path)
        elif kind == "drop" and book in server.made:
            server.delete(book)
            there = {kept for kept in there if not kept.startswith(book)}
    mirror.sync()
    assert mirror.store.differences(mirror.fresh()) == {}
