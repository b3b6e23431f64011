"""Google Contacts: rows as address books give them, sync tokens that expire, and changes in any order."""

import json
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.people import google as people
from connectors.web import GrantError
from tests.connectors.google.side import EXAMPLES, Side, weather
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import handle
from tests.servers.google.people import People


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"names": [{"displayName": name, "metadata": {"primary": True}}], **more}


@pytest.fixture
def book(google: FakeGoogle) -> People:
    return google.account().of(People)


@pytest.fixture
def side(google: FakeGoogle) -> Side:
    return Side(people, handle(google, "contacts.readonly"))


def names(side: Side) -> list[str]:
    return [row["name"] for row in side.store.rows("contacts")]


@pytest.mark.row("N5")
def test_a_contact_is_a_row_like_a_card(book: People, side: Side, google: FakeGoogle) -> None:
    book.add(
        **named("Bo  Berg"),
        emailAddresses=[
            {"value": "Bo@Home.example", "type": "home"},
            {"value": "BO@Work.example ", "type": "work", "metadata": {"primary": True}},
            {"value": "no address"},
        ],
        phoneNumbers=[{"value": "+49 30  1234", "type": "workMobile"}, {"value": "55", "type": "main"}],
        organizations=[{"name": "Nord", "department": "Sales", "title": "Head"}],
        birthdays=[{"date": {"month": 2, "day": 29}}],
        biographies=[{"value": "Met in May"}],
    )
    book.add(organizations=[{"name": "Only Ltd"}], birthdays=[{"date": {"year": 1980, "month": 1, "day": 2}}])
    side.sync()
    row, other = side.store.rows("contacts")
    assert json.loads(row["addresses"]) == [
        {"address": "bo@work.example", "kind": "work"},
        {"address": "bo@home.example", "kind": "home"},
    ]
    assert json.loads(row["phones"]) == [{"number": "+49 30 1234", "kind": "mobile"}, {"number": "55", "kind": None}]
    assert (row["key"], row["name"], row["organization"]) == ("people/c1", "Bo Berg", "Nord, Sales")
    assert (row["job_title"], row["birthday"], row["notes"]) == ("Head", "--02-29", "Met in May")
    assert row["updated_at"] is not None
    assert (other["name"], other["birthday"]) == ("Only Ltd", "1980-01-02")
    assert people.preview(side.handle).counts == {"contacts": 2}
    google.calls.clear()
    assert side.sync() == 0
    assert [("syncToken" in call.query) for call in google.asked("people")] == [True]


def test_changes_deletions_and_new_names(book: People, side: Side, google: FakeGoogle) -> None:
    for name in ("Ann", "Bo", "Cy", "Di"):
        book.add(**named(name))
    side.sync()
    book.change("people/c1", **named("Anna"))
    book.delete("people/c2")
    book.become("people/c3")
    assert side.sync() == 2
    assert sorted(names(side)) == ["Anna", "Cy", "Di"]
    side.same()


def test_an_expired_token_compares_everything(book: People, side: Side) -> None:
    for name in ("Ann", "Bo", "Cy", "Di"):
        book.add(**named(name))
    side.sync()
    book.delete("people/c2")
    book.expire()
    side.sync()
    assert names(side) == ["Ann", "Cy", "Di"]


def test_a_token_is_renewed_before_it_expires(book: People, side: Side) -> None:
    book.add(**named("Ann"))
    side.sync()
    first = side.store.cursors["contacts"]
    book.point += 1  # something changed that is not shown
    side.sync()
    assert side.store.cursors["contacts"] == first, "nothing is written where nothing changed"
    side.now += timedelta(days=2)
    side.sync()
    assert side.store.cursors["contacts"]["token"] != first["token"]


@pytest.mark.row("N10")
def test_a_contact_without_anything_is_set_aside(book: People, side: Side) -> None:
    empty = book.add(organizations=[{"title": "Head"}])
    book.add(**named("Ann"))
    side.sync()
    [reject] = side.store.rejects.values()
    assert (reject["position"], reject["reason"]) == (empty, "empty")
    book.change(empty, **named("Bo"))
    side.sync()
    assert not side.store.rejects
    assert names(side) == ["Bo", "Ann"]
    side.same()


OPERATIONS = (
    "add",
    "add",
    "add",
    "change",
    "empty",
    "delete",
    "become",
    "expire",
    "sync",
    "sync",
    "full",
    "killed",
    "halted",
)
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 7)), max_size=25)


def change(book: People, what: str, which: int) -> None:
    """Do one thing to the contacts."""
    there = list(book.people)
    if what == "add":
        book.add(**named(f"Name {book.made}"), emailAddresses=[{"value": f"n{which}@example.org"}])
    elif what == "expire":
        book.expire()
    elif there:
        name = there[which % len(there)]
        match what:
            case "change":
                book.change(name, **named(f"Name {book.point}"))
            case "empty":
                book.change(name, names=[], emailAddresses=[])
            case "delete":
                book.delete(name)
            case "become":
                book.become(name)


@settings(max_examples=EXAMPLES or 30, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
@pytest.mark.row("N5", "N8")
def test_reading_in_steps_is_reading_at_once(steps: list[tuple[str, int]]) -> None:
    with closing(FakeGoogle()) as fake:
        book, side = fake.account().of(People), Side(people, handle(fake, "contacts.readonly"))
        side.walk(steps, partial(change, book))
        assert not fake.violations


@pytest.mark.row("N5", "T3")
def test_every_fault_at_every_call_converges(google: FakeGoogle) -> None:
    books: list[People] = []

    def make() -> Side:
        address = f"p{len(books)}@example.org"
        side = Side(people, handle(google, "contacts.readonly", address=address))
        book = google.account(address).of(People)
        for number in range(5):
            book.add(**named(f"Name {number}"))
        books.append(book)
        return side

    def act() -> None:
        book = books[-1]
        book.change("people/c1", **named("Anna"))
        book.delete("people/c2")
        book.add(**named("New"))
        book.become("people/c3")

    assert weather(google, "people", make, act) > 20


@pytest.mark.row("N12")
def test_a_grant_revoked_in_the_middle_wants_a_new_one(book: People, side: Side, google: FakeGoogle) -> None:
    for number in range(5):
        book.add(**named(f"Name {number}"))
    google.fail(401, reason="authError", method="people", after=1, then=google.grants.revoke)
    with pytest.raises(GrantError, match="google"):
        side.sync()
    side.handle = handle(google, "contacts.readonly")
    side.sync()
    side.same()
